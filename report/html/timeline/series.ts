import type { TierSeries } from "../../../analysis/model";
import type { ReportData } from "../../model";
import { extent } from "../charts/scale";

/** What a tier's series is about, which decides the panel it is drawn in. */
export type SeriesTopic =
  | "instances"
  | "instances-wanted"
  | "cpu"
  | "hit-ratio"
  | "replica-lag-time"
  | "replica-lag-log"
  | "pool"
  | "other";

// the names are those of campaign/telemetry/metrics.ts
const TOPICS: Readonly<Record<string, SeriesTopic>> = {
  instances_in_service: "instances",
  instances_desired: "instances-wanted",
  cpu_cores: "cpu",
  hit_ratio: "hit-ratio",
  replica_lag_ms: "replica-lag-time",
  replica_lag_bytes: "replica-lag-log",
  pool_servers_active: "pool",
  pool_clients_active: "pool",
  pool_clients_waiting: "pool",
};

export function topicOf({ metric }: TierSeries): SeriesTopic {
  return (Object.hasOwn(TOPICS, metric) ? TOPICS[metric] : undefined) ?? "other";
}

/** The finite readings of one topic's series, without empty ones. */
export function seriesOf(data: ReportData, topic: SeriesTopic): readonly TierSeries[] {
  return data.series
    .filter((series) => topicOf(series) === topic)
    .map((series) => ({ ...series, points: series.points.filter(({ value }) => Number.isFinite(value)) }))
    .filter((series) => series.points.length > 0);
}

/** CPU allotment in cores of a whole tier, as it stood over time; undefined where the sizing names none. */
export function tierAllotment(
  data: ReportData,
  tier: string,
): number | readonly { readonly atSeconds: number; readonly value: number }[] | undefined {
  const { app, database, cache, edge } = data.manifest.sizing;
  switch (tier) {
    case "app": {
      const instances = seriesOf(data, "instances")[0];
      return instances === undefined
        ? app.cpu * app.maxInstances
        : instances.points.map(({ atSeconds, value }) => ({ atSeconds, value: value * app.cpu }));
    }
    case "database":
      return database.cpu * (1 + database.replicas);
    case "cache":
      return cache.cpu;
    case "edge":
      return edge.cpu;
    default:
      return undefined;
  }
}

/** Fewest and most instances seen in service during the measured window; undefined where nothing was recorded. */
export function instanceRange(data: ReportData): { readonly min: number; readonly max: number } | undefined {
  const { measuredSeconds } = data.manifest.scenario;
  const counts = seriesOf(data, "instances").flatMap((series) =>
    series.points
      .filter(({ atSeconds }) => atSeconds >= 0 && atSeconds <= measuredSeconds)
      .map(({ value }) => value),
  );
  return counts.length === 0 ? undefined : extent(counts);
}
