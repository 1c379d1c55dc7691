import type {
  JourneySummary,
  LatencySummary,
  QuantileEstimate,
  ScaleOutLag,
  SloResult,
  StepSummary,
  TierSeries,
  TimelineEvent,
  TimelineSlice,
  ValidityFinding,
  Verdict,
  VerdictKind,
} from "../../analysis/model";
import { ScalingMetric, ScalingPolicyType, type Sizing } from "../../components/contracts";
import type { ReportData } from "../../report/model";

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

function summary(requests: number, errors: number, medianMs: number, seconds: number): LatencySummary {
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

export const FIXTURE_SIZING: Sizing = {
  name: "small",
  app: {
    minInstances: 1,
    maxInstances: 3,
    cpu: 0.5,
    memoryMiB: 256,
    scaling: {
      type: ScalingPolicyType.TargetTracking,
      metric: ScalingMetric.CpuUtilization,
      targetValue: 60,
      scaleOutCooldownSeconds: 10,
      scaleInCooldownSeconds: 20,
      instanceWarmupSeconds: 5,
      periodSeconds: 1,
      scaleOutPeriods: 3,
      scaleInPeriods: 15,
      disableScaleIn: false,
    },
  },
  database: { cpu: 1, memoryMiB: 512, replicas: 1, poolSize: 20, maxClientConnections: 500 },
  cache: { cpu: 0.25, memoryMiB: 64 },
  edge: { cpu: 0.5, memoryMiB: 128, defaultTtlSeconds: 0, graceSeconds: 10 },
  fleet: { generators: 2 },
};

const JOURNEYS: readonly {
  readonly name: string;
  readonly weight: number;
  readonly medianMs: number;
  readonly steps: readonly string[];
}[] = [
  { name: "browse", weight: 0.46, medianMs: 7.4, steps: ["home", "category", "next-page"] },
  { name: "search", weight: 0.26, medianMs: 23.1, steps: ["search", "refine"] },
  { name: "product", weight: 0.2, medianMs: 9.8, steps: ["product-page"] },
  { name: "checkout", weight: 0.08, medianMs: 41.6, steps: ["cart-add", "cart", "pay"] },
];

const WARMUP_SECONDS = 15;
const CURVE = [
  { atSeconds: 0, ratePerSecond: 12, label: "start" },
  { atSeconds: 30, ratePerSecond: 12, label: "before" },
  { atSeconds: 32, ratePerSecond: 60, label: "spike" },
  { atSeconds: 92, ratePerSecond: 60, label: "hold" },
  { atSeconds: 94, ratePerSecond: 12, label: "drop" },
  { atSeconds: 160, ratePerSecond: 12, label: "after" },
];
const MEASURED_SECONDS = 160;

export function plannedRate(atSeconds: number): number {
  for (const [index, corner] of CURVE.entries()) {
    const previous = CURVE[index - 1];
    if (previous === undefined || atSeconds > corner.atSeconds) continue;
    const share = (atSeconds - previous.atSeconds) / (corner.atSeconds - previous.atSeconds);
    return previous.ratePerSecond + Math.max(0, share) * (corner.ratePerSecond - previous.ratePerSecond);
  }
  return 12;
}

const LAGS: readonly ScaleOutLag[] = [
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

function scalingEvents(): readonly TimelineEvent[] {
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
export function instancesAt(atSeconds: number): number {
  if (atSeconds < 36.1) return 1;
  if (atSeconds < 47.3) return 2;
  if (atSeconds < 116.2) return 3;
  return atSeconds < 137.4 ? 2 : 1;
}

function timeline(random: () => number, slower: number, failing: number): readonly TimelineSlice[] {
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

function series(random: () => number): readonly TierSeries[] {
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

const VERDICT_TEXTS: Readonly<Record<VerdictKind, Omit<Verdict, "kind">>> = {
  pass: {
    headline: "All 6 objectives are met, through a spike of five times the usual load.",
    reasons: [
      "P95 of browse is 18 ms (objective: at most 250 ms).",
      "P95 of search is 55 ms (objective: at most 250 ms).",
      "P95 of product is 24 ms (objective: at most 250 ms).",
      "P95 of checkout is 100 ms (objective: at most 400 ms).",
      "Error share of checkout is 0.09 % (objective: at most 1 %).",
    ],
    actions: [
      "Keep this run as the baseline of storefront 1.4.2.",
      "Look at the 11 s that the second instance took: the cooldown of 10 s is most of it.",
    ],
  },
  regression: {
    headline: "2 objectives are broken, of 6: checkout and search are too slow.",
    reasons: [
      "P95 of checkout is 509 ms (objective: at most 400 ms).",
      "P95 of search is 283 ms (objective: at most 250 ms).",
      "P95 of browse is 90.6 ms (objective: at most 250 ms).",
    ],
    actions: [
      "Start with step pay of checkout: database-replica-1 used 98 % of its CPU while it was slow.",
      "Run again with --sizing medium to see whether a larger replica is enough.",
    ],
  },
  inconclusive: {
    headline: "2 objectives of 6 cannot be judged: not enough requests.",
    reasons: ["P95 of checkout cannot be judged: not enough requests (objective: at most 400 ms)."],
    actions: ["Run longer or at a higher rate, or set the objective on a lower quantile."],
  },
  invalid: {
    headline: "The measurement is not to be believed, so nothing was judged.",
    reasons: [
      "Only 78.4 % of the planned arrivals were made (at least 99 % are needed).",
      "generator-2 used 97 % of its machine at the peak: the times it measured contain its own waiting.",
      "The fleet dropped 1 226 iterations.",
    ],
    actions: [
      "Lower the arrival rate, or give the fleet more generators or a larger machine.",
      "Spread the load over more generators, on machines of their own.",
    ],
  },
};

const FINDINGS: readonly ValidityFinding[] = [
  {
    code: "missed-arrivals",
    severity: "invalid",
    text: "Only 78.4 % of the planned arrivals were made (at least 99 % are needed).",
    measured: 0.784,
    limit: 0.99,
  },
  {
    code: "generator-cpu",
    severity: "invalid",
    text: "generator-2 used 97 % of its machine at the peak: the times it measured contain its own waiting.",
    measured: 0.97,
    limit: 0.8,
  },
  {
    code: "machine-saturated",
    severity: "warning",
    text: "The machine had less than 5 % of its CPU free for 12 s.",
    measured: 0.031,
    limit: 0.05,
  },
];

export interface FixtureOptions {
  /** @default pass */
  readonly kind?: VerdictKind;
  /** @default 7 */
  readonly seed?: number;
}

/** A report on a spike run of storefront, from 1 to 3 instances and back; figures follow from the seed and the kind. */
export function reportFixture(options: FixtureOptions = {}): ReportData {
  const kind = options.kind ?? "pass";
  const random = seededRandom(options.seed ?? 7);
  const slower = kind === "regression" ? 5.1 : kind === "invalid" ? 2.6 : 1;
  const scale = kind === "inconclusive" ? 0.04 : 1;
  const total = Math.round(12_480 * scale);
  const journeys = JOURNEYS.map((journey): JourneySummary => {
    const requests = Math.round(total * journey.weight);
    const errors = kind === "inconclusive" ? 0 : Math.round(requests * (kind === "invalid" ? 0.02 : 0.0009));
    const steps = journey.steps.map(
      (step, index): StepSummary => ({
        step,
        ...summary(
          Math.round(requests / journey.steps.length),
          index === 0 ? errors : 0,
          journey.medianMs * slower * (0.8 + random() * 0.4),
          MEASURED_SECONDS,
        ),
      }),
    );
    return {
      journey: journey.name,
      ...summary(requests, errors, journey.medianMs * slower, MEASURED_SECONDS),
      steps,
    };
  });
  const errors = journeys.reduce((sum, journey) => sum + journey.errors, 0);
  const planned = 4_992;
  const started = kind === "invalid" ? 3_914 : 4_990;
  return {
    schemaVersion: 1,
    manifest: {
      schemaVersion: 1,
      perfbedVersion: "0.1.0",
      campaignId: "20260301T101500-4f2a",
      runId: "run-1",
      environmentId: "pb-1c9e77a0",
      target: "local",
      side: "single",
      replicate: 1,
      command: "perfbed campaign -s spike --set peakRate=60",
      application: { name: "storefront", version: "1.4.2" },
      sizing: FIXTURE_SIZING,
      scenario: {
        name: "spike",
        description: "A flash sale: five times the usual arrivals within two seconds, held, then gone.",
        parameters: { baseRate: 12, peakRate: 60, holdSeconds: 60, products: 50_000 },
        seed: 42,
        tool: "k6",
        journeys: JOURNEYS.map(({ name }) => name),
        objectives: [
          { kind: "latency", quantile: 0.95, threshold: 250 },
          { kind: "error-ratio", threshold: 0.01 },
        ],
        plannedCurve: CURVE,
        warmupSeconds: WARMUP_SECONDS,
        measuredSeconds: MEASURED_SECONDS,
      },
      window: {
        runStartedAtUs: 1_772_360_100_000_000,
        measuredFromUs: 1_772_360_115_000_000,
        measuredToUs: 1_772_360_275_000_000,
      },
      arrivals: {
        planned,
        started,
        dropped: kind === "invalid" ? 1_226 : 0,
        achievedRatio: started / planned,
      },
      generators: [1, 2].map((number) => ({
        generator: `generator-${number}`,
        started: true,
        exitCode: 0,
        startSkewMs: 3.1 * number,
        plannedIterations: planned / 2,
        startedIterations: started / 2,
        droppedIterations: kind === "invalid" ? 613 : 0,
        cpuMean: kind === "invalid" ? 0.81 : 0.11 + number * 0.012,
        cpuMax: kind === "invalid" ? 0.97 : 0.24,
        memoryMaxMiB: 141 + number * 6,
        machineIdleMin: kind === "invalid" ? 0.031 : 0.22,
      })),
      aborted: null,
      versions: {
        node: "20.20.2",
        k6: "1.8.1",
        pulumi: "3.258.0",
        postgres: "18.4",
        pgbouncer: "1.18.0",
        redis: "7.0.15",
        haproxy: "2.6.12",
        varnish: "7.1.1",
      },
      machine: {
        platform: "linux x64",
        cpuModel: "Example CPU 2.1 GHz",
        cores: 8,
        memoryMiB: 32_051,
        cpuQuotas: true,
        notes: ["Generators and tiers share this machine."],
      },
      inventory: [
        "database-primary",
        "database-replica-1",
        "pgbouncer",
        "cache",
        "load-balancer",
        "autoscaler",
        "app-1",
        "edge",
      ].map((name, index) => ({ name, tier: name.split("-")[0] ?? name, pid: 4_200 + index * 7 })),
      phases: [
        { name: "tools", durationMs: 41 },
        { name: "provision", durationMs: 8_412 },
        { name: "verify", durationMs: 623 },
        { name: "warm-up", durationMs: 15_020 },
        { name: "load", durationMs: 160_930 },
        { name: "collect", durationMs: 1_874 },
        { name: "judge", durationMs: 310 },
        { name: "report", durationMs: 96 },
        { name: "destroy", durationMs: 3_240 },
        { name: "prove", durationMs: 188 },
      ],
      clock: { offsetMs: 0, method: "one machine, one clock" },
    },
    verdict: { kind, ...VERDICT_TEXTS[kind] },
    overall: summary(total, errors, 11.2 * slower, MEASURED_SECONDS),
    journeys,
    slos: objectives(journeys),
    validity: kind === "invalid" ? FINDINGS : kind === "regression" ? FINDINGS.slice(2) : [],
    timeline: timeline(random, slower, kind === "regression" ? 1 : 0.4),
    series: series(random),
    events: scalingEvents(),
    scaleOuts: LAGS,
    tiers: [
      {
        tier: "edge",
        source: "edge",
        figures: [
          { label: "Hit ratio", text: "61.3 %" },
          { label: "CPU mean", text: "0.07 of 0.50 cores" },
        ],
      },
      {
        tier: "app",
        source: "load-balancer",
        figures: [
          { label: "Requests in flight, max", text: "14" },
          { label: "Queue, max", text: "3" },
        ],
      },
      {
        tier: "app",
        source: "app-1",
        figures: [
          { label: "CPU mean", text: "0.24 of 0.50 cores" },
          { label: "CPU max", text: "0.50 of 0.50 cores" },
        ],
      },
      {
        tier: "cache",
        source: "cache",
        figures: [
          { label: "Hit ratio", text: "92.8 %" },
          { label: "Memory", text: "12.4 MiB" },
        ],
      },
      {
        tier: "database",
        source: "database-primary",
        figures: [
          { label: "CPU mean", text: "0.19 of 1.00 cores" },
          { label: "Commits", text: "31.2/s" },
        ],
      },
      {
        tier: "database",
        source: "database-replica-1",
        figures: [
          { label: "Lag, max", text: "41.3 ms" },
          { label: "CPU mean", text: "0.33 of 1.00 cores" },
        ],
      },
      {
        tier: "database",
        source: "pgbouncer",
        figures: [
          { label: "Waiting clients, max", text: "9" },
          { label: "Wait, P95 of means", text: "2.1 ms" },
        ],
      },
    ],
    teardown: {
      proved: true,
      at: "2026-03-01T10:19:02Z",
      checked: [
        { what: "processes", found: 0, detail: "environment of every process, /proc" },
        { what: "listening ports", found: 0, detail: "11 ports that were held" },
        { what: "port reservations", found: 0, detail: "reservation files" },
        { what: "cgroups", found: 0, detail: "/sys/fs/cgroup" },
        { what: "files", found: 0, detail: "environment folder" },
      ],
    },
  };
}

function objectives(journeys: readonly JourneySummary[]): readonly SloResult[] {
  const latency = journeys.map((journey): SloResult => {
    const measured = journey.quantiles.find(({ probability }) => probability === 0.95)?.valueMs ?? null;
    const threshold = journey.journey === "checkout" ? 400 : 250;
    return {
      journey: journey.journey,
      kind: "latency",
      quantile: 0.95,
      threshold,
      measured,
      status: measured === null ? "not-enough-data" : measured <= threshold ? "met" : "broken",
    };
  });
  const errors = journeys
    .filter(({ journey }) => journey === "browse" || journey === "checkout")
    .map((journey): SloResult => {
      const known = journey.requests >= 100;
      return {
        journey: journey.journey,
        kind: "error-ratio",
        quantile: null,
        threshold: 0.01,
        measured: known ? journey.errorRatio : null,
        status: !known ? "not-enough-data" : journey.errorRatio <= 0.01 ? "met" : "broken",
      };
    });
  return [...latency, ...errors];
}

/** Text that would run, break out, steer a terminal or mislead a reader if any renderer let it through. */
export const HOSTILE =
  '</title></style></script><script>window.hacked=1</script><img src=x onerror="window.hacked=1">\'"`|](javascript:alert(1))\u001b[31m\u202e@everyone https://evil.example';

/** The fixture with the hostile text in every place that comes from outside. */
export function hostileFixture(options: FixtureOptions = {}): ReportData {
  const data = reportFixture(options);
  const { manifest } = data;
  return {
    ...data,
    manifest: {
      ...manifest,
      command: `perfbed campaign --set name='${HOSTILE}'`,
      campaignId: HOSTILE,
      runId: HOSTILE,
      environmentId: HOSTILE,
      target: HOSTILE,
      side: HOSTILE,
      perfbedVersion: HOSTILE,
      application: { name: HOSTILE, version: HOSTILE },
      sizing: { ...manifest.sizing, name: HOSTILE },
      scenario: {
        ...manifest.scenario,
        name: HOSTILE,
        description: HOSTILE,
        tool: HOSTILE,
        parameters: { [HOSTILE]: HOSTILE, nested: { [HOSTILE]: [HOSTILE] } },
        plannedCurve: manifest.scenario.plannedCurve.map((corner) => ({ ...corner, label: HOSTILE })),
      },
      generators: manifest.generators.map((generator) => ({ ...generator, generator: HOSTILE })),
      aborted: HOSTILE,
      versions: { [HOSTILE]: HOSTILE },
      machine: { ...manifest.machine, platform: HOSTILE, cpuModel: HOSTILE, notes: [HOSTILE, HOSTILE] },
      inventory: [{ name: HOSTILE, tier: HOSTILE, pid: 1 }],
      phases: [{ name: HOSTILE, durationMs: 5 }],
      clock: { offsetMs: 0, method: HOSTILE },
    },
    verdict: { ...data.verdict, headline: HOSTILE, reasons: [HOSTILE], actions: [HOSTILE] },
    journeys: data.journeys.map((journey) => ({
      ...journey,
      journey: HOSTILE,
      steps: journey.steps.map((step) => ({ ...step, step: HOSTILE })),
    })),
    slos: data.slos.map((slo) => ({ ...slo, journey: HOSTILE })),
    validity: [{ code: HOSTILE, severity: "warning", text: HOSTILE, measured: null, limit: null }],
    series: data.series.map((one, index) =>
      index % 2 === 0
        ? { ...one, source: HOSTILE }
        : { ...one, tier: HOSTILE, metric: HOSTILE, unit: HOSTILE },
    ),
    events: data.events.map((event) => ({ ...event, text: HOSTILE, source: HOSTILE })),
    scaleOuts: data.scaleOuts.map((lag) => ({ ...lag, instance: HOSTILE })),
    tiers: [{ tier: HOSTILE, source: HOSTILE, figures: [{ label: HOSTILE, text: HOSTILE }] }],
    teardown: { proved: false, at: HOSTILE, checked: [{ what: HOSTILE, found: 3, detail: HOSTILE }] },
  };
}

/** A run that never got a request through: nothing recorded anywhere, and the environment still stands. */
export function emptyFixture(): ReportData {
  const { teardown: _, ...data } = reportFixture({ kind: "invalid" });
  return {
    ...data,
    manifest: {
      ...data.manifest,
      arrivals: { planned: 0, started: 0, dropped: 0, achievedRatio: Number.NaN },
      generators: [],
      aborted: "no generator could reach the entry URL",
      inventory: [],
      phases: [],
      versions: {},
      scenario: { ...data.manifest.scenario, plannedCurve: [], parameters: {}, warmupSeconds: 0 },
    },
    verdict: { kind: "invalid", headline: "No request was recorded.", reasons: [], actions: [] },
    overall: summary(0, 0, 0, MEASURED_SECONDS),
    journeys: [],
    slos: [],
    validity: [],
    timeline: [],
    series: [],
    events: [],
    scaleOuts: [],
    tiers: [],
  };
}

/** Twenty journeys with very long names, 600 slices, times from 0.1 ms to 60 s, twenty instances, gaps in every series. */
export function extremeFixture(): ReportData {
  const data = reportFixture({ kind: "regression" });
  const random = seededRandom(11);
  const long = "a-journey-name-that-somebody-generated-from-a-url-with-all-of-its-parts";
  const journeys = Array.from({ length: 20 }, (_, index): JourneySummary => {
    const medianMs = 0.1 * 1.9 ** index;
    const name = index % 2 === 0 ? `${long}-${index}` : `j${index}`;
    const requests = index === 3 ? 0 : Math.round(40 * 2.1 ** (index % 13));
    return {
      journey: name,
      ...summary(requests, 0, Math.min(medianMs, 8_000), 600),
      steps: [{ step: `${long}-step`, ...summary(requests, 0, Math.min(medianMs, 8_000), 600) }],
    };
  });
  const instances = Array.from({ length: 20 }, (_, index) => `app-instance-with-a-long-name-${index + 2}`);
  return {
    ...data,
    manifest: {
      ...data.manifest,
      application: { name: long, version: "f".repeat(64) },
      scenario: { ...data.manifest.scenario, measuredSeconds: 600 },
    },
    overall: summary(1_234_567_890, 12, 60_000 / 7.6, 600),
    journeys,
    slos: journeys.map((journey) => ({
      journey: journey.journey,
      kind: "latency",
      quantile: 0.95,
      threshold: 60_000,
      measured: journey.quantiles[2]?.valueMs ?? null,
      status: journey.quantiles[2]?.valueMs == null ? "not-enough-data" : "met",
    })),
    timeline: Array.from({ length: 600 }, (_, at) => {
      const hole = at % 97 < 4;
      const median = 0.1 * 10 ** (random() * 5.7);
      return {
        atSeconds: at,
        plannedRatePerSecond: 100_000,
        requestRatePerSecond: hole ? 0 : 230_000 * random(),
        errorRatePerSecond: hole ? 0 : random() * 3,
        p50Ms: hole ? null : median,
        p95Ms: hole ? null : Math.min(60_000, median * 2),
        p99Ms: hole || at % 2 === 0 ? null : Math.min(60_000, median * 4),
      };
    }),
    events: instances.flatMap((instance, index) => [
      {
        atSeconds: 20 + index * 25,
        tier: "app",
        source: "autoscaler",
        event: "scale-out-decided",
        text: `from ${index + 1} to ${index + 2} instances because ${long} ${long} ${long}`,
      },
      { atSeconds: 21 + index * 25, tier: "app", source: instance, event: "instance-launched", text: long },
      { atSeconds: 26 + index * 25, tier: "app", source: instance, event: "instance-in-service", text: long },
    ]),
    scaleOuts: instances.map((instance, index) => ({
      instance,
      loadStepAtSeconds: index % 5 === 0 ? null : index * 25,
      decidedMs: 20_000,
      launchedMs: 20_001,
      readyMs: index % 3 === 0 ? null : 25_000,
      inServiceMs: 26_000,
      firstRequestMs: index % 4 === 0 ? null : 26_000.4,
    })),
  };
}
