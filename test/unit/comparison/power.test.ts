import { firstLevel } from "../../../analysis/comparison/family-wise";
import { planPairs } from "../../../analysis/comparison/planning";
import {
  minimumDetectableEffect,
  pairsToCatch,
  pairsToPass,
  pairsToSee,
  passProbability,
  regressionProbability,
  testPower,
} from "../../../analysis/comparison/power";
import { COMPARISON_PRESETS, comparisonSettings } from "../../../analysis/comparison/settings";
import { pairedTTest } from "../../../analysis/statistics/location-test";
import { seededRandom } from "../../../analysis/statistics/seeded-random";
import { expectNear, statisticsReference } from "../statistics/reference-values";

const { power } = statisticsReference();

describe("power", () => {
  test("equals statsmodels 0.15.0 (TTestPower and TTestIndPower, one-sided) from 3 replicates on", () => {
    for (const [effect = 0, n = 0, alpha = 0, wished = 0] of power.paired) {
      expectNear(testPower({ sd: 1, n, paired: true }, effect, alpha), wished);
    }
    for (const [effect = 0, n = 0, alpha = 0, wished = 0] of power.unpaired) {
      // statsmodels counts in spreads of one side; the difference of two has sqrt(2) of it.
      expectNear(testPower({ sd: Math.SQRT2, n, paired: false }, effect, alpha), wished);
    }
  });

  test("the detectable effect and the pairs needed equal statsmodels 0.15.0 (its power solved for the effect, and solve_power)", () => {
    for (const [n = 0, alpha = 0, wished = 0] of power.detectable) {
      expectNear(minimumDetectableEffect({ sd: 1, n, paired: true }, alpha, 0.8) ?? 0, wished);
    }
    for (const [effect = 0, alpha = 0, wish = 0, wished = 0] of power.pairs) {
      expect(pairsToSee({ sd: 1, paired: true }, effect, alpha, wish)).toBe(Math.ceil(wished));
    }
  });

  test("of the whole rule (significant and above the threshold, and of passing) equals simulation", () => {
    const design = { sd: 0.1, n: 10, paired: true };
    const threshold = Math.log(1.1);
    const effect = Math.log(1.13);
    const random = seededRandom(5);
    const rounds = 20_000;
    let regressions = 0;
    let passes = 0;
    for (let round = 0; round < rounds; round++) {
      const test = pairedTTest(Array.from({ length: 10 }, () => effect + 0.1 * random.normal()));
      if (test.pGreater <= 0.01 && test.estimate > threshold) regressions += 1;
      if (test.interval.upper < threshold) passes += 1;
    }
    const tolerance = 4 * Math.sqrt(0.25 / rounds);
    expect(
      Math.abs(regressions / rounds - regressionProbability(design, effect, 0.01, threshold)),
    ).toBeLessThan(tolerance);
    expect(Math.abs(passes / rounds - passProbability(design, effect, 0.95, threshold))).toBeLessThan(
      tolerance,
    );
  });

  test("nothing is promised at the threshold itself", () => {
    const threshold = Math.log(1.1);
    expect(pairsToCatch({ sd: 0.1, paired: true }, threshold, 0.05, 0.8, threshold)).toBeNull();
    expect(pairsToPass({ sd: 0.1, paired: true }, threshold, 0.95, 0.8, threshold)).toBeNull();
    expect(pairsToCatch({ sd: 0.1, paired: true }, Math.log(1.2), 0.05, 0.8, threshold)).toBeLessThan(15);
  });

  test("planning answers in pairs and minutes, and a rank test is never promised what it cannot reach", () => {
    const base = { effect: 0.1, sd: 0.1, alpha: 0.05, power: 0.8, tests: 1, minutesPerPair: 1.5 };
    const plan = planPairs({ ...base, method: "paired-t" });
    expect(plan.pairs).toBe(9);
    expect(plan.text).toBe("To see 10 % at 80 % power you need 9 pairs, about 14 min.");
    expect(planPairs({ ...base, sd: 0.001, tests: 15, method: "wilcoxon" }).pairs).toBe(9);
    expect(planPairs({ ...base, effect: 0.001, sd: 0.5, method: "auto" }).pairs).toBeNull();
  });

  test("the default preset catches +20 % more than nine times in ten, five journeys, pairs that repeat within 10 %", () => {
    const design = { sd: 0.1, n: COMPARISON_PRESETS.standard.pairs, paired: true };
    const level = firstLevel("latency", comparisonSettings(), 5);
    expect(regressionProbability(design, Math.log(1.2), level, Math.log(1.1))).toBeGreaterThan(0.96);
    expect(regressionProbability({ ...design, n: 7 }, Math.log(1.2), level, Math.log(1.1))).toBeLessThan(0.9);
  });
});
