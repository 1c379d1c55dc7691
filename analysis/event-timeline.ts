import type { EnvironmentEvent } from "../storage/schema";
import { instanceOf } from "./autoscaling";
import type { TimelineEvent } from "./model";

/** What each event means to a reader, given the instance it is about. Events not named here keep their own name. */
const TEXTS: Readonly<Record<string, (event: EnvironmentEvent) => string>> = {
  "scale-out-decided": ({ detail }) => `Scale-out decided: ${change(detail)}`,
  "scale-in-decided": ({ detail }) => `Scale-in decided: ${change(detail)}`,
  "instance-launched": (event) => `${instanceOf(event)} launched`,
  "instance-ready": (event) => `${instanceOf(event)} ready`,
  "instance-in-service": (event) => `${instanceOf(event)} in service`,
  "first-request": (event) => `${instanceOf(event)} served its first request`,
  "drain-started": (event) => `${instanceOf(event)} takes no new requests`,
  drained: (event) => `${instanceOf(event)} has finished its requests`,
  "instance-ended": (event) => `${instanceOf(event)} ended`,
  "instance-lost": (event) => `${instanceOf(event)} was lost`,
};

function change({ from, to, metric, value, target }: EnvironmentEvent["detail"]): string {
  const sizes = typeof from === "number" && typeof to === "number" ? `${from} to ${to} instances` : "";
  const cause =
    typeof metric === "string" && typeof value === "number" ? `${metric} ${value}, target ${target}` : "";
  return [sizes, cause].filter((part) => part !== "").join("; ");
}

/** Events on the run's time axis (0 = start of the measured window), in time order, each with a sentence. */
export function eventTimeline(
  events: readonly EnvironmentEvent[],
  measuredFromUs: number,
): readonly TimelineEvent[] {
  return events
    .map((event) => ({
      atSeconds: (Number(event.atUs) - measuredFromUs) / 1e6,
      tier: event.tier,
      source: event.source,
      event: event.event,
      text: TEXTS[event.event]?.(event) ?? `${event.source}: ${event.event}`,
    }))
    .sort((a, b) => a.atSeconds - b.atSeconds);
}
