import { arrivalPieces, peakRate, rateAt, totalSeconds } from "./arrival";
import { arrivalsArePlanned, describeExecutor } from "./executor-plan";
import type { Workload } from "./model";
import { planWorkload, wholeProfile } from "./plan";

const LEVELS = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"] as const;

const rate = (value: number): string =>
  value >= 10 ? value.toFixed(0) : value.toFixed(1).replace(/\.0$/, "");

/** The arrival curve as text: warm-up left of the bar, measured part right of it. `width` and `rows` in characters. For --dry-run. */
export function describeArrivals(workload: Workload, width = 70, rows = 6): string {
  const profile = wholeProfile(workload);
  const total = totalSeconds(profile);
  const peak = peakRate(profile);
  const { executor } = workload;
  if (executor !== undefined && !arrivalsArePlanned(executor).planned) return describeExecutor(executor);
  if (total === 0 || peak === 0) return "(the script sets its own arrivals)";
  const gutter = `${rate(peak)}/s`.length;
  const columns = Math.max(20, width - gutter - 2);
  const warmup = totalSeconds(workload.warmup);
  const heights = Array.from({ length: columns }, (_, column) => {
    // The highest rate inside the column: a short spike must not fall between two samples.
    const from = (column / columns) * total;
    const to = ((column + 1) / columns) * total;
    const corners = arrivalPieces(profile).flatMap((piece) => [
      ...(piece.fromSeconds > from && piece.fromSeconds < to ? [piece.fromRate] : []),
      ...(piece.toSeconds > from && piece.toSeconds < to ? [piece.toRate] : []),
    ]);
    return Math.max(rateAt(profile, (from + to) / 2), ...corners);
  });
  const seam = warmup > 0 ? Math.round((warmup / total) * columns) : -1;
  const lines: string[] = [];
  for (let row = rows - 1; row >= 0; row -= 1) {
    const cells = heights.map((height, column) => {
      const eighths = Math.round(((height / peak) * rows - row) * 8);
      return (column === seam ? "|" : "") + (LEVELS[Math.min(Math.max(eighths, 0), 8)] ?? " ");
    });
    const label = row === rows - 1 ? `${rate(peak)}/s` : row === 0 ? "0/s" : "";
    lines.push(`${label.padStart(gutter)} ${cells.join("")}`.trimEnd());
  }
  const end = `${Math.round(total)} s`;
  const axis = seam > 0 ? `0 s${" ".repeat(Math.max(1, seam - 3))}${Math.round(warmup)} s` : "0 s";
  lines.push(
    `${" ".repeat(gutter + 1)}${axis}${" ".repeat(Math.max(1, columns - axis.length - end.length))}${end}`,
  );
  return lines.join("\n");
}

/** A few lines that tell a person what the workload will do: length, arrivals, requests, journeys, objectives. */
export function describeWorkload(workload: Workload): readonly string[] {
  const plan = planWorkload(workload);
  const lines = [
    `${workload.scenario}: ${workload.description}`,
    `length: ${Math.round(plan.warmupSeconds)} s warm-up + ${Math.round(plan.measuredSeconds)} s measured`,
  ];
  if (plan.measuredRequests === null) {
    lines.push(`requests: as ${workload.script?.file ?? "the script"} makes them`);
  } else {
    lines.push(
      `arrivals: ${Math.round(plan.measuredArrivals)} journeys measured, peak ${rate(plan.peakArrivalsPerSecond)}/s`,
      `requests: about ${Math.round(plan.measuredRequests)} measured, peak ${rate(plan.peakRequestsPerSecond ?? 0)}/s`,
      `journeys: ${plan.journeys.map((j) => `${j.name} ${(j.share * 100).toFixed(0)} %`).join(", ")}`,
    );
  }
  for (const slo of workload.slos) {
    const what =
      slo.kind === "latency"
        ? `P${((slo.quantile ?? 0) * 100).toFixed(1).replace(/\.0$/, "")} at most ${slo.threshold} ms`
        : `errors at most ${(slo.threshold * 100).toFixed(2).replace(/\.?0+$/, "")} %`;
    lines.push(`objective: ${slo.journey ?? "every journey"}: ${what}`);
  }
  return lines;
}
