// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${name} is a variable of the journey, not of this module
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspectScript, k6Adapter, renderScript } from "../../../scenarios/adapters/k6";
import { companionFiles } from "../../../scenarios/adapters/k6/script";
import { arrivalInstant } from "../../../scenarios/arrival";
import { arrivalClock } from "../../../scenarios/arrival-clock";
import type { Executor } from "../../../scenarios/executor";
import { executorCurve } from "../../../scenarios/executor-plan";
import { EXIT, type Journey, type Workload } from "../../../scenarios/model";
import { readTable } from "../../../scenarios/tables";
import { readArrivalTrace } from "../../../scenarios/trace-file";
import { workloadProblems } from "../../../scenarios/validate";
import { resolveFiles } from "../../../scenarios/workload-files";
import { resolveTool, Tool } from "../../../toolchain";
import { getStep, workloadOf } from "../../support/fleet-world";

let folder: string;
let k6: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pbx-"));
  const path = (await resolveTool(Tool.K6))?.executables.k6;
  if (path === undefined) throw new Error("k6 is not installed: run perfbed doctor");
  k6 = path;
  await writeFile(join(folder, "users.csv"), 'email,name\na@x,"A, B"\nb@x,C\n');
  await writeFile(join(folder, "photo.jpg"), "jpg");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Every kind of step, scope, table and extraction that is not in k6-script.test.ts. */
const everything: readonly Journey[] = [
  {
    name: "chain",
    weight: 1,
    feeders: [
      { kind: "table", name: "users", file: "users.csv", mode: "sequential" },
      { kind: "table", name: "own", file: "users.csv", mode: "split", per: "user" },
      { kind: "zipf", name: "id", min: 1, max: 9, exponent: 1, per: "step" },
    ],
    steps: [
      {
        ...getStep("home", "/${users.email}/${setup.token}/${env.HOME}"),
        extract: [
          { kind: "json", name: "a", path: "x.*.id", pick: "random" },
          { kind: "regex", name: "b", pattern: "(a)(b)", group: 2, pick: "last" },
          { kind: "cookie", name: "c", cookie: "sid" },
        ],
      },
      {
        kind: "websocket",
        name: "talk",
        path: "/ws/${a}",
        headers: { "x-b": "${b}" },
        exchanges: [{ send: "${c}", until: "ok" }],
      },
      {
        kind: "grpc",
        name: "call",
        endpoint: "order-service",
        proto: join(__dirname, "../../fixtures/greeter.proto"),
        method: "greeter.Greeter/Greet",
        message: '{"name":"${own.name}"}',
        extract: [{ kind: "json", name: "text", path: "text" }],
      },
      {
        name: "upload",
        request: {
          method: "POST",
          path: "/up/${id}/${text}",
          multipart: [{ kind: "file", name: "photo", file: "photo.jpg" }],
        },
      },
    ],
    chain: {
      entry: { home: 1 },
      transitions: [
        { from: "home", to: "talk", probability: 1 },
        {
          from: "talk",
          to: "call",
          probability: 0.5,
          thinkTime: { distribution: "constant", meanSeconds: 0.1 },
        },
        { from: "talk", to: EXIT, probability: 0.5 },
        { from: "call", to: "upload", probability: 1 },
        { from: "upload", to: EXIT, probability: 1 },
      ],
    },
  },
  { name: "plain", weight: 2, steps: [getStep("root", "/")] },
];

const executors: readonly Executor[] = [
  { kind: "arrival-trace", atSeconds: [0, 0.5, 2.25], journeys: ["plain", "chain", "plain"] },
  {
    kind: "virtual-users",
    startUsers: 1,
    stages: [{ durationSeconds: 3, users: 5, label: "ramp" }],
    pause: { distribution: "exponential", meanSeconds: 1 },
  },
  { kind: "iterations-per-user", users: 3, iterations: 4, maxSeconds: 10 },
  {
    kind: "external-rate",
    control: "/tmp/rate",
    startRatePerSecond: 1,
    maxRatePerSecond: 5,
    durationSeconds: 4,
  },
];

function workloadWith(executor: Executor, per: "generator" | "user" = "generator"): Workload {
  return resolveFiles(
    workloadOf(everything, {
      executor,
      ...executorCurve(executor),
      cookies: "user",
      setup: {
        per,
        steps: [{ ...getStep("token", "/token"), extract: [{ kind: "json", name: "token", path: "token" }] }],
      },
    }),
    folder,
  );
}

test.each(executors.map((executor) => [executor.kind, executor] as const))(
  "k6 accepts what is rendered for %s, with every kind of step and data",
  async (kind, executor) => {
    for (const per of ["generator", "user"] as const) {
      const workload = workloadWith(executor, per);
      expect(workloadProblems(workload)).toEqual([]);
      expect(k6Adapter.problems(workload)).toEqual([]);
      const place = join(folder, `${kind}-${per}`);
      await mkdir(place);
      const files = { "script.js": renderScript(workload, 2), ...companionFiles(workload) };
      for (const [name, content] of Object.entries(files)) await writeFile(join(place, name), content);
      const inspection = await inspectScript(k6, join(place, "script.js"), {
        BASE_URL: "http://127.0.0.1:1",
        ORDER_SERVICE_URL: "grpc://127.0.0.1:2",
      });
      expect(inspection.scenarioNames).toEqual(["visits"]);
    }
  },
);

test("secrets are not in the script: it names the variables that hold them", () => {
  const script = renderScript(
    workloadWith(executors[2] ?? { kind: "iterations-per-user", users: 1, iterations: 1, maxSeconds: 1 }),
    1,
  );
  expect(script).toContain("__ENV.HOME");
  expect(script).not.toContain(process.env.HOME ?? "nowhere");
});

test("tables are read with quotes and columns; what is no table is refused", async () => {
  expect(readTable(join(folder, "users.csv"))).toEqual({
    columns: ["email", "name"],
    rows: [
      { email: "a@x", name: "A, B" },
      { email: "b@x", name: "C" },
    ],
  });
  await writeFile(join(folder, "odd.csv"), "a,b\n1\n");
  await writeFile(join(folder, "odd.json"), '[{"a":1},{"b":2}]');
  expect(() => readTable(join(folder, "odd.csv"))).toThrow("The table cannot be read");
  expect(() => readTable(join(folder, "odd.json"))).toThrow("The table cannot be read");
  expect(() => readTable(join(folder, "none.csv"))).toThrow("The table cannot be read");
});

test("a unique table with fewer rows than planned visits is refused before the start", () => {
  const journeys: readonly Journey[] = [
    {
      name: "j",
      weight: 1,
      feeders: [{ kind: "table", name: "users", file: "users.csv", mode: "unique" }],
      steps: [getStep("s", "/${users.email}")],
    },
  ];
  const arrival = {
    startRatePerSecond: 1,
    stages: [{ durationSeconds: 3, ratePerSecond: 1, label: "hold" }],
  };
  expect(workloadProblems(resolveFiles(workloadOf(journeys, { arrival }), folder))).toMatchObject([
    { field: "journeys[0].feeders[0].file", allowed: "at least 3 rows: one for each planned visit" },
  ]);
});

test("a trace file's instants may be dates, milliseconds or seconds, in any order, with journeys", async () => {
  const file = join(folder, "trace.csv");
  await writeFile(file, "time,journey\n2026-01-01T00:00:02.500Z,b\n2026-01-01T00:00:01.250Z,a\n");
  expect(readArrivalTrace(file)).toEqual({
    kind: "arrival-trace",
    atSeconds: [0.25, 1.5],
    journeys: ["a", "b"],
  });
  await writeFile(file, "1767225601250\n1767225600000\n");
  expect(readArrivalTrace(file)).toEqual({ kind: "arrival-trace", atSeconds: [0, 1.25] });
  await writeFile(file, "1\nlater\n");
  expect(() => readArrivalTrace(file)).toThrow("The trace cannot be read");
});

test("the clock of many arrivals is that of one arrival, for ramps, jumps and pauses", () => {
  const profile = {
    startRatePerSecond: 0,
    stages: [
      { durationSeconds: 4, ratePerSecond: 10, label: "ramp" },
      { durationSeconds: 0, ratePerSecond: 3, label: "jump" },
      { durationSeconds: 5, ratePerSecond: 3, label: "hold" },
      { durationSeconds: 2, ratePerSecond: 0, label: "down" },
      { durationSeconds: 3, ratePerSecond: 0, label: "pause" },
    ],
  };
  const clock = arrivalClock(profile);
  for (let n = 1; n <= 38; n += 1) expect(clock(n)).toBeCloseTo(arrivalInstant(profile, n) ?? Number.NaN, 9);
  expect(clock(39)).toBeNull();
});
