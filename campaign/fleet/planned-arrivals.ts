import { arrivalsBetween } from "../../scenarios/arrival";
import { TRACE_LEAD_SECONDS } from "../../scenarios/executor";
import type { ArrivalProfile, Workload } from "../../scenarios/model";
import { journeyProfile, wholeProfile } from "../../scenarios/plan";

/** Rounding in the load tool's own sum of the curve must not lose an arrival that is due exactly at the end. */
const EPSILON = 1e-6;

/**
 * Arrivals that k6 starts in (fromSeconds, toSeconds] of a curve, for one generator of several: the n-th arrival of a k6 scenario is due
 * when the area under the curve reaches n, and belongs to generator (n - 1) mod count.
 */
function plannedOfCurve(
  profile: ArrivalProfile,
  share: { readonly index: number; readonly count: number },
  fromSeconds: number,
  toSeconds: number,
): number {
  const upTo = (seconds: number): number => {
    const due = Math.floor(arrivalsBetween(profile, 0, seconds) + EPSILON);
    return Math.max(0, Math.ceil((due - share.index) / share.count));
  };
  return upTo(toSeconds) - upTo(fromSeconds);
}

/** Iterations of all journeys planned for one generator in a part of the whole curve (warm-up first). */
export function plannedIterations(
  workload: Workload,
  share: { readonly index: number; readonly count: number },
  fromSeconds: number,
  toSeconds: number,
): number {
  const { executor } = workload;
  if (executor?.kind === "arrival-trace") {
    const within = (at: number): boolean =>
      at + TRACE_LEAD_SECONDS >= fromSeconds && at + TRACE_LEAD_SECONDS < toSeconds;
    return executor.atSeconds.filter((at, index) => index % share.count === share.index && within(at)).length;
  }
  if (workload.script !== undefined) {
    return plannedOfCurve(wholeProfile(workload), share, fromSeconds, toSeconds);
  }
  return workload.journeys.reduce(
    (sum, _, index) => sum + plannedOfCurve(journeyProfile(workload, index), share, fromSeconds, toSeconds),
    0,
  );
}
