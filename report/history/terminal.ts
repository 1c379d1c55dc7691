import pico from "picocolors";
import { textTable } from "../text-table";
import type { HistoryReport } from "./model";
import { byWeight, changeText, confidenceText, dayAndMinute, metricName, metricValue } from "./words";

export interface HistoryTextOptions {
  /** ANSI colours. Without, the text holds no escape sequence at all. */
  readonly colour: boolean;
  /** Runs listed, the latest ones. */
  readonly runs: number;
}

const table = (
  rows: readonly (readonly string[])[],
  paint: (row: number, line: string) => string,
): string[] => textTable(rows).map((line, row) => paint(row, line));

/** The history as a table of runs and a table of change points. */
export function renderHistoryText(report: HistoryReport, options: HistoryTextOptions): string {
  const colours = pico.createColors(options.colour);
  const { runs, series, invalidRuns } = report;
  if (runs.length === 0) return `No runs in ${report.location}.`;
  const short = series.filter(({ count }) => count < report.method.minPoints).length;
  const lines = [
    `${report.location}: ${runs.length} ${runs.length === 1 ? "run" : "runs"}, ${
      invalidRuns === 0 ? "none invalid" : `${invalidRuns} invalid and left out`
    }, ${series.length} series`,
    "",
  ];
  const shown = options.runs === 0 ? [] : runs.slice(-options.runs);
  if (shown.length > 0) {
    if (shown.length < runs.length) lines.push(colours.dim(`  the latest ${shown.length} runs`));
    lines.push(
      ...table(
        [
          ["at (UTC)", "version", "scenario", "sizing", "side", "verdict", "campaign/run"],
          ...shown.map((run) => [
            dayAndMinute(run.atUs),
            `${run.application} ${run.version}`,
            run.scenario,
            run.sizing,
            run.side,
            run.verdict,
            `${run.campaign}/${run.run}`,
          ]),
        ],
        (row, line) =>
          row === 0 ? colours.dim(line) : shown[row - 1]?.valid === false ? colours.magenta(line) : line,
      ),
      "",
    );
  }
  const changes = series
    .flatMap((each) => each.changes.map((change) => ({ change, key: each.key })))
    .sort((a, b) => byWeight(a.change, b.change));
  if (changes.length === 0) lines.push("No change points.");
  else {
    lines.push(`${changes.length} change ${changes.length === 1 ? "point" : "points"}, worst first`);
    lines.push(
      ...table(
        [
          [
            "journey",
            "metric",
            "before",
            "after",
            "change",
            "confidence",
            "since version",
            "at (UTC)",
            "run",
          ],
          ...changes.map(({ change, key }) => [
            key.journey,
            metricName(key.metric),
            metricValue(key.metric, change.meanBefore),
            metricValue(key.metric, change.meanAfter),
            changeText(change),
            confidenceText(change),
            change.previousVersion === change.version
              ? change.version
              : `${change.version} (before: ${change.previousVersion})`,
            dayAndMinute(change.atUs),
            `${change.campaign}/${change.run}`,
          ]),
        ],
        (row, line) =>
          row === 0
            ? colours.dim(line)
            : changes[row - 1]?.change.direction === "worse"
              ? colours.red(line)
              : colours.green(line),
      ),
    );
  }
  if (short > 0) {
    lines.push(
      "",
      colours.dim(
        `${short} of ${series.length} series have fewer than ${report.method.minPoints} valid runs: too few to show a change.`,
      ),
    );
  }
  return lines.join("\n");
}
