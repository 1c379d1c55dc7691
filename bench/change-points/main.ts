import { spawn } from "node:child_process";
import { join } from "node:path";
import {
  changePointSettings,
  detectChangePoints,
  detectInAll,
  type NamedSeries,
} from "../../analysis/change-points";
import { seededRandom } from "../../analysis/statistics/seeded-random";
import { packageRoot } from "../../core/home";
import { benchPython } from "../python-venv";

/** Pinned, so that the comparison is the same next year. */
const OTAVA = ["apache-otava==0.8.0", "numpy==2.2.0", "scipy==1.16.3"];
const SEED = 20_261_124;
const LENGTH = 500;
/** Both find change points in this many; perfbed alone also in {@link MANY}. */
const SIDE_BY_SIDE = 40;
const MANY = 2000;
const TIMEOUT_MS = 600_000;

export interface ChangePointBenchResult {
  readonly series: number;
  readonly length: number;
  readonly changePoints: number;
  readonly perfbed: { readonly secondsPerSeries: number; readonly slowestSeconds: number };
  readonly otava: { readonly secondsPerSeries: number };
  /** Perfbed alone: many series from a generator. */
  readonly many: { readonly series: number; readonly seconds: number; readonly heapGrowthMiB: number };
}

/** A series of levels with noise, five to nine of them. */
function stepSeries(seed: number): number[] {
  const random = seededRandom(seed);
  const levels = 5 + random.below(5);
  let level = 100;
  return Array.from({ length: LENGTH }, (_, index) => {
    if (index > 0 && index % Math.ceil(LENGTH / levels) === 0) level *= Math.exp(0.1 * random.normal());
    return level * (1 + 0.03 * random.normal());
  });
}

/** Runs a program to its end with text on its standard input. */
function run(program: string, args: readonly string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], { stdio: ["pipe", "pipe", "pipe"], timeout: TIMEOUT_MS });
    let output = "";
    let errors = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      errors += chunk.toString();
    });
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${program} ended with ${code}: ${errors.slice(-2000)}`));
    });
    child.stdin.end(input);
  });
}

function timeMany(): ChangePointBenchResult["many"] {
  function* generated(): Generator<NamedSeries> {
    for (let index = 0; index < MANY; index++)
      yield { name: `series ${index}`, values: stepSeries(SEED + index) };
  }
  const heapBefore = process.memoryUsage().heapUsed;
  let highest = heapBefore;
  let series = 0;
  const startedAt = performance.now();
  for (const _ of detectInAll(generated())) {
    series += 1;
    highest = Math.max(highest, process.memoryUsage().heapUsed);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  return { series, seconds, heapGrowthMiB: (highest - heapBefore) / 2 ** 20 };
}

/**
 * Finds the change points of the same seeded series with perfbed and with Apache Otava, each in a process of its own after one warm-up
 * call, start-up not counted.
 * @throws Error when they find different points
 */
export async function runChangePointBench(say: (text: string) => void): Promise<ChangePointBenchResult> {
  const python = await benchPython(OTAVA, say);
  const settings = changePointSettings();
  const series = Array.from({ length: SIDE_BY_SIDE }, (_, index) => stepSeries(SEED + index));
  const [first = []] = series;
  detectChangePoints(first, settings);
  say(`${SIDE_BY_SIDE} series of ${LENGTH} values (seed ${SEED}) with perfbed`);
  let slowestSeconds = 0;
  let total = 0;
  const indexes = series.map((values) => {
    const startedAt = performance.now();
    const found = detectChangePoints(values, settings);
    const seconds = (performance.now() - startedAt) / 1000;
    slowestSeconds = Math.max(slowestSeconds, seconds);
    total += seconds;
    return found.map(({ index }) => index);
  });
  say("the same with Apache Otava");
  const otavaSettings = {
    window_len: settings.windowLength,
    max_pvalue: settings.maxPValue,
    min_magnitude: settings.minMagnitude,
  };
  const script = join(packageRoot(), "bench", "change-points", "otava_child.py");
  const answer: { readonly seconds: number; readonly indexes: readonly (readonly number[])[] } = JSON.parse(
    await run(python, [script], JSON.stringify({ settings: otavaSettings, series })),
  );
  const different = indexes.filter(
    (found, index) => JSON.stringify(found) !== JSON.stringify(answer.indexes[index]),
  );
  if (different.length > 0)
    throw new Error(`${different.length} of ${SIDE_BY_SIDE} series have different change points`);
  say(`${MANY} series with perfbed alone`);
  return {
    series: SIDE_BY_SIDE,
    length: LENGTH,
    changePoints: indexes.flat().length,
    perfbed: { secondsPerSeries: total / SIDE_BY_SIDE, slowestSeconds },
    otava: { secondsPerSeries: answer.seconds / SIDE_BY_SIDE },
    many: timeMany(),
  };
}

/** The result as a table. */
export function formatChangePointBench({
  series,
  length,
  changePoints,
  perfbed,
  otava,
  many,
}: ChangePointBenchResult): string {
  const milliseconds = (seconds: number): string => `${(seconds * 1000).toFixed(2)} ms`;
  return [
    `Change points of ${series} series of ${length} values: ${changePoints}, at the same indexes in both`,
    `perfbed        ${milliseconds(perfbed.secondsPerSeries).padStart(12)} a series (slowest ${milliseconds(perfbed.slowestSeconds)})`,
    `Apache Otava   ${milliseconds(otava.secondsPerSeries).padStart(12)} a series`,
    `Otava / perfbed${(otava.secondsPerSeries / perfbed.secondsPerSeries).toFixed(1).padStart(12)}`,
    `perfbed, ${many.series.toLocaleString("en")} series: ${many.seconds.toFixed(2)} s, heap grew by at most ${many.heapGrowthMiB.toFixed(0)} MiB`,
  ].join("\n");
}

async function main(): Promise<void> {
  const result = await runChangePointBench((text) => console.error(text));
  console.log(formatChangePointBench(result));
}

if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
