import { meanOrZero } from "../../analysis/statistics/mean";
import type { Sizing } from "../../components/contracts";
import type { TelemetryPoint } from "../../storage/schema";

/** How busy one tier was in one replicate. */
export interface TierUse {
  readonly tier: string;
  /** CPU used of the CPU that its busiest process was allotted, mean over the measured window, 0..1. */
  readonly utilisation: number;
  /** Share of scheduling periods in which a CPU quota stopped its most throttled process; 0 where nothing is known. */
  readonly throttledShare: number;
  /** Instances in service, mean; app tier only. */
  readonly instances: number | null;
}

const TIERS = ["edge", "app", "cache", "database"] as const;

/** CPU allotted to one process, where the sizing allots any. */
function allotted(sizing: Sizing, tier: string, source: string): number | undefined {
  switch (tier) {
    case "app":
      return /^app-\d+$/.test(source) ? sizing.app.cpu : undefined;
    case "database":
      return sizing.database.cpu;
    case "cache":
      return sizing.cache.cpu;
    case "edge":
      return sizing.edge.cpu;
    default:
      return undefined;
  }
}

/**
 * Utilisation of every tier. Of a tier with several processes the busiest counts: the others being idle does not help it.
 * @param points readings of the measured window only
 */
export function tierUse(points: readonly TelemetryPoint[], sizing: Sizing): readonly TierUse[] {
  return TIERS.flatMap((tier): readonly TierUse[] => {
    const own = points.filter((point) => point.tier === tier);
    const values = (metric: string, source: string): readonly number[] =>
      own.filter((point) => point.metric === metric && point.source === source).map(({ value }) => value);
    const sources = [...new Set(own.map(({ source }) => source))].sort();
    const uses = sources.flatMap((source) => {
      const cpu = allotted(sizing, tier, source);
      const used = values("cpu_cores", source);
      if (cpu === undefined || used.length === 0) return [];
      return [
        {
          utilisation: meanOrZero(used) / cpu,
          throttledShare: meanOrZero(values("throttled_share", source)),
        },
      ];
    });
    if (uses.length === 0) return [];
    const instances = own.filter(({ metric }) => metric === "instances_in_service").map(({ value }) => value);
    return [
      {
        tier,
        utilisation: Math.max(...uses.map(({ utilisation }) => utilisation)),
        throttledShare: Math.max(...uses.map(({ throttledShare }) => throttledShare)),
        instances: instances.length === 0 ? null : meanOrZero(instances),
      },
    ];
  });
}
