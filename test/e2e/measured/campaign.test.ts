import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cli, createWorld, leftovers, ROOT, startCli, type World } from "../../support/cli";

jest.setTimeout(180_000);

const SHORT = ["--set", "warmupSeconds=3", "--set", "holdSeconds=8", "--set", "rampSeconds=2"];

let world: World;
beforeEach(() => {
  world = createWorld();
});
afterEach(() => {
  world.remove();
});

interface Judged {
  readonly verdict: { readonly kind: string };
  readonly validity: readonly { readonly code: string; readonly severity: string }[];
}

/** Pass or too few requests to tell; or invalid for one reason alone: this machine had other work to do. */
function expectBelievable(code: number | NodeJS.Signals, report: Judged): void {
  const reasons = report.validity
    .filter(({ severity }) => severity === "invalid")
    .map((finding) => finding.code);
  expect(reasons.filter((reason) => reason !== "machine-saturated")).toEqual([]);
  const codes: Readonly<Record<string, number>> = { pass: 0, inconclusive: 3, invalid: 4 };
  expect(code).toBe(codes[report.verdict.kind]);
}

function resultFolder(): string {
  const [only] = readdirSync(join(world.work, "perfbed-results"));
  if (only === undefined) throw new Error("no results");
  return join(world.work, "perfbed-results", only);
}

describe("a campaign on the local target with real parts", () => {
  test("the storefront under load passes every phase, reports exact figures and leaves nothing", async () => {
    const result = await cli(world, [
      "campaign",
      "--name",
      "e2e-load",
      "-s",
      "load",
      "--set",
      "peakRate=6",
      ...SHORT,
    ]);
    expect(result.stdout).toContain("Nothing is left");
    const folder = resultFolder();
    for (const file of [
      "report.html",
      "report.md",
      "report.json",
      "run-1/run.json",
      "run-1/samples/generator-1.parquet",
    ]) {
      expect(existsSync(join(folder, file))).toBe(true);
    }
    const report = JSON.parse(readFileSync(join(folder, "report.json"), "utf8"));
    expectBelievable(result.code, report);
    expect(report.overall.requests).toBeGreaterThan(50);
    expect(report.overall.requests).toBe(
      report.journeys.reduce((sum: number, journey: { requests: number }) => sum + journey.requests, 0),
    );
    expect(report.overall.errors).toBe(0);
    expect(report.manifest.arrivals.achievedRatio).toBeGreaterThan(0.98);
    expect(report.manifest.generators).toHaveLength(2);
    expect(report.teardown.proved).toBe(true);
    const series = report.series.map(
      ({ tier, metric }: { tier: string; metric: string }) => `${tier} ${metric}`,
    );
    expect(series).toEqual(
      expect.arrayContaining([
        "app instances_in_service",
        "cache hit_ratio",
        "edge hit_ratio",
        "database replica_lag_bytes",
        "database pool_servers_active",
        "database cpu_cores",
      ]),
    );
    expect(leftovers(world, ["e2e-load"])).toEqual([]);
  });

  test("an application in another language, named in a YAML file, runs the same way", async () => {
    cpSync(join(ROOT, "test/fixtures/python-app"), join(world.work, "app"), { recursive: true });
    const result = await cli(world, [
      "campaign",
      "-c",
      "app/perfbed.config.yaml",
      "--name",
      "e2e-python",
      "--json",
      ...SHORT,
    ]);
    const printed = JSON.parse(result.stdout);
    expect(printed).toMatchObject({ exitCode: result.code, teardown: { proved: true } });
    const report = JSON.parse(readFileSync(join(resultFolder(), "report.json"), "utf8"));
    expectBelievable(result.code, report);
    expect(report.manifest.application.name).toBe("python-app");
    expect(report.overall.requests).toBeGreaterThan(20);
    expect(leftovers(world, ["e2e-python"])).toEqual([]);
  });

  test("a k6 script of the user's own runs and is judged like a scenario", async () => {
    writeFileSync(
      join(world.work, "own.js"),
      `import http from "k6/http";
export const options = { scenarios: { visits: { executor: "constant-arrival-rate", rate: 5, timeUnit: "1s", duration: "8s", preAllocatedVUs: 5 } } };
export default function () { http.get(__ENV.BASE_URL + "/", { tags: { name: "home" } }); }
`,
    );
    const result = await cli(world, ["campaign", "--name", "e2e-script", "-s", "./own.js"]);
    expect(result.stderr).not.toContain("Error:");
    const report = JSON.parse(readFileSync(join(resultFolder(), "report.json"), "utf8"));
    expect(report.manifest.scenario.tool).toBe("k6");
    expect(report.overall.requests).toBeGreaterThanOrEqual(38);
    expect(report.overall.requests).toBeLessThanOrEqual(42);
    expect(leftovers(world, ["e2e-script"])).toEqual([]);
  });

  test("up, list, run and destroy do the same in steps, and the report can be built again from the samples", async () => {
    const up = await cli(world, ["up", "--name", "e2e-steps", "--json"]);
    expect(up).toMatchObject({ code: 0 });
    const { entryUrl } = JSON.parse(up.stdout);
    expect((await fetch(`${entryUrl}/health`)).status).toBe(200);
    const listed = JSON.parse((await cli(world, ["list", "--json"])).stdout);
    expect(listed.environments).toMatchObject([{ environmentId: "e2e-steps" }]);
    const swept = await cli(world, ["sweep", "--dry-run"]);
    expect(swept.stdout).toContain("Nothing to sweep");
    const run = await cli(world, ["run", "e2e-steps", "-s", "smoke"]);
    const folder = resultFolder();
    const before = JSON.parse(readFileSync(join(folder, "report.json"), "utf8"));
    expectBelievable(run.code, before);
    const rebuilt = await cli(world, ["report", folder]);
    expect(rebuilt.code).toBe(run.code);
    expect(JSON.parse(readFileSync(join(folder, "report.json"), "utf8"))).toEqual(before);
    const destroyed = await cli(world, ["destroy", "e2e-steps"]);
    expect(destroyed).toMatchObject({ code: 0, stdout: expect.stringContaining("Nothing is left") });
    expect(leftovers(world, ["e2e-steps"])).toEqual([]);
  });

  test("a generator that is killed makes the measurement invalid, never a pass", async () => {
    const run = startCli(world, [
      "campaign",
      "--name",
      "e2e-lost",
      "-s",
      "load",
      "--set",
      "peakRate=6",
      ...SHORT,
    ]);
    await run.sees(/… load/);
    const pid = generatorPid("e2e-lost");
    process.kill(pid, "SIGKILL");
    expect(await run.ended).toBe(4);
    const report = JSON.parse(readFileSync(join(resultFolder(), "report.json"), "utf8"));
    expect(report.verdict.kind).toBe("invalid");
    expect(report.validity.map((finding: { code: string }) => finding.code)).toContain("generator-lost");
    expect(leftovers(world, ["e2e-lost"])).toEqual([]);
  });
});

function generatorPid(environmentId: string): number {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const environ = readFileSync(`/proc/${pid}/environ`, "latin1");
      const argv = readFileSync(`/proc/${pid}/cmdline`, "latin1").split("\0");
      if (
        environ.includes(`PERFBED_ENVIRONMENT_ID=${environmentId}\0`) &&
        (argv[0] ?? "").endsWith("k6") &&
        argv.includes("run")
      ) {
        return Number(pid);
      }
    } catch {
      // ended meanwhile
    }
  }
  throw new Error("no generator process found");
}
