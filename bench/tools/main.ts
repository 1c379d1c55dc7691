import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, cpus, loadavg, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { DuckDBInstance } from "@duckdb/node-api";
import { type FleetResult, runFleet } from "../../campaign/fleet";
import { prepareEnvironment, sweepEnvironment } from "../../components/local/supervisor";
import { environmentDir } from "../../core/home";
import { newEnvironmentId } from "../../core/ids";
import { adapterOf } from "../../scenarios/adapters";
import { LOAD_TOOLS, type LoadTool, type Workload } from "../../scenarios/model";
import { ensureTools, formatProgress, Tool } from "../../toolchain";
import { fixedRateWorkload } from "../local/fixed-rate-workload";
import { startTarget } from "../local/fleet-target";
import { median, orderOfRound } from "../local/statistics";
import { table } from "../local/table";

/**
 * What a generated request costs in CPU with each load tool: one generator, the same scenario at the same rate against a server that
 * answers from memory, every request kept. `npm run bench:tools [-- --rate 100 --seconds 20 --rounds 3]`.
 */

const PROGRAMS: Readonly<Record<LoadTool, Tool>> = {
  k6: Tool.K6,
  locust: Tool.Locust,
  gatling: Tool.Gatling,
  jmeter: Tool.Jmeter,
};

interface Cost {
  readonly requests: number;
  readonly achieved: number;
  readonly cpuUsPerRequest: number;
  readonly cpuMaxCores: number;
  readonly memoryMiB: number;
  readonly readySeconds: number;
  readonly startDelayP95Ms: number | null;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

interface Options {
  readonly rate: number;
  readonly seconds: number;
  readonly rounds: number;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      rate: { type: "string", default: "100" },
      seconds: { type: "string", default: "20" },
      rounds: { type: "string", default: "3" },
    },
  });
  const options = {
    rate: Number(values.rate),
    seconds: Number(values.seconds),
    rounds: Number(values.rounds),
  };
  if (Object.values(options).some((value) => !(Number.isInteger(value) && value > 0 && value <= 10_000))) {
    throw new Error("usage: bench:tools [--rate <1..10000>] [--seconds <1..10000>] [--rounds <1..10000>]");
  }
  return options;
}

/** As long again before, which does not count: a JVM compiles what it runs often while it runs. */
function workloadOf({ rate, seconds }: Options): Workload {
  const workload = fixedRateWorkload(rate, seconds);
  return {
    ...workload,
    warmup: {
      startRatePerSecond: rate,
      stages: [{ durationSeconds: seconds, ratePerSecond: rate, label: "warm-up" }],
    },
  };
}

/** What the tool says the server took: the server is the same and does nothing, so what differs is the tool's. */
async function latencyOf(
  tool: LoadTool,
  { generators, window }: FleetResult,
): Promise<readonly [number, number]> {
  const [generator] = generators;
  if (generator === undefined) return [0, 0];
  const context = { campaign: "", run: "", side: "", replicate: 1, generator: "", scenario: "" };
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  try {
    const result = await connection.runAndReadAll(
      `SELECT quantile_cont(durationUs, [0.5, 0.95]) AS both FROM (${adapterOf(tool).samplesSql(generator.samples, context)})
       WHERE startedAtUs >= ${window.measuredFromUs} AND startedAtUs < ${window.measuredToUs}`,
    );
    const both = result.getRowObjectsJson()[0]?.both;
    const [p50, p95] = Array.isArray(both) ? both.map(Number) : [];
    return [(p50 ?? 0) / 1000, (p95 ?? 0) / 1000];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function costOf(
  tool: LoadTool,
  place: { environmentId: string; baseUrl: string; toolPath: string; runId: string; signal: AbortSignal },
  options: Options,
): Promise<Cost> {
  const { environmentId } = place;
  const result = await runFleet({
    ...place,
    tool,
    workload: workloadOf(options),
    slots: [
      { name: "generator-1", location: join(environmentDir(environmentId), "generators", "generator-1") },
    ],
  });
  const [p50Ms, p95Ms] = await latencyOf(tool, result);
  await rm(join(environmentDir(environmentId), "generators"), { recursive: true, force: true });
  const [generator] = result.generators;
  if (result.aborted !== null || generator === undefined) {
    throw new Error(`${tool}: ${result.aborted?.text ?? "no generator"}`);
  }
  const { health } = generator;
  return {
    requests: health.startedIterations,
    achieved: result.arrivals.started / result.arrivals.planned,
    cpuUsPerRequest:
      ((health.cpuMean ?? 0) * availableParallelism() * options.seconds * 1e6) / health.startedIterations,
    cpuMaxCores: (health.cpuMax ?? 0) * availableParallelism(),
    memoryMiB: health.memoryMaxMiB ?? 0,
    readySeconds: result.readyMs / 1000,
    startDelayP95Ms: health.startDelayP95Ms ?? null,
    p50Ms,
    p95Ms,
  };
}

async function main(): Promise<void> {
  const options = readOptions();
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const)
    process.once(name, () => controller.abort(new Error("interrupted")));
  const tools = await ensureTools(
    [...Object.values(PROGRAMS), Tool.Haproxy],
    (progress) => console.error(formatProgress(progress)),
    controller.signal,
  );
  const home = await mkdtemp(join(tmpdir(), "pbb-"));
  process.env.PERFBED_HOME = home;
  const environmentId = newEnvironmentId();
  await prepareEnvironment({
    environmentId,
    owner: userInfo().username,
    expiresAt: new Date(Date.now() + 60 * 60_000).toISOString(),
    watchdog: true,
  });
  const costs = new Map<LoadTool, Cost[]>(LOAD_TOOLS.map((tool) => [tool, []]));
  try {
    const baseUrl = await startTarget(environmentId, tools.get(Tool.Haproxy)?.executables.haproxy ?? "");
    for (let round = 0; round < options.rounds; round += 1) {
      for (const tool of orderOfRound(LOAD_TOOLS, round)) {
        const toolPath = tools.get(PROGRAMS[tool])?.executables[tool] ?? "";
        const cost = await costOf(
          tool,
          { environmentId, baseUrl, toolPath, runId: `round-${round + 1}`, signal: controller.signal },
          options,
        );
        costs.get(tool)?.push(cost);
        console.error(`round ${round + 1}, ${tool}: ${cost.cpuUsPerRequest.toFixed(0)} µs a request`);
      }
    }
  } finally {
    await sweepEnvironment(environmentId);
    await rm(home, { recursive: true, force: true });
  }
  console.log(
    [
      `CPU of a generated request: one request an arrival, ${options.rate} arrivals a second for ${options.seconds} s after ${options.seconds} s of warm-up,`,
      `one generator, every request kept; medians of ${options.rounds} rounds on ${availableParallelism()} cores (${cpus()[0]?.model ?? "unknown"}).`,
      `Load of the machine at the end: ${loadavg()[0]?.toFixed(1)}.`,
      "",
      table([
        [
          "tool",
          "version",
          "µs a request",
          "achieved",
          "memory MiB",
          "ready s",
          "P50 ms",
          "P95 ms",
          "late P95 ms",
        ],
        ...[...costs].map(([tool, all]) => {
          const of = (figure: (cost: Cost) => number): number => median(all.map(figure));
          const late = all.flatMap(({ startDelayP95Ms }) => startDelayP95Ms ?? []);
          return [
            tool,
            tools.get(PROGRAMS[tool])?.version ?? "",
            of((cost) => cost.cpuUsPerRequest).toFixed(0),
            `${(of((cost) => cost.achieved) * 100).toFixed(1)} %`,
            of((cost) => cost.memoryMiB).toFixed(0),
            of((cost) => cost.readySeconds).toFixed(1),
            of((cost) => cost.p50Ms).toFixed(2),
            of((cost) => cost.p95Ms).toFixed(2),
            late.length === 0 ? "not told" : median(late).toFixed(1),
          ];
        }),
      ]),
    ].join("\n"),
  );
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
