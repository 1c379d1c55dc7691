import { type ArrivalShare, arrivalsOfShare } from "../../scenarios/arrival-shares";
import type { Workload } from "../../scenarios/model";
import { journeyProfile, wholeProfile } from "../../scenarios/plan";

/** Iterations of all journeys planned for one generator in a part of the whole curve (warm-up first). */
export function plannedIterations(
  workload: Workload,
  share: ArrivalShare,
  fromSeconds: number,
  toSeconds: number,
): number {
  if (workload.script !== undefined) {
    return arrivalsOfShare(wholeProfile(workload), share, fromSeconds, toSeconds);
  }
  return workload.journeys.reduce(
    (sum, _, index) => sum + arrivalsOfShare(journeyProfile(workload, index), share, fromSeconds, toSeconds),
    0,
  );
}
