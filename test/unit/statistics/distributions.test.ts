import fc from "fast-check";
import {
  betaQuantile,
  clampP,
  clopperPearson,
  normalQuantile,
  tCdf,
  tQuantile,
  tSurvival,
} from "../../../analysis/statistics/distributions";
import { expectNear, statisticsReference } from "./reference-values";

const { distributions } = statisticsReference();

describe("distributions", () => {
  test("Student's t equals SciPy 1.16.3 (scipy.stats.t) at any degrees of freedom, whole or not", () => {
    for (const [p = 0, df = 0, wished = 0] of distributions.tQuantile) expectNear(tQuantile(p, df), wished);
    for (const [t = 0, df = 0, wished = 0] of distributions.tSurvival)
      expectNear(tSurvival(t, df), wished, 1e-12);
  });

  test("far in the tail t is exact relative to its own size: SciPy 1.16.3 gives 1.2418523520791315e-10 and 7.23608183988067e-73", () => {
    expectNear(tCdf(-30, 9) / 1.2418523520791315e-10, 1, 1e-9);
    expectNear(tCdf(-50, 100) / 7.23608183988067e-73, 1, 1e-9);
  });

  test("normal and beta quantiles equal SciPy 1.16.3", () => {
    for (const [p = 0, wished = 0] of distributions.normalQuantile) expectNear(normalQuantile(p), wished);
    for (const [p = 0, a = 0, b = 0, wished = 0] of distributions.betaQuantile)
      expectNear(betaQuantile(p, a, b), wished);
  });

  test("Clopper-Pearson intervals equal statsmodels 0.15.0 (proportion_confint, method beta), also for none and all", () => {
    for (const [k = 0, n = 0, lower = 0, upper = 0] of distributions.clopperPearson) {
      expectNear(clopperPearson(k, n).lower, lower);
      expectNear(clopperPearson(k, n).upper, upper);
    }
    expect(() => clopperPearson(4, 3)).toThrow(RangeError);
  });

  test("the quantile is the inverse of the distribution function", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.0005, max: 0.9995, noNaN: true }),
        fc.double({ min: 1, max: 200, noNaN: true }),
        (p, df) => {
          expectNear(tCdf(tQuantile(p, df), df), p, 1e-9);
        },
      ),
    );
  });

  test("no p-value is ever 0", () => {
    expect(clampP(0)).toBeGreaterThan(0);
    expect(clampP(1.0000001)).toBe(1);
  });
});
