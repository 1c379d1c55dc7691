import { readFileSync } from "node:fs";
import type { LatencySummary } from "../../analysis/model";
import { analyseRun, RunStore } from "../../storage";
import type { AnalysisOutcome, GroupFigures } from "./outcome";

/** Analyses one run as a campaign does, and prints its figures with the peak memory of this process as one JSON line. */
async function main(): Promise<void> {
  const [folder, runStartedAtUs, measuredFromUs, measuredToUs] = process.argv.slice(2);
  if (folder === undefined) throw new Error("usage: perfbed-child <folder> <startUs> <fromUs> <toUs>");
  const store = await RunStore.open(folder);
  try {
    const analysis = await analyseRun(store, {
      runStartedAtUs: Number(runStartedAtUs),
      measuredFromUs: Number(measuredFromUs),
      measuredToUs: Number(measuredToUs),
      plannedCurve: [],
    });
    const groups: Record<string, GroupFigures> = { "": figures(analysis.overall) };
    for (const journey of analysis.journeys) {
      groups[journey.journey] = figures(journey);
      for (const step of journey.steps) groups[`${journey.journey}/${step.step}`] = figures(step);
    }
    const timeline = analysis.timeline.flatMap((slice) =>
      slice.requestRatePerSecond === 0 ? [] : [[slice.p50Ms, slice.p95Ms, slice.p99Ms]],
    );
    const outcome: AnalysisOutcome = { groups, timeline, peakMiB: peakMiB() };
    process.stdout.write(`${JSON.stringify(outcome)}\n`);
  } finally {
    await store.close();
  }
}

function figures(summary: LatencySummary): GroupFigures {
  return {
    requests: summary.requests,
    errors: summary.errors,
    meanMs: summary.meanMs,
    minMs: summary.minMs,
    maxMs: summary.maxMs,
    quantilesMs: summary.quantiles.map(({ valueMs }) => valueMs),
  };
}

/** VmHWM of /proc: what getrusage says may include the parent's memory from before exec. */
function peakMiB(): number {
  const kib = /VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  if (kib === undefined) throw new Error("/proc/self/status has no VmHWM");
  return Number(kib) / 1024;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
