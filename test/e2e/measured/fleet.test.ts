// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${name} is a variable of the journey, not of this module
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { DuckDBInstance } from "@duckdb/node-api";
import { type FleetOptions, type FleetProgress, runFleet } from "../../../campaign/fleet";
import { prepareEnvironment, sweepEnvironment, takeInventory } from "../../../components/local/supervisor";
import { ConfigError } from "../../../core/errors";
import { environmentDir } from "../../../core/home";
import {
  k6IntegritySql,
  k6IterationsSql,
  k6SamplesSql,
  renderK6,
  type SampleFile,
  SampleOutput,
} from "../../../scenarios/adapters/k6";
import type { Workload } from "../../../scenarios/model";
import { resolveWorkload } from "../../../scenarios/resolve";
import { resolveTool, Tool } from "../../../toolchain";

jest.setTimeout(60_000);

const environmentId = `fleet-${process.pid}`;
const counts = new Map<string, number>();
let server: Server;
let baseUrl: string;
let home: string;
let k6Path: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "pbf-"));
  process.env.PERFBED_HOME = home;
  const k6 = (await resolveTool(Tool.K6))?.executables.k6;
  if (k6 === undefined) throw new Error("k6 is not installed: run perfbed doctor");
  k6Path = k6;
  server = createServer((request, response) => {
    const path = (request.url ?? "").split("?")[0] ?? "";
    counts.set(path, (counts.get(path) ?? 0) + 1);
    request.resume();
    request.once("end", () => {
      response.statusCode = path === "/fails" ? 503 : 200;
      // Every second cart has no id: the status is fine, the body is not.
      const empty = path === "/half" && (counts.get(path) ?? 0) % 2 === 0;
      response.setHeader("content-type", "application/json");
      response.end(empty ? "{}" : JSON.stringify({ id: 7 }));
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  baseUrl = `http://127.0.0.1:${address.port}`;
  await prepareEnvironment({
    environmentId,
    owner: "test",
    expiresAt: new Date(Date.now() + 600_000).toISOString(),
    watchdog: false,
  });
});

afterAll(async () => {
  await sweepEnvironment(environmentId);
  await new Promise((done) => {
    server.closeAllConnections();
    server.close(done);
  });
  await rm(home, { recursive: true, force: true });
});

beforeEach(() => counts.clear());

function options(workload: Workload, runId: string, more: Partial<FleetOptions> = {}): FleetOptions {
  const slots = [1, 2].map((number) => ({
    name: `generator-${number}`,
    location: join(environmentDir(environmentId), "generators", `generator-${number}`),
  }));
  return { environmentId, slots, workload, baseUrl, toolPath: k6Path, runId, ...more };
}

const workload: Workload = {
  scenario: "split",
  description: "Two journeys on two generators.",
  seed: 7,
  warmup: { startRatePerSecond: 20, stages: [{ durationSeconds: 2, ratePerSecond: 20, label: "warm-up" }] },
  arrival: {
    startRatePerSecond: 20,
    stages: [
      { durationSeconds: 2, ratePerSecond: 50, label: "ramp" },
      { durationSeconds: 3, ratePerSecond: 50, label: "hold" },
    ],
  },
  journeys: [
    {
      name: "read",
      weight: 3,
      feeders: [{ kind: "zipf", name: "item", min: 1, max: 1000, exponent: 0.9 }],
      steps: [
        { name: "list", request: { method: "GET", path: "/list" } },
        { name: "item", request: { method: "GET", path: "/item?id=${item}" } },
      ],
    },
    {
      name: "buy",
      weight: 1,
      steps: [
        { name: "fails", request: { method: "GET", path: "/fails" } },
        {
          name: "half",
          request: { method: "POST", path: "/half", body: "{}" },
          extract: [{ kind: "json", name: "id", path: "id" }],
        },
        { name: "after", request: { method: "GET", path: "/after/${id}" } },
      ],
    },
  ],
  slos: [],
  parameters: {},
};

async function query(sql: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowObjects();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const context = (generator: string) => ({
  campaign: "c",
  run: "r",
  side: "single",
  replicate: 1,
  generator,
  scenario: "split",
});

const runningK6 = async (): Promise<number> =>
  (await takeInventory(environmentId)).processes.filter(
    (process) => process.name?.startsWith("generator") === true,
  ).length;

/** Stands for a k6 from elsewhere: the same program, but it does not tell of perfbed's output. */
async function foreignK6(): Promise<string> {
  const path = join(home, "k6-from-elsewhere");
  await writeFile(
    path,
    `#!/bin/sh\n[ "$1" = version ] && { echo "k6 v1.8.1"; exit; }\nexec '${k6Path}' "$@"\n`,
    { mode: 0o755 },
  );
  return path;
}

test.each([SampleOutput.Perfbed, SampleOutput.Csv])(
  "two generators start together, split the arrivals exactly, and every request becomes one row: output %s",
  async (output) => {
    const progress: FleetProgress[] = [];
    const result = await runFleet(
      options(workload, "exact", {
        onProgress: (p) => progress.push(p),
        ...(output === SampleOutput.Csv ? { toolPath: await foreignK6() } : {}),
      }),
    );
    expect(result.generators.map(({ samples }) => samples.output)).toEqual([output, output]);

    expect(result.aborted).toBeNull();
    expect(result.generators.map(({ health }) => health.exitCode)).toEqual([0, 0]);
    const skews = result.generators.map(({ health }) => health.startSkewMs ?? Number.NaN);
    expect(Math.max(...skews) - Math.min(...skews)).toBeLessThan(50);
    expect(result.window.measuredFromUs - result.window.runStartedAtUs).toBe(2_000_000);
    expect(result.window.measuredToUs - result.window.measuredFromUs).toBe(5_000_000);

    // 40 arrivals of warm-up, 70 of the ramp, 150 held; 3 of 4 are "read".
    const rows = result.generators.map(
      ({ name, samples }) => `SELECT * FROM (${k6SamplesSql(samples, context(name))})`,
    );
    const all = `(${rows.join(" UNION ALL ")})`;
    const iterations = result.generators
      .map(({ name, samples }) => k6IterationsSql(samples, context(name)))
      .map((sql) => `SELECT * FROM (${sql})`);
    const started = await query(
      `SELECT generator, journey, sum(started)::INT AS n, sum(completed)::INT AS done FROM (${iterations.join(" UNION ALL ")}) GROUP BY ALL ORDER BY ALL`,
    );
    const of = (generator: number, journey: string): number =>
      Number(started.find((row) => row.generator === `generator-${generator}` && row.journey === journey)?.n);
    expect(Math.abs(of(1, "read") + of(2, "read") - 195)).toBeLessThanOrEqual(1);
    expect(Math.abs(of(1, "buy") + of(2, "buy") - 65)).toBeLessThanOrEqual(1);
    expect(Math.abs(of(1, "read") - of(2, "read"))).toBeLessThanOrEqual(1);
    expect(Math.abs(of(1, "buy") - of(2, "buy"))).toBeLessThanOrEqual(1);
    expect(started.every((row) => row.n === row.done)).toBe(true);

    // The server's own count, path by path.
    const bySteps =
      await query(`SELECT step, count(*)::INT AS n, count(*) FILTER (WHERE NOT ok)::INT AS failed,
    min(error) AS error, count(firstByteUs)::INT AS timed FROM ${all} GROUP BY step ORDER BY step`);
    for (const row of bySteps) {
      const path = [...counts.keys()].find((key) => key.split("/")[1] === row.step);
      expect(row.n).toBe(counts.get(path ?? ""));
      expect(row.timed).toBe(row.n);
    }
    expect(bySteps.reduce((sum, row) => sum + Number(row.n), 0)).toBe(
      [...counts.values()].reduce((sum, n) => sum + n, 0),
    );
    const step = (name: string) => bySteps.find((row) => row.step === name);
    expect(step("fails")).toMatchObject({ failed: step("fails")?.n, error: "http-5xx" });
    expect(step("half")).toMatchObject({
      failed: Math.floor(Number(step("half")?.n) / 2),
      error: "check-failed",
    });
    expect(step("after")).toMatchObject({ n: Math.ceil(Number(step("half")?.n) / 2), failed: 0 });
    expect(step("list")).toMatchObject({ failed: 0, error: null });

    // k6's own figures, row for row.
    for (const { samples, name, requests } of result.generators) {
      const [k6] = await query(k6IntegritySql(samples));
      const [ours] = await query(
        `SELECT count(*)::INT AS n, sum(durationUs)::DOUBLE AS total FROM (${k6SamplesSql(samples, context(name))})`,
      );
      const [theirs] = await query(
        `SELECT sum(round(metric_value * 1000))::DOUBLE AS total FROM read_csv('${samples.path}') WHERE metric_name IN ('http_req', 'http_req_duration')`,
      );
      expect(k6).toMatchObject({ incomplete: 0n });
      expect(Number(k6?.requests)).toBe(requests);
      expect(Number(k6?.durations)).toBe(requests);
      expect(ours?.n).toBe(requests);
      expect(ours?.total).toBe(theirs?.total);
    }

    // Planned against started in the measured window, generator by generator.
    for (const { health } of result.generators) {
      expect(Math.abs(health.startedIterations - health.plannedIterations)).toBeLessThanOrEqual(2);
      expect(health.droppedIterations).toBe(0);
      expect(health.cpuMean).toBeGreaterThan(0);
      expect(health.cpuMax ?? 0).toBeGreaterThanOrEqual(health.cpuMean ?? 1);
      expect(health.memoryMaxMiB).toBeGreaterThan(10);
      expect(health.machineIdleMin).toBeGreaterThanOrEqual(0);
    }
    expect(Math.abs(result.arrivals.planned - 220)).toBeLessThanOrEqual(2);

    expect(progress.length).toBeGreaterThanOrEqual(6);
    expect(progress.map(({ phase }) => phase)).toContain("warm-up");
    const hold = progress.find(({ elapsedSeconds }) => elapsedSeconds > 5.5 && elapsedSeconds < 6.9);
    expect(hold?.plannedRatePerSecond).toBe(50);
    expect(hold?.achievedRatePerSecond).toBeGreaterThan(25);
    expect(hold?.p95Ms).toBeGreaterThan(0);
    expect(hold?.errorRatio).toBeGreaterThan(0);

    // Nothing is left of it but its files.
    expect(await runningK6()).toBe(0);
    const script = await readFile(result.generators[0]?.scriptPath ?? "", "utf8");
    expect(script).toContain("export function readVisit()");
  },
);

test.each(["rendered", "native"])(
  "k6's own output and perfbed's give the same samples and arrivals of one and the same run: %s script",
  async (kind) => {
    const native = kind === "native";
    const folder = await mkdtemp(join(home, "both-"));
    const script = join(folder, "own.js");
    await writeFile(
      script,
      `import http from "k6/http";
import { check, group } from "k6";
export const options = { vus: 3, duration: "2s" };
export default function () {
  group('a "group", with commas', () => http.get(__ENV.BASE_URL + "/first?q=a,b"));
  check(http.get(__ENV.BASE_URL + "/fails"), { "is fine": (r) => r.status === 200 });
  http.get("http://127.0.0.1:1/nobody", { tags: { name: "nobody, \\"there\\"" } });
}
`,
    );
    const ran: Workload = native
      ? {
          ...workload,
          journeys: [],
          script: { tool: "k6", file: script, environment: {}, ownArrivals: true },
        }
      : workload;
    const share = { name: "generator-1", index: 0, count: 1 };
    const rendered = renderK6(ran, {
      baseUrl,
      share,
      folder,
      runId: "both",
      apiPort: 0,
      output: SampleOutput.Perfbed,
    });
    for (const [name, content] of Object.entries(rendered.files))
      await writeFile(join(folder, name), content);
    const csv: SampleFile = { path: join(folder, "k6.csv"), output: SampleOutput.Csv, native };
    const args = rendered.args.filter((arg) => arg !== "--paused" && !arg.startsWith("--address"));
    await promisify(execFile)(k6Path, [...args.slice(0, -1), `--out=csv=${csv.path}`, ...args.slice(-1)], {
      cwd: folder,
      env: { ...process.env, ...rendered.env, K6_CSV_TIME_FORMAT: "unix_micro" },
    });

    for (const sql of [
      (file: SampleFile) => k6SamplesSql(file, context("generator-1")),
      (file: SampleFile) => k6IterationsSql(file, context("generator-1")),
    ]) {
      const [ours, theirs] = [rendered.samples, csv].map((file) => `SELECT * FROM (${sql(file)})`);
      const [count] = await query(`SELECT count(*)::INT AS n FROM (${ours})`);
      expect(count?.n).toBeGreaterThan(native ? 2 : 5);
      const difference = await query(
        `(SELECT 'ours' AS "in", * FROM (${ours} EXCEPT ALL ${theirs})) UNION ALL (SELECT 'theirs' AS "in", * FROM (${theirs} EXCEPT ALL ${ours}))`,
      );
      expect(difference).toEqual([]);
      expect(difference).toEqual([]);
    }
    const [ours, theirs] = await Promise.all(
      [rendered.samples, csv].map((file) => query(k6IntegritySql(file))),
    );
    expect(ours?.[0]).toEqual({
      ...theirs?.[0],
      connectionWaitMeanMs: expect.closeTo(Number(theirs?.[0]?.connectionWaitMeanMs), 6),
    });
  },
);

test("a generator that is killed stops the run and is named", async () => {
  let killed = false;
  const result = await runFleet(
    options(workload, "killed", {
      onProgress: () => {
        if (killed) return;
        killed = true;
        void takeInventory(environmentId).then(({ processes }) => {
          const victim = processes.find((process) => process.name === "generator-2");
          if (victim !== undefined) process.kill(victim.pid, "SIGKILL");
        });
      },
    }),
  );
  expect(result.aborted?.kind).toBe("generator-lost");
  expect(result.aborted?.text).toMatch(/generator-2 was ended by SIGKILL/);
  expect(result.generators[1]?.health.exitCode).toBeNull();
  expect(result.window.measuredToUs - result.window.runStartedAtUs).toBeLessThan(7_000_000);
  // The killed generator's file can still be read as a table.
  for (const { samples, requests } of result.generators) {
    expect(Number((await query(k6IntegritySql(samples)))[0]?.durations)).toBe(requests);
  }
  expect(await runningK6()).toBe(0);
});

test("an aborted signal ends every k6 process", async () => {
  const controller = new AbortController();
  const reason = new Error("interrupted");
  const run = runFleet(
    options(workload, "aborted", {
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    }),
  );
  await expect(run).rejects.toBe(reason);
  expect(await runningK6()).toBe(0);
});

test("a flood of errors ends the run where the workload asks for it", async () => {
  const failing: Workload = {
    ...workload,
    abortErrorRatio: 0.5,
    arrival: { startRatePerSecond: 20, stages: [{ durationSeconds: 60, ratePerSecond: 20, label: "hold" }] },
    journeys: [
      { name: "only", weight: 1, steps: [{ name: "fails", request: { method: "GET", path: "/fails" } }] },
    ],
  };
  const result = await runFleet(options(failing, "flood"));
  expect(result.aborted?.kind).toBe("error-ratio");
  expect(result.aborted?.text).toMatch(/100 % of the requests/);
  expect(await runningK6()).toBe(0);
});

test("a user's own k6 script runs with its own arrivals and its failed checks are seen", async () => {
  const file = join(home, "own.js");
  await writeFile(
    file,
    `import http from "k6/http";
import { check } from "k6";
export const options = { scenarios: { mine: { executor: "constant-arrival-rate", rate: 10, timeUnit: "1s", duration: "3s", preAllocatedVUs: 4 } } };
export default function () {
  http.get(__ENV.BASE_URL + "/first", { tags: { name: "first" } });
  const half = http.post(__ENV.BASE_URL + "/half", "{}", { tags: { name: "half" } });
  check(half, { "has an id": (r) => r.json("id") === 7 });
  http.get(__ENV.BASE_URL + "/" + __ENV.LAST, { tags: { name: "last" } });
}
`,
  );
  const own = await resolveWorkload({
    scenario: file,
    baseDir: home,
    parameters: {},
    set: ["warmupSeconds=1", 'environment={"LAST":"last"}'],
    storefront: false,
  });
  const result = await runFleet(options(own, "own"));
  expect(result.aborted).toBeNull();
  expect(result.native).toBe(true);
  // 30 iterations in 3 s, the first second is warm-up.
  expect(Math.abs(result.arrivals.planned - 20)).toBeLessThanOrEqual(1);
  expect(Math.abs(result.arrivals.started - 20)).toBeLessThanOrEqual(2);
  const all = result.generators
    .map(({ name, samples }) => `SELECT * FROM (${k6SamplesSql(samples, context(name))})`)
    .join(" UNION ALL ");
  const steps = await query(
    `SELECT journey, step, count(*)::INT AS n, count(*) FILTER (WHERE NOT ok)::INT AS failed, min(error) AS error FROM (${all}) GROUP BY ALL ORDER BY step`,
  );
  const half = counts.get("/half") ?? 0;
  expect(steps).toEqual([
    { journey: "mine", step: "first", n: counts.get("/first"), failed: 0, error: null },
    { journey: "mine", step: "half", n: half, failed: Math.floor(half / 2), error: "check-failed" },
    { journey: "mine", step: "last", n: counts.get("/last"), failed: 0, error: null },
  ]);
});

test("a user's own k6 script runs at a rate that is asked for", async () => {
  const file = join(home, "rated.js");
  await writeFile(
    file,
    `import http from "k6/http";
export const options = { vus: 1, iterations: 1 };
export default function () { http.get(__ENV.BASE_URL + "/rated"); }
`,
  );
  const rated = await resolveWorkload({
    scenario: file,
    baseDir: home,
    parameters: {},
    set: ["rate=25", "durationSeconds=2"],
    storefront: false,
  });
  const result = await runFleet(options(rated, "rated"));
  expect(Math.abs((counts.get("/rated") ?? 0) - 50)).toBeLessThanOrEqual(1);
  expect(result.arrivals.planned).toBe(50);
});

test("load goes nowhere but to this machine", async () => {
  const run = runFleet(options(workload, "elsewhere", { baseUrl: "http://192.0.2.1:80" }));
  await expect(run).rejects.toThrow(ConfigError);
});

test("a script that k6 cannot load is a plain error, and nothing runs", async () => {
  const file = join(home, "broken.js");
  await writeFile(file, 'import http from "k6/http";\nexport default function () { http.get( }\n');
  const broken = await resolveWorkload({
    scenario: file,
    baseDir: home,
    parameters: {},
    set: [],
    storefront: false,
  });
  await expect(runFleet(options(broken, "broken"))).rejects.toMatchObject({ code: "PERFBED_CONFIG" });
  expect(await runningK6()).toBe(0);
});
