import fc from "fast-check";
import { seededRandom } from "../../../analysis/statistics/seeded-random";
import {
  arrivalShape,
  indexOfDispersion,
  minuteCurve,
  peakWindow,
  percentile,
} from "../../../analysis/traffic/arrivals";
import { chainOf, simulateVisit, TransitionCounts } from "../../../analysis/traffic/chain";
import { fitLognormal } from "../../../analysis/traffic/lognormal";
import {
  curveSimilarity,
  jensenShannon,
  mixSimilarity,
  ratioSimilarity,
  transitionSimilarity,
} from "../../../analysis/traffic/similarity";
import { fitZipf } from "../../../analysis/traffic/zipf";
import { poisson, zipfSampler } from "../../../bench/traffic/synthetic-log";
import { SHOP_CHAIN } from "../../../bench/traffic/synthetic-shop";
import { roundedShares } from "../../../traffic/scenario/probabilities";
import { PauseCounts } from "../../../traffic/sessions/pause-counts";

describe("pauses", () => {
  test.each([
    [1, 1.2, 0.8],
    [0.001, 1.2, 0.8],
    [1, -0.5, 1],
    [0.001, 3.5, 0.4],
  ])("a log with a clock of %s s gives mu %s and sigma %s back", (resolution, mu, sigma) => {
    const random = seededRandom(11);
    const pauses = new PauseCounts(resolution);
    for (let index = 0; index < 20_000; index++) {
      // Both ends of a pause are cut to the clock's step, as a log does.
      const begin = random.next() * 1000;
      const end = begin + Math.exp(mu + sigma * random.normal());
      const cut = (seconds: number): number => Math.floor(seconds / resolution) * resolution;
      pauses.add(cut(end) - cut(begin));
    }
    const fit = fitLognormal(pauses.intervals());
    // Where most pauses are shorter than the clock's step, they are known roughly.
    expect(Math.abs((fit?.mu ?? 9) - mu)).toBeLessThan(Math.exp(mu) < resolution ? 0.12 : 0.03);
    expect(Math.abs((fit?.sigma ?? 0) - sigma)).toBeLessThan(Math.exp(mu) < resolution ? 0.12 : 0.03);
    expect(fit?.distance).toBeLessThan(0.03);
    expect(fit?.observations).toBe(20_000);
  });

  test("a fit that is none says so: two humps are far from any lognormal", () => {
    const fit = fitLognormal([
      { fromSeconds: 0.9, toSeconds: 1, count: 500 },
      { fromSeconds: 90, toSeconds: 100, count: 500 },
    ]);
    expect(fit?.distance).toBeGreaterThan(0.15);
  });

  test("too few pauses have no distribution", () => {
    expect(fitLognormal([{ fromSeconds: 1, toSeconds: 2, count: 9 }])).toBeNull();
    expect(fitLognormal([])).toBeNull();
  });

  test("pauses that are all the same, or all 0, are fitted without a fault", () => {
    for (const interval of [
      { fromSeconds: 0, toSeconds: 0.5, count: 50 },
      { fromSeconds: 2.5, toSeconds: 3.5, count: 50 },
    ]) {
      const fit = fitLognormal([interval]);
      expect(Number.isFinite(fit?.mu)).toBe(true);
      expect(fit?.sigma).toBeGreaterThan(0);
    }
  });
});

describe("popularity", () => {
  test.each([0.6, 0.9, 1, 1.4])("Zipf's law with exponent %s is found again", (exponent) => {
    const random = seededRandom(5);
    const draw = zipfSampler(5000, exponent);
    const counts = new Map<number, number>();
    for (let index = 0; index < 200_000; index++) {
      const item = draw(random);
      counts.set(item, (counts.get(item) ?? 0) + 1);
    }
    const fit = fitZipf([...counts.values()]);
    expect(Math.abs((fit?.exponent ?? 0) - exponent)).toBeLessThan(0.03);
    expect(fit?.distance).toBeLessThan(0.02);
  });

  test("equal items have no popularity, and few of them are not fitted", () => {
    expect(fitZipf(new Array<number>(50).fill(100))?.exponent).toBeLessThan(0.01);
    expect(fitZipf([5, 4])).toBeNull();
  });
});

describe("chains", () => {
  test("transitions of simulated visits match the chain they were drawn from within 0.01", () => {
    const random = seededRandom(3);
    const counts = new TransitionCounts(SHOP_CHAIN.entry.length);
    for (let visit = 0; visit < 200_000; visit++) counts.addSession(simulateVisit(SHOP_CHAIN, random));
    const found = chainOf(counts);
    SHOP_CHAIN.entry.forEach((share, state) => {
      expect(Math.abs(share - (found.entry[state] ?? 0))).toBeLessThan(0.01);
      expect(Math.abs((SHOP_CHAIN.exit[state] ?? 0) - (found.exit[state] ?? 0))).toBeLessThan(0.01);
      SHOP_CHAIN.transitions[state]?.forEach((probability, to) => {
        expect(Math.abs(probability - (found.transitions[state]?.[to] ?? 0))).toBeLessThan(0.01);
      });
    });
  });

  test("each row of a counted chain adds up to 1 with its exit", () => {
    const visits = fc.array(fc.array(fc.nat({ max: 3 }), { maxLength: 6 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(visits, (list) => {
        const counts = new TransitionCounts(4);
        for (const visit of list) counts.addSession(visit);
        const { transitions, exit } = chainOf(counts);
        transitions.forEach((row, state) => {
          expect(row.reduce((sum, probability) => sum + probability, exit[state] ?? 0)).toBeCloseTo(1, 12);
        });
      }),
    );
  });

  test("rounded shares add up to exactly 1 and stay within 0.0001", () => {
    const shares = fc.array(fc.double({ min: 1e-6, max: 1, noNaN: true }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(shares, (list) => {
        const total = list.reduce((sum, share) => sum + share, 0);
        const rounded = roundedShares(new Map(list.map((share, index) => [String(index), share / total])));
        expect(Math.round([...rounded.values()].reduce((sum, share) => sum + share * 10_000, 0))).toBe(
          10_000,
        );
        list.forEach((share, index) => {
          expect(Math.abs((rounded.get(String(index)) ?? 0) - share / total)).toBeLessThanOrEqual(0.0001);
        });
      }),
    );
  });
});

describe("arrivals", () => {
  test("minutes without a visit are part of the curve, and count for a percentile", () => {
    const curve = minuteCurve(
      new Map([
        [100, 3],
        [103, 1],
      ]),
    );
    expect(curve).toEqual({ fromMs: 6_000_000, counts: [3, 0, 0, 1] });
    expect(percentile(curve?.counts ?? [], 50)).toBe(0.5);
    expect(minuteCurve(new Map())).toBeNull();
  });

  test("shapes are those of the log's own local time; what it does not cover is not known", () => {
    // Thursday 1970-01-01 23:00 UTC is Friday 00:00 one hour further east.
    const shape = arrivalShape({ fromMs: 23 * 3_600_000, counts: new Array<number>(120).fill(5) }, 60);
    expect(shape.hourOfDay.slice(0, 3)).toEqual([5, 5, null]);
    expect(shape.dayOfWeek).toEqual([null, null, null, null, 5, null, null]);
  });

  test("the window is the one whose peak is nearest to the wanted one, not the highest accident", () => {
    const counts = [1, 1, 5, 6, 5, 1, 1, 50, 1, 1];
    expect(peakWindow({ fromMs: 0, counts }, 3, 6)).toEqual({ first: 2, minutes: 3 });
    expect(peakWindow({ fromMs: 0, counts }, 3, 50).first).toBeLessThanOrEqual(7);
    expect(peakWindow({ fromMs: 0, counts: [4] }, 10, 6)).toEqual({ first: 0, minutes: 1 });
  });

  test("dispersion: near 1 for random arrivals on a rising curve, 0 for a metronome, large for bursts", () => {
    const random = seededRandom(2);
    const minutes = Array.from({ length: 200 }, (_, minute) =>
      Array.from({ length: 60 }, () => poisson(2 + minute / 20, random)),
    );
    expect(indexOfDispersion(minutes)).toBeCloseTo(1, 1);
    expect(indexOfDispersion([new Array<number>(60).fill(3)])).toBe(0);
    expect(
      indexOfDispersion([Array.from({ length: 60 }, (_, second) => (second % 20 === 0 ? 60 : 0))]),
    ).toBeGreaterThan(30);
    expect(indexOfDispersion([[0, 0]])).toBeNull();
  });
});

describe("similarity", () => {
  const counts = (values: Record<string, number>): Map<string, number> => new Map(Object.entries(values));

  test("is 1 for the same in any amount, 0 for nothing in common, null without data", () => {
    expect(mixSimilarity(counts({ a: 1, b: 3 }), counts({ a: 100, b: 300 }))).toBeCloseTo(1, 12);
    expect(mixSimilarity(counts({ a: 1 }), counts({ b: 1 }))).toBe(0);
    expect(mixSimilarity(counts({ a: 1, b: 1 }), counts({ a: 1, b: 3 }))).toBeCloseTo(0.75, 12);
    expect(mixSimilarity(counts({}), counts({ a: 1 }))).toBeNull();
    expect(jensenShannon(counts({ a: 2 }), counts({ a: 5 }))).toBe(0);
    expect(jensenShannon(counts({ a: 2 }), counts({ b: 5 }))).toBe(1);
    expect(curveSimilarity([1, 2, 3], [1, 2, 3])).toBe(1);
    expect(curveSimilarity([1, 1], [2, 2])).toBeCloseTo(2 / 3, 12);
    expect(curveSimilarity([0], [0])).toBeNull();
    expect(ratioSimilarity(0.5, 1)).toBe(0.5);
    expect(ratioSimilarity(0, 0)).toBe(1);
  });

  test("of transitions: states count by how often they are left, one that is missing counts 0", () => {
    const log = new Map([
      ["a", counts({ b: 9 })],
      ["b", counts({ exit: 1 })],
    ]);
    expect(transitionSimilarity(log, log)).toBe(1);
    expect(transitionSimilarity(log, new Map([["a", counts({ b: 1 })]]))).toBeCloseTo(0.9, 12);
    expect(transitionSimilarity(log, new Map())).toBeNull();
  });

  test("all of them lie in 0..1 and do not care which side is which (but for the weights of transitions)", () => {
    const mix = fc.dictionary(fc.constantFrom("a", "b", "c", "d"), fc.nat({ max: 50 }));
    fc.assert(
      fc.property(mix, mix, (a, b) => {
        for (const measure of [mixSimilarity, jensenShannon]) {
          const value = measure(counts(a), counts(b));
          expect(measure(counts(b), counts(a))).toEqual(value === null ? null : expect.closeTo(value, 12));
          if (value === null) continue;
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});
