import type { ServiceLevelObjective } from "../scenarios/model";
import type { QuantileEstimate, SloResult } from "./model";

/** What judging needs of one journey. */
export interface JudgedJourney {
  readonly journey: string;
  readonly requests: number;
  readonly errors: number;
  /** Must hold every probability that an objective names. */
  readonly quantiles: readonly QuantileEstimate[];
}

/** Requests below which an error ratio says nothing, whatever the threshold. */
const MIN_REQUESTS_FOR_RATIO = 10;

/** Probabilities that the objectives judge, without repeats, ascending. */
export function objectiveProbabilities(objectives: readonly ServiceLevelObjective[]): readonly number[] {
  const wanted = objectives.flatMap((objective) =>
    objective.kind === "latency" && objective.quantile !== undefined ? [objective.quantile] : [],
  );
  return [...new Set(wanted)].sort((a, b) => a - b);
}

/**
 * Judges every objective on every journey it names. A journey that should have run and has no requests is `not-enough-data`,
 * never a pass.
 * @param expectedJourneys journeys of the workload; journeys of the data (a native script's) count as well
 */
export function judgeObjectives(
  objectives: readonly ServiceLevelObjective[],
  measured: readonly JudgedJourney[],
  expectedJourneys: readonly string[],
): readonly SloResult[] {
  const byName = new Map(measured.map((journey) => [journey.journey, journey]));
  const all = [...new Set([...expectedJourneys, ...byName.keys()])];
  return objectives.flatMap((objective) =>
    (objective.journey === undefined ? all : [objective.journey]).map((name) =>
      objective.kind === "latency"
        ? judgeLatency(objective, name, byName.get(name))
        : judgeErrorRatio(objective, name, byName.get(name)),
    ),
  );
}

function judgeLatency(
  objective: ServiceLevelObjective,
  journey: string,
  measured: JudgedJourney | undefined,
): SloResult {
  const quantile = objective.quantile ?? null;
  const base = { journey, kind: objective.kind, quantile, threshold: objective.threshold };
  const estimate = measured?.quantiles.find(({ probability }) => probability === quantile);
  if (estimate === undefined || (estimate.valueMs === null && estimate.missing !== "failed-requests")) {
    return { ...base, measured: null, status: "not-enough-data" };
  }
  // So many requests failed that the quantile falls among them: no answer is slower than any threshold.
  if (estimate.valueMs === null) return { ...base, measured: null, status: "broken" };
  const status = estimate.valueMs <= objective.threshold ? "met" : "broken";
  return { ...base, measured: estimate.valueMs, status };
}

/**
 * Broken as soon as the share is above the threshold. Met only with enough requests that one failure would not have broken it
 * (1 / threshold), and ten at least: zero failures in twenty requests do not show "at most 1 %".
 */
function judgeErrorRatio(
  objective: ServiceLevelObjective,
  journey: string,
  measured: JudgedJourney | undefined,
): SloResult {
  const base = { journey, kind: objective.kind, quantile: null, threshold: objective.threshold };
  if (measured === undefined || measured.requests === 0) {
    return { ...base, measured: null, status: "not-enough-data" };
  }
  const ratio = measured.errors / measured.requests;
  if (ratio > objective.threshold) return { ...base, measured: ratio, status: "broken" };
  const needed = Math.max(MIN_REQUESTS_FOR_RATIO, objective.threshold > 0 ? 1 / objective.threshold : 0);
  return { ...base, measured: ratio, status: measured.requests >= needed - 1e-9 ? "met" : "not-enough-data" };
}
