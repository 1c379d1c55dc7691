import type { LatencySummary, ScaleOutLag } from "../analysis/model";
import { arrivalsText, precisionText } from "./arrivals";
import { coldCacheText } from "./cold-cache";
import { formatClock, formatCount, formatMs, formatPercent, formatRate, plainSpaces } from "./format";
import type { ReportData } from "./model";
import { objectivesSummary, objectiveText } from "./objectives";
import { quantile, quantileText } from "./quantiles";
import { reproduceCommand } from "./reproduce";
import { oneLine, truncate } from "./text";

const ICONS = { pass: "✅", regression: "❌", inconclusive: "❔", invalid: "🚫" } as const;
const WORDS = {
  pass: "Pass",
  regression: "Regression",
  inconclusive: "Inconclusive",
  invalid: "Invalid",
} as const;

/** Rows a comment shows before it points to the full report. */
const MAX_ROWS = 25;

/**
 * Text from outside as Markdown text: no formatting, no HTML, no table cell, no link, no mention of a person comes out of it.
 */
export function escapeMarkdown(text: string): string {
  return (
    oneLine(text)
      .replace(/[\\`*_[\]|~$]/g, "\\$&")
      // only at the start can these make a heading, a list or a rule
      .replace(/^[#+=-]/, "\\$&")
      .replace(/^(\d+)([.)])(?=\s|$)/, "$1\\$2")
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      // a word joiner: nothing to see, but no address and no mention any more
      .replaceAll("@", "@\u2060")
      .replaceAll("://", ":\u2060//")
      .replace(/\bwww\./gi, "$&\u2060")
  );
}

/** A code span that its own content cannot close. */
export function codeSpan(text: string): string {
  const clean = oneLine(text);
  const longest = Math.max(0, ...[...clean.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return longest === 0 ? `${fence}${clean}${fence}` : `${fence} ${clean} ${fence}`;
}

export const fenced = (text: string): string => {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}sh\n${text}\n${fence}`;
};

type Align = "left" | "right";

/** A table; cells must be Markdown already. */
export function table(
  columns: readonly (readonly [string, Align])[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    line(columns.map(([head]) => head)),
    line(columns.map(([, align]) => (align === "right" ? "---:" : "---"))),
    ...rows.map(line),
  ].join("\n");
}

const ms = (summary: LatencySummary, probability: number): string =>
  plainSpaces(quantileText(quantile(summary, probability), formatMs));

const errorsText = (summary: LatencySummary): string =>
  summary.requests === 0
    ? "no requests"
    : `${formatCount(summary.errors)} (${formatPercent(summary.errorRatio)})`;

function journeyTable(data: ReportData): string {
  const row = (name: string, summary: LatencySummary): readonly string[] => [
    name,
    plainSpaces(formatCount(summary.requests)),
    plainSpaces(formatRate(summary.ratePerSecond)),
    plainSpaces(errorsText(summary)),
    ms(summary, 0.5),
    ms(summary, 0.95),
    ms(summary, 0.99),
  ];
  const shown = data.journeys.slice(0, MAX_ROWS);
  const more = data.journeys.length - shown.length;
  const text = table(
    [
      ["Journey", "left"],
      ["Requests", "right"],
      ["Rate", "right"],
      ["Errors", "right"],
      ["P50", "right"],
      ["P95", "right"],
      ["P99", "right"],
    ],
    [
      ...shown.map((journey) => row(escapeMarkdown(truncate(journey.journey, 60)), journey)),
      row("**all**", data.overall),
    ],
  );
  return more > 0 ? `${text}\n\n${more} more journeys are in the full report.` : text;
}

const STATUS = { met: "✅ met", broken: "❌ broken", "not enough data": "❔ not enough data" } as const;

function objectives(data: ReportData): string {
  if (data.slos.length === 0) return "The scenario sets no service-level objectives.";
  const invalid = data.verdict.kind === "invalid";
  return table(
    [
      ["Journey", "left"],
      ["Objective", "left"],
      ["Measured", "right"],
      ["Status", "left"],
    ],
    data.slos.slice(0, 2 * MAX_ROWS).map((slo) => {
      const text = objectiveText(slo);
      return [
        escapeMarkdown(truncate(text.journey, 60)),
        plainSpaces(`${text.what} ${text.limit}`),
        plainSpaces(text.measured),
        invalid ? "🚫 not judged" : STATUS[text.status],
      ];
    }),
  );
}

const lagMs = (value: number | null): string =>
  value === null ? "not seen" : plainSpaces(formatCount(value));

function scaleOut(lags: readonly ScaleOutLag[]): string {
  return table(
    [
      ["Instance", "left"],
      ["Load step at", "right"],
      ["Decided", "right"],
      ["Launched", "right"],
      ["Ready", "right"],
      ["In service", "right"],
      ["First request", "right"],
    ],
    lags
      .slice(0, MAX_ROWS)
      .map((lag) => [
        escapeMarkdown(lag.instance),
        lag.loadStepAtSeconds === null ? "not identified" : formatClock(lag.loadStepAtSeconds),
        lagMs(lag.decidedMs),
        lagMs(lag.launchedMs),
        lagMs(lag.readyMs),
        lagMs(lag.inServiceMs),
        lagMs(lag.firstRequestMs),
      ]),
  );
}

function teardownLine(data: ReportData): string {
  const { teardown, manifest } = data;
  if (teardown === undefined)
    return `⚠️ Environment ${codeSpan(manifest.environmentId)} **still stands**: nothing has been torn down.`;
  const left = teardown.checked.filter(({ found }) => found > 0);
  return teardown.proved
    ? `Teardown proved: ${teardown.checked.map(({ what, found }) => `${found} ${escapeMarkdown(what)}`).join(", ")} left.`
    : `⚠️ **Teardown is not proved**${left.length === 0 ? "" : `: ${left.map(({ what, found }) => `${found} ${escapeMarkdown(what)}`).join(", ")}`}. Run \`perfbed sweep\`.`;
}

const bullets = (texts: readonly string[]): string =>
  texts.map((text) => `- ${escapeMarkdown(text)}`).join("\n");

/** The report for a pull-request comment: verdict, short tables, findings, scale-out lag and the line that reproduces it. */
export function renderMarkdown(data: ReportData): string {
  const { manifest, verdict, validity } = data;
  const subject = `${escapeMarkdown(manifest.application.name)} ${escapeMarkdown(manifest.application.version)}, ${escapeMarkdown(manifest.scenario.name)}`;
  const { arrivals } = manifest;
  const sections: (string | false)[] = [
    `## ${ICONS[verdict.kind]} ${WORDS[verdict.kind]}: ${subject}`,
    `**${escapeMarkdown(verdict.headline)}**`,
    verdict.kind === "invalid" &&
      "> **Do not use these numbers.** The measurement itself is not to be believed.",
    manifest.aborted !== null && `> The run was cut short: ${escapeMarkdown(manifest.aborted)}`,
    verdict.reasons.length > 0 && bullets(verdict.reasons),
    verdict.actions.length > 0 && `**What to do next**\n\n${bullets(verdict.actions)}`,
    plainSpaces(
      `Arrivals ${arrivalsText(arrivals)}; ${precisionText(manifest)} of ${manifest.generators.length === 1 ? "1 generator" : `${manifest.generators.length} generators`}.`,
    ),
    manifest.coldCache !== undefined && plainSpaces(coldCacheText(manifest.coldCache)),
    journeyTable(data),
    `### Objectives: ${objectivesSummary(data)}\n\n${objectives(data)}`,
    validity.length > 0 &&
      `### Findings\n\n${validity.map((finding) => `- **${finding.severity}** ${codeSpan(finding.code)}: ${escapeMarkdown(finding.text)}`).join("\n")}`,
    data.scaleOuts.length > 0 &&
      `### Scale-out lag\n\nMilliseconds since the load step that caused it.\n\n${scaleOut(data.scaleOuts)}`,
    teardownLine(data),
    `### Reproduce\n\n${fenced(reproduceCommand(manifest))}`,
    `<sub>perfbed ${escapeMarkdown(manifest.perfbedVersion)}, run ${codeSpan(manifest.runId)} of campaign ${codeSpan(manifest.campaignId)}, seed ${manifest.scenario.seed}</sub>`,
  ];
  return `${sections.filter((section): section is string => section !== false).join("\n\n")}\n`;
}
