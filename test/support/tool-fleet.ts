// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${name} is a variable of the journey, not of this module
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { type FleetOptions, type FleetResult, runFleet } from "../../campaign/fleet";
import { prepareEnvironment, sweepEnvironment, takeInventory } from "../../components/local/supervisor";
import { environmentDir } from "../../core/home";
import { adapterOf } from "../../scenarios/adapters";
import { feederSource } from "../../scenarios/adapters/data/journey-data";
import { randomStream } from "../../scenarios/adapters/data/random";
import { arrivalClock } from "../../scenarios/arrival-clock";
import type { LoadTool, Workload } from "../../scenarios/model";
import { journeyProfile } from "../../scenarios/plan";
import { resolveTool, Tool } from "../../toolchain";

const PROGRAMS: Readonly<Record<LoadTool, Tool>> = {
  k6: Tool.K6,
  locust: Tool.Locust,
  gatling: Tool.Gatling,
  jmeter: Tool.Jmeter,
};

/** Two journeys on two generators: everything of the model that a tool has to render, and its own mix to be checked. */
export const mixedWorkload: Workload = {
  scenario: "mixed",
  description: "Two journeys, all feeders, checks and extractions.",
  seed: 7,
  warmup: { startRatePerSecond: 10, stages: [{ durationSeconds: 2, ratePerSecond: 10, label: "warm-up" }] },
  arrival: {
    startRatePerSecond: 10,
    stages: [
      { durationSeconds: 2, ratePerSecond: 30, label: "ramp" },
      { durationSeconds: 4, ratePerSecond: 30, label: "hold" },
    ],
  },
  journeys: [
    {
      name: "read",
      weight: 3,
      feeders: [
        { kind: "zipf", name: "item", min: 1, max: 50, exponent: 1 },
        { kind: "choice", name: "words", values: ["oak desk", "wool & rug", 'a "kettle"'] },
      ],
      steps: [
        {
          name: "list",
          request: { method: "GET", path: "/list" },
          thinkTime: { distribution: "uniform", minSeconds: 0.01, maxSeconds: 0.05 },
        },
        { name: "item", request: { method: "GET", path: "/item?id=${item}&q=${words}" } },
      ],
    },
    {
      name: "buy",
      weight: 1,
      feeders: [{ kind: "unique-id", name: "cart", prefix: "cart-" }],
      steps: [
        { name: "fails", request: { method: "GET", path: "/fails" } },
        {
          name: "missing",
          request: { method: "GET", path: "/missing" },
          checks: [{ kind: "status", statuses: [404] }],
        },
        {
          name: "half",
          request: {
            method: "POST",
            path: "/half",
            headers: { "x-cart": "${cart}" },
            body: '{"cart": "${cart}", "quantity": 1}',
          },
          checks: [{ kind: "json", path: "kind", equals: "cart" }],
          extract: [{ kind: "json", name: "id", path: "items.0.id" }],
          thinkTime: { distribution: "constant", meanSeconds: 0.02 },
        },
        {
          name: "after",
          request: { method: "GET", path: "/after/${id}" },
          checks: [{ kind: "body-contains", text: "items" }],
        },
      ],
    },
  ],
  slos: [],
  parameters: {},
};

/** What the small loopback application saw, by path without its query. */
export interface SeenRequest {
  readonly path: string;
  readonly url: string;
  readonly cookie: string | undefined;
  readonly cart: string | undefined;
  /** Of the visit: the cookie that its first request was given. */
  readonly visitor: string;
  readonly port: number | undefined;
  readonly authorization: string | undefined;
  readonly type: string | undefined;
  readonly body: string;
}

/** Paths that give a visitor without a cookie one. */
const BEGINS_VISIT = /^\/(home|many|look-up|upload)\b/;
/** What several values can be taken from. */
export const MANY_IDS: readonly number[] = [3, 5, 8];

/** A fleet of two generators of a tool against a small loopback application. */
export interface ToolFleet {
  readonly baseUrl: string;
  /** The same application at another address. */
  readonly otherUrl: string;
  readonly home: string;
  readonly seen: SeenRequest[];
  run(workload: Workload, runId: string, more?: Partial<FleetOptions>): Promise<FleetResult>;
  query(
    result: FleetResult,
    sql: (samples: string, iterations: string) => string,
  ): Promise<Record<string, unknown>[]>;
  running(): Promise<number>;
  close(): Promise<void>;
}

export async function startToolFleet(tool: LoadTool): Promise<ToolFleet> {
  const home = await mkdtemp(join(tmpdir(), "pbt-"));
  process.env.PERFBED_HOME = home;
  const environmentId = `${tool}-${process.pid}`;
  const toolPath = (await resolveTool(PROGRAMS[tool]))?.executables[tool];
  if (toolPath === undefined) throw new Error(`${tool} is not installed: npm test prepares it`);
  const seen: SeenRequest[] = [];
  const servers = [smallApplication(seen), smallApplication(seen)];
  const [baseUrl = "", otherUrl = ""] = await Promise.all(servers.map(listen));
  await prepareEnvironment({
    environmentId,
    owner: "test",
    expiresAt: new Date(Date.now() + 600_000).toISOString(),
    watchdog: false,
  });
  const slots = [1, 2].map((number) => ({
    name: `generator-${number}`,
    location: join(environmentDir(environmentId), "generators", `generator-${number}`),
  }));
  const adapter = adapterOf(tool);
  return {
    baseUrl,
    otherUrl,
    home,
    seen,
    run: (workload, runId, more = {}) =>
      runFleet({ environmentId, slots, workload, baseUrl, tool, toolPath, runId, ...more }),
    query: async (result, sql) => {
      const union = (of: (generator: FleetResult["generators"][number]) => string): string =>
        `(${result.generators.map((generator) => `SELECT * FROM (${of(generator)})`).join(" UNION ALL ")})`;
      const context = (generator: string) => ({
        campaign: "c",
        run: "r",
        side: "single",
        replicate: 1,
        generator,
        scenario: "mixed",
      });
      const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
      const connection = await instance.connect();
      try {
        const text = sql(
          union(({ name, samples }) => adapter.samplesSql(samples, context(name))),
          union(({ name, samples }) => adapter.iterationsSql(samples, context(name))),
        );
        return (await connection.runAndReadAll(text)).getRowObjects();
      } finally {
        connection.closeSync();
        instance.closeSync();
      }
    },
    running: async () =>
      (await takeInventory(environmentId)).processes.filter(({ name }) => name?.startsWith("generator"))
        .length,
    close: async () => {
      await sweepEnvironment(environmentId);
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise((done) => server.close(done));
      }
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `http://127.0.0.1:${address.port}`;
}

function smallApplication(seen: SeenRequest[]): Server {
  let halves = 0;
  const server = createServer((request, response) => {
    const url = request.url ?? "";
    const path = url.split("?")[0] ?? "";
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => {
      body += chunk;
    });
    request.once("end", () => {
      const cart = request.headers["x-cart"];
      seen.push({
        path,
        url,
        cookie: request.headers.cookie,
        cart: typeof cart === "string" ? cart : undefined,
        visitor: /visitor=(\d+)/.exec(request.headers.cookie ?? "")?.[1] ?? String(seen.length + 1),
        port: request.socket.localPort,
        authorization: request.headers.authorization,
        type: request.headers["content-type"],
        body,
      });
      response.statusCode = path === "/fails" ? 503 : path === "/missing" ? 404 : 200;
      response.setHeader("content-type", "application/json");
      if (path === "/list" || (BEGINS_VISIT.test(path) && request.headers.cookie === undefined))
        response.setHeader("set-cookie", `visitor=${seen.length}; Path=/`);
      // Every second cart has no id: the status is fine, the body is not.
      const empty = path === "/half" && ++halves % 2 === 0;
      const ids = empty ? [] : path === "/many" || path === "/upload" ? MANY_IDS : [7];
      response.end(JSON.stringify({ kind: "cart", items: ids.map((id) => ({ id })) }));
    });
  });
  server.keepAliveTimeout = 60_000;
  return server;
}

/** What holds for every tool: counts as planned, the mix, every request once, errors told apart, a common start, nothing left. */
export async function expectMixedRun(fleet: ToolFleet, result: FleetResult): Promise<void> {
  const { seen } = fleet;
  expect(result.aborted).toBeNull();
  expect(result.generators.map(({ health }) => health.started)).toEqual([true, true]);
  const skews = result.generators.map(({ health }) => Math.abs(health.startSkewMs ?? Number.NaN));
  expect(Math.max(...skews)).toBeLessThan(50);

  // 20 arrivals of warm-up, 40 of the ramp, 120 held; 3 of 4 are "read".
  const arrivals = await fleet.query(
    result,
    (_, iterations) =>
      `SELECT journey, sum(started)::INT AS started, sum(dropped)::INT AS dropped FROM ${iterations} GROUP BY journey ORDER BY journey`,
  );
  expect(arrivals).toEqual([
    { journey: "buy", started: 45, dropped: 0 },
    { journey: "read", started: 135, dropped: 0 },
  ]);
  for (const { health } of result.generators) {
    // All are there, as counted above; on a busy machine some begin late, beyond an edge of the window.
    expect(Math.abs(health.startedIterations - health.plannedIterations)).toBeLessThanOrEqual(6);
    expect(health.cpuMean).toBeGreaterThan(0);
    expect(health.memoryMaxMiB).toBeGreaterThan(10);
  }
  expect(result.arrivals.planned).toBe(160);

  // The generators take turns: visits of both together begin when the whole curve says.
  const due = arrivalClock(journeyProfile(mixedWorkload, 0));
  const begun = await fleet.query(
    result,
    (samples) => `SELECT startedAtUs::DOUBLE AS at FROM ${samples} WHERE step = 'list' ORDER BY 1`,
  );
  const late = begun.map(({ at }, index) =>
    Math.abs((Number(at) - result.window.runStartedAtUs) / 1e6 - (due(index + 1) ?? Number.NaN)),
  );
  expect(late.sort((a, b) => a - b)[Math.floor(late.length / 2)]).toBeLessThan(0.04);

  // The application's own count, step by step.
  const steps = await fleet.query(
    result,
    (
      samples,
    ) => `SELECT journey, step, count(*)::INT AS n, count(*) FILTER (WHERE NOT ok)::INT AS failed, min(error) AS error,
      min(status)::INT AS lowest, max(status)::INT AS highest, min(durationUs)::INT AS fastest FROM ${samples} GROUP BY ALL ORDER BY ALL`,
  );
  const got = (path: string): number => seen.filter((request) => request.path.split("/")[1] === path).length;
  const half = got("half");
  const row = (journey: string, step: string, failed: number, error: string | null, status: number) => ({
    journey,
    step,
    n: got(step),
    failed,
    error,
    lowest: status,
    highest: status,
    fastest: expect.any(Number),
  });
  expect(steps).toEqual([
    row("buy", "after", 0, null, 200),
    row("buy", "fails", 45, "http-5xx", 503),
    row("buy", "half", Math.floor(half / 2), "check-failed", 200),
    row("buy", "missing", 0, null, 404),
    row("read", "item", 0, null, 200),
    row("read", "list", 0, null, 200),
  ]);
  expect(half).toBe(45);
  expect(got("after")).toBe(Math.ceil(half / 2));
  expect(got("item")).toBe(135);

  // Every visit is a new visitor, and keeps its cookie.
  const items = seen.filter(({ path }) => path === "/item");
  expect(new Set(items.map(({ cookie }) => cookie)).size).toBe(items.length);
  expect(seen.filter(({ path, cookie }) => path === "/list" && cookie !== undefined)).toEqual([]);
  // Data: the same arrivals have the same items and words with every tool; ids are unique and stand in header and body.
  const carts = seen.filter(({ path }) => path === "/half");
  expect(new Set(carts.map(({ cart }) => cart)).size).toBe(carts.length);
  for (const { cart, body } of carts) expect(JSON.parse(body)).toEqual({ cart, quantity: 1 });
  const asked = items.map(({ url }) => {
    const query = new URL(url, "http://localhost").searchParams;
    return `${query.get("id")} ${query.get("q")}`;
  });
  expect(asked.sort()).toEqual(expectedItems());
  expect(await fleet.running()).toBe(0);
}

/** What a rendered k6 script asks for, arrival by arrival: drawn from the same stream. */
function expectedItems(): string[] {
  const feeders = mixedWorkload.journeys[0]?.feeders ?? [];
  return Array.from({ length: 135 }, (_, arrival) => {
    const random = randomStream(mixedWorkload.seed, 0, arrival);
    const share = { index: 0, count: 1 };
    return feeders
      .flatMap(
        (feeder) => feederSource(feeder)?.draw({ number: arrival, here: arrival, share, random }) ?? [],
      )
      .join(" ");
  }).sort();
}
