import type { EnvironmentEvent } from "../storage/schema";
import { type CurveCorner, riseStarts } from "./arrival-curve";
import type { ScaleOutLag } from "./model";

/** Instance an event is about: `detail.instance` where given, else the event's source. */
export function instanceOf(event: EnvironmentEvent): string {
  const { instance } = event.detail;
  return typeof instance === "string" ? instance : event.source;
}

/**
 * Lag of every instance that a scale-out started, from the load step that caused it to the first request it served.
 * The cause is the latest rise of the planned curve that began before the decision; where there is none, times count from the
 * decision. Instances started without a decision (the minimum at the start) are not scale-outs.
 * @param curve the planned curve, warm-up included, on the run's axis
 * @param measuredFromUs where 0 of that axis is
 */
export function scaleOutLags(
  events: readonly EnvironmentEvent[],
  curve: readonly CurveCorner[],
  measuredFromUs: number,
): readonly ScaleOutLag[] {
  const ordered = events.toSorted((a, b) => (a.atUs < b.atUs ? -1 : a.atUs > b.atUs ? 1 : 0));
  const rises = riseStarts(curve);
  const lags: ScaleOutLag[] = [];
  let decision: EnvironmentEvent | undefined;
  let launchesLeft = 0;
  for (const event of ordered) {
    if (event.event === "scale-out-decided") {
      decision = event;
      launchesLeft = plannedLaunches(event);
    } else if (event.event === "instance-launched" && decision !== undefined && launchesLeft > 0) {
      launchesLeft -= 1;
      lags.push(lagOf(event, decision, ordered, rises, measuredFromUs));
    }
  }
  return lags;
}

/** A decision says how many instances it adds, or from how many to how many; without either, all launches until the next one are its own. */
function plannedLaunches({ detail }: EnvironmentEvent): number {
  if (typeof detail.adjustment === "number") return detail.adjustment;
  if (typeof detail.from === "number" && typeof detail.to === "number") return detail.to - detail.from;
  return Number.POSITIVE_INFINITY;
}

function lagOf(
  launched: EnvironmentEvent,
  decision: EnvironmentEvent,
  ordered: readonly EnvironmentEvent[],
  rises: readonly number[],
  measuredFromUs: number,
): ScaleOutLag {
  const instance = instanceOf(launched);
  const decidedAtSeconds = (Number(decision.atUs) - measuredFromUs) / 1e6;
  const loadStepAtSeconds = rises.findLast((at) => at <= decidedAtSeconds) ?? null;
  const originUs =
    loadStepAtSeconds === null ? Number(decision.atUs) : measuredFromUs + loadStepAtSeconds * 1e6;
  const since = (event: EnvironmentEvent | undefined): number | null =>
    event === undefined ? null : (Number(event.atUs) - originUs) / 1000;
  const next = (name: string): EnvironmentEvent | undefined =>
    ordered.find(
      (event) => event.event === name && event.atUs >= launched.atUs && instanceOf(event) === instance,
    );
  return {
    instance,
    loadStepAtSeconds,
    decidedMs: since(decision),
    launchedMs: since(launched),
    readyMs: since(next("instance-ready")),
    inServiceMs: since(next("instance-in-service")),
    firstRequestMs: since(next("first-request")),
  };
}
