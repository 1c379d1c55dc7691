import { ConfigError } from "../../core/errors";
import { describe } from "../statistics/descriptive";
import { type LocationTest, pairedTTest, welchTTest } from "../statistics/location-test";
import { benjaminiHochbergAdjust } from "../statistics/multiple-testing";
import { wilcoxonSignedRank } from "../statistics/wilcoxon";
import { adjustGating } from "./family-wise";
import { type MetricDefinition, metricsOf } from "./metrics";
import type {
  ComparisonInput,
  ComparisonVerdict,
  JourneyReplicates,
  MetricStatus,
  ReplicateFigures,
} from "./model";
import { type ComparisonSettings, MIN_PAIRS_FOR_PAIRED_TEST, MIN_REPLICATES } from "./settings";

/** A figure is judged only where at least this share of the replicates has it. */
export const MIN_SHARE_WITH_FIGURE = 0.8;

/** One figure of one journey with its test and its status, before anything is planned or worded. */
export interface DecidedMetric {
  readonly definition: MetricDefinition;
  /** Values of the replicates used, on the scale of the test; by pair, where paired. */
  readonly baseline: readonly number[];
  readonly candidate: readonly number[];
  /** Replicates of the smaller side (pairs, where paired) with and without the figure. */
  readonly available: number;
  readonly n: number;
  readonly test: LocationTest | null;
  readonly pHolm: number | null;
  readonly q: number | null;
  readonly status: MetricStatus;
  readonly improvement: boolean;
}

export interface DecidedJourney {
  readonly journey: string;
  readonly verdict: ComparisonVerdict;
  readonly metrics: readonly DecidedMetric[];
}

export interface DecidedComparison {
  readonly journeys: readonly DecidedJourney[];
  readonly verdict: ComparisonVerdict;
  readonly gatingTests: number;
  readonly reportedTests: number;
  /** Gating tests of one kind: those that share its part of alpha. */
  readonly gatingTestsOf: (kind: MetricDefinition["metric"]) => number;
}

type MeasuredMetric = Omit<DecidedMetric, "pHolm" | "q" | "status" | "improvement">;

function byPair(replicates: readonly ReplicateFigures[]): ReadonlyMap<number, ReplicateFigures> {
  const map = new Map(replicates.map((replicate) => [replicate.pair, replicate]));
  if (map.size !== replicates.length)
    throw new RangeError("two replicates of one side have the same pair number");
  return map;
}

/** Replicates in pair order: as pairs, where both sides have one, or each side by itself. */
function aligned(
  { baseline, candidate }: JourneyReplicates,
  paired: boolean,
): { readonly baseline: readonly ReplicateFigures[]; readonly candidate: readonly ReplicateFigures[] } {
  const [left, right] = [byPair(baseline), byPair(candidate)];
  const inOrder = (map: ReadonlyMap<number, ReplicateFigures>): readonly ReplicateFigures[] =>
    [...map.values()].sort((a, b) => a.pair - b.pair);
  if (!paired) return { baseline: inOrder(left), candidate: inOrder(right) };
  const both = inOrder(left).flatMap((replicate) => {
    const partner = right.get(replicate.pair);
    return partner === undefined ? [] : [{ replicate, partner }];
  });
  return {
    baseline: both.map(({ replicate }) => replicate),
    candidate: both.map(({ partner }) => partner),
  };
}

function valuesOf(
  definition: MetricDefinition,
  sides: ReturnType<typeof aligned>,
  paired: boolean,
): { readonly baseline: number[]; readonly candidate: number[] } {
  const present = (value: number | null): value is number => value !== null && Number.isFinite(value);
  const left = sides.baseline.map(definition.valueOf);
  const right = sides.candidate.map(definition.valueOf);
  if (!paired) return { baseline: left.filter(present), candidate: right.filter(present) };
  const pairs = left.flatMap((value, index) => {
    const partner = right[index] ?? null;
    return present(value) && present(partner) ? [{ value, partner }] : [];
  });
  return { baseline: pairs.map(({ value }) => value), candidate: pairs.map(({ partner }) => partner) };
}

/**
 * The test of one figure. Error shares and throughput always take a t-test, whose spread has an honest floor: a rank test would throw
 * away the pairs that are equal, which for errors are most of them.
 */
function testOf(
  definition: MetricDefinition,
  baseline: readonly number[],
  candidate: readonly number[],
  paired: boolean,
  { method, confidence }: ComparisonSettings,
): LocationTest {
  const options = { confidence, sdFloor: definition.sdFloor };
  const differences = (): number[] =>
    baseline.map((value, index) => (candidate[index] ?? Number.NaN) - value);
  const wished = method === "wilcoxon" && definition.metric !== "latency" ? "auto" : method;
  if (!paired || wished === "welch") return welchTTest(baseline, candidate, options);
  if (wished === "wilcoxon") return wilcoxonSignedRank(differences(), options);
  if (wished === "paired-t" || baseline.length >= MIN_PAIRS_FOR_PAIRED_TEST) {
    return pairedTTest(differences(), options);
  }
  return welchTTest(baseline, candidate, options);
}

function measure(
  definition: MetricDefinition,
  journey: JourneyReplicates,
  paired: boolean,
  settings: ComparisonSettings,
): MeasuredMetric {
  const sides = aligned(journey, paired);
  const { baseline, candidate } = valuesOf(definition, sides, paired);
  const available = Math.min(sides.baseline.length, sides.candidate.length);
  const n = Math.min(baseline.length, candidate.length);
  const enough =
    n >= MIN_REPLICATES &&
    baseline.length >= MIN_SHARE_WITH_FIGURE * sides.baseline.length &&
    candidate.length >= MIN_SHARE_WITH_FIGURE * sides.candidate.length;
  const test = enough ? testOf(definition, baseline, candidate, paired, settings) : null;
  return { definition, baseline, candidate, available, n, test };
}

/**
 * The rule: `regression` needs a significant one-sided test (adjusted p <= alpha) AND an estimate above the threshold; `pass` needs the
 * upper end of the interval below the threshold; everything else is `inconclusive`.
 */
function statusOf(
  { test, definition }: MeasuredMetric,
  adjusted: number | null,
  alpha: number,
): MetricStatus {
  if (test === null || adjusted === null) return "not-enough-data";
  if (adjusted <= alpha && test.estimate > definition.scaleThreshold) return "regression";
  return test.interval.upper < definition.scaleThreshold ? "pass" : "inconclusive";
}

/** Adjusted values at their places; null where there is no test. */
function adjustedAt(
  measured: readonly MeasuredMetric[],
  include: (metric: MeasuredMetric) => boolean,
  pOf: (test: LocationTest) => number,
  adjust: (tests: readonly { readonly metric: MeasuredMetric; readonly p: number }[]) => number[],
): { readonly adjusted: ReadonlyMap<MeasuredMetric, number>; readonly tests: number } {
  const family = measured.flatMap((metric) =>
    metric.test !== null && include(metric) ? [{ metric, p: pOf(metric.test) }] : [],
  );
  const values = adjust(family);
  return {
    adjusted: new Map(family.map(({ metric }, index) => [metric, values[index] ?? 1])),
    tests: family.length,
  };
}

/** Of a journey from its gating figures, and of a comparison from its journeys: one regression decides, a pass must be everywhere. */
export function combineVerdicts(verdicts: readonly MetricStatus[]): ComparisonVerdict {
  if (verdicts.includes("regression")) return "regression";
  return verdicts.length > 0 && verdicts.every((verdict) => verdict === "pass") ? "pass" : "inconclusive";
}

/**
 * Tests and statuses of every figure of every journey. All gating tests of the comparison are corrected together ({@link adjustGating}), so
 * the chance of any false regression in the whole verdict is at most alpha. Figures that do not gate are labelled after Benjamini and
 * Hochberg over all tests.
 * @throws ConfigError when the method needs pairs and the sides are not paired
 */
export function decideComparison(input: ComparisonInput, settings: ComparisonSettings): DecidedComparison {
  const { method } = settings;
  if (!input.paired && (method === "paired-t" || method === "wilcoxon")) {
    throw new ConfigError("comparison", [
      { field: "comparison.method", value: method, allowed: "auto, welch", hint: "The sides are not paired" },
    ]);
  }
  const measuredJourneys = input.journeys.map((journey) => ({
    journey: journey.journey,
    metrics: metricsOf(journey, settings).map((definition) =>
      measure(definition, journey, input.paired, settings),
    ),
  }));
  const all = measuredJourneys.flatMap(({ metrics }) => metrics);
  const holm = adjustedAt(
    all,
    ({ definition }) => definition.gating,
    ({ pGreater }) => pGreater,
    (tests) =>
      adjustGating(
        tests.map(({ metric, p }) => ({ kind: metric.definition.metric, p })),
        settings,
      ),
  );
  const reported = adjustedAt(
    all,
    () => true,
    ({ pTwoSided }) => pTwoSided,
    (tests) => benjaminiHochbergAdjust(tests.map(({ p }) => p)),
  );
  const decide = (metric: MeasuredMetric): DecidedMetric => {
    const pHolm = holm.adjusted.get(metric) ?? null;
    const q = reported.adjusted.get(metric) ?? null;
    const status = statusOf(metric, metric.definition.gating ? pHolm : q, settings.alpha);
    const improvement = metric.test !== null && q !== null && q <= settings.alpha && metric.test.estimate < 0;
    return { ...metric, pHolm, q, status, improvement };
  };
  const journeys = measuredJourneys.map(({ journey, metrics: measured }): DecidedJourney => {
    const metrics = measured.map(decide);
    const gating = metrics.filter(({ definition }) => definition.gating);
    return { journey, verdict: combineVerdicts(gating.map(({ status }) => status)), metrics };
  });
  return {
    journeys,
    verdict: combineVerdicts(journeys.map(({ verdict }) => verdict)),
    gatingTests: holm.tests,
    reportedTests: reported.tests,
    gatingTestsOf: (kind) =>
      [...holm.adjusted.keys()].filter(({ definition }) => definition.metric === kind).length,
  };
}

/** Pair differences on the scale of the test, in pair order; empty for unpaired sides. */
export function pairDifferences(metric: DecidedMetric, paired: boolean): readonly number[] {
  return paired ? metric.baseline.map((value, index) => (metric.candidate[index] ?? Number.NaN) - value) : [];
}

/** Mean of a side as people read it; null without values. */
export function figureOf(values: readonly number[], definition: MetricDefinition): number | null {
  return values.length === 0 ? null : definition.toFigure(describe(values).mean);
}
