import type { JourneySummary, SloResult, StepSummary, VerdictKind } from "../../analysis/model";
import { ScalingMetric, ScalingPolicyType, type Sizing } from "../../components/contracts";
import type { ReportData } from "../../report/model";
import {
  CURVE,
  LAGS,
  MEASURED_SECONDS,
  scalingEvents,
  seededRandom,
  series,
  summary,
  timeline,
  WARMUP_SECONDS,
} from "./report-fixture-run";
import { traceFixture } from "./report-fixture-traces";
import { FINDINGS, VERDICT_TEXTS } from "./report-fixture-verdicts";

const FIXTURE_SIZING: Sizing = {
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
  const planned = 2 * Math.round(2_496 * scale);
  const started = kind === "invalid" ? 3_914 : planned - 2;
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
    traces: traceFixture({ journeys: JOURNEYS, seed: options.seed ?? 7 }),
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
