import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError, type Problem } from "../../../core/errors";
import { loadUserModule } from "../../../scenarios/load-module";
import type { Workload } from "../../../scenarios/model";
import { resolveWorkload } from "../../../scenarios/resolve";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pbuser-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function problems(action: Promise<unknown>): Promise<readonly Problem[]> {
  try {
    await action;
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error("no error");
}

const resolve = (file: string, set: readonly string[] = []): Promise<Workload> =>
  resolveWorkload({ scenario: file, baseDir: folder, parameters: {}, set, storefront: false });

async function save(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

const OWN = `
import { defineScenario, z, type Journey } from "perfbed";
import { PATH } from "./paths";
enum Kind { A = "a" }
const journey: Journey = { name: "mine", weight: 1, steps: [{ name: Kind.A, request: { method: "GET", path: PATH } }] };
export default defineScenario({
  name: "mine",
  description: "My own.",
  parameters: z.object({ rate: z.number().default(4).describe("Rate.") }),
  workload: (p) => ({
    arrival: { startRatePerSecond: p.rate, stages: [{ durationSeconds: 10, ratePerSecond: p.rate, label: "hold" }] },
    journeys: [journey],
  }),
});
`;

test("a scenario of one's own is one TypeScript file outside this package, with imports of its own", async () => {
  await save("paths.ts", 'export const PATH: string = "/mine";\n');
  await save("mine.ts", OWN);
  const workload = await resolve("mine.ts", ["rate=8", "seed=5"]);
  expect(workload).toMatchObject({ scenario: "mine", seed: 5, parameters: { rate: 8, seed: 5 } });
  expect(workload.journeys[0]?.steps[0]).toMatchObject({ request: { path: "/mine" } });
  expect(workload.arrival.startRatePerSecond).toBe(8);
});

test("a file that was edited is read again", async () => {
  await save("paths.ts", 'export const PATH: string = "/one";\n');
  await save("again.ts", OWN);
  expect((await resolve("again.ts")).journeys[0]?.steps[0]).toMatchObject({ request: { path: "/one" } });
  await save("paths.ts", 'export const PATH: string = "/two";\n');
  expect((await resolve("again.ts")).journeys[0]?.steps[0]).toMatchObject({ request: { path: "/two" } });
});

test("a workload with mistakes is refused with their fields", async () => {
  await save("paths.ts", 'export const PATH: string = "no-slash";\n');
  await save("wrong.ts", OWN);
  expect(await problems(resolve("wrong.ts", ["rate=-1"]))).toMatchObject([
    { field: "arrival.startRatePerSecond", value: -1 },
    { field: "arrival.stages[0].ratePerSecond", value: -1 },
    { field: "journeys[0].steps[0].request.path", value: "no-slash" },
  ]);
});

test("a missing file, one without a default export and one that is no scenario are told apart", async () => {
  expect(await problems(resolve("nowhere.ts"))).toMatchObject([
    { field: "scenario", value: join(folder, "nowhere.ts") },
  ]);
  const empty = await save("empty.ts", "export const a = 1;\n");
  expect(await problems(resolve("empty.ts"))).toMatchObject([{ field: empty, allowed: "export default …" }]);
  const other = await save("other.ts", "export default 5;\n");
  expect(await problems(resolve("other.ts"))).toMatchObject([{ field: "scenario", value: other }]);
});

test("an error while a file is loaded names file and line, without a stack", async () => {
  const file = await save(
    "throws.ts",
    'const x: number = 1;\n\nthrow new Error("out of luck");\nexport default x;\n',
  );
  const [thrown] = await problems(loadUserModule(file));
  expect(thrown?.field).toMatch(new RegExp(`^${file}:3`));
  expect(thrown?.hint).toBe("out of luck");
  const syntax = await save("syntax.ts", "export default {\n  a: 1,,\n};\n");
  const [broken] = await problems(loadUserModule(syntax));
  expect(broken?.field).toMatch(new RegExp(`^${syntax}:2`));
  expect(broken?.hint).not.toContain("    at ");
  const absent = await save("absent.ts", 'import "./no-such-file";\nexport default 1;\n');
  const [missing] = await problems(loadUserModule(absent));
  expect(missing?.hint).toContain("no-such-file");
});

test("a k6 script is known by its imports and keeps its own arrivals unless a rate is given", async () => {
  await save(
    "own.js",
    'import { check } from "k6";\nimport http from "k6/http";\nexport default function () {}\n',
  );
  const own = await resolve("own.js", ["warmupSeconds=2", 'environment={"A":"b"}']);
  expect(own.script).toEqual({
    tool: "k6",
    file: join(folder, "own.js"),
    environment: { A: "b" },
    ownArrivals: true,
  });
  const rated = await resolve("own.js", ["rate=5", "durationSeconds=30", "p95Ms=200"]);
  expect(rated.script?.ownArrivals).toBe(false);
  expect(rated.arrival).toEqual({
    startRatePerSecond: 5,
    stages: [{ durationSeconds: 30, ratePerSecond: 5, label: "hold" }],
  });
  expect(rated.slos).toEqual([
    { kind: "latency", quantile: 0.95, threshold: 200 },
    { kind: "error-ratio", threshold: 0.01 },
  ]);
});
