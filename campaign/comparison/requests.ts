import { type ComparisonSettings, settingsOf } from "../../analysis/comparison/settings";
import { exceedances, MIN_EXCEEDANCES } from "../../analysis/quantiles";
import { quantileLabel } from "../../analysis/verdict";
import { ConfigError, type Problem } from "../../core/errors";
import type { Workload } from "../../scenarios/model";
import { planWorkload, requestsPerVisit } from "../../scenarios/plan";

/** Requests of each journey in one replicate; null where a script of the user's own decides. */
function requestsPerJourney(workload: Workload): ReadonlyMap<string, number> | null {
  if (workload.script !== undefined) return null;
  const plan = planWorkload(workload);
  return new Map(
    workload.journeys.map((journey, index) => [
      journey.name,
      (plan.journeys[index]?.measuredArrivals ?? 0) * requestsPerVisit(journey),
    ]),
  );
}

/** A gate on a quantile that no replicate can have is refused; others that will be missing are named beforehand. */
export function checkRequests(workload: Workload, settings: ComparisonSettings, notes: string[]): void {
  const expected = requestsPerJourney(workload);
  if (expected === null) return;
  const problems: Problem[] = [];
  const thin = new Map<number, string[]>();
  for (const [journey, requests] of expected) {
    const { gatingQuantile } = settingsOf(settings, journey);
    if (exceedances(requests, gatingQuantile) < MIN_EXCEEDANCES) {
      const needed = Math.ceil(MIN_EXCEEDANCES / (1 - gatingQuantile) - 1e-9);
      problems.push({
        field: `journey ${journey}`,
        value: `about ${Math.floor(requests)} requests a replicate`,
        allowed: `at least ${needed}, so that ${MIN_EXCEEDANCES} lie beyond its ${quantileLabel(gatingQuantile)}`,
        hint: `Measure ${(needed / Math.max(1, requests)).toFixed(1)} times as long or as fast, for instance with --set holdSeconds=… or --set peakRate=…, or gate on a lower quantile`,
      });
    }
    for (const probability of [0.99, 0.999]) {
      if (exceedances(requests, probability) < MIN_EXCEEDANCES && probability !== gatingQuantile)
        thin.set(probability, [...(thin.get(probability) ?? []), journey]);
    }
  }
  if (problems.length > 0) throw new ConfigError("The replicates are too short for the gate", problems);
  for (const [probability, journeys] of thin) {
    const which = journeys.length === expected.size ? "every journey" : journeys.join(", ");
    notes.push(
      `${quantileLabel(probability)} of ${which} will be "not enough data": a replicate has fewer than ${Math.round(MIN_EXCEEDANCES / (1 - probability))} requests of it.`,
    );
  }
}
