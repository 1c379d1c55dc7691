import {
  type Activity,
  type AutoScalingClient,
  DescribeScalingActivitiesCommand,
} from "@aws-sdk/client-auto-scaling";
import type { EnvironmentEvent } from "../../../../storage/schema";
import type { Window } from "./read-figures";

/** What an activity is told by; AWS says more than this. */
export type ScalingActivity = Pick<
  Activity,
  "ActivityId" | "Description" | "Cause" | "StartTime" | "EndTime" | "StatusCode"
>;

const SOURCE = { tier: "app", source: "autoscaler" } as const;
const microseconds = (date: Date): bigint => BigInt(date.getTime()) * 1000n;

interface Decision {
  readonly at: Date;
  readonly from: number;
  readonly to: number;
}

/**
 * The decision in an activity's cause, as AWS words it: "At 2026-05-01T10:00:12Z a monitor alarm … in state ALARM triggered policy …
 * changing the desired capacity from 2 to 4. At 2026-05-01T10:00:20Z an instance was started in response to a difference …".
 */
export function decisionIn(cause: string): Decision | undefined {
  const found = /At (\S+Z) [^.]*?changing the desired capacity from (\d+) to (\d+)/.exec(cause);
  if (found === null) return undefined;
  const at = new Date(found[1] ?? "");
  if (Number.isNaN(at.getTime())) return undefined;
  return { at, from: Number(found[2]), to: Number(found[3]) };
}

/** Nobody wanted fewer instances: AWS took one out because it was ill, gone or reclaimed. */
const isLoss = (cause: string): boolean =>
  /health check|unhealthy|taken out of service in response to|Spot|interruption|user.*terminated/i.test(
    cause,
  ) && decisionIn(cause) === undefined;

function decisionEvent({ at, from, to }: Decision): EnvironmentEvent {
  return {
    ...SOURCE,
    atUs: microseconds(at),
    event: to > from ? "scale-out-decided" : "scale-in-decided",
    detail: { from, to },
  };
}

function instanceEvents(activity: ScalingActivity): readonly EnvironmentEvent[] {
  const { Description = "", Cause = "", StartTime, EndTime, StatusCode } = activity;
  const instance = /\b(i-[0-9a-f]{8,17})\b/.exec(Description)?.[1];
  if (instance === undefined || StartTime === undefined) return [];
  const event = (at: Date, name: string): EnvironmentEvent => ({
    ...SOURCE,
    atUs: microseconds(at),
    event: name,
    detail: { instance },
  });
  const ended = EndTime !== undefined && StatusCode === "Successful";
  if (/^Launching/i.test(Description)) {
    return [event(StartTime, "instance-launched"), ...(ended ? [event(EndTime, "instance-in-service")] : [])];
  }
  if (/^Terminating/i.test(Description)) {
    return [
      event(StartTime, isLoss(Cause) ? "instance-lost" : "drain-started"),
      ...(ended ? [event(EndTime, "instance-ended")] : []),
    ];
  }
  return [];
}

/** The activities of a group as events of the environment, in time order; one decision, however many instances it started. */
export function eventsOf(activities: readonly ScalingActivity[]): readonly EnvironmentEvent[] {
  const decisions = new Map<string, EnvironmentEvent>();
  for (const { Cause = "" } of activities) {
    const decision = decisionIn(Cause);
    if (decision === undefined || decision.from === decision.to) continue;
    decisions.set(`${decision.at.getTime()} ${decision.from} ${decision.to}`, decisionEvent(decision));
  }
  return [...decisions.values(), ...activities.flatMap(instanceEvents)].sort((a, b) =>
    a.atUs < b.atUs ? -1 : a.atUs > b.atUs ? 1 : 0,
  );
}

/** What the app tier's group did within a window. A group that is not there has done nothing. */
export async function readScalingEvents(
  groupName: string,
  window: Window,
  autoScaling: AutoScalingClient,
): Promise<readonly EnvironmentEvent[]> {
  const activities: Activity[] = [];
  let NextToken: string | undefined;
  do {
    const page = await autoScaling.send(
      new DescribeScalingActivitiesCommand({
        AutoScalingGroupName: groupName,
        ...(NextToken === undefined ? {} : { NextToken }),
      }),
    );
    activities.push(...(page.Activities ?? []));
    // Newest first: what began before the window is the rest.
    const oldest = activities.at(-1)?.StartTime;
    NextToken = oldest !== undefined && oldest.getTime() * 1000 < window.fromUs ? undefined : page.NextToken;
  } while (NextToken !== undefined);
  return eventsOf(activities).filter(
    ({ atUs }) => Number(atUs) >= window.fromUs && Number(atUs) <= window.toUs,
  );
}
