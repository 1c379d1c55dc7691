import {
  type DecidedComparison,
  type DecidedJourney,
  type DecidedMetric,
  decideComparison,
  figureOf,
  pairDifferences,
} from "./decide";
import { firstLevel } from "./family-wise";
import { changeInterval } from "./metrics";
import type {
  ComparisonInput,
  ComparisonResult,
  ComparisonVerdict,
  JourneyComparison,
  MetricComparison,
  SeriesDiagnostics,
  Settlement,
} from "./model";
import { DIAGNOSTIC_ALPHA, diagnose, orderEffect } from "./order-effects";
import { sensitivityOf, settlementOf } from "./planning";
import { type ComparisonSettings, MIN_REPLICATES } from "./settings";
import { metricSentence, percentText, pText, settlementText } from "./wording";
import { worstFirst } from "./worst-first";

function reportMetric(
  journey: string,
  decided: DecidedMetric,
  input: ComparisonInput,
  settings: ComparisonSettings,
  gatingTestsOf: DecidedComparison["gatingTestsOf"],
): MetricComparison {
  const { definition, test } = decided;
  const level = firstLevel(definition.metric, settings, gatingTestsOf(definition.metric));
  const figure = {
    metric: definition.metric,
    probability: definition.probability,
    gating: definition.gating,
    status: decided.status,
    improvement: decided.improvement,
    baseline: figureOf(decided.baseline, definition),
    candidate: figureOf(decided.candidate, definition),
    change: test === null ? null : definition.toChange(test.estimate),
    interval: test === null ? null : changeInterval(test.interval, definition),
    confidence: settings.confidence,
    threshold: definition.threshold,
    method: test?.method ?? null,
    n: decided.n,
    sd: test?.sd ?? null,
    spreadFloored: test?.spreadFloored ?? false,
    p: test?.pGreater ?? null,
    pTwoSided: test?.pTwoSided ?? null,
    pHolm: decided.pHolm,
    q: decided.q,
    ...sensitivityOf(decided, settings, level),
    settlement: settlementOf(decided, settings, level, input.minutesPerPair),
  };
  return { ...figure, why: metricSentence(journey, figure, input.paired, decided.available) };
}

/** Diagnostics of the gating latency: of the pair differences, or of each side where the sides are not paired. */
function diagnosticsOf(metrics: readonly DecidedMetric[], paired: boolean): readonly SeriesDiagnostics[] {
  const gating = metrics.find(({ definition }) => definition.gating && definition.metric === "latency");
  if (gating === undefined || gating.n < MIN_REPLICATES) return [];
  return paired
    ? [diagnose("pair differences", pairDifferences(gating, true))]
    : [diagnose("baseline", gating.baseline), diagnose("candidate", gating.candidate)];
}

const byImportance = (status: MetricComparison["status"]): number =>
  ["regression", "inconclusive", "not-enough-data", "pass"].indexOf(status);

function reportJourney(
  decided: DecidedJourney,
  input: ComparisonInput,
  settings: ComparisonSettings,
  gatingTestsOf: DecidedComparison["gatingTestsOf"],
): JourneyComparison {
  const metrics = decided.metrics.map((metric) =>
    reportMetric(decided.journey, metric, input, settings, gatingTestsOf),
  );
  const reasons = metrics
    .filter(({ gating }) => gating)
    .sort((a, b) => byImportance(a.status) - byImportance(b.status))
    .map(({ why }) => why);
  return {
    journey: decided.journey,
    verdict: decided.verdict,
    metrics,
    diagnostics: diagnosticsOf(decided.metrics, input.paired),
    reasons,
  };
}

/** Warnings about dependence, drift and order of one journey's gating latency. */
function warningsOf(
  { journey, diagnostics }: JourneyComparison,
  decided: DecidedJourney,
  input: ComparisonInput,
): readonly string[] {
  const found: string[] = [];
  for (const { series, n, lag1, lag1Limit, slope, slopeP } of diagnostics) {
    if (lag1 !== null && n >= 8 && Math.abs(lag1) > lag1Limit) {
      found.push(
        `${journey}: neighbouring replicates depend on each other (lag-1 autocorrelation ${lag1.toFixed(2)} of the ${series}, chance stays within ±${lag1Limit.toFixed(2)}): intervals may be ${lag1 > 0 ? "too narrow" : "too wide"}.`,
      );
    }
    if (slope !== null && slopeP !== null && slopeP < DIAGNOSTIC_ALPHA) {
      const direction = slope > 0 ? "upwards" : "downwards";
      found.push(
        `${journey}: the ${series} drift ${direction} by ${percentText(Math.abs(Math.expm1(slope)))} a replicate (${pText(slopeP)}): the environment changed while it was measured.`,
      );
    }
  }
  const order = orderEffectOf(decided, input);
  if (order !== null && order.pTwoSided < DIAGNOSTIC_ALPHA) {
    found.push(
      `${journey}: which side runs first in a pair matters (${percentText(Math.abs(Math.expm1(order.estimate)))}, ${pText(order.pTwoSided)}): the pause between runs may be too short.`,
    );
  }
  return found;
}

function orderEffectOf(decided: DecidedJourney, input: ComparisonInput): ReturnType<typeof orderEffect> {
  const { first, paired } = input;
  const gating = decided.metrics.find(
    ({ definition }) => definition.gating && definition.metric === "latency",
  );
  const replicates = input.journeys.find(({ journey }) => journey === decided.journey);
  if (first === undefined || !paired || gating === undefined || replicates === undefined) return null;
  const candidates = new Map(replicates.candidate.map((replicate) => [replicate.pair, replicate]));
  const sides = new Map(first.map(({ pair, side }) => [pair, side]));
  const pairs = replicates.baseline.flatMap((replicate) => {
    const partner = candidates.get(replicate.pair);
    const side = sides.get(replicate.pair);
    const from = gating.definition.valueOf(replicate);
    const to = partner === undefined ? null : gating.definition.valueOf(partner);
    return side === undefined || from === null || to === null ? [] : [{ difference: to - from, first: side }];
  });
  return orderEffect(pairs);
}

/** The one that takes longest; one without an end outlasts all. */
function longest(settlements: readonly Settlement[]): Settlement | null {
  const cost = ({ morePairs }: Settlement): number => morePairs ?? Number.POSITIVE_INFINITY;
  return settlements.reduce<Settlement | null>(
    (worst, next) => (worst === null || cost(next) > cost(worst) ? next : worst),
    null,
  );
}

function headlineOf(
  verdict: ComparisonVerdict,
  journeys: readonly JourneyComparison[],
  settlement: Settlement | null,
  paired: boolean,
): string {
  const named = (wanted: ComparisonVerdict): string =>
    worstFirst(journeys)
      .filter((journey) => journey.verdict === wanted)
      .map(({ journey }) => journey)
      .join(", ");
  if (journeys.length === 0) return "There is no journey to compare.";
  if (verdict === "regression") return `The candidate is worse than the baseline: ${named("regression")}.`;
  if (verdict === "inconclusive") {
    const more = settlementText(settlement, paired);
    return `The data cannot decide about ${named("inconclusive")}.${more === "" ? "" : ` ${more}`}`;
  }
  const better = journeys.filter(({ metrics }) =>
    metrics.some(({ gating, improvement }) => gating && improvement),
  );
  const note = better.length === 0 ? "" : ` Better: ${better.map(({ journey }) => journey).join(", ")}.`;
  return `The candidate is no worse than the baseline, within the thresholds.${note}`;
}

/**
 * Baseline against candidate: every figure of every journey with estimate, interval, p-values, sensitivity and status, the verdict of
 * each journey and of the whole. Pure and deterministic: the same input gives the same result.
 * Whether the runs are to be believed is judged before, elsewhere; only believed replicates belong in here.
 * @throws ConfigError when the method needs pairs and the sides are not paired
 * @throws RangeError when two replicates of a side share a pair number
 */
export function compareSides(input: ComparisonInput, settings: ComparisonSettings): ComparisonResult {
  const decided: DecidedComparison = decideComparison(input, settings);
  const { gatingTests, gatingTestsOf, reportedTests, verdict } = decided;
  const journeys = decided.journeys.map((journey) => reportJourney(journey, input, settings, gatingTestsOf));
  const metricsOfAll = decided.journeys.flatMap(({ metrics }) => metrics);
  const open = journeys.flatMap(({ metrics }) =>
    metrics.flatMap(({ gating, settlement }) => (gating && settlement !== null ? [settlement] : [])),
  );
  const settlement = verdict === "inconclusive" ? longest(open) : null;
  const warnings = decided.journeys.flatMap((journey, index) => {
    const report = journeys[index];
    return report === undefined ? [] : warningsOf(report, journey, input);
  });
  if (!input.paired) {
    warnings.unshift(
      "The sides did not run in random interleaved pairs: effects of order and of the time of day are not controlled.",
    );
  }
  return {
    verdict,
    journeys,
    n: metricsOfAll.length === 0 ? 0 : Math.min(...metricsOfAll.map(({ available }) => available)),
    paired: input.paired,
    gatingTests,
    reportedTests,
    headline: headlineOf(verdict, journeys, settlement, input.paired),
    reasons: worstFirst(journeys)
      .toSorted((a, b) => byImportance(a.verdict) - byImportance(b.verdict))
      .flatMap(({ reasons }) => reasons),
    warnings,
    settlement,
  };
}
