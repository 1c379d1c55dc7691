import fc from "fast-check";
import {
  changePointSettings,
  detectChangePoints,
  detectChangePointsByPermutation,
  detectInAll,
} from "../../../analysis/change-points";
import { bestSplit } from "../../../analysis/change-points/divergence";
import { seededRandom } from "../../../analysis/statistics/seeded-random";
import { ConfigError } from "../../../core/errors";
import { changePointReference, expectNear } from "../statistics/reference-values";

const reference = changePointReference();

/** A step series with seeded noise. */
function steps(levels: readonly number[], length: number, noise: number, seed: number): number[] {
  const random = seededRandom(seed);
  return levels.flatMap((level) => Array.from({ length }, () => level + noise * random.normal()));
}

/** Q of Matteson and James over every split and every end, straight from the definition. */
function naiveBest(values: readonly number[]): number {
  const distance = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, x) => sum + b.reduce((inner, y) => inner + Math.abs(x - y), 0), 0);
  let best = Number.NEGATIVE_INFINITY;
  for (let split = 1; split < values.length; split++) {
    for (let end = split + 1; end <= values.length; end++) {
      const [x, y] = [values.slice(0, split), values.slice(split, end)];
      const [n, m] = [x.length, y.length];
      const withinX = n > 1 ? (m * distance(x, x)) / (n - 1) : 0;
      const withinY = m > 1 ? (n * distance(y, y)) / (m - 1) : 0;
      best = Math.max(best, (2 * distance(x, y) - withinX - withinY) / (n + m));
    }
  }
  return best;
}

describe("change points", () => {
  test.each(reference.cases.map((each) => [each.name, each.series.length, each] as const))(
    "of the series '%s' (%i values) are at the same indexes as Apache Otava 0.8.0 finds, in four settings",
    (_name, _length, { series, results }) => {
      for (const { changePoints, ...settings } of results) {
        const found = detectChangePoints(series, changePointSettings(settings));
        expect(found.map(({ index }) => index)).toEqual(changePoints.map(({ index }) => index));
      }
    },
  );

  test("come with the means and p-values that Apache Otava 0.8.0 gives", () => {
    let compared = 0;
    for (const { series, results } of reference.cases) {
      for (const { changePoints, ...settings } of results) {
        detectChangePoints(series, changePointSettings(settings)).forEach((found, index) => {
          const wished = changePoints[index];
          // Otava keeps the figures of a point whose right neighbour was merged away; ours are of the final stretches.
          if (wished === undefined || Math.abs(wished.meanAfter - found.meanAfter) > 1e-9) return;
          expectNear(found.meanBefore, wished.meanBefore, 1e-9);
          expectNear(found.p, wished.p, 1e-9);
          compared += 1;
        });
      }
    }
    expect(compared).toBeGreaterThan(300);
  });

  test("the split that maximises the divergence equals the textbook's cubic search for any series", () => {
    const values = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(values, (series) => {
        expectNear(bestSplit(series, 0, series.length)?.divergence ?? Number.NaN, naiveBest(series), 1e-9);
      }),
    );
  });

  test("do not move when the series is scaled or shifted", () => {
    const series = steps([100, 112, 95], 30, 2, 4);
    const indexes = (values: readonly number[]): number[] =>
      detectChangePoints(values).map(({ index }) => index);
    expect(indexes(series)).toEqual([30, 60]);
    expect(indexes(series.map((value) => 8 * value))).toEqual([30, 60]);
    expect(indexes(series.map((value) => value + 1024))).toEqual([30, 60]);
  });

  test("tell before and after, change, p and confidence", () => {
    const [point, ...others] = detectChangePoints([...steps([100], 30, 1, 1), ...steps([120], 30, 1, 2)]);
    expect(others).toEqual([]);
    expect(point?.index).toBe(30);
    expect(point?.meanBefore).toBeCloseTo(100, 0);
    expect(point?.changeRatio).toBeCloseTo(0.2, 1);
    expect(point?.p).toBeGreaterThan(0);
    expect(point?.confidence).toBeGreaterThan(0.999);
  });

  test("are rare in pure noise: fewer than one in ten of 200 series of 100 values has any", () => {
    const alarmed = Array.from({ length: 200 }, (_, seed) =>
      detectChangePoints(steps([100], 100, 3, seed + 1)),
    );
    expect(alarmed.filter(({ length }) => length > 0).length).toBeLessThan(20);
  });

  test("small changes are left out on request", () => {
    const series = steps([100, 104], 40, 1, 9);
    expect(detectChangePoints(series)).toHaveLength(1);
    expect(detectChangePoints(series, changePointSettings({ minMagnitude: 0.05 }))).toEqual([]);
  });

  test("rechecked, every point that is left is significant by its final figures; Otava's merging lets some through", () => {
    const series = reference.cases.map((each) => each.series);
    const weak = (recheck: boolean): number =>
      series
        .flatMap((each) =>
          detectChangePoints(each, changePointSettings({ recheck, maxPValue: 0.01, windowLength: 30 })),
        )
        .filter(({ p }) => p > 0.01).length;
    expect(weak(false)).toBeGreaterThan(0);
    expect(weak(true)).toBe(0);
  });

  test("a constant series, also of numbers that binary fractions cannot hold, and a short one have none", () => {
    expect(detectChangePoints(new Array<number>(60).fill(0.1))).toEqual([]);
    expect(detectChangePoints([])).toEqual([]);
    expect(detectChangePoints([5])).toEqual([]);
  });

  test("of 500 values take less than 0.2 s, and 2,000 such series come one at a time from a generator", () => {
    const series = steps([100, 110, 95, 103, 99], 100, 3, 2);
    detectChangePoints(series);
    const startedAt = performance.now();
    detectChangePoints(series);
    expect(performance.now() - startedAt).toBeLessThan(200);
    let taken = 0;
    function* many(): Generator<{ name: string; values: readonly number[] }> {
      for (; taken < 2000; taken++) yield { name: `series ${taken}`, values: series };
    }
    let seen = 0;
    let ahead = 0;
    for (const { name, changePoints } of detectInAll(many())) {
      if (name !== `series ${seen}` || changePoints.length < 4)
        throw new Error(`${name}: ${changePoints.length}`);
      ahead = Math.max(ahead, taken - seen);
      seen += 1;
    }
    expect(ahead).toBe(0);
    expect(seen).toBe(2000);
  });

  test("bad settings are told all at once, and series with holes are refused", () => {
    const bad = (): unknown => changePointSettings({ windowLength: 1, maxPValue: 2, window: 3 });
    expect(bad).toThrow(ConfigError);
    try {
      bad();
    } catch (error) {
      expect(error instanceof ConfigError ? error.problems : []).toHaveLength(3);
    }
    expect(() => detectChangePoints([1, Number.NaN, 2])).toThrow(RangeError);
  });
});

describe("change points by permutation", () => {
  test.each(reference.original.map((each) => [each.name, each] as const))(
    "of '%s' are at the indexes that Apache Otava 0.8.0 finds with its original E-divisive, whatever its seed",
    (_name, { series, maxPValue, indexes }) => {
      const found = detectChangePointsByPermutation(series, { maxPValue, permutations: 199, seed: 1 });
      expect(found.map(({ index }) => index)).toEqual(indexes);
      for (const { p } of found) expect(p).toBe(1 / 200);
    },
  );

  test("refuse so few permutations that nothing could be significant, and name the number needed", () => {
    const detect = (): unknown =>
      detectChangePointsByPermutation([1, 2, 3], { maxPValue: 0.001, permutations: 100, seed: 1 });
    expect(detect).toThrow(
      expect.objectContaining({ problems: [expect.objectContaining({ allowed: "at least 999" })] }),
    );
  });

  test("are the same for the same seed", () => {
    const series = steps([10, 11], 20, 1, 3);
    const detect = (): unknown =>
      detectChangePointsByPermutation(series, { maxPValue: 0.05, permutations: 99, seed: 5 });
    expect(detect()).toEqual(detect());
  });
});
