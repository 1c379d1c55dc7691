import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildTierSeries, summariseTiers, telemetryFacts } from "../../../campaign/telemetry";
import { AutoscalerCollector } from "../../../campaign/telemetry/collectors/autoscaler";
import { parseRedisInfo } from "../../../campaign/telemetry/collectors/redis";
import { parseVarnishstat } from "../../../campaign/telemetry/collectors/varnish";
import { CounterRates } from "../../../campaign/telemetry/counter-rates";
import { TelemetryKind } from "../../../components/contracts";
import { localSizings } from "../../../components/local/sizings";
import type { TelemetryPoint } from "../../../storage";

const T0 = 1_760_000_000_000_000;
const point = (
  seconds: number,
  tier: string,
  source: string,
  metric: string,
  value: number,
): TelemetryPoint => ({ atUs: BigInt(T0 + Math.round(seconds * 1e6)), tier, source, metric, value });

describe("rates of counters", () => {
  let nowMs = 0;
  const rates = new CounterRates(() => nowMs);

  test("are growth per second, unknown at first and after a restart of the counted program", () => {
    expect(rates.perSecond("requests", 100)).toEqual([]);
    nowMs = 2000;
    expect(rates.perSecond("requests", 150)).toEqual([25]);
    nowMs = 3000;
    expect(rates.perSecond("requests", 10)).toEqual([]);
    nowMs = 4000;
    expect(rates.perSecond("requests", 40)).toEqual([30]);
  });

  test("a ratio of nothing is no ratio, not 0", () => {
    rates.share("cache", 5, 5);
    nowMs = 5000;
    expect(rates.share("cache", 5, 5)).toEqual([]);
    nowMs = 6000;
    expect(rates.share("cache", 8, 6)).toEqual([0.75]);
  });

  test("counters that are gone are forgotten", () => {
    rates.keepOnly(new Set(["other"]));
    nowMs = 7000;
    expect(rates.perSecond("requests", 50)).toEqual([]);
  });
});

test("varnishstat's JSON is read in its nested and in its older flat form", () => {
  const counter = { description: "Cache hits", flag: "c", format: "i", value: 7 };
  const nested = JSON.stringify({ version: 1, counters: { "MAIN.cache_hit": counter } });
  const flat = JSON.stringify({ timestamp: "2026-01-01", "MAIN.cache_hit": counter });
  expect([...parseVarnishstat(nested)]).toEqual([["MAIN.cache_hit", 7]]);
  expect([...parseVarnishstat(flat)]).toEqual([["MAIN.cache_hit", 7]]);
});

test("Redis's INFO gives its numbers and leaves its texts out", () => {
  const info = parseRedisInfo("# Stats\r\nkeyspace_hits:12\r\nredis_version:7.0.15\r\nslave0:\r\n");
  expect([...info]).toEqual([["keyspace_hits", 12]]);
});

test("the autoscaler's figures are those of its latest whole line since the last look", async () => {
  const folder = mkdtempSync(join(tmpdir(), "perfbed-autoscaler-metrics-"));
  try {
    const file = join(folder, "metrics.jsonl");
    const line = (desired: number, cpuPercent: number | null): string =>
      `${JSON.stringify({ desired, inService: 1, warming: 0, terminating: 0, metricValue: cpuPercent, targetValue: 60, queued: 0, instances: [{ name: "app-1", state: "in-service", cpuPercent, inFlight: 2 }] })}\n`;
    writeFileSync(file, line(1, null));
    const collector = new AutoscalerCollector({
      kind: TelemetryKind.Autoscaler,
      name: "autoscaler",
      tier: "app",
      endpoint: join(folder, "events.jsonl"),
    });
    expect((await collector.collect()).map(({ metric }) => metric)).not.toContain("cpu_percent");
    appendFileSync(file, line(1, 40) + line(2, 90) + line(3, 95).slice(0, 30));
    const readings = await collector.collect();
    expect(readings).toContainEqual({ metric: "instances_desired", value: 2 });
    expect(readings).toContainEqual({ source: "app-1", metric: "cpu_percent", value: 90 });
    expect(await collector.collect()).toEqual([]);
    appendFileSync(file, line(3, 95).slice(30));
    expect(await collector.collect()).toContainEqual({ metric: "instances_desired", value: 3 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

describe("series for charts", () => {
  test("a tier's CPU adds its instances up while they live; slices are means", () => {
    const points = [
      point(-0.5, "app", "app-1", "cpu_cores", 0.1),
      point(0.1, "app", "app-1", "cpu_cores", 0.2),
      point(0.9, "app", "app-1", "cpu_cores", 0.4),
      point(0.5, "app", "app-2", "cpu_cores", 0.25),
      point(1.5, "app", "app-2", "cpu_cores", 0.5),
      point(1.5, "app", "app-2", "memory_mib", 99),
    ];
    expect(buildTierSeries(points, { measuredFromUs: T0, sliceSeconds: 1 })).toEqual([
      {
        tier: "app",
        source: "app",
        metric: "cpu_cores",
        unit: "cores",
        points: [
          { atSeconds: -1, value: 0.1 },
          { atSeconds: 0, value: expect.closeTo(0.55, 12) },
          { atSeconds: 1, value: 0.5 },
        ],
      },
    ]);
  });

  test("sources with ratios keep a line each", () => {
    const points = [
      point(0, "edge", "edge-varnish", "hit_ratio", 0.9),
      point(0, "cache", "cache-redis", "hit_ratio", 0.4),
    ];
    const series = buildTierSeries(points, { measuredFromUs: T0, sliceSeconds: 1 });
    expect(series.map(({ source, unit }) => [source, unit])).toEqual([
      ["edge-varnish", "share"],
      ["cache-redis", "share"],
    ]);
  });
});

describe("summaries", () => {
  const sizing = localSizings.small;
  if (sizing === undefined) throw new Error("the sizing `small` is needed");
  const figure = (points: readonly TelemetryPoint[], source: string, label: string): string | undefined =>
    summariseTiers(points, sizing)
      .find((summary) => summary.source === source)
      ?.figures.find((entry) => entry.label === label)?.text;

  test("CPU stands beside the allotment, where there is one", () => {
    const points = [
      point(0, "app", "app-1", "cpu_cores", 0.1),
      point(1, "app", "app-1", "cpu_cores", 0.2),
      point(0, "app", "load-balancer", "cpu_cores", 0.05),
    ];
    expect(figure(points, "app-1", "CPU, mean")).toBe("0.15 of 0.25 cores");
    expect(figure(points, "app-1", "CPU, most")).toBe("0.20 of 0.25 cores");
    expect(figure(points, "load-balancer", "CPU, mean")).toBe("0.05 cores");
  });

  test("a hit ratio is that of all look-ups: a quiet second does not weigh as much as a busy one", () => {
    const points = [
      point(0, "edge", "edge-varnish", "hits_per_second", 90),
      point(0, "edge", "edge-varnish", "misses_per_second", 10),
      point(1, "edge", "edge-varnish", "hits_per_second", 0),
      point(1, "edge", "edge-varnish", "misses_per_second", 1),
      point(0, "edge", "edge-varnish", "hit_ratio", 0.9),
      point(1, "edge", "edge-varnish", "hit_ratio", 0),
    ];
    expect(figure(points, "edge-varnish", "Hit ratio")).toBe("89.1 %");
  });

  test("tiers come in the order in which a request passes them", () => {
    const tiers = ["database", "machine", "edge", "cache", "app", "fleet"];
    const points = tiers.map((tier) => point(0, tier, `${tier}-1`, "memory_mib", 1));
    expect(summariseTiers(points, sizing).map(({ tier }) => tier)).toEqual([
      "edge",
      "app",
      "cache",
      "database",
      "fleet",
      "machine",
    ]);
  });
});

test("facts for validity: idle seconds, lost instances, fewest replicas, share of failed readings", () => {
  const points = [
    point(0, "machine", "machine", "machine_idle_share", 0.5),
    point(1, "machine", "machine", "machine_idle_share", 0.01),
    point(1, "machine", "machine", "machine_steal_share", 0.2),
    point(0, "database", "database-primary", "replicas_connected", 2),
    point(1, "database", "database-primary", "replicas_connected", 1),
    point(0, "cache", "cache-redis", "reading_failed", 0),
    point(1, "cache", "cache-redis", "reading_failed", 1),
  ];
  const lost = { atUs: BigInt(T0), tier: "app", source: "app-2", event: "instance-lost", detail: {} };
  const ended = { ...lost, source: "app-1", event: "instance-ended" };
  expect(telemetryFacts(points, [lost, ended], 2)).toEqual({
    machineIdle: [0.5, 0.01],
    machineSteal: [0.2],
    lostInstances: ["app-2"],
    replicas: { expected: 2, minConnected: 1 },
    telemetryGaps: [{ source: "cache-redis", failedShare: 0.5 }],
  });
  expect(telemetryFacts([], [], 2).replicas).toBeUndefined();
});
