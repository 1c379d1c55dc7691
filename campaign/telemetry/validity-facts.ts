import { instanceOf } from "../../analysis/autoscaling";
import type { ValidityInput } from "../../analysis/validity";
import type { EnvironmentEvent, TelemetryPoint } from "../../storage/schema";

/** What telemetry and events say on whether a run can be believed. */
export type TelemetryFacts = Pick<
  ValidityInput,
  "machineIdle" | "machineSteal" | "lostInstances" | "replicas" | "telemetryGaps"
>;

/**
 * @param points readings of the measured window only
 * @param events events of the measured window only
 */
export function telemetryFacts(
  points: readonly TelemetryPoint[],
  events: readonly EnvironmentEvent[],
  expectedReplicas: number,
): TelemetryFacts {
  const valuesOf = (metric: string): readonly number[] =>
    points.filter((point) => point.metric === metric).map(({ value }) => value);
  const connected = valuesOf("replicas_connected");
  const readings = new Map<string, { all: number; failed: number }>();
  for (const { source, metric, value } of points) {
    if (metric !== "reading_failed") continue;
    const { all, failed } = readings.get(source) ?? { all: 0, failed: 0 };
    readings.set(source, { all: all + 1, failed: failed + value });
  }
  return {
    machineIdle: valuesOf("machine_idle_share"),
    machineSteal: valuesOf("machine_steal_share"),
    lostInstances: [...new Set(events.filter(({ event }) => event === "instance-lost").map(instanceOf))],
    ...(connected.length === 0
      ? {}
      : {
          replicas: {
            expected: expectedReplicas,
            minConnected: connected.reduce(
              (least, value) => Math.min(least, value),
              Number.POSITIVE_INFINITY,
            ),
          },
        }),
    telemetryGaps: [...readings].map(([source, { all, failed }]) => ({ source, failedShare: failed / all })),
  };
}
