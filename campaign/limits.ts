import type { Problem } from "../core/errors";
import type { Workload } from "../scenarios/model";
import { planWorkload } from "../scenarios/plan";

/** What a run may do at most: the configuration's `limits`. */
export interface RunLimits {
  readonly maxRequestsPerSecond: number;
  readonly maxDurationMinutes: number;
  readonly maxRequests: number;
  readonly abortErrorRatio: number;
  readonly maxRows: number;
}

export const DEFAULT_LIMITS: RunLimits = {
  maxRequestsPerSecond: 5_000,
  maxDurationMinutes: 720,
  maxRequests: 20_000_000,
  abortErrorRatio: 0.5,
  maxRows: 10_000_000,
};

const whole = (value: number): number => Math.ceil(value - 1e-9);

/**
 * What a plan exceeds, each with the setting to change. Virtual users and scripts of one's own are estimated or unknown: the number of
 * requests is watched while they run.
 */
export function limitProblems(workload: Workload, limits: RunLimits): readonly Problem[] {
  const plan = planWorkload(workload);
  const problems: Problem[] = [];
  const check = (field: keyof RunLimits, planned: number | null, limit: number, unit: string): void => {
    if (planned === null || planned <= limit) return;
    problems.push({
      field: `limits.${field}`,
      value: whole(planned),
      allowed: `at most ${limit} ${unit}`,
      hint: `Change the scenario's parameters, or set limits.${field} to at least ${whole(planned)} in the configuration.`,
    });
  };
  const seconds = plan.warmupSeconds + plan.measuredSeconds;
  check("maxDurationMinutes", seconds / 60, limits.maxDurationMinutes, "minutes, warm-up included");
  if (plan.arrivals !== "planned") return problems;
  check("maxRequestsPerSecond", plan.peakRequestsPerSecond, limits.maxRequestsPerSecond, "requests a second");
  check("maxRequests", plan.measuredRequests, limits.maxRequests, "requests");
  return problems;
}

/** The workload with the configuration's limit of failed requests, where the scenario has none of its own. */
export function withAbortRatio(workload: Workload, limits: RunLimits): Workload {
  return workload.abortErrorRatio === undefined
    ? { ...workload, abortErrorRatio: limits.abortErrorRatio }
    : workload;
}
