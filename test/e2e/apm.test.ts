import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { TRACE_TIERS } from "../../analysis/traces/model";
import { cli, createWorld, leftovers, ROOT, type World } from "../support/cli";

jest.setTimeout(240_000);

const KEY = "otlp-key-of-the-test-0815";

let world: World;
/** Stands in for a vendor's OTLP intake: keeps the header of the key, and how much came. */
let intake: Server;
const taken: { readonly path: string; readonly key: unknown; readonly bytes: number }[] = [];

beforeAll(async () => {
  intake = createServer((request, response) => {
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
    });
    request.on("end", () => {
      taken.push({ path: request.url ?? "", key: request.headers["x-intake-key"], bytes });
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });
  await new Promise<void>((done) => intake.listen(0, "127.0.0.1", done));
});
afterAll(() => intake.close());
beforeEach(() => {
  world = createWorld();
});
afterEach(() => world.remove());

function intakeUrl(): string {
  const address: string | AddressInfo | null = intake.address();
  return `http://127.0.0.1:${address === null || typeof address === "string" ? 0 : address.port}`;
}

function resultFolder(): string {
  const found = readdirSync(join(world.work, "perfbed-results")).find((name) => name !== "history");
  if (found === undefined) throw new Error("no results");
  return join(world.work, "perfbed-results", found);
}

/** Files below a folder that hold a text. */
function filesWith(folder: string, text: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => statSync(path).isFile() && readFileSync(path).includes(text));
}

test("spans of every tier and metrics of every instance are kept with the run, shown by tier and passed on; nothing is left", async () => {
  writeFileSync(
    join(world.work, "perfbed.config.json"),
    JSON.stringify({
      apm: [
        {
          kind: "opentelemetry",
          sampleRatio: 0.8,
          endpoint: intakeUrl(),
          apiKey: "${INTAKE_KEY}",
          apiKeyHeader: "x-intake-key",
        },
        { kind: "prometheus", intervalSeconds: 2 },
      ],
      sizing: { preset: "small", app: { maxInstances: 1 }, fleet: { generators: 1 } },
      parameters: { peakRate: 6, warmupSeconds: 2, rampSeconds: 1, holdSeconds: 8, thinkTimeScale: 0.2 },
    }),
  );
  const result = await cli(world, ["campaign", "--name", "e2e-apm"], { INTAKE_KEY: KEY });
  expect(result.stdout).toContain("Nothing is left");
  const folder = resultFolder();
  const run = join(folder, "run-1");
  for (const file of ["spans.parquet", "opentelemetry-metrics.parquet", "prometheus.parquet"])
    expect(existsSync(join(run, file))).toBe(true);
  expect(readdirSync(run).filter((name) => name.includes("spool"))).toEqual([]);

  const report = JSON.parse(readFileSync(join(folder, "report.json"), "utf8"));
  expect(report.manifest.apm).toEqual({
    agents: [
      { kind: "opentelemetry", version: "0.160.0", sampleRatio: 0.8 },
      expect.objectContaining({ kind: "prometheus" }),
    ],
    traces: true,
  });
  expect(report.manifest.inventory).toEqual(
    expect.arrayContaining([expect.objectContaining({ name: "apm-collector", tier: "apm" })]),
  );
  const { traces } = report;
  expect(traces.linked).toBeGreaterThan(20);
  expect(traces.linked).toBeLessThanOrEqual(traces.asked);
  expect(traces.asked).toBeLessThan(report.overall.requests);
  for (const step of traces.steps) {
    const sum = TRACE_TIERS.reduce((total, tier) => total + step.tiers[tier], 0);
    expect(sum).toBeCloseTo(step.meanMs, 6);
  }
  const milliseconds = (tier: string): number =>
    traces.steps.reduce(
      (sum: number, step: { tiers: Record<string, number> }) => sum + (step.tiers[tier] ?? 0),
      0,
    );
  for (const tier of ["edge", "app", "pool-wait", "database", "cache"])
    expect(milliseconds(tier)).toBeGreaterThan(0);
  expect(traces.slowest[0].spans[0].name).toMatch(/^(GET|POST) \//);
  const page = readFileSync(join(folder, "report.html"), "utf8");
  expect(page).toContain('id="trace-tiers-title"');
  expect(page).toContain('id="waterfall-1-title"');

  // What was passed on came with the key, which stands in no file.
  expect(taken.some(({ path, bytes }) => path === "/v1/traces" && bytes > 0)).toBe(true);
  expect(taken.some(({ path }) => path === "/v1/metrics")).toBe(true);
  expect(new Set(taken.map(({ key }) => key))).toEqual(new Set([KEY]));
  expect(filesWith(world.dir, KEY)).toEqual([]);
  expect(leftovers(world, ["e2e-apm"])).toEqual([]);
});

test("an application that sends nothing says so in the report, instead of figures", async () => {
  cpSync(join(ROOT, "test/fixtures/python-app"), join(world.work, "app"), { recursive: true });
  const config = readFileSync(join(world.work, "app/perfbed.config.yaml"), "utf8");
  writeFileSync(join(world.work, "app/perfbed.config.yaml"), `${config}\napm:\n  - kind: opentelemetry\n`);
  const short = ["--set", "warmupSeconds=1", "--set", "holdSeconds=3", "--set", "rampSeconds=1"];
  const result = await cli(world, [
    "campaign",
    "-c",
    "app/perfbed.config.yaml",
    "--name",
    "e2e-quiet",
    ...short,
  ]);
  expect(result.stdout).toContain("Nothing is left");
  const folder = resultFolder();
  const report = JSON.parse(readFileSync(join(folder, "report.json"), "utf8"));
  expect(report.traces).toMatchObject({ traces: 0, linked: 0, steps: [], slowest: [] });
  expect(readFileSync(join(folder, "report.html"), "utf8")).toContain(
    "no trace of the measured window arrived",
  );
  expect(leftovers(world, ["e2e-quiet"])).toEqual([]);
});
