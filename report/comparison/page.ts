import { createHash } from "node:crypto";
import { formatInstant } from "../format";
import { html, type SafeHtml, trustedHtml } from "../html/escape";
import { reasonList } from "../html/sections/masthead";
import { VERDICTS, verdictSign } from "../html/status";
import { STYLE } from "../html/style";
import { oneLine } from "../text";
import { attributionSection } from "./attribution";
import { FOREST_STYLE } from "./forest";
import type { ComparisonReport } from "./model";
import { objectivesSection } from "./objectives";
import {
  journeysSection,
  reproduceSection,
  sidesSection,
  statisticsSection,
  summarySection,
  teardownSection,
  validitySection,
} from "./sections";

const PAGE_STYLE = `${STYLE}${FOREST_STYLE}`;

const contentSecurityPolicy = (): string =>
  `default-src 'none'; style-src 'sha256-${createHash("sha256").update(PAGE_STYLE).digest("base64")}'; img-src data:; base-uri 'none'; form-action 'none'`;

/** What the page is about, in a few words. */
export function comparisonTitle({ comparison }: Pick<ComparisonReport, "comparison">): string {
  const labels = comparison.sides.map(({ label }) => oneLine(label));
  const [first, second, third] = labels;
  if (comparison.kind === "calibration") return `${first ?? ""} against itself`;
  return third === undefined ? `${second ?? ""} against ${first ?? ""}` : labels.join(", ");
}

/** The word of the masthead: only a gate passes or fails. */
export function verdictWord({ verdict, comparison }: ComparisonReport): string {
  if (verdict.kind === "invalid") return VERDICTS.invalid.word;
  if (comparison.kind === "compare") return "Compared";
  if (comparison.kind === "calibration") return "Calibrated";
  return VERDICTS[verdict.kind].word;
}

function masthead(report: ComparisonReport): SafeHtml {
  const { comparison, verdict, replicates } = report;
  return html`<header class="masthead ${verdict.kind}"><div class="wrap">
<p class="identity"><span class="product">perfbed</span><span><b>${comparisonTitle(report)}</b></span><span>${oneLine(comparison.scenario)}, preset ${comparison.preset}</span><span>${comparison.rounds} rounds planned</span><time>${formatInstant(replicates[0]?.startedAtUs)}</time></p>
<div class="verdict-grid"><div>
<h1><span class="visually-hidden">Verdict: </span><span class="verdict-word">${verdictSign(VERDICTS[verdict.kind].status)}<span>${verdictWord(report)}</span></span></h1>
<p class="headline">${verdict.headline}</p>
${reasonList(verdict.reasons)}
</div>
<section class="next" aria-labelledby="next-title"><h2 id="next-title">What to do next</h2>${
    verdict.actions.length === 0
      ? html`<p>Nothing: no action follows from this comparison.</p>`
      : html`<ol>${verdict.actions.map((action) => html`<li>${action}</li>`)}</ol>`
  }</section></div>
</div></header>${
    verdict.kind === "invalid"
      ? html`<aside class="truths" aria-label="Read this first"><div class="wrap"><p><strong>Do not use these numbers. The measurement itself is not to be believed; the figures below are kept only to find out why.</strong></p></div></aside>`
      : ""
  }`;
}

/** The comparison as one self-contained page: no network, no script. */
export function renderComparisonHtml(report: ComparisonReport): string {
  const { comparison, verdict } = report;
  const links: readonly (readonly [string, string])[] = [
    ["summary", "Summary"],
    ...(report.result === null ? [] : [["journeys", "Journeys"] as const]),
    ...(report.objectives === undefined ? [] : [["objectives", "Objectives"] as const]),
    ...(report.attribution === undefined ? [] : [["attribution", "Where the time goes"] as const]),
    ["sides", "Sides"],
    ["validity", "Validity"],
    ["statistics", "Statistics"],
    ["reproduce", "Reproduce"],
    ["teardown", "Teardown"],
  ];
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trustedHtml(contentSecurityPolicy())}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="perfbed ${oneLine(comparison.perfbedVersion)}">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title>${verdictWord(report)}: ${comparisonTitle(report)}</title>
<style>${trustedHtml(PAGE_STYLE)}</style>
</head>
<body${verdict.kind === "invalid" ? html` class="untrusted"` : ""}>
${masthead(report)}
<nav aria-label="Sections"><div class="wrap"><ul>${links.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></div></nav>
<main class="wrap">
${summarySection(report)}
${journeysSection(report)}
${objectivesSection(report)}
${attributionSection(report.attribution)}
${sidesSection(report)}
${validitySection(report)}
${statisticsSection(report)}
${reproduceSection(report)}
${teardownSection(report)}
</main>
<footer><div class="wrap">Written by perfbed ${oneLine(comparison.perfbedVersion)} from campaign <code>${oneLine(comparison.campaignId)}</code>. The judgement, complete, is in verdict.json; perfbed judge makes it again from the stored samples.</div></footer>
</body>
</html>
`;
  return page.toString();
}
