import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { writeSyntheticLog } from "../../bench/traffic/synthetic-log";
import { renderK6 } from "../../scenarios/adapters/k6";
import type { Workload } from "../../scenarios/model";
import { resolveParameters } from "../../scenarios/parameters";
import { buildWorkload, loadScenario } from "../../scenarios/resolve";
import { resolveTool, Tool } from "../../toolchain";
import { cli, createWorld, type World } from "../support/cli";

jest.setTimeout(600_000);
const run = promisify(execFile);

let world: World;
let server: Server;
/** What an nginx with a JSON log would have written. */
let logged: string[] = [];
let baseUrl: string;

beforeAll(async () => {
  world = createWorld();
  server = createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      logged.push(
        JSON.stringify({
          time: new Date().toISOString(),
          remote_addr: request.socket.remoteAddress,
          request_method: request.method,
          request_uri: request.url,
          status: 200,
          http_user_agent: request.headers["user-agent"],
          visit: request.headers["x-perfbed-visit"],
        }),
      );
      response.end("{}");
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  baseUrl = `http://127.0.0.1:${address.port}`;
});
afterAll(async () => {
  await new Promise((closed) => server.close(closed));
  world.remove();
});

/** Runs a workload with one k6 against the loopback application; the access log of that run. */
async function generate(name: string, workload: Workload): Promise<string> {
  const k6 = (await resolveTool(Tool.K6))?.executables.k6;
  if (k6 === undefined) throw new Error("k6 is not installed: run perfbed doctor");
  const folder = join(world.work, name);
  mkdirSync(folder);
  const share = { name: "generator-1", index: 0, count: 1 };
  const rendered = renderK6(workload, { baseUrl, share, folder, runId: name, apiPort: 0 });
  for (const [file, content] of Object.entries(rendered.files)) writeFileSync(join(folder, file), content);
  logged = [];
  await run(
    k6,
    [
      "run",
      "--quiet",
      "--no-usage-report",
      "--summary-mode=disabled",
      "--address=",
      join(folder, `${workload.scenario}.js`),
    ],
    {
      cwd: folder,
      env: { ...process.env, ...rendered.env },
      timeout: 120_000,
    },
  );
  const log = join(folder, "access.json");
  writeFileSync(log, `${logged.join("\n")}\n`);
  return log;
}

test("from a log to a scenario to load that k6 makes: alike in arrivals, mix, ways and dispersion; other load is told to be other", async () => {
  const log = join(world.work, "shop.log");
  await writeSyntheticLog(log, {
    seed: 5,
    fromMs: Date.UTC(2024, 2, 4, 20),
    sessionsPerMinute: 110,
    minutes: 25,
  });
  const learned = await cli(world, ["traffic", "learn", log, "--out", "shop.ts"]);
  expect(learned).toMatchObject({ code: 0 });
  expect(learned.stdout).toContain("GET /api/products/{productId}");
  const again = await cli(world, ["traffic", "learn", log, "--out", "shop.ts"]);
  expect(again.code).toBe(2);
  expect(again.stderr).toContain("--force");

  const scenario = await loadScenario("./shop.ts", world.work);
  const set = ["pointSeconds=4", "thinkTimeScale=0.02"];
  const workload = buildWorkload(scenario, resolveParameters(scenario, { set }), { storefront: false });
  const same = await generate("same", workload);
  const args = [
    "--model",
    "shop.json",
    "--point-seconds",
    "4",
    "--generated-field",
    "session=visit",
    "--json",
  ];
  const alike = await cli(world, ["traffic", "check", log, same, ...args]);
  expect(alike.code).toBe(0);
  const result: { score: number; parts: { part: string; score: number }[] } = JSON.parse(alike.stdout);
  const scores = Object.fromEntries(result.parts.map(({ part, score }) => [part, score]));
  expect(scores.arrivals).toBeGreaterThan(0.9);
  expect(scores.mix).toBeGreaterThan(0.88);
  expect(scores.transitions).toBeGreaterThan(0.85);
  // Of 40 s in points of 4 s, whose numbers are those of the log, little chance is left; a metronome would have none.
  expect(scores.dispersion).toBeGreaterThan(0.15);

  const { executor: _, ...rest } = workload;
  const other = await generate("other", {
    ...rest,
    warmup: { startRatePerSecond: 0, stages: [] },
    arrival: { startRatePerSecond: 4, stages: [{ durationSeconds: 36, ratePerSecond: 4, label: "hold" }] },
    journeys: [
      {
        name: "walk",
        weight: 1,
        feeders: [{ kind: "unique-id", name: "visit", prefix: "" }],
        steps: ["/", "/api/search?q=x&page=1", "/blog/a"].map((path, index) => ({
          name: `s${index}`,
          request: { method: "GET", path, headers: { "x-perfbed-visit": "${visit}" } },
        })),
      },
    ],
  });
  const different = await cli(world, ["traffic", "check", log, other, ...args]);
  expect(different.code).toBe(1);
  const low: { verdict: string; score: number } = JSON.parse(different.stdout);
  expect(low.verdict).toBe("different");
  expect(low.score).toBeLessThan(0.6);
  expect(readFileSync(join(world.work, "shop.json"), "utf8")).not.toContain("10.0.");
});
