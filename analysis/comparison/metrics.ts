import type { Interval } from "../statistics/distributions";
import type { ChangeInterval, JourneyReplicates, MetricComparison, ReplicateFigures } from "./model";
import { type ComparisonSettings, settingsOf } from "./settings";

/** Quantiles that every comparison shows, where the replicates have them. */
export const COMPARED_PROBABILITIES: readonly number[] = [0.5, 0.95, 0.99, 0.999];

/**
 * No two runs repeat a latency better than 0.01 %: microseconds of a clock, and a scheduler. Replicates that agree more closely are
 * the luck of rounding.
 */
const LATENCY_RESOLUTION = 1e-4;
const SHARE_RESOLUTION = 1e-4;

/** One figure, on a scale on which larger is worse and differences are what is tested. */
export interface MetricDefinition {
  readonly metric: MetricComparison["metric"];
  readonly probability: number | null;
  readonly gating: boolean;
  /** In the unit of the reported change. */
  readonly threshold: number;
  /** On the scale of the test. */
  readonly scaleThreshold: number;
  readonly valueOf: (replicate: ReplicateFigures) => number | null;
  /** Least honest standard deviation of a pair's difference. */
  readonly sdFloor: number;
  /** From the scale of the test to the figure that people read, e.g. ln ms to ms. */
  readonly toFigure: (value: number) => number;
  /** From a difference on that scale to the reported change. */
  readonly toChange: (difference: number) => number;
}

/**
 * Standard deviation that the difference of two error shares has from counting alone: binomial, with half a request added to each kind
 * (Jeffreys), so that "never an error" is not known for sure. Replicates spread at least this much; a spread below it is luck, as a
 * dispersion below 1 is in quasi-likelihood (McCullagh and Nelder 1989, section 4.5).
 */
export function binomialSdFloor(
  baseline: readonly ReplicateFigures[],
  candidate: readonly ReplicateFigures[],
): number {
  const variance = (replicates: readonly ReplicateFigures[]): number => {
    const requests = replicates.reduce((sum, replicate) => sum + replicate.requests, 0);
    const errors = replicates.reduce((sum, replicate) => sum + replicate.errors, 0);
    if (requests === 0) return 1;
    const share = (errors + 0.5) / (requests + 1);
    return (share * (1 - share) * replicates.length) / requests;
  };
  return Math.sqrt(variance(baseline) + variance(candidate));
}

function latency(probability: number, gating: boolean, threshold: number): MetricDefinition {
  return {
    metric: "latency",
    probability,
    gating,
    threshold,
    scaleThreshold: Math.log1p(threshold),
    valueOf: ({ quantiles }) => quantiles.find((entry) => entry.probability === probability)?.logMs ?? null,
    sdFloor: LATENCY_RESOLUTION,
    toFigure: Math.exp,
    toChange: Math.expm1,
  };
}

/** Every figure of a journey that is compared: latencies by quantile, then errors, then throughput. */
export function metricsOf(
  journey: JourneyReplicates,
  settings: ComparisonSettings,
): readonly MetricDefinition[] {
  const own = settingsOf(settings, journey.journey);
  const probabilities = [...new Set([...COMPARED_PROBABILITIES, own.gatingQuantile])].sort((a, b) => a - b);
  const sides = [...journey.baseline, ...journey.candidate];
  const errorsFloor = sides.length === 0 ? 1 : binomialSdFloor(journey.baseline, journey.candidate);
  return [
    ...probabilities.map((probability) =>
      latency(probability, probability === own.gatingQuantile, own.threshold),
    ),
    {
      metric: "error-ratio",
      probability: null,
      gating: true,
      threshold: own.errorThreshold,
      scaleThreshold: own.errorThreshold,
      valueOf: ({ requests, errors }) => (requests > 0 ? errors / requests : null),
      sdFloor: errorsFloor,
      toFigure: (share) => share,
      toChange: (difference) => difference,
    },
    {
      metric: "throughput",
      probability: null,
      gating: settings.throughputGates,
      threshold: own.throughputThreshold,
      scaleThreshold: own.throughputThreshold,
      valueOf: ({ achievedShare }) => (achievedShare === null ? null : -achievedShare),
      sdFloor: SHARE_RESOLUTION,
      toFigure: (value) => -value,
      toChange: (difference) => -difference,
    },
  ];
}

/** The interval in the unit of the reported change; infinite ends become null. */
export function changeInterval(interval: Interval, { toChange, metric }: MetricDefinition): ChangeInterval {
  const end = (value: number): number | null => (Number.isFinite(value) ? toChange(value) : null);
  const [lower, upper] = [end(interval.lower), end(interval.upper)];
  return metric === "throughput" ? { lower: upper, upper: lower } : { lower, upper };
}
