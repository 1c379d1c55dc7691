import { COMPARISON_PRESETS, comparisonSettings } from "../../../analysis/comparison";
import { decideComparison } from "../../../analysis/comparison/decide";
import { clopperPearson } from "../../../analysis/statistics/distributions";
import { seededRandom } from "../../../analysis/statistics/seeded-random";
import { FIVE_JOURNEYS, type SimulationOptions, simulatedComparison } from "./simulated-runs";

const settings = comparisonSettings();
const pairs = COMPARISON_PRESETS.standard.pairs;

interface Rates {
  readonly regressions: number;
  readonly passes: number;
  /** Comparisons in which exactly the wished journey was named. */
  readonly rightlyNamed: number;
}

function simulate(
  seed: number,
  comparisons: number,
  options: SimulationOptions,
  named = "",
  own = settings,
): Rates {
  const random = seededRandom(seed);
  const counts = { regressions: 0, passes: 0, rightlyNamed: 0 };
  for (let comparison = 0; comparison < comparisons; comparison++) {
    const { verdict, journeys } = decideComparison(simulatedComparison(random, options), own);
    if (verdict === "regression") counts.regressions += 1;
    if (verdict === "pass") counts.passes += 1;
    const guilty = journeys
      .filter((journey) => journey.verdict === "regression")
      .map(({ journey }) => journey);
    if (guilty.join() === named) counts.rightlyNamed += 1;
  }
  return counts;
}

describe("error rates of the whole decision, simulated with a fixed seed", () => {
  test.each([
    [3000, "15 %", 0.15],
    [1500, "40 %", 0.4],
  ])(
    "%i comparisons of a version with itself, runs that repeat within %s: fewer than 5 % are called a regression",
    (count, _name, runSd) => {
      const { regressions } = simulate(1, count, { journeys: FIVE_JOURNEYS, pairs, runSd });
      // Latency has eight tenths of 5 %, and the figures of the others hardly ever differ by chance.
      expect(regressions / count).toBeLessThan(0.05);
      expect(clopperPearson(regressions, count).lower).toBeLessThan(0.04);
    },
  );

  test("the level is Holm's and not the threshold's luck: with next to no threshold still about 5 % at most in 1,000", () => {
    const strict = comparisonSettings({ threshold: 1e-9, errorThreshold: 1e-9, throughputThreshold: 1e-9 });
    for (const [seed, count] of [
      [2, pairs],
      [3, 4],
    ] as const) {
      const { regressions } = simulate(
        seed,
        1000,
        { journeys: FIVE_JOURNEYS, pairs: count, runSd: 0.1 },
        "",
        strict,
      );
      expect(regressions).toBeGreaterThan(5);
      // 5 % and three standard errors of 1,000 comparisons
      expect(regressions / 1000).toBeLessThan(0.071);
    }
  });

  test("+20 % on one journey of five, runs that repeat within 5 %: caught and rightly named in more than 90 % of 300", () => {
    const journeys = FIVE_JOURNEYS.map((each) =>
      each.journey === "checkout" ? { ...each, slowdown: 0.2 } : each,
    );
    const { rightlyNamed } = simulate(4, 300, { journeys, pairs, runSd: 0.05 }, "checkout");
    expect(rightlyNamed / 300).toBeGreaterThan(0.95);
  });

  test("an unchanged candidate passes in more than 80 % of 300, five journeys, runs that repeat within 5 %", () => {
    const { passes } = simulate(5, 300, { journeys: FIVE_JOURNEYS, pairs, runSd: 0.05 });
    expect(passes / 300).toBeGreaterThan(0.8);
  });

  test("+20 % never passes: at most 1 in 500", () => {
    const journeys = [{ journey: "checkout", slowdown: 0.2 }];
    for (const runSd of [0.05, 0.15]) {
      expect(simulate(6, 500, { journeys, pairs, runSd }).passes).toBeLessThanOrEqual(1);
    }
  });
});
