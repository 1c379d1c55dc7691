import fc from "fast-check";
import {
  estimateQuantile,
  exceedances,
  neededRanks,
  quantileOfCounts,
  quantileOfSorted,
  sortSamples,
} from "../../../analysis/quantiles";

const probability = fc.double({ min: 0, max: 1, noNaN: true });
const durations = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 300 });

/** Type 7 written straight from its definition, on plain sorted numbers. */
function naiveType7(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const h = (sorted.length - 1) * p;
  const lower = sorted[Math.floor(h)] ?? Number.NaN;
  const upper = sorted[Math.ceil(h)] ?? Number.NaN;
  return lower + (h - Math.floor(h)) * (upper - lower);
}

describe("type-7 quantiles", () => {
  test("give the figures that R's quantile() prints for 1:10 and for a skewed sample", () => {
    const tens = sortSamples([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect([0, 0.25, 0.5, 0.9, 1].map((p) => quantileOfSorted(tens, p))).toEqual([1, 3.25, 5.5, 9.1, 10]);
    // quantile(c(1, 2, 4, 8, 16), c(.1, .95)): 1.4 and 14.4
    const skewed = sortSamples([16, 8, 4, 2, 1]);
    expect(quantileOfSorted(skewed, 0.1)).toBeCloseTo(1.4, 12);
    expect(quantileOfSorted(skewed, 0.95)).toBeCloseTo(14.4, 12);
  });

  test("equal the definition for any samples and any probability", () => {
    fc.assert(
      fc.property(durations, probability, (values, p) => {
        expect(quantileOfSorted(sortSamples(values), p)).toBeCloseTo(naiveType7(values, p), 9);
      }),
    );
  });

  test("from counts of equal values equal those from the samples themselves", () => {
    fc.assert(
      fc.property(durations, probability, (values, p) => {
        const counts = new Map<number, number>();
        for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
        const histogram = [...counts]
          .map(([value, count]) => ({ value, count }))
          .sort((a, b) => a.value - b.value);
        expect(quantileOfCounts(histogram, p)).toBe(quantileOfSorted(sortSamples(values), p));
      }),
    );
  });

  test("have no value without samples, and samples that are no numbers are refused", () => {
    expect(quantileOfSorted(sortSamples([]), 0.5)).toBeNull();
    expect(quantileOfCounts([], 0.5)).toBeNull();
    expect(() => sortSamples([1, Number.NaN])).toThrow(RangeError);
  });
});

describe("enough data", () => {
  test("exceedances are not spoilt by floating point: 100 samples have exactly 10 beyond P90", () => {
    expect(100 * (1 - 0.9)).toBeLessThan(10);
    expect(exceedances(100, 0.9)).toBe(10);
    expect(exceedances(10_000, 0.999)).toBe(10);
  });

  test("P95 is told from 200 requests on, and not from 199", () => {
    const at = (requests: number) => estimateQuantile({ requests, errors: 0 }, 0.95, (rank) => rank);
    expect(at(199)).toEqual({
      probability: 0.95,
      valueMs: null,
      exceedances: expect.closeTo(9.95, 9),
      missing: "too-few-samples",
    });
    expect(at(200)).toEqual({ probability: 0.95, valueMs: expect.closeTo(189.05, 9), exceedances: 10 });
  });
});

describe("failed requests", () => {
  test("never make a quantile smaller, however fast they failed", () => {
    const cases = fc.tuple(
      fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 40, maxLength: 200 }),
      fc.integer({ min: 0, max: 100 }),
    );
    fc.assert(
      fc.property(cases, ([ok, failed]) => {
        const sorted = sortSamples(ok);
        const at = (rank: number): number => sorted[rank] ?? Number.NaN;
        const clean = estimateQuantile({ requests: ok.length, errors: 0 }, 0.5, at);
        const dirty = estimateQuantile({ requests: ok.length + failed, errors: failed }, 0.5, at);
        if (clean.valueMs === null) throw new Error("40 requests are enough for P50");
        if (dirty.valueMs !== null) expect(dirty.valueMs).toBeGreaterThanOrEqual(clean.valueMs);
        else expect(dirty.missing).toBe("failed-requests");
      }),
    );
  });

  test("take the value away from a quantile that falls among them", () => {
    const estimate = estimateQuantile({ requests: 1000, errors: 60 }, 0.95, (rank) => rank);
    expect(estimate).toEqual({
      probability: 0.95,
      valueMs: null,
      exceedances: 50,
      missing: "failed-requests",
    });
    expect(neededRanks({ requests: 1000, errors: 60 }, 0.95)).toEqual([]);
    expect(neededRanks({ requests: 1000, errors: 10 }, 0.95)).toEqual([949, 950]);
  });
});
