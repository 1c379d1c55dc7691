import type { TierSummary } from "../../analysis/model";
import type { Sizing } from "../../components/contracts";
import type { TelemetryPoint } from "../../storage/schema";
import type { MetricName } from "./metrics";

type Figure = TierSummary["figures"][number];
type Show = (value: number) => string;

interface Values {
  readonly mean: number;
  readonly max: number;
  readonly min: number;
}

const percent: Show = (share) => `${(share * 100).toFixed(1)} %`;
const plain: Show = (value) =>
  value >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toFixed(2);
const perSecond: Show = (value) => `${plain(value)} a second`;
const ms: Show = (value) => `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
const mib: Show = (value) => `${value.toFixed(0)} MiB`;
const bytes: Show = (value) =>
  value >= 2 ** 20 ? `${(value / 2 ** 20).toFixed(1)} MiB` : `${(value / 1024).toFixed(1)} KiB`;

/** What the report says of a source besides CPU and memory, in this order. */
const ROWS: readonly {
  readonly metric: MetricName;
  readonly of: keyof Values;
  readonly label: string;
  readonly show: Show;
}[] = [
  { metric: "instances_in_service", of: "mean", label: "Instances in service, mean", show: plain },
  { metric: "instances_in_service", of: "max", label: "Instances in service, most", show: plain },
  { metric: "requests_per_second", of: "mean", label: "Requests", show: perSecond },
  { metric: "errors_5xx_per_second", of: "mean", label: "Responses with 5xx", show: perSecond },
  { metric: "in_flight", of: "mean", label: "In flight, mean", show: plain },
  { metric: "in_flight", of: "max", label: "In flight, most", show: plain },
  { metric: "queued", of: "max", label: "Queued, most", show: plain },
  { metric: "evictions_per_second", of: "mean", label: "Evictions", show: perSecond },
  { metric: "memory_used_mib", of: "max", label: "Store in use, most", show: mib },
  { metric: "pool_servers_active", of: "mean", label: "Server connections in use, mean", show: plain },
  { metric: "pool_servers_active", of: "max", label: "Server connections in use, most", show: plain },
  { metric: "pool_clients_waiting", of: "max", label: "Clients waiting, most", show: plain },
  { metric: "pool_mean_wait_ms", of: "mean", label: "Wait for a connection, mean", show: ms },
  { metric: "queries_per_second", of: "mean", label: "Queries", show: perSecond },
  { metric: "transactions_per_second", of: "mean", label: "Transactions", show: perSecond },
  { metric: "block_hit_ratio", of: "mean", label: "Blocks found in memory", show: percent },
  { metric: "connections_active", of: "max", label: "Active connections, most", show: plain },
  { metric: "connections_blocked", of: "max", label: "Connections blocked, most", show: plain },
  { metric: "replica_lag_ms", of: "mean", label: "Replication lag, mean", show: ms },
  { metric: "replica_lag_ms", of: "max", label: "Replication lag, most", show: ms },
  { metric: "replica_lag_bytes", of: "max", label: "Replication lag, most", show: bytes },
  { metric: "machine_idle_share", of: "mean", label: "CPU free, mean", show: percent },
  { metric: "machine_idle_share", of: "min", label: "CPU free, least", show: percent },
  { metric: "machine_steal_share", of: "mean", label: "CPU stolen by the host, mean", show: percent },
];

/** CPU and memory allotment of one process of a tier; undefined where the sizing sets none. */
function allotment(
  sizing: Sizing,
  tier: string,
  source: string,
): { readonly cpu: number; readonly memoryMiB: number } | undefined {
  switch (tier) {
    case "app":
      // The balancer and the autoscaler stand in the app tier too, without an allotment; instances are `app-<n>`.
      return /^app-\d+$/.test(source) ? sizing.app : undefined;
    case "database":
      return sizing.database;
    case "cache":
      return sizing.cache;
    case "edge":
      return sizing.edge;
    default:
      return undefined;
  }
}

/** Over the whole window, not the mean of the seconds' ratios: a quiet second must not weigh as much as a busy one. */
function hitRatioFigure(read: (metric: MetricName) => Values | undefined): Figure[] {
  const hits = read("hits_per_second")?.mean;
  const misses = read("misses_per_second")?.mean;
  if (hits === undefined || misses === undefined) return [];
  const lookups = hits + misses + (read("passes_per_second")?.mean ?? 0);
  return lookups === 0 ? [] : [{ label: "Hit ratio", text: percent(hits / lookups) }];
}

function usageFigures(
  read: (metric: MetricName) => Values | undefined,
  limits: ReturnType<typeof allotment>,
): Figure[] {
  const figures: Figure[] = [];
  const cpu = read("cpu_cores");
  const memory = read("memory_mib");
  const throttled = read("throttled_share");
  const cores = (value: number): string =>
    limits === undefined
      ? `${value.toFixed(2)} cores`
      : `${value.toFixed(2)} of ${limits.cpu.toFixed(2)} cores`;
  if (cpu !== undefined) {
    figures.push({ label: "CPU, mean", text: cores(cpu.mean) }, { label: "CPU, most", text: cores(cpu.max) });
  }
  if (throttled !== undefined) {
    figures.push({ label: "Held back by its CPU quota", text: `${percent(throttled.mean)} of periods` });
  }
  if (memory !== undefined) {
    const text =
      limits === undefined ? mib(memory.max) : `${memory.max.toFixed(0)} of ${mib(limits.memoryMiB)}`;
    figures.push({ label: "Memory, most", text });
  }
  return figures;
}

/**
 * Means and extremes of every source over the measured window, with what the sizing allots to it. Sources appear in the order of
 * the tiers a request passes.
 * @param points readings of the measured window only
 */
export function summariseTiers(points: readonly TelemetryPoint[], sizing: Sizing): readonly TierSummary[] {
  const sources = new Map<string, { tier: string; source: string; values: Map<string, Accumulator> }>();
  for (const { tier, source, metric, value } of points) {
    const key = `${tier}\n${source}`;
    const entry = sources.get(key) ?? { tier, source, values: new Map<string, Accumulator>() };
    const accumulator = entry.values.get(metric) ?? new Accumulator();
    accumulator.add(value);
    entry.values.set(metric, accumulator);
    sources.set(key, entry);
  }
  return [...sources.values()]
    .sort((a, b) => tierRank(a.tier) - tierRank(b.tier) || (a.source < b.source ? -1 : 1))
    .flatMap(({ tier, source, values }): readonly TierSummary[] => {
      const read = (metric: MetricName): Values | undefined => values.get(metric)?.values();
      const figures = [
        ...usageFigures(read, allotment(sizing, tier, source)),
        ...hitRatioFigure(read),
        ...ROWS.flatMap(({ metric, of, label, show }): readonly Figure[] => {
          const found = read(metric);
          return found === undefined ? [] : [{ label, text: show(found[of]) }];
        }),
      ];
      return figures.length === 0 ? [] : [{ tier, source, figures }];
    });
}

const TIER_ORDER = ["edge", "app", "cache", "database", "fleet", "machine"];

function tierRank(tier: string): number {
  const rank = TIER_ORDER.indexOf(tier);
  return rank === -1 ? TIER_ORDER.length : rank;
}

class Accumulator {
  #sum = 0;
  #count = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  add(value: number): void {
    this.#sum += value;
    this.#count += 1;
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
  }

  values(): Values {
    return { mean: this.#sum / this.#count, min: this.#min, max: this.#max };
  }
}
