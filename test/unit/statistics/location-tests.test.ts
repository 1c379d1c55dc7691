import fc from "fast-check";
import { type LocationTest, pairedTTest, welchTTest } from "../../../analysis/statistics/location-test";
import {
  smallestWilcoxonP,
  wilcoxonPairsFor,
  wilcoxonSignedRank,
} from "../../../analysis/statistics/wilcoxon";
import { expectNear, statisticsReference, type TestCase } from "./reference-values";

const reference = statisticsReference();

function expectSame(test: LocationTest, wished: TestCase): void {
  expectNear(test.estimate, wished.estimate);
  expectNear(test.interval.lower, wished.lower);
  expectNear(test.interval.upper, wished.upper);
  expectNear(test.pGreater, wished.pGreater);
  expectNear(test.pLess, wished.pLess);
  expectNear(test.pTwoSided, wished.pTwoSided);
}

/** One-sided p by trying every assignment of signs to midranks, straight from the definition. */
function naiveWilcoxon(differences: readonly number[]): number {
  const kept = differences.filter((difference) => difference !== 0);
  const rank = (value: number): number => {
    const below = kept.filter((other) => Math.abs(other) < Math.abs(value)).length;
    const equal = kept.filter((other) => Math.abs(other) === Math.abs(value)).length;
    return below + (equal + 1) / 2;
  };
  const ranks = kept.map(rank);
  const seen = ranks.reduce((sum, r, index) => sum + ((kept[index] ?? 0) > 0 ? r : 0), 0);
  let extreme = 0;
  for (let signs = 0; signs < 2 ** kept.length; signs++) {
    const sum = ranks.reduce((total, r, index) => total + ((signs >> index) & 1 ? r : 0), 0);
    if (sum >= seen - 1e-9) extreme += 1;
  }
  return extreme / 2 ** kept.length;
}

describe("paired t-test", () => {
  test.each(reference.paired.map((wished) => [wished.differences.length, wished] as const))(
    "of %i pairs equals SciPy 1.16.3 (ttest_1samp): estimate, 95 %% interval, one- and two-sided p",
    (_, wished) => expectSame(pairedTTest(wished.differences), wished),
  );

  test("of equal differences takes the least honest spread instead of none, so p is small and not 0", () => {
    const test = pairedTTest([0.2, 0.2, 0.2, 0.2], { sdFloor: 0.001 });
    expect(test.spreadFloored).toBe(true);
    expect(test.sd).toBe(0.001);
    expect(test.pGreater).toBeGreaterThan(0);
    expect(test.pGreater).toBeLessThan(1e-6);
    expect(pairedTTest([0, 0, 0]).pGreater).toBe(0.5);
  });
});

describe("Welch's test", () => {
  test.each(
    reference.welch.map((wished) => [wished.baseline.length, wished.candidate.length, wished] as const),
  )(
    "of %i against %i values equals SciPy 1.16.3 (ttest_ind, equal_var=False), with its 90 %% interval and degrees of freedom",
    (_n, _m, wished) => {
      const test = welchTTest(wished.baseline, wished.candidate, { confidence: 0.9 });
      expectSame(test, wished);
      expectNear(test.df ?? 0, wished.df);
    },
  );

  test("turns around when the sides do", () => {
    const values = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(values, values, (a, b) => {
        const there = welchTTest(a, b, { sdFloor: 1e-3 });
        const back = welchTTest(b, a, { sdFloor: 1e-3 });
        expectNear(back.estimate, -there.estimate, 1e-9);
        expectNear(back.pGreater, there.pLess, 1e-9);
        expectNear(back.interval.lower, -there.interval.upper, 1e-9);
      }),
    );
  });
});

describe("Wilcoxon's signed-rank test", () => {
  test.each(reference.wilcoxon.map((wished) => [wished.differences.length, wished] as const))(
    "of %i pairs equals SciPy 1.16.3 (wilcoxon, exact; with ties and zeros every sign tried)",
    (_, wished) => {
      const test = wilcoxonSignedRank(wished.differences);
      expectNear(test.pGreater, wished.pGreater, 1e-9);
      expectNear(test.pLess, wished.pLess, 1e-9);
      expectNear(test.estimate, wished.estimate, 1e-9);
    },
  );

  test("equals the definition, every sign tried, for any differences with ties and zeros", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 1, maxLength: 10 }),
        (differences) => {
          expectNear(
            wilcoxonSignedRank(differences).pGreater,
            Math.max(1e-16, naiveWilcoxon(differences)),
            1e-9,
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  test("its interval holds exactly the shifts that the two-sided test does not reject", () => {
    const differences = [0.12, -0.03, 0.07, 0.21, 0.05, 0.16, 0.02, 0.11, -0.08, 0.19];
    const { lower, upper } = wilcoxonSignedRank(differences).interval;
    const p = (shift: number): number => wilcoxonSignedRank(differences.map((d) => d - shift)).pTwoSided;
    expect(p(lower + 1e-6)).toBeGreaterThan(0.05);
    expect(p(lower - 1e-6)).toBeLessThanOrEqual(0.05);
    expect(p(upper - 1e-6)).toBeGreaterThan(0.05);
    expect(p(upper + 1e-6)).toBeLessThanOrEqual(0.05);
  });

  test("can give no 95 % interval from five pairs, and says so with infinite ends", () => {
    const { interval } = wilcoxonSignedRank([1, 2, 3, 4, 5]);
    expect(interval).toEqual({ lower: Number.NEGATIVE_INFINITY, upper: Number.POSITIVE_INFINITY });
    expect(wilcoxonSignedRank([1, 2, 3, 4, 5, 6]).interval.lower).toBe(1);
  });

  test("reaches 2^-n at best, so alpha = 0.05 takes five pairs", () => {
    expect(wilcoxonSignedRank([1, 2, 3, 4]).pGreater).toBe(smallestWilcoxonP(4));
    expect([0.05, 0.0625, 0.01].map(wilcoxonPairsFor)).toEqual([5, 4, 7]);
  });
});
