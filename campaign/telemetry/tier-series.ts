import type { TierSeries } from "../../analysis/model";
import { groupBy } from "../../core/group-by";
import type { TelemetryPoint } from "../../storage/schema";
import { isMetricName, METRICS, type MetricName } from "./metrics";

/** Figures the report draws. `sum`: one line a tier; `each`: one line a source. */
const CHARTED: readonly {
  readonly metric: MetricName;
  readonly tiers?: readonly string[];
  readonly combine: "sum" | "each";
}[] = [
  { metric: "instances_in_service", combine: "each" },
  { metric: "instances_desired", combine: "each" },
  // The tiers of the environment; what perfbed itself needs (the watchdog) is in the tiers table only.
  { metric: "cpu_cores", combine: "sum", tiers: ["app", "database", "cache", "edge", "fleet"] },
  { metric: "machine_idle_share", combine: "each" },
  { metric: "in_flight", combine: "each", tiers: ["app"] },
  { metric: "hit_ratio", combine: "each" },
  { metric: "replica_lag_ms", combine: "each" },
  { metric: "replica_lag_bytes", combine: "each" },
  { metric: "pool_servers_active", combine: "each" },
  { metric: "pool_clients_waiting", combine: "each" },
];

export interface SeriesWindow {
  /** Where 0 of the run's axis is, microseconds since the epoch. */
  readonly measuredFromUs: number;
  /** Length of one point's slice in seconds; readings of a slice are averaged. */
  readonly sliceSeconds: number;
}

/** Mean per slice. A tier's line adds the slice means of its sources, so that an instance that comes or goes counts while it lives. */
function seriesOf(
  points: readonly TelemetryPoint[],
  window: SeriesWindow,
): { readonly atSeconds: number; readonly value: number }[] {
  const slices = new Map<number, Map<string, { sum: number; count: number }>>();
  for (const point of points) {
    const seconds = (Number(point.atUs) - window.measuredFromUs) / 1e6;
    const slice = Math.floor(seconds / window.sliceSeconds);
    const sources = slices.get(slice) ?? new Map<string, { sum: number; count: number }>();
    const cell = sources.get(point.source) ?? { sum: 0, count: 0 };
    sources.set(point.source, { sum: cell.sum + point.value, count: cell.count + 1 });
    slices.set(slice, sources);
  }
  return [...slices]
    .sort(([a], [b]) => a - b)
    .map(([slice, sources]) => ({
      atSeconds: slice * window.sliceSeconds,
      value: [...sources.values()].reduce((total, { sum, count }) => total + sum / count, 0),
    }));
}

/**
 * Series for the report's charts, on the run's time axis.
 * @param points readings of the whole run; figures that are not drawn are left out
 */
export function buildTierSeries(
  points: readonly TelemetryPoint[],
  window: SeriesWindow,
): readonly TierSeries[] {
  const byMetric = groupBy(
    points.filter(({ metric }) => isMetricName(metric)),
    ({ metric }) => metric,
  );
  return CHARTED.flatMap(({ metric, tiers, combine }) => {
    const chosen = (byMetric.get(metric) ?? []).filter(({ tier }) => tiers?.includes(tier) ?? true);
    const lines = groupBy(chosen, ({ tier, source }) => (combine === "sum" ? tier : `${tier}\n${source}`));
    return [...lines.values()].flatMap((line): readonly TierSeries[] => {
      const [first] = line;
      if (first === undefined) return [];
      return [
        {
          tier: first.tier,
          source: combine === "sum" ? first.tier : first.source,
          metric,
          unit: METRICS[metric].unit,
          points: seriesOf(line, window),
        },
      ];
    });
  });
}
