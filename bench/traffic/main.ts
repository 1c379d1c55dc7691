import { execFile, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { compiledModule, packageRoot } from "../../core/home";
import { benchPython, PANDAS } from "../python-venv";
import type { LearnOutcome } from "./outcome";
import { writeSyntheticLog } from "./synthetic-log";

const run = promisify(execFile);

const CHILD_OPTIONS = { maxBuffer: 64 * 2 ** 20, timeout: 1_800_000 };
const SEED = 20_260_302;
const MIB = 2 ** 20;

/** What must hold for 1 GiB on 2 cores. */
const MOST_SECONDS = 60;
const MOST_MIB = 500;
/** Share by which two programs may differ in what they call a visit. */
const TOLERANCE = 0.005;

interface Timed {
  /** From start to end of the process, start-up of the runtime included. */
  readonly seconds: number;
  readonly peakMiB: number;
}

export interface TrafficBenchResult {
  readonly mebibytes: number;
  readonly lines: number;
  readonly sessions: number;
  readonly perfbed: Timed;
  readonly pandas: Timed;
  /** Null where it is not installed. It counts hits and visitors, and knows no ways, pauses or templates. */
  readonly goaccess: Timed | null;
}

async function timed(program: string, args: readonly string[]): Promise<Timed & LearnOutcome> {
  const startedAt = performance.now();
  const { stdout } = await run(program, [...args], CHILD_OPTIONS);
  const seconds = (performance.now() - startedAt) / 1000;
  const outcome: LearnOutcome = JSON.parse(stdout);
  return { ...outcome, seconds };
}

function onPath(program: string): string | undefined {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((file) => existsSync(file));
}

/** GoAccess with a JSON report; its memory as the kernel tells it while it runs. */
function runGoaccess(program: string, log: string, report: string): Promise<Timed> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const args = [log, "--log-format=COMBINED", "--no-global-config", "--no-progress", "-o", report];
    const child = spawn(program, args, { stdio: "ignore", timeout: CHILD_OPTIONS.timeout });
    let peakMiB = 0;
    const timer = setInterval(() => {
      try {
        const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
        peakMiB = Math.max(peakMiB, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024);
      } catch {
        // It has ended.
      }
    }, 100);
    child.once("error", (error) => {
      clearInterval(timer);
      reject(error);
    });
    child.once("close", (code) => {
      clearInterval(timer);
      if (code === 0) resolve({ seconds: (performance.now() - startedAt) / 1000, peakMiB });
      else reject(new Error(`goaccess ended with ${code}`));
    });
  });
}

function requireSame(what: string, wanted: number, found: number | null): void {
  if (found !== null && Math.abs(found / wanted - 1) > TOLERANCE) {
    throw new Error(`${what}: ${found} found, ${wanted} in the log`);
  }
}

/**
 * Writes a seeded access log and lets perfbed learn from it; pandas and GoAccess read the same one after the other.
 * @throws Error when a program does not find the visits and requests that are in the log
 */
export async function runTrafficBench(
  mebibytes: number,
  say: (text: string) => void,
): Promise<TrafficBenchResult> {
  const python = await benchPython(PANDAS, say);
  const folder = await mkdtemp(join(tmpdir(), "perfbed-bench-traffic-"));
  const log = join(folder, "access.log");
  try {
    say(`writing ${mebibytes} MiB of access log (seed ${SEED})`);
    const truth = await writeSyntheticLog(log, {
      seed: SEED,
      fromMs: Date.UTC(2026, 2, 2),
      sessionsPerMinute: 300,
      bytes: mebibytes * MIB,
    });
    say("learning with perfbed");
    const perfbed = await timed(process.execPath, [compiledModule("bench/traffic/learn-child"), log]);
    requireSame("lines, perfbed", truth.lines, perfbed.lines);
    requireSame("page requests, perfbed", truth.pageRequests, perfbed.pageRequests);
    requireSame("visits, perfbed", truth.sessions, perfbed.sessions);
    say("the visits alone with pandas");
    const script = join(packageRoot(), "bench", "traffic", "pandas_child.py");
    const pandas = await timed(python, [script, log]);
    requireSame("page requests, pandas", truth.pageRequests, pandas.pageRequests);
    requireSame("visits, pandas", truth.sessions, pandas.sessions);
    const program = onPath("goaccess");
    say(program === undefined ? "GoAccess is not installed: left out" : "a report with GoAccess");
    const goaccess =
      program === undefined ? null : await runGoaccess(program, log, join(folder, "report.json"));
    return {
      mebibytes: truth.bytes / MIB,
      lines: truth.lines,
      sessions: truth.sessions,
      perfbed,
      pandas,
      goaccess,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The result as a table. */
export function formatTrafficBench(result: TrafficBenchResult): string {
  const { mebibytes, lines, sessions, perfbed, pandas, goaccess } = result;
  const row = (name: string, { seconds, peakMiB }: Timed): string =>
    `${name.padEnd(12)}${`${seconds.toFixed(1)} s`.padStart(10)}${`${(mebibytes / seconds).toFixed(1)} MiB/s`.padStart(14)}${`${peakMiB.toFixed(0)} MiB`.padStart(11)}`;
  const allowed = (MOST_SECONDS * mebibytes) / 1024;
  const held = perfbed.seconds < allowed && perfbed.peakMiB < MOST_MIB;
  return [
    `An access log of ${mebibytes.toFixed(0)} MiB: ${lines.toLocaleString("en")} lines, ${sessions.toLocaleString("en")} visits; ${availableParallelism()} cores`,
    row("perfbed", perfbed),
    row("pandas", pandas),
    ...(goaccess === null ? ["goaccess    not installed"] : [row("goaccess", goaccess)]),
    `${held ? "held" : "MISSED"}: perfbed within ${allowed.toFixed(0)} s and ${MOST_MIB} MiB`,
  ].join("\n");
}

async function main(): Promise<void> {
  const mebibytes = Number(process.argv[2] ?? 1024);
  if (!Number.isInteger(mebibytes) || mebibytes < 1) throw new Error("usage: main [MiB of log, from 1]");
  const result = await runTrafficBench(mebibytes, (text) => console.error(text));
  console.log(formatTrafficBench(result));
}

if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
