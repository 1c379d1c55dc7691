import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { compiledModule, packageRoot } from "../../core/home";
import { benchPython, PANDAS } from "../python-venv";
import { type BenchRun, GENERATORS, generateRun } from "./generate";
import { type AnalysisOutcome, differences } from "./outcome";

const run = promisify(execFile);

const CHILD_OPTIONS = { maxBuffer: 64 * 2 ** 20, timeout: 600_000 };
const SEED = 20_240_229;

interface TimedOutcome {
  /** From start to end of the process, start-up of the runtime included. */
  readonly seconds: number;
  readonly outcome: AnalysisOutcome;
}

export interface AnalysisBenchResult {
  readonly rows: number;
  readonly perfbed: { readonly seconds: number; readonly peakMiB: number };
  readonly pandas: { readonly seconds: number; readonly peakMiB: number };
  /** Figures compared, all equal. */
  readonly figuresCompared: number;
}

async function timed(program: string, args: readonly string[]): Promise<TimedOutcome> {
  const startedAt = performance.now();
  const { stdout } = await run(program, [...args], CHILD_OPTIONS);
  const seconds = (performance.now() - startedAt) / 1000;
  const outcome: AnalysisOutcome = JSON.parse(stdout);
  return { seconds, outcome };
}

function analyseWithPerfbed(bench: BenchRun): Promise<TimedOutcome> {
  const times = [bench.runStartedAtUs, bench.measuredFromUs, bench.measuredToUs].map(String);
  return timed(process.execPath, [compiledModule("bench/analysis/perfbed-child"), bench.folder, ...times]);
}

function analyseWithPandas(python: string, bench: BenchRun): Promise<TimedOutcome> {
  const script = join(packageRoot(), "bench", "analysis", "pandas_child.py");
  return timed(python, [script, bench.folder, String(bench.measuredFromUs), String(bench.measuredToUs)]);
}

/**
 * Analyses the same seeded samples with perfbed and with pandas, each in a process of its own, one after the other.
 * @throws Error when any of their figures differ by more than rounding
 */
export async function runAnalysisBench(
  rows: number,
  say: (text: string) => void,
): Promise<AnalysisBenchResult> {
  const python = await benchPython(PANDAS, say);
  const folder = await mkdtemp(join(tmpdir(), "perfbed-bench-analysis-"));
  try {
    say(`writing ${rows.toLocaleString("en")} samples of ${GENERATORS} generators (seed ${SEED})`);
    const bench = await generateRun(folder, rows, SEED);
    say("analysing with perfbed");
    const perfbed = await analyseWithPerfbed(bench);
    say("analysing with pandas");
    const pandas = await analyseWithPandas(python, bench);
    const { compared, found } = differences(perfbed.outcome, pandas.outcome);
    if (found.length > 0) {
      throw new Error(`${found.length} of ${compared} figures differ: ${found.slice(0, 10).join("; ")}`);
    }
    return {
      rows,
      perfbed: { seconds: perfbed.seconds, peakMiB: perfbed.outcome.peakMiB },
      pandas: { seconds: pandas.seconds, peakMiB: pandas.outcome.peakMiB },
      figuresCompared: compared,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The result as a table. */
export function formatAnalysisBench(result: AnalysisBenchResult): string {
  const { perfbed, pandas } = result;
  const line = (what: string, unit: string, a: number, b: number): string =>
    `${what.padEnd(14)}${`${a.toFixed(1)} ${unit}`.padStart(14)}${`${b.toFixed(1)} ${unit}`.padStart(14)}${(b / a).toFixed(1).padStart(18)}`;
  return [
    `Analysis of ${result.rows.toLocaleString("en")} samples, ${availableParallelism()} cores`,
    `${"".padEnd(14)}${"perfbed".padStart(14)}${"pandas".padStart(14)}${"pandas / perfbed".padStart(18)}`,
    line("time", "s", perfbed.seconds, pandas.seconds),
    line("peak memory", "MiB", perfbed.peakMiB, pandas.peakMiB),
    `${result.figuresCompared.toLocaleString("en")} figures compared, all equal to 1e-9`,
  ].join("\n");
}

async function main(): Promise<void> {
  const rows = Number(process.argv[2] ?? 10_000_000);
  if (!Number.isInteger(rows) || rows < 100_000) throw new Error("usage: main [rows >= 100000]");
  const result = await runAnalysisBench(rows, (text) => console.error(text));
  console.log(formatAnalysisBench(result));
}

if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
