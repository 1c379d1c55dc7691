import { type JourneyComparison, metricName } from "../../analysis/comparison";
import { formatCount, formatNumber, formatPercent, plainSpaces, quantileName } from "../format";
import { codeSpan, escapeMarkdown, fenced, table } from "../markdown";
import { changeText, figureText, gatingLatency, intervalText, STATUS_WORDS, withInterval } from "./figures";
import type { ComparisonReport } from "./model";
import { comparisonTitle, verdictWord } from "./page";

const ICONS = { pass: "✅", regression: "❌", inconclusive: "❔", invalid: "🚫" } as const;
const MAX_ROWS = 25;

function journeyRow(journey: JourneyComparison): readonly string[] {
  const metric = gatingLatency(journey);
  const others = journey.metrics.filter(
    ({ gating, metric: kind, status }) => gating && kind !== "latency" && status !== "pass",
  );
  const other = others.map((one) => `${metricName(one)} ${changeText(one, one.change)}`).join(", ");
  return [
    escapeMarkdown(journey.journey),
    ...(metric === undefined
      ? ["—", "—", "—", "—"]
      : [
          plainSpaces(figureText(metric, metric.baseline)),
          plainSpaces(figureText(metric, metric.candidate)),
          plainSpaces(changeText(metric, metric.change)),
          plainSpaces(intervalText(metric)),
        ]),
    `${ICONS[journey.verdict]} ${STATUS_WORDS[journey.verdict]}${other === "" ? "" : ` (${plainSpaces(other)})`}`,
  ];
}

function gateTable({ result, comparison }: ComparisonReport): string {
  if (result === null) return "";
  const name = quantileName(comparison.settings.gatingQuantile);
  const order = ["regression", "inconclusive", "pass"];
  return table(
    [
      ["Journey", "left"],
      [`${name} baseline`, "right"],
      [`${name} candidate`, "right"],
      ["Change", "right"],
      ["Interval", "right"],
      ["Verdict", "left"],
    ],
    result.journeys
      .toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict))
      .slice(0, MAX_ROWS)
      .map(journeyRow),
  );
}

function sidesTable({ sides, comparison }: ComparisonReport): string {
  const { gatingQuantile } = comparison.settings;
  const journeys = [...new Set(sides.flatMap((side) => side.journeys.map(({ journey }) => journey)))];
  const tiers = [...new Set(sides.flatMap((side) => side.tiers.map(({ tier }) => tier)))];
  return table(
    [["", "left"], ...sides.map(({ label }) => [escapeMarkdown(label), "right"] as const)],
    [
      ...journeys.slice(0, MAX_ROWS).map((journey) => [
        `${escapeMarkdown(journey)} ${quantileName(gatingQuantile)}`,
        ...sides.map((side) => {
          const found = side.journeys
            .find((one) => one.journey === journey)
            ?.quantiles.find(({ probability }) => probability === gatingQuantile);
          return found === undefined ? "—" : plainSpaces(withInterval(found));
        }),
      ]),
      [
        "Failed",
        ...sides.map(({ requests, errors }) =>
          requests === 0 ? "—" : plainSpaces(formatPercent(errors / requests)),
        ),
      ],
      ...tiers.map((tier) => [
        `CPU of ${tier}`,
        ...sides.map((side) => {
          const found = side.tiers.find((one) => one.tier === tier);
          return found === undefined
            ? "—"
            : plainSpaces(formatPercent(Number(found.utilisation.toPrecision(2))));
        }),
      ]),
      ["Busiest tier", ...sides.map(({ limiting }) => limiting?.tier ?? "—")],
      [
        "Cores, GiB",
        ...sides.map(({ cores, memoryGiB }) => `${formatNumber(cores)}, ${formatNumber(memoryGiB)}`),
      ],
    ],
  );
}

/** For a pull request: verdict, the table, what to do, what was left out. No text from outside can format it. */
export function renderComparisonMarkdown(report: ComparisonReport): string {
  const { verdict, comparison, excluded, selfKnowledge, result, replicates } = report;
  const counted = new Set(replicates.filter(({ used }) => used).map(({ round }) => round)).size;
  const heading = `${comparison.kind === "gate" || verdict.kind === "invalid" ? ICONS[verdict.kind] : "📊"} ${verdictWord(report)}`;
  const sections = [
    `## ${heading}: ${escapeMarkdown(comparisonTitle(report))}`,
    `**${escapeMarkdown(verdict.headline)}**`,
    verdict.kind === "invalid" ? "Do not use the numbers below." : "",
    result === null || comparison.kind === "compare" ? sidesTable(report) : gateTable(report),
    verdict.reasons.length === 0
      ? ""
      : `<details><summary>Why</summary>\n\n${verdict.reasons.map((reason) => `- ${escapeMarkdown(reason)}`).join("\n")}\n\n</details>`,
    verdict.actions.map((action) => `> ${escapeMarkdown(action)}`).join("\n>\n"),
    `${counted} of ${formatCount(comparison.rounds)} rounds count${excluded.length === 0 ? "" : `; left out: ${excluded.map(({ round }) => round).join(", ")}`}. ${escapeMarkdown(selfKnowledge.slice(0, 2).join(" "))}`,
    fenced(comparison.command),
    `<sub>perfbed ${escapeMarkdown(comparison.perfbedVersion)}, campaign ${codeSpan(comparison.campaignId)}, seed ${comparison.seed}</sub>`,
  ];
  return `${sections.filter((text) => text !== "").join("\n\n")}\n`;
}
