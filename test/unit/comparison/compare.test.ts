import {
  COMPARISON_PRESETS,
  type ComparisonInput,
  type ComparisonResult,
  compareSides,
  comparisonSettings,
  type MetricComparison,
  type ReplicateFigures,
  replicateFigures,
} from "../../../analysis/comparison";
import { ConfigError } from "../../../core/errors";
import { FIVE_JOURNEYS, type SimulationOptions, simulated } from "./simulated-runs";

const settings = comparisonSettings();
const quiet: SimulationOptions = {
  journeys: FIVE_JOURNEYS,
  pairs: COMPARISON_PRESETS.standard.pairs,
  runSd: 0.05,
};

function figure(
  result: ComparisonResult,
  journey: string,
  metric: MetricComparison["metric"],
  probability: number | null = null,
): MetricComparison {
  const found = result.journeys
    .find((each) => each.journey === journey)
    ?.metrics.find((each) => each.metric === metric && each.probability === probability);
  if (found === undefined) throw new Error(`no ${metric} of ${journey}`);
  return found;
}

const withJourney = (journey: string, change: object): SimulationOptions["journeys"] =>
  FIVE_JOURNEYS.map((each) => (each.journey === journey ? { ...each, ...change } : each));

/** Every replicate of a side changed. */
function mapSide(
  input: ComparisonInput,
  side: "baseline" | "candidate",
  change: (replicate: ReplicateFigures) => ReplicateFigures,
): ComparisonInput {
  return {
    ...input,
    journeys: input.journeys.map((journey) => ({ ...journey, [side]: journey[side].map(change) })),
  };
}

describe("comparison of baseline and candidate", () => {
  test("an unchanged candidate passes, every journey of it", () => {
    const result = compareSides(simulated(1, quiet), settings);
    expect(result.verdict).toBe("pass");
    expect(result.journeys.map(({ verdict }) => verdict)).toEqual(new Array(5).fill("pass"));
    expect(result.gatingTests).toBe(15);
    expect(result.settlement).toBeNull();
    expect(result.headline).toBe("The candidate is no worse than the baseline, within the thresholds.");
  });

  test("+20 % on one journey is a regression of that journey, by name, and of no other", () => {
    const result = compareSides(
      simulated(2, { ...quiet, journeys: withJourney("checkout", { slowdown: 0.2 }) }),
      settings,
    );
    expect(result.verdict).toBe("regression");
    expect(
      result.journeys.filter(({ verdict }) => verdict === "regression").map(({ journey }) => journey),
    ).toEqual(["checkout"]);
    expect(result.headline).toBe("The candidate is worse than the baseline: checkout.");
    const p95 = figure(result, "checkout", "latency", 0.95);
    expect(p95.gating).toBe(true);
    expect(p95.method).toBe("paired-t");
    expect(p95.change).toBeGreaterThan(0.1);
    expect(p95.interval?.lower).toBeGreaterThan(0);
    expect(p95.pHolm).toBeLessThanOrEqual(0.05);
    expect(p95.pHolm).toBeGreaterThanOrEqual(p95.p ?? 1);
    expect(result.reasons[0]).toMatch(
      /^P95 of checkout: \d+ ms to \d+ ms, [\d.]+ % slower \(95 % interval \+/,
    );
  });

  test("of two slower journeys the one that is worst hit is named first", () => {
    const slower = FIVE_JOURNEYS.map((each) =>
      each.journey === "checkout"
        ? { ...each, slowdown: 0.25 }
        : each.journey === "search"
          ? { ...each, slowdown: 0.6 }
          : each,
    );
    const result = compareSides(simulated(2, { ...quiet, journeys: slower }), settings);
    expect(result.headline).toBe("The candidate is worse than the baseline: search, checkout.");
  });

  test("+5 % that is significant is no regression, because it is below the threshold, and passes once the interval excludes it", () => {
    const options = { ...quiet, pairs: 60, journeys: [{ journey: "cart", slowdown: 0.05 }] };
    const p95 = figure(compareSides(simulated(3, options), settings), "cart", "latency", 0.95);
    expect(p95.pHolm).toBeLessThan(0.05);
    expect(p95.status).toBe("pass");
  });

  test("much noise is inconclusive, and says how many more pairs and minutes would settle it", () => {
    const result = compareSides(
      simulated(4, { ...quiet, runSd: 0.25, journeys: [{ journey: "cart" }] }),
      settings,
    );
    const p95 = figure(result, "cart", "latency", 0.95);
    expect(result.verdict).toBe("inconclusive");
    expect(p95.status).toBe("inconclusive");
    expect(p95.settlement?.morePairs).toBeGreaterThan(5);
    expect(p95.settlement?.moreMinutes).toBe((p95.settlement?.morePairs ?? 0) * 1.5);
    expect(result.settlement).toEqual(p95.settlement);
    expect(result.headline).toMatch(
      /^The data cannot decide about cart\. About \d+ more pairs \(\d+ min\) would settle it/,
    );
    expect(p95.detectable).toBeGreaterThan(0.15);
    expect(p95.caught).toBeGreaterThanOrEqual(p95.detectable ?? 0);
  });

  test("a faster candidate passes with the improvement as information", () => {
    const result = compareSides(
      simulated(5, { ...quiet, journeys: withJourney("search", { slowdown: -0.25 }) }),
      settings,
    );
    expect(result.verdict).toBe("pass");
    const p95 = figure(result, "search", "latency", 0.95);
    expect(p95.improvement).toBe(true);
    expect(p95.why).toMatch(/It is an improvement\.$/);
    expect(result.headline).toMatch(/Better: search\.$/);
    expect(figure(result, "browse", "latency", 0.95).improvement).toBe(false);
  });

  test("planted errors are a regression though every latency is the same", () => {
    const result = compareSides(
      simulated(6, { ...quiet, journeys: withJourney("cart", { addedErrors: 0.03 }) }),
      settings,
    );
    expect(
      result.journeys.filter(({ verdict }) => verdict === "regression").map(({ journey }) => journey),
    ).toEqual(["cart"]);
    const errors = figure(result, "cart", "error-ratio");
    expect(errors.change).toBeCloseTo(0.03, 2);
    expect(errors.status).toBe("regression");
    expect(figure(result, "cart", "latency", 0.95).status).toBe("pass");
  });

  test("errors that are the same in every replicate have no spread, and are still a regression and not infinitely significant", () => {
    const equal = mapSide(simulated(7, quiet), "candidate", (replicate) => ({ ...replicate, errors: 50 }));
    const clean = mapSide(equal, "baseline", (replicate) => ({ ...replicate, errors: 0 }));
    const errors = figure(compareSides(clean, settings), "cart", "error-ratio");
    expect(errors.status).toBe("regression");
    expect(errors.spreadFloored).toBe(true);
    expect(errors.p).toBeGreaterThanOrEqual(1e-16);
    // Binomial: sqrt(0.05 * 0.95 / 1000) and next to nothing of the baseline.
    expect(errors.sd).toBeCloseTo(0.007, 3);
  });

  test("a few errors in few requests are no evidence, and no pass either", () => {
    const few = { ...quiet, requests: 20, journeys: [{ journey: "cart" }] };
    const clean = mapSide(simulated(8, few), "baseline", (replicate) => ({ ...replicate, errors: 0 }));
    const result = compareSides(
      mapSide(clean, "candidate", (replicate) => ({ ...replicate, errors: replicate.pair === 0 ? 2 : 0 })),
      settings,
    );
    expect(figure(result, "cart", "error-ratio").status).toBe("inconclusive");
  });

  test("lost throughput is a regression; where throughput does not gate it is only reported", () => {
    const input = simulated(9, { ...quiet, journeys: withJourney("browse", { lostShare: 0.12 }) });
    const throughput = figure(compareSides(input, settings), "browse", "throughput");
    expect(throughput.status).toBe("regression");
    expect(throughput.change).toBeCloseTo(-0.12, 2);
    expect(throughput.interval?.lower).toBeLessThan(throughput.interval?.upper ?? -1);
    expect(compareSides(input, comparisonSettings({ throughputGates: false })).verdict).toBe("pass");
  });

  test("a quantile that the replicates do not have is 'not enough data'; a gating one makes the journey inconclusive, never a pass", () => {
    const result = compareSides(simulated(10, quiet), settings);
    const p999 = figure(result, "cart", "latency", 0.999);
    expect(p999).toMatchObject({ status: "not-enough-data", change: null, p: null, gating: false });
    expect(p999.why).toBe(`P99.9 of cart has not enough data: 0 of ${quiet.pairs} pairs have it.`);
    expect(result.verdict).toBe("pass");
    expect(compareSides(simulated(10, quiet), comparisonSettings({ gatingQuantile: 0.999 })).verdict).toBe(
      "inconclusive",
    );
    const unmeasured = mapSide(simulated(10, quiet), "candidate", (replicate) => ({
      ...replicate,
      achievedShare: null,
    }));
    expect(compareSides(unmeasured, settings).verdict).toBe("inconclusive");
  });

  test("one pair without the figure is left out; three are too many", () => {
    const without = (pairs: number): ComparisonInput =>
      mapSide(simulated(11, quiet), "baseline", (replicate) =>
        replicate.pair < pairs ? { ...replicate, quantiles: [] } : replicate,
      );
    expect(figure(compareSides(without(1), settings), "cart", "latency", 0.95)).toMatchObject({
      status: "pass",
      n: quiet.pairs - 1,
    });
    expect(figure(compareSides(without(3), settings), "cart", "latency", 0.95)).toMatchObject({
      status: "not-enough-data",
      n: quiet.pairs - 3,
    });
  });

  test("nothing to compare, and a journey that one side never ran, are inconclusive", () => {
    expect(compareSides({ paired: true, journeys: [] }, settings)).toMatchObject({
      verdict: "inconclusive",
      headline: "There is no journey to compare.",
    });
    const input = simulated(12, quiet);
    const missing = {
      ...input,
      journeys: input.journeys.map((journey, index) =>
        index === 0 ? { ...journey, candidate: [] } : journey,
      ),
    };
    expect(compareSides(missing, settings).verdict).toBe("inconclusive");
  });

  test("pairs are matched by number, whatever the order of the replicates", () => {
    const input = simulated(13, { ...quiet, pairSd: 0.4 });
    const turned = {
      ...input,
      journeys: input.journeys.map((journey) => ({
        ...journey,
        candidate: [...journey.candidate].reverse(),
      })),
    };
    expect(compareSides(turned, settings)).toEqual(compareSides(input, settings));
  });

  test("pairing takes out what both sides of a pair share: the same runs unpaired are inconclusive", () => {
    const moody = { ...quiet, pairSd: 0.4, journeys: [{ journey: "cart", slowdown: 0.3 }] };
    const input = simulated(14, moody);
    expect(compareSides(input, settings).verdict).toBe("regression");
    const unpaired = compareSides({ ...input, paired: false }, settings);
    expect(unpaired.verdict).toBe("inconclusive");
    expect(figure(unpaired, "cart", "latency", 0.95).method).toBe("welch");
    expect(unpaired.warnings[0]).toMatch(/not controlled/);
  });

  test("from eight pairs on the test is paired, below it is Welch's", () => {
    const methodAt = (pairs: number): unknown =>
      figure(compareSides(simulated(15, { ...quiet, pairs }), settings), "cart", "latency", 0.95).method;
    expect([7, 8].map(methodAt)).toEqual(["welch", "paired-t"]);
  });

  test("Wilcoxon is not thrown by one wild run that hides a regression from the t-test", () => {
    const input = simulated(16, { ...quiet, pairs: 16, journeys: [{ journey: "cart", slowdown: 0.25 }] });
    const wild = mapSide(input, "baseline", (replicate) =>
      replicate.pair === 3
        ? {
            ...replicate,
            quantiles: replicate.quantiles.map((each) => ({
              ...each,
              logMs: each.logMs === null ? null : each.logMs + 2.5,
            })),
          }
        : replicate,
    );
    expect(figure(compareSides(wild, settings), "cart", "latency", 0.95).status).toBe("inconclusive");
    const robust = compareSides(wild, comparisonSettings({ method: "wilcoxon" }));
    expect(figure(robust, "cart", "latency", 0.95)).toMatchObject({
      status: "regression",
      method: "wilcoxon",
    });
  });

  test("overrides of a journey apply to it alone", () => {
    const input = simulated(17, {
      ...quiet,
      pairs: 20,
      journeys: FIVE_JOURNEYS.map((each) => ({ ...each, slowdown: 0.2 })),
    });
    const lenient = comparisonSettings({ journeys: { search: { threshold: 0.5, gatingQuantile: 0.5 } } });
    const result = compareSides(input, lenient);
    const passed = result.journeys.filter(({ verdict }) => verdict === "pass").map(({ journey }) => journey);
    expect(passed).toEqual(["search"]);
    expect(figure(result, "search", "latency", 0.5)).toMatchObject({ gating: true, threshold: 0.5 });
    expect(figure(result, "search", "latency", 0.95).gating).toBe(false);
  });

  test("the same input gives the same bytes", () => {
    const bytes = (): string => JSON.stringify(compareSides(simulated(18, quiet), settings));
    expect(bytes()).toBe(bytes());
    expect(JSON.parse(bytes())).toEqual(compareSides(simulated(18, quiet), settings));
  });

  test("drift over the pairs, and a side that fares worse when it runs second, are warned of", () => {
    const input = simulated(19, { ...quiet, pairs: 12, runSd: 0.01, journeys: [{ journey: "cart" }] });
    const shifted = (by: (pair: number) => number): ComparisonInput =>
      mapSide(input, "candidate", (replicate) => ({
        ...replicate,
        quantiles: replicate.quantiles.map((each) => ({
          ...each,
          logMs: each.logMs === null ? null : each.logMs + by(replicate.pair),
        })),
      }));
    expect(compareSides(input, settings).warnings).toEqual([]);
    expect(
      compareSides(
        shifted((pair) => 0.02 * pair),
        settings,
      ).warnings.join(" "),
    ).toMatch(/drift upwards by 2\.?\d* % a replicate/);
    const first = Array.from({ length: 12 }, (_, pair) => ({
      pair,
      side: pair % 3 === 0 ? ("baseline" as const) : ("candidate" as const),
    }));
    const ordered = { ...shifted((pair) => (pair % 3 === 0 ? 0.2 : 0)), first };
    expect(compareSides(ordered, settings).warnings.join(" ")).toMatch(
      /which side runs first in a pair matters/,
    );
  });

  test("two replicates of one pair number and a paired method for unpaired sides are refused", () => {
    const input = simulated(20, quiet);
    const doubled = mapSide(input, "baseline", (replicate) => ({ ...replicate, pair: 0 }));
    expect(() => compareSides(doubled, settings)).toThrow(RangeError);
    expect(() =>
      compareSides({ ...input, paired: false }, comparisonSettings({ method: "wilcoxon" })),
    ).toThrow(ConfigError);
  });

  test("figures are taken from a journey's summary, a missing quantile as missing", () => {
    const summary = {
      requests: 500,
      errors: 3,
      quantiles: [
        { probability: 0.95, valueMs: 100, exceedances: 25 },
        { probability: 0.99, valueMs: null, exceedances: 5, missing: "too-few-samples" as const },
      ],
    };
    expect(replicateFigures(summary, 4, 0.99)).toEqual({
      pair: 4,
      requests: 500,
      errors: 3,
      achievedShare: 0.99,
      quantiles: [
        { probability: 0.95, logMs: Math.log(100) },
        { probability: 0.99, logMs: null },
      ],
    });
  });
});
