import { type ArrivalShare, arrivalsOfShare } from "../../scenarios/arrival-shares";
import { TRACE_LEAD_SECONDS } from "../../scenarios/executor";
import type { Workload } from "../../scenarios/model";
import { journeyProfile, wholeProfile } from "../../scenarios/plan";

/** Iterations of all journeys planned for one generator in a part of the whole curve (warm-up first). */
export function plannedIterations(
  workload: Workload,
  share: ArrivalShare,
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
    return arrivalsOfShare(wholeProfile(workload), share, fromSeconds, toSeconds);
  }
  return workload.journeys.reduce(
    (sum, _, index) => sum + arrivalsOfShare(journeyProfile(workload, index), share, fromSeconds, toSeconds),
    0,
  );
}
