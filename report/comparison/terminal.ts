import pico from "picocolors";
import { formatNumber, formatPercent, plainSpaces, quantileName } from "../format";
import { displayWidth, oneLine } from "../text";
import { changeText, figureText, gatingLatency, intervalText, STATUS_WORDS, withInterval } from "./figures";
import type { ComparisonReport } from "./model";
import { verdictWord } from "./page";

interface Options {
  readonly colour: boolean;
  readonly width: number;
}

function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => displayWidth(row[column] ?? ""))),
  );
  return rows.map((row) =>
    `  ${row
      .map((cell, column) => {
        const space = " ".repeat(Math.max(0, (widths[column] ?? 0) - displayWidth(cell)));
        return column === 0 || column === row.length - 1 ? cell + space : space + cell;
      })
      .join("  ")}`.trimEnd(),
  );
}

function wrapped(text: string, width: number, indent: string): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of oneLine(text).split(" ")) {
    if (line !== "" && displayWidth(line) + 1 + displayWidth(word) > width - indent.length) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].map((part) => indent + part);
}

function gateRows({ result, comparison }: ComparisonReport): readonly (readonly string[])[] {
  const name = quantileName(comparison.settings.gatingQuantile);
  return [
    ["Journey", `${name} baseline`, "candidate", "change", "interval", "verdict"],
    ...(result?.journeys ?? []).map((journey): readonly string[] => {
      const metric = gatingLatency(journey);
      return [
        oneLine(journey.journey),
        metric === undefined ? "—" : plainSpaces(figureText(metric, metric.baseline)),
        metric === undefined ? "—" : plainSpaces(figureText(metric, metric.candidate)),
        metric === undefined ? "—" : plainSpaces(changeText(metric, metric.change)),
        metric === undefined ? "—" : plainSpaces(intervalText(metric)),
        STATUS_WORDS[journey.verdict],
      ];
    }),
  ];
}

function sideRows({ sides, comparison }: ComparisonReport): readonly (readonly string[])[] {
  const { gatingQuantile } = comparison.settings;
  const journeys = [...new Set(sides.flatMap((side) => side.journeys.map(({ journey }) => journey)))];
  const tiers = [...new Set(sides.flatMap((side) => side.tiers.map(({ tier }) => tier)))];
  return [
    ["", ...sides.map(({ label }) => oneLine(label)), ""],
    ...journeys.map((journey) => [
      `${oneLine(journey)} ${quantileName(gatingQuantile)}`,
      ...sides.map((side) => {
        const found = side.journeys
          .find((one) => one.journey === journey)
          ?.quantiles.find(({ probability }) => probability === gatingQuantile);
        return found === undefined ? "—" : plainSpaces(withInterval(found));
      }),
      "",
    ]),
    [
      "failed",
      ...sides.map(({ requests, errors }) =>
        requests === 0 ? "—" : plainSpaces(formatPercent(errors / requests)),
      ),
      "",
    ],
    ...tiers.map((tier) => [
      `CPU of ${tier}`,
      ...sides.map((side) => {
        const found = side.tiers.find((one) => one.tier === tier);
        return found === undefined
          ? "—"
          : plainSpaces(formatPercent(Number(found.utilisation.toPrecision(2))));
      }),
      "",
    ]),
    ["busiest tier", ...sides.map(({ limiting }) => limiting?.tier ?? "—"), ""],
    [
      "cores, GiB",
      ...sides.map(({ cores, memoryGiB }) => `${formatNumber(cores)}, ${formatNumber(memoryGiB)}`),
      "",
    ],
  ];
}

const REASONS_SHOWN = 6;

/** The short table at the end of a command. */
export function renderComparisonSummary(report: ComparisonReport, options: Options): string {
  const colours = pico.createColors(options.colour);
  const width = Math.max(60, options.width);
  const { verdict, comparison, excluded, replicates, selfKnowledge } = report;
  const paint = {
    pass: colours.green,
    regression: colours.red,
    inconclusive: colours.yellow,
    invalid: colours.magenta,
  }[verdict.kind];
  const counted = new Set(replicates.filter(({ used }) => used).map(({ round }) => round)).size;
  const sizes = comparison.kind === "compare";
  const word = verdictWord(report).toUpperCase();
  return [
    ...columns(sizes || report.result === null ? sideRows(report) : gateRows(report)),
    "",
    `Rounds     ${counted} of ${comparison.rounds} count${excluded.length === 0 ? "" : `; left out: ${excluded.map(({ round }) => round).join(", ")}`}`,
    "",
    `Verdict    ${colours.bold(paint(word))}`,
    ...wrapped(verdict.headline, width, "  "),
    ...(verdict.kind === "invalid" ? ["  Do not use these numbers."] : []),
    ...verdict.reasons.slice(0, REASONS_SHOWN).flatMap((reason) => wrapped(`- ${reason}`, width, "  ")),
    ...verdict.actions.slice(0, 3).flatMap((action) => wrapped(`> ${action}`, width, "  ")),
    "",
    "What such a comparison can see here",
    ...selfKnowledge.flatMap((text) => wrapped(text, width, "  ")),
  ].join("\n");
}
