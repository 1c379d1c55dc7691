import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Evidence, takeInventory } from "../../../components/local/supervisor";
import { createWorld, leftovers, ROOT, startCli, type World } from "../../support/cli";

jest.setTimeout(240_000);

/** Short replicates gated on the median, which needs twenty requests. */
const SHORT = ["--pairs", "3", "--quantile", "0.5", "--set", "warmupSeconds=6", "--set", "holdSeconds=3"];

let world: World;
const homeBefore = process.env.PERFBED_HOME;
beforeEach(() => {
  world = createWorld();
  process.env.PERFBED_HOME = world.home;
});
afterEach(() => {
  if (homeBefore === undefined) delete process.env.PERFBED_HOME;
  else process.env.PERFBED_HOME = homeBefore;
  world.remove();
});

function storedReport() {
  const results = join(world.work, "perfbed-results");
  const [only = ""] = readdirSync(results);
  return JSON.parse(readFileSync(join(results, only, "report.json"), "utf8"));
}

test("a replica killed while the sides are compared is never a pass: invalid, and it says which run", async () => {
  const run = startCli(world, [
    ...["gate", "--baseline", "baseline", "--candidate", "baseline", "--name", "flt-replica"],
    ...SHORT,
  ]);
  await run.sees("pair 1 of 3");
  const { processes } = await takeInventory("flt-replica-2");
  // The server itself: its children have its name, and one of them killed is a crash that it recovers from.
  const replica = processes.find(
    ({ name, evidence }) => name?.includes("replica") && evidence === Evidence.Ledger,
  );
  if (replica === undefined) throw new Error("there is no replica");
  process.kill(replica.pid, "SIGKILL");
  const code = await run.ended;
  if (code !== 4 && code !== 5) throw new Error(`exit code ${code}: …${run.stderr().slice(-2_000)}`);
  if (code === 4) {
    const { verdict, validity, excluded } = storedReport();
    expect(verdict.kind).toBe("invalid");
    expect(JSON.stringify([verdict, validity, excluded])).toMatch(/replica/);
  } else {
    expect(run.stderr()).toMatch(/replica/);
  }
  expect(leftovers(world, ["flt-replica-1", "flt-replica-2"])).toEqual([]);
});

test("errors planted in the candidate are a regression of the journey that has them", async () => {
  cpSync(join(ROOT, "test/fixtures/python-app"), join(world.work, "app"), { recursive: true });
  writeFileSync(
    join(world.work, "app", "perfbed.config.yaml"),
    `application:
  name: python-app
  directory: .
  command: [python3, app.py]
  health: /health
sides:
  main: {}
  pr: { environment: { FAIL_EVERY: "3" } }
scenario: load
parameters:
  paths: ["/work", "/items/7"]
  thinkTimeScale: 0
  startRate: 30
  peakRate: 30
  rampSeconds: 0
`,
  );
  const run = startCli(world, [
    ...[
      "gate",
      "-c",
      "app/perfbed.config.yaml",
      "--baseline",
      "main",
      "--candidate",
      "pr",
      "--name",
      "flt-errors",
    ],
    ...SHORT,
  ]);
  const code = await run.ended;
  expect({ code, stderr: code === 1 ? "" : run.stderr() + run.stdout() }).toEqual({ code: 1, stderr: "" });
  const { verdict, result } = storedReport();
  expect(verdict.kind).toBe("regression");
  for (const { metrics } of result.journeys) {
    const errors = metrics.find(({ metric }: { metric: string }) => metric === "error-ratio");
    expect(errors).toMatchObject({ status: "regression", baseline: 0 });
  }
  expect(leftovers(world, ["flt-errors-1", "flt-errors-2"])).toEqual([]);
});
