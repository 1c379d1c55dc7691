import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { Client } from "pg";
import { type MetricName, startTelemetry, type Telemetry } from "../../../campaign/telemetry";
import { TelemetryKind } from "../../../components/contracts";
import { replicaLifecycle } from "../../../components/local/postgres/replica";
import { environmentDir } from "../../../core/home";
import { RunStore, type TelemetryPoint } from "../../../storage";
import { type StandingTiers, standUpTiers } from "./standing-tiers";

jest.setTimeout(60_000);

const INTERVAL_MS = 100;
let tiers: StandingTiers;
let telemetry: Telemetry;
let points: TelemetryPoint[];

/** Waits on a condition, with a deadline that names what was waited for. */
async function eventually(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 15_000;
  while (!holds()) {
    if (performance.now() > deadline)
      throw new Error(`${what}; sources: ${JSON.stringify(telemetry.health())}`);
    await sleep(20);
  }
}

const valuesOf = (source: string, metric: MetricName): number[] =>
  points.filter((point) => point.source === source && point.metric === metric).map(({ value }) => value);
const maxOf = (source: string, metric: MetricName): number => Math.max(0, ...valuesOf(source, metric));

async function start(extra: StandingTiers["sources"] = []): Promise<void> {
  points = [];
  telemetry = await startTelemetry({
    access: { environmentId: tiers.environmentId, telemetry: [...tiers.sources, ...extra] },
    tools: { varnishstat: tiers.varnishstat },
    spoolFile: join(environmentDir(tiers.environmentId), "telemetry.csv"),
    intervalMs: INTERVAL_MS,
    onPoint: (point) => points.push(point),
  });
}

beforeAll(async () => {
  tiers = await standUpTiers();
});
afterAll(async () => {
  await tiers?.remove();
});
beforeEach(() => start());
afterEach(async () => {
  await telemetry.stop();
});

test("every source of real tiers is read, and none fails", async () => {
  await eventually("three readings of each source", () =>
    telemetry.health().every(({ readings }) => readings > 3),
  );
  const { sources } = await telemetry.stop();
  expect(sources.map(({ source }) => source).sort()).toEqual(
    [...tiers.sources.map(({ name }) => name), "machine", "processes"].sort(),
  );
  expect(sources.filter(({ failures }) => failures > 0)).toEqual([]);
});

test("edge and balancer: a cached page is a hit and spares the application, an uncacheable one is not", async () => {
  await eventually("first readings", () => telemetry.latest("edge-varnish", "objects") !== undefined);
  await fetch(`${tiers.edgeUrl}/cached`);
  for (let i = 0; i < 9; i += 1) await fetch(`${tiers.edgeUrl}/cached`);
  await eventually("hits", () => maxOf("edge-varnish", "hits_per_second") > 0);
  // No reading shall count hits and misses at once.
  await eventually("no more hits", () => telemetry.latest("edge-varnish", "hits_per_second") === 0);
  for (let i = 0; i < 5; i += 1) await fetch(`${tiers.edgeUrl}/broken`);
  await eventually("errors at the instance", () => maxOf("app-1", "errors_5xx_per_second") > 0);
  await eventually("only misses", () => valuesOf("edge-varnish", "hit_ratio").includes(0));
  expect(maxOf("edge-varnish", "misses_per_second")).toBeGreaterThan(0);
  expect(maxOf("edge-varnish", "backend_requests_per_second")).toBeGreaterThan(0);
  expect(Math.max(...valuesOf("edge-varnish", "hit_ratio"))).toBeGreaterThan(0.5);
  expect(telemetry.latest("load-balancer", "instances_up")).toBe(1);
  expect(maxOf("load-balancer", "requests_per_second")).toBeGreaterThan(0);
});

test("balancer: requests being served are in flight at their instance, and no longer", async () => {
  await eventually("quiet", () => telemetry.latest("app-1", "in_flight") === 0);
  // Different pages: the edge sends equal requests to the application one at a time.
  const slow = [1, 2, 3].map((page) => fetch(`${tiers.edgeUrl}/slow/${page}`));
  await eventually("three in flight", () => telemetry.latest("app-1", "in_flight") === 3);
  tiers.finishSlowRequests();
  await Promise.all(slow);
  await eventually("quiet again", () => telemetry.latest("app-1", "in_flight") === 0);
});

test("cache: three hits and one miss are a hit ratio of 0.75", async () => {
  const redis = new Redis(tiers.cacheUrl);
  try {
    await redis.set("key", "value");
    await eventually("first readings", () => valuesOf("cache-redis", "clients").length > 1);
    // One transaction, so that no reading falls between its commands.
    await redis.multi().get("key").get("key").get("key").get("none").exec();
    await eventually("a hit ratio", () => valuesOf("cache-redis", "hit_ratio").length > 0);
    expect(valuesOf("cache-redis", "hit_ratio")).toEqual([0.75]);
    expect(telemetry.latest("cache-redis", "memory_used_mib")).toBeGreaterThan(0.1);
    expect(telemetry.latest("cache-redis", "clients")).toBe(2);
  } finally {
    redis.disconnect();
  }
});

test("pool: a transaction holds a server connection, a sixth client of a pool of five waits", async () => {
  const clients = Array.from({ length: 6 }, () => new Client({ connectionString: tiers.writerUrl }));
  try {
    for (const client of clients) await client.connect();
    const [waiting, ...holding] = clients;
    for (const client of holding) await client.query("BEGIN; SELECT 1");
    await eventually(
      "five in use",
      () => telemetry.latest("database-pool-writer", "pool_servers_active") === 5,
    );
    expect(telemetry.latest("database-pool-writer", "pool_clients_waiting")).toBe(0);
    const served = waiting?.query("SELECT 1");
    await eventually(
      "one waits",
      () => telemetry.latest("database-pool-writer", "pool_clients_waiting") === 1,
    );
    await eventually("a wait", () => maxOf("database-pool-writer", "pool_max_wait_ms") > INTERVAL_MS);
    for (const client of holding) await client.query("COMMIT");
    await served;
    await eventually(
      "nobody waits",
      () => telemetry.latest("database-pool-writer", "pool_clients_waiting") === 0,
    );
    await eventually("the wait is counted", () => maxOf("database-pool-writer", "pool_mean_wait_ms") > 0);
    expect(maxOf("database-pool-writer", "queries_per_second")).toBeGreaterThan(0);
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
});

test("database: writes show as transactions, and the primary tells its replica's lag", async () => {
  const client = new Client({ connectionString: tiers.writerUrl });
  await client.connect();
  try {
    await eventually(
      "first readings",
      () => telemetry.latest("database-primary", "replicas_connected") === 1,
    );
    await client.query(
      "CREATE TABLE IF NOT EXISTS t AS SELECT g, repeat('x', 100) FROM generate_series(1, 20000) g",
    );
    await eventually("lag of the write", () => maxOf("database-replica-1", "replica_lag_ms") > 0);
    await eventually("catching up", () => telemetry.latest("database-replica-1", "replica_lag_bytes") === 0);
    // The pool closes an idle server only later, and a backend reports its counters when it is idle or ends.
    await eventually("transactions", () => maxOf("database-primary", "transactions_per_second") > 0);
    expect(maxOf("database-primary", "block_hit_ratio")).toBeGreaterThan(0.5);
    expect(telemetry.latest("database-replica-1", "replay_backlog_bytes")).toBe(0);
  } finally {
    await client.end();
  }
});

test("processes: CPU, memory and throttling under the name and tier of each", async () => {
  await eventually("CPU of a process", () => telemetry.latest("database-primary", "cpu_cores") !== undefined);
  const named = points
    .filter(({ metric }) => metric === "memory_mib")
    .map(({ tier, source }) => `${tier} ${source}`);
  expect([...new Set(named)].sort()).toEqual([
    "app load-balancer",
    "cache cache-redis",
    "database database-pool-writer",
    "database database-primary",
    "database database-replica-1",
    "edge edge-varnish",
  ]);
  const memory = telemetry.latest("database-primary", "memory_mib") ?? 0;
  // Backends share the buffers: adding their resident sizes up would give several times as much.
  expect(memory).toBeGreaterThan(5);
  expect(memory).toBeLessThan(120);
  const idle = telemetry.latest("machine", "machine_idle_share") ?? -1;
  expect(idle).toBeGreaterThanOrEqual(0);
  expect(idle).toBeLessThanOrEqual(1);
});

test("a source that is not there is recorded as failing, without its password, and stops no other", async () => {
  await telemetry.stop();
  await start([
    { kind: TelemetryKind.Redis, name: "gone", tier: "cache", endpoint: "redis://:s3cret@127.0.0.1:1" },
    {
      kind: TelemetryKind.PostgresReplica,
      name: "also-gone",
      tier: "database",
      endpoint: "postgres://u:s3cret@127.0.0.1:1/app",
    },
  ]);
  await eventually(
    "failures",
    () => valuesOf("gone", "reading_failed").length > 2 && valuesOf("also-gone", "reading_failed").length > 2,
  );
  const { sources } = await telemetry.stop();
  const failing = sources.filter(({ failures }) => failures > 0);
  expect(failing.map(({ source }) => source).sort()).toEqual(["also-gone", "gone"]);
  expect(failing.every(({ readings, failures }) => readings === failures)).toBe(true);
  expect(JSON.stringify(sources)).not.toContain("s3cret");
  expect(valuesOf("gone", "reading_failed").every((value) => value === 1)).toBe(true);
  expect(valuesOf("cache-redis", "reading_failed").every((value) => value === 0)).toBe(true);
});

test("everything that was read is in the spool, and from there in the store", async () => {
  await eventually("points", () => points.length > 200);
  const { spoolFile, points: count, spoolFailure } = await telemetry.stop();
  expect(spoolFailure).toBeNull();
  const store = await RunStore.open(join(environmentDir(tiers.environmentId), "run"));
  try {
    expect(await store.importTelemetry(spoolFile)).toBe(count);
    const stored = await store.readTelemetry();
    expect(stored).toHaveLength(points.length);
    const sortKey = (point: TelemetryPoint): string => [point.atUs, point.source, point.metric].join();
    const byKey = (a: TelemetryPoint, b: TelemetryPoint): number => (sortKey(a) < sortKey(b) ? -1 : 1);
    expect(stored.toSorted(byKey)).toEqual(points.toSorted(byKey));
  } finally {
    await store.close();
  }
});

// Last: it takes the replica away.
test("a replica that goes away is seen by the primary within readings", async () => {
  await eventually("connected", () => telemetry.latest("database-primary", "replicas_connected") === 1);
  await replicaLifecycle.delete("replica", tiers.replica);
  await eventually("disconnected", () => telemetry.latest("database-primary", "replicas_connected") === 0);
  await eventually("unreadable", () => telemetry.latest("database-replica-1", "reading_failed") === 1);
});
