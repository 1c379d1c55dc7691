import type {
  LatencySummary,
  QuantileEstimate,
  ScaleOutLag,
  TierSeries,
  TimelineEvent,
  TimelineSlice,
} from "../../analysis/model";

/** Small seeded generator (mulberry32): the same fixture every time, on every machine. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const PROBABILITIES = [0.5, 0.9, 0.95, 0.99, 0.999] as const;
// log-normal-like: how much slower each quantile is than the median
const STRETCH = [1, 1.9, 2.4, 4.1, 7.6] as const;

function quantiles(requests: number, medianMs: number): readonly QuantileEstimate[] {
  return PROBABILITIES.map((probability, index) => {
    const exceedances = requests * (1 - probability);
    const stretch = STRETCH[index] ?? 1;
    return exceedances >= 10 - 1e-9
      ? { probability, valueMs: medianMs * stretch, exceedances }
      : { probability, valueMs: null, exceedances, missing: "too-few-samples" as const };
  });
}

/** Figures of so many requests around a median, with quantiles missing where the rules say so. */
export function summary(requests: number, errors: number, medianMs: number, seconds: number): LatencySummary {
  const some = requests > errors;
  return {
    requests,
    errors,
    errorRatio: requests === 0 ? 0 : errors / requests,
    ratePerSecond: requests / seconds,
    meanMs: some ? medianMs * 1.23 : null,
    minMs: some ? medianMs * 0.31 : null,
    maxMs: some ? medianMs * 11.7 : null,
    quantiles: quantiles(requests, medianMs),
  };
}

export const WARMUP_SECONDS = 15;
export const CURVE = [
  { atSeconds: 0, ratePerSecond: 12, label: "start" },
  { atSeconds: 30, ratePerSecond: 12, label: "before" },
  { atSeconds: 32, ratePerSecond: 60, label: "spike" },
  { atSeconds: 92, ratePerSecond: 60, label: "hold" },
  { atSeconds: 94, ratePerSecond: 12, label: "drop" },
  { atSeconds: 160, ratePerSecond: 12, label: "after" },
];
export const MEASURED_SECONDS = 160;

function plannedRate(atSeconds: number): number {
  for (const [index, corner] of CURVE.entries()) {
    const previous = CURVE[index - 1];
    if (previous === undefined || atSeconds > corner.atSeconds) continue;
    const share = (atSeconds - previous.atSeconds) / (corner.atSeconds - previous.atSeconds);
    return previous.ratePerSecond + Math.max(0, share) * (corner.ratePerSecond - previous.ratePerSecond);
  }
  return 12;
}

export const LAGS: readonly ScaleOutLag[] = [
  {
    instance: "app-2",
    loadStepAtSeconds: 30,
    decidedMs: 5120,
    launchedMs: 5166,
    readyMs: 6004,
    inServiceMs: 6120,
    firstRequestMs: 6151,
  },
  {
    instance: "app-3",
    loadStepAtSeconds: 30,
    decidedMs: 16_240,
    launchedMs: 16_281,
    readyMs: 17_190,
    inServiceMs: 17_322,
    firstRequestMs: 17_340,
  },
];

export function scalingEvents(): readonly TimelineEvent[] {
  const event = (atSeconds: number, source: string, name: string, text: string): TimelineEvent => ({
    atSeconds,
    tier: "app",
    source,
    event: name,
    text,
  });
  const started = LAGS.flatMap((lag, index) => {
    const at = (ms: number | null): number => (lag.loadStepAtSeconds ?? 0) + (ms ?? 0) / 1000;
    return [
      event(
        at(lag.decidedMs),
        "autoscaler",
        "scale-out-decided",
        `CPU ${index === 0 ? 93 : 81} % of the allotment, target 60 %: from ${index + 1} to ${index + 2} instances`,
      ),
      event(at(lag.launchedMs), lag.instance, "instance-launched", "process started"),
      event(at(lag.readyMs), lag.instance, "instance-ready", "answered its readiness probe"),
      event(at(lag.inServiceMs), lag.instance, "instance-in-service", "added to the balancer"),
      event(at(lag.firstRequestMs), lag.instance, "first-request", "first request served"),
    ];
  });
  return [
    ...started,
    event(116.2, "autoscaler", "scale-in-decided", "CPU 21 % of the allotment: from 3 to 2 instances"),
    event(116.25, "app-3", "drain-started", "2 requests in flight"),
    event(116.9, "app-3", "drained", "no request in flight"),
    event(117.1, "app-3", "instance-ended", "exited with 0"),
    event(137.4, "autoscaler", "scale-in-decided", "CPU 28 % of the allotment: from 2 to 1 instances"),
    event(137.46, "app-2", "drain-started", "no requests in flight"),
    event(137.8, "app-2", "instance-ended", "exited with 0"),
  ];
}

/** Instances in service at a moment of the fixture's run. */
function instancesAt(atSeconds: number): number {
  if (atSeconds < 36.1) return 1;
  if (atSeconds < 47.3) return 2;
  if (atSeconds < 116.2) return 3;
  return atSeconds < 137.4 ? 2 : 1;
}

export function timeline(random: () => number, slower: number, failing: number): readonly TimelineSlice[] {
  const slices: TimelineSlice[] = [];
  for (let at = -WARMUP_SECONDS; at < MEASURED_SECONDS; at += 1) {
    const planned = at < 0 ? 12 : plannedRate(at + 0.5);
    const jitter = 0.92 + random() * 0.16;
    const load = planned / (instancesAt(at) * 24);
    const queueing = 1 + Math.max(0, load - 0.75) ** 2 * 14;
    const warming = at < -8 ? 3 - (at + 15) / 4 : 1;
    const median = 10.5 * slower * queueing * warming * (0.85 + random() * 0.3);
    const requests = planned * 2.3 * jitter;
    slices.push({
      atSeconds: at,
      plannedRatePerSecond: planned,
      arrivalRatePerSecond: planned * (0.97 + random() * 0.06),
      requestRatePerSecond: requests,
      errorRatePerSecond: load > 1.4 ? Math.round(requests * 0.03 * failing * random()) : 0,
      p50Ms: median,
      p95Ms: median * (2.2 + random() * 0.6),
      p99Ms: requests < 22 ? null : median * (3.6 + random() * 2.4),
    });
  }
  return slices;
}

export function series(random: () => number): readonly TierSeries[] {
  const each = (pick: (at: number) => number): TierSeries["points"] =>
    Array.from({ length: WARMUP_SECONDS + MEASURED_SECONDS }, (_, index) => ({
      atSeconds: index - WARMUP_SECONDS,
      value: pick(index - WARMUP_SECONDS),
    }));
  const rate = (at: number): number => (at < 0 ? 12 : plannedRate(at));
  const noisy = (value: number): number => value * (0.85 + random() * 0.3);
  const one = (tier: string, source: string, metric: string, unit: string, pick: (at: number) => number) => ({
    tier,
    source,
    metric,
    unit,
    points: each(pick),
  });
  return [
    one("app", "autoscaler", "instances_in_service", "instances", instancesAt),
    one("app", "autoscaler", "instances_desired", "instances", (at) => instancesAt(at + 1)),
    one("app", "app", "cpu_cores", "cores", (at) =>
      Math.min(0.5 * instancesAt(at), noisy(0.02 + rate(at) * 0.0115)),
    ),
    one("database", "database", "cpu_cores", "cores", (at) => noisy(0.11 + rate(at) * 0.0125)),
    one("cache", "cache", "cpu_cores", "cores", (at) => noisy(0.01 + rate(at) * 0.0007)),
    one("edge", "edge", "cpu_cores", "cores", (at) => noisy(0.02 + rate(at) * 0.0018)),
    one("fleet", "fleet", "cpu_cores", "cores", (at) => noisy(0.08 + rate(at) * 0.0035)),
    one(
      "edge",
      "edge",
      "hit_ratio",
      "share",
      (at) => 0.62 * (1 - Math.exp(-(at + 16) / 12)) + random() * 0.03,
    ),
    one(
      "cache",
      "cache",
      "hit_ratio",
      "share",
      (at) => 0.93 * (1 - Math.exp(-(at + 16) / 8)) + random() * 0.02,
    ),
    one(
      "database",
      "database-replica-1",
      "replica_lag_ms",
      "ms",
      (at) => noisy(1.2 + rate(at) * 0.05) + (at === 47 ? 38 : 0),
    ),
    one("database", "pgbouncer", "pool_servers_active", "connections", (at) =>
      Math.round(noisy(1 + rate(at) * 0.16)),
    ),
    one("database", "pgbouncer", "pool_clients_waiting", "connections", (at) =>
      at > 32 && at < 47 ? Math.round(random() * 9) : 0,
    ),
    one("app", "load-balancer", "in_flight", "requests", (at) => Math.round(noisy(rate(at) * 0.2))),
  ];
}
