import { lag1Autocorrelation, linearTrend, orderEffect } from "../../../analysis/comparison/order-effects";
import { expectNear, statisticsReference } from "../statistics/reference-values";

describe("order and dependence of replicates", () => {
  test("lag-1 autocorrelation equals statsmodels 0.15.0 (acf); slope and p equal SciPy 1.16.3 (linregress)", () => {
    for (const { values, lag1, slope, slopeP } of statisticsReference().order) {
      expectNear(lag1Autocorrelation(values) ?? Number.NaN, lag1);
      const trend = linearTrend(values);
      expectNear(trend?.slope ?? Number.NaN, slope);
      expectNear(trend?.p ?? Number.NaN, slopeP);
    }
  });

  test("say nothing of too few or constant values", () => {
    expect(lag1Autocorrelation([1, 2])).toBeNull();
    expect(lag1Autocorrelation([3, 3, 3, 3])).toBeNull();
    expect(linearTrend([1, 2, 3])).toBeNull();
    expect(linearTrend([3, 3, 3, 3])).toEqual({ slope: 0, p: 1 });
    expect(orderEffect([{ difference: 1, first: "baseline" }])).toBeNull();
  });
});
