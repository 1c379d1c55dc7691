import {
  COMPARISON_PRESETS,
  checkPlannedComparison,
  combineVerdicts,
  comparisonSettings,
} from "../../../analysis/comparison";
import { ConfigError, type Problem } from "../../../core/errors";

function problemsOf(action: () => unknown): readonly Problem[] {
  try {
    action();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

const journeys = ["browse", "cart", "checkout"];

describe("comparison settings", () => {
  test("have the documented defaults", () => {
    expect(comparisonSettings()).toEqual({
      method: "auto",
      alpha: 0.05,
      power: 0.8,
      confidence: 0.95,
      gatingQuantile: 0.95,
      threshold: 0.1,
      errorThreshold: 0.005,
      throughputThreshold: 0.05,
      throughputGates: true,
      journeys: {},
    });
  });

  test("every problem is told at once, with its field and a guess at what was meant", () => {
    const problems = problemsOf(() =>
      comparisonSettings({ alpha: 2, treshold: 0.1, journeys: { cart: { threshold: -1 } } }),
    );
    expect(problems.map(({ field }) => field).sort()).toEqual([
      "comparison.alpha",
      "comparison.journeys.cart.threshold",
      "comparison.treshold",
    ]);
    expect(problems.find(({ field }) => field === "comparison.treshold")?.hint).toBe(
      "Did you mean threshold?",
    );
  });

  test("Wilcoxon with four pairs cannot reach alpha and is refused, naming the pairs needed", () => {
    const settings = comparisonSettings({ method: "wilcoxon", throughputGates: false });
    const check = (pairs: number, names = ["cart"]) =>
      problemsOf(() => checkPlannedComparison(settings, { pairs, paired: true, journeys: names }));
    // Latency has nine tenths of alpha, errors the rest: 2^-4 = 0.063 is above 0.045, and 2^-5 = 0.031 below.
    expect(check(4)).toMatchObject([
      { field: "pairs", value: 4, allowed: "at least 5 with the method wilcoxon" },
    ]);
    expect(check(5)).toEqual([]);
    // Holm over 3 journeys: 2^-6 = 0.016 is above 0.015.
    expect(check(6, journeys)).toMatchObject([{ allowed: "at least 7 with the method wilcoxon" }]);
    expect(check(7, journeys)).toEqual([]);
  });

  test("every preset can reach alpha with Wilcoxon for one journey, and with the default method for any number", () => {
    for (const { pairs } of Object.values(COMPARISON_PRESETS)) {
      const many = Array.from({ length: 40 }, (_, index) => `journey ${index}`);
      checkPlannedComparison(comparisonSettings(), { pairs, paired: true, journeys: many });
      checkPlannedComparison(comparisonSettings({ method: "wilcoxon" }), {
        pairs,
        paired: true,
        journeys: ["cart"],
      });
    }
  });

  test("too few pairs, a paired method without pairs and an unknown journey are refused together", () => {
    const settings = comparisonSettings({ method: "paired-t", journeys: { chekout: {} } });
    const problems = problemsOf(() =>
      checkPlannedComparison(settings, { pairs: 2, paired: false, journeys }),
    );
    expect(problems.map(({ field }) => field)).toEqual([
      "pairs",
      "comparison.method",
      "comparison.journeys.chekout",
    ]);
    expect(problems[2]?.hint).toBe("Did you mean checkout?");
  });

  test("one regression decides, a pass must be everywhere, and missing data is never a pass", () => {
    expect(combineVerdicts(["pass", "inconclusive", "regression"])).toBe("regression");
    expect(combineVerdicts(["pass", "pass"])).toBe("pass");
    expect(combineVerdicts(["pass", "not-enough-data"])).toBe("inconclusive");
    expect(combineVerdicts([])).toBe("inconclusive");
  });
});
