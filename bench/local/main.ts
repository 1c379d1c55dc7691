import { randomBytes } from "node:crypto";
import { chmod, mkdir, rm } from "node:fs/promises";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { cpuQuotaSupport, listEnvironments, sweepEnvironment } from "../../components/local/supervisor";
import { ensureTools, formatProgress, LOCAL_TARGET_TOOLS, type ResolvedTool, Tool } from "../../toolchain";
import { formatAnalysisBench, runAnalysisBench } from "../analysis/main";
import { Cleanup } from "./cleanup";
import { CLOSED_LOOP_USERS, FLEET_GENERATORS, runFleetBench } from "./fleet";
import { fleetTables, rates } from "./fleet-text";
import { sqlClient } from "./plain-environment";
import { runProvisionBench } from "./provision";
import { breakdown, provisionTable, scriptUpMs, upMs } from "./provision-text";
import {
  ANALYSIS_SAMPLES,
  analysisRequirements,
  fleetRequirement,
  provisionRequirements,
  type Requirement,
} from "./requirements";

const USAGE = `usage: npm run bench:local -- [--rounds N] [--quick] [--only provision|fleet|analysis]

  --rounds N   rounds of each comparison (default 5, with --quick 2)
  --quick      short runs, to see that it works: a tenth of the samples, whose limits are then not judged
  --only PART  one part alone

Exit codes: 0 everything holds, 1 something does not, 2 usage, 130 interrupted.`;

const PARTS = ["provision", "fleet", "analysis"] as const;
type Part = (typeof PARTS)[number];

interface Options {
  readonly rounds: number;
  readonly quick: boolean;
  readonly parts: readonly Part[];
}

/** @throws TypeError for an option that does not exist; undefined asks for the usage */
function readOptions(): Options | undefined {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string" },
      quick: { type: "boolean", default: false },
      only: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  const rounds = Number(values.rounds ?? (values.quick ? 2 : 5));
  const parts = PARTS.filter((part) => values.only === undefined || part === values.only);
  if (values.help || !Number.isInteger(rounds) || rounds < 1 || rounds > 50 || parts.length === 0)
    return undefined;
  return { rounds, quick: values.quick, parts };
}

/** Everything one run needs; `folder` is its own and gone afterwards. */
interface Bench extends Options {
  readonly folder: string;
  readonly cleanup: Cleanup;
  readonly signal: AbortSignal;
}

const say = (text: string): void => console.error(`  ${text}`);
const heading = (text: string): void => console.log(`\n${text}\n${"-".repeat(text.length)}`);

function printMachine(tools: ReadonlyMap<Tool, ResolvedTool>): void {
  const [processor] = cpus();
  console.log(
    [
      `Machine   ${cpus().length} cores, ${processor?.model.trim() ?? "unknown processor"}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${process.platform} ${process.arch}`,
      `Versions  Node.js ${process.versions.node}, ${[...tools.values()].map(({ tool, version }) => `${tool} ${version}`).join(", ")}`,
      `Limits    ${cpuQuotaSupport().supported ? "applied to both sides" : "applied to neither side"}: ${cpuQuotaSupport().reason}`,
    ].join("\n"),
  );
}

async function benchProvision(
  bench: Bench,
  tools: ReadonlyMap<Tool, ResolvedTool>,
): Promise<readonly Requirement[]> {
  heading("Provision and teardown");
  const rounds = await runProvisionBench({ ...bench, tools, say });
  const [client] = await sqlClient(tools.get(Tool.Postgres)?.executables.postgres ?? "");
  console.log(
    [
      "Both make the sample environment in size small: PostgreSQL primary and replica, two PgBouncers, Redis, the shop's set-up with its",
      "catalogue, one instance of the shop, HAProxy, Varnish; same programs, settings and limits, and each waited for with a real request.",
      "The script starts one after the other; its configuration files are ready when it begins. perfbed also starts a watchdog and an",
      `autoscaler, verifies every tier and, on the way down, proves that nothing is left. The script asks the database with ${client ?? "no client"}.`,
      "",
      provisionTable(rounds),
      "",
      breakdown(rounds),
    ].join("\n"),
  );
  return provisionRequirements(upMs(rounds), scriptUpMs(rounds));
}

async function benchFleet(
  bench: Bench,
  tools: ReadonlyMap<Tool, ResolvedTool>,
): Promise<readonly Requirement[]> {
  heading("Fleet throughput");
  const result = await runFleetBench({
    ...bench,
    fixedRateRounds: Math.min(bench.rounds, bench.quick ? 1 : 2),
    secondsPerRun: bench.quick ? 4 : 8,
    k6Path: tools.get(Tool.K6)?.executables.k6 ?? "",
    haproxyPath: tools.get(Tool.Haproxy)?.executables.haproxy ?? "",
    say,
  });
  console.log(
    [
      `The same k6 scripts, ${FLEET_GENERATORS} generators, ${CLOSED_LOOP_USERS} virtual users in all, against HAProxy answering from memory in one thread. perfbed writes every`,
      "sample to disk and watches the generators; bare k6 prints its summary and keeps no sample. The criterion is the closed loop: on a",
      "machine that is busy to the last cycle every cost shows in the rate. A fixed rate below that is reached by both, and shows the",
      "cost as CPU instead.",
      "",
      fleetTables(result),
    ].join("\n"),
  );
  return [fleetRequirement(rates(result.closedLoop.perfbed), rates(result.closedLoop.bare))];
}

async function benchAnalysis(bench: Bench): Promise<readonly Requirement[]> {
  heading("Analysis");
  const result = await runAnalysisBench(bench.quick ? ANALYSIS_SAMPLES / 10 : ANALYSIS_SAMPLES, say);
  bench.signal.throwIfAborted();
  console.log(formatAnalysisBench(result));
  return bench.quick ? [] : analysisRequirements(result.perfbed.seconds, result.perfbed.peakMiB);
}

/** Sweeps every environment under the benchmark's own home and removes its folder. Says what could not be removed. */
async function leaveNothing(bench: Bench): Promise<boolean> {
  const failures = [...(await bench.cleanup.run())];
  for (const { environmentId } of await listEnvironments()) {
    const { proved } = await sweepEnvironment(environmentId);
    if (!proved)
      failures.push(
        new Error(
          `environment ${environmentId} is not gone: PERFBED_HOME=${bench.folder}/home perfbed sweep`,
        ),
      );
  }
  for (const failure of failures) console.error(failure instanceof Error ? failure.message : failure);
  if (failures.length === 0) await rm(bench.folder, { recursive: true, force: true });
  return failures.length === 0;
}

async function run(bench: Bench): Promise<readonly Requirement[]> {
  const tools = await ensureTools(
    LOCAL_TARGET_TOOLS,
    (progress) => say(formatProgress(progress)),
    bench.signal,
  );
  printMachine(tools);
  const requirements: Requirement[] = [];
  for (const part of bench.parts) {
    bench.signal.throwIfAborted();
    if (part === "provision") requirements.push(...(await benchProvision(bench, tools)));
    else if (part === "fleet") requirements.push(...(await benchFleet(bench, tools)));
    else requirements.push(...(await benchAnalysis(bench)));
  }
  return requirements;
}

async function main(): Promise<number> {
  let options: Options | undefined;
  try {
    options = readOptions();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
  }
  if (options === undefined) {
    console.error(USAGE);
    return 2;
  }
  // Short, because sockets are made below it; passable, because servers run under an account of their own.
  const folder = join(tmpdir(), `perfbed-bench-${randomBytes(4).toString("hex")}`);
  await mkdir(folder, { mode: 0o711 });
  await chmod(folder, 0o711);
  process.env.PERFBED_HOME = join(folder, "home");
  const interruption = new AbortController();
  const interrupt = (): void => interruption.abort(new Error("interrupted"));
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  const bench: Bench = { ...options, folder, cleanup: new Cleanup(), signal: interruption.signal };
  let requirements: readonly Requirement[] = [];
  let failure: unknown;
  try {
    requirements = await run(bench);
  } catch (error) {
    failure = error;
  }
  const clean = await leaveNothing(bench);
  if (interruption.signal.aborted) {
    console.error(clean ? "Interrupted. Nothing is left." : "Interrupted.");
    return 130;
  }
  if (failure !== undefined) throw failure;
  heading("What must hold");
  for (const { holds, what, figure } of requirements)
    console.log(`${holds ? "holds" : "FAILS"}  ${what}: ${figure}`);
  return clean && requirements.every(({ holds }) => holds) ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
