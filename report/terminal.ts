import pico from "picocolors";
import type { LatencySummary } from "../analysis/model";
import { arrivalsText } from "./arrivals";
import { formatCount, formatMs, formatPercent, formatRate, plainSpaces } from "./format";
import type { ReportData } from "./model";
import { objectivesSummary, objectiveText } from "./objectives";
import { quantile, quantileText } from "./quantiles";
import { displayWidth, oneLine, truncate } from "./text";

export interface TerminalSummaryOptions {
  /** ANSI colours. Without, the text holds no escape sequence at all. */
  readonly colour: boolean;
  /** Columns of the terminal. Names give way first, then, below 76, the column of rates. */
  readonly width: number;
}

type Align = "left" | "right";

const pad = (text: string, width: number, align: Align): string => {
  const space = " ".repeat(Math.max(0, width - displayWidth(text)));
  return align === "left" ? text + space : space + text;
};

interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

/** Aligned columns; the first one gives way when the line would be too long. */
function layout(rows: readonly (readonly Cell[])[], aligns: readonly Align[], width: number): string[] {
  const widths = aligns.map((_, column) =>
    Math.max(0, ...rows.map((row) => displayWidth(row[column]?.text ?? ""))),
  );
  const gaps = 2 * aligns.length;
  const others = widths.slice(1).reduce((sum, next) => sum + next, 0);
  widths[0] = Math.min(widths[0] ?? 0, Math.max(8, width - others - gaps));
  return rows.map((row) =>
    `  ${row
      .map((cell, column) => {
        const columnWidth = widths[column] ?? 0;
        const fitted = column === 0 ? truncate(cell.text, columnWidth) : cell.text;
        const padded = pad(fitted, columnWidth, aligns[column] ?? "left");
        return cell.paint === undefined ? padded : cell.paint(padded);
      })
      .join("  ")}`.trimEnd(),
  );
}

/** Breaks a sentence at spaces, with the following lines indented. */
function wrap(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of oneLine(text).split(" ")) {
    if (line !== "" && displayWidth(line) + 1 + displayWidth(word) > width - indent.length) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.map((part) => indent + part);
}

/** The short table at the end of a command: verdict, journeys, objectives, what to do next. */
export function renderTerminalSummary(data: ReportData, options: TerminalSummaryOptions): string {
  const colours = pico.createColors(options.colour);
  const width = Math.max(60, Math.floor(options.width));
  const { verdict, manifest, overall } = data;
  const paintVerdict = {
    pass: colours.green,
    regression: colours.red,
    inconclusive: colours.yellow,
    invalid: colours.magenta,
  }[verdict.kind];

  const withRate = width >= 76;
  const number = (text: string): Cell => ({ text: plainSpaces(text) });
  const row = (name: string, summary: LatencySummary, paint?: (text: string) => string): readonly Cell[] => [
    paint === undefined ? { text: oneLine(name) } : { text: oneLine(name), paint },
    number(formatCount(summary.requests)),
    ...(withRate ? [number(formatRate(summary.ratePerSecond))] : []),
    number(summary.requests === 0 ? "no requests" : formatPercent(summary.errorRatio)),
    ...[0.5, 0.95, 0.99].map((probability) =>
      number(shortMissing(quantileText(quantile(summary, probability), formatMs))),
    ),
  ];
  const head = ["Journey", "requests", ...(withRate ? ["rate"] : []), "errors", "P50", "P95", "P99"].map(
    (text): Cell => ({ text, paint: colours.dim }),
  );
  const journeys = layout(
    [
      head,
      ...data.journeys.map((journey) => row(journey.journey, journey)),
      row("all", overall, colours.bold),
    ],
    head.map((_, column) => (column === 0 ? "left" : "right")),
    width,
  );

  const invalid = verdict.kind === "invalid";
  const objectives = layout(
    data.slos.map((slo) => {
      const text = objectiveText(slo);
      const status = invalid ? "not judged" : text.status;
      const paint = invalid
        ? colours.magenta
        : { met: colours.green, broken: colours.red, "not enough data": colours.yellow }[text.status];
      return [
        { text: text.journey },
        number(`${text.what} ${text.limit}`),
        number(shortMissing(text.measured)),
        { text: status, paint },
      ];
    }),
    ["left", "left", "right", "left"],
    width,
  );

  const { arrivals } = manifest;
  return [
    ...(manifest.aborted === null ? [] : wrap(`Cut short: ${manifest.aborted}`, width, "")),
    ...journeys,
    "",
    plainSpaces(`Arrivals   ${arrivalsText(arrivals)}`),
    `Objectives ${objectivesSummary(data)}`,
    ...objectives,
    "",
    `Verdict    ${colours.bold(paintVerdict(verdict.kind.toUpperCase()))}`,
    ...wrap(verdict.headline, width, "  "),
    ...(invalid ? ["  Do not use these numbers."] : []),
    ...(verdict.kind === "pass"
      ? []
      : verdict.reasons.slice(0, 5).flatMap((reason) => wrap(reason, width, "  "))),
    ...verdict.actions.slice(0, 3).flatMap((action) => wrap(`> ${action}`, width, "  ")),
  ].join("\n");
}

// a column of a terminal has no room for the whole phrase
const shortMissing = (text: string): string =>
  text === "not enough data" ? "few data" : text === "failed requests" ? "failed" : text;
