import { createHash } from "node:crypto";
import { formatInstant } from "../format";
import type { ReportData } from "../model";
import { oneLine } from "../text";
import { html, type SafeHtml, trustedHtml } from "./escape";
import { journeysSection } from "./sections/journeys";
import { masthead } from "./sections/masthead";
import { reproducibilitySection } from "./sections/reproducibility";
import { scaleOutSection } from "./sections/scale-out";
import { statisticsSection } from "./sections/statistics";
import { summarySection } from "./sections/summary";
import { teardownSection } from "./sections/teardown";
import { tiersSection } from "./sections/tiers";
import { timelinesSection } from "./sections/timelines";
import { tracesSection } from "./sections/traces";
import { validitySection } from "./sections/validity";
import { VERDICTS } from "./status";
import { STYLE } from "./style";

const SECTIONS: readonly (readonly [string, string])[] = [
  ["summary", "Summary"],
  ["journeys", "Journeys"],
  ["timelines", "Timelines"],
  ["scale-out", "Scale-out lag"],
  ["traces", "Traces"],
  ["tiers", "Tiers"],
  ["validity", "Validity"],
  ["statistics", "Statistics"],
  ["reproduce", "Reproduce"],
  ["teardown", "Teardown"],
];

/** Nothing is loaded and nothing runs: the page's own style sheet is let in by its hash, the empty icon as data. */
function contentSecurityPolicy(): string {
  const hash = createHash("sha256").update(STYLE).digest("base64");
  return `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'`;
}

const navigation = (data: ReportData): SafeHtml =>
  html`<nav aria-label="Sections"><div class="wrap"><ul>${SECTIONS.filter(([id]) => id !== "traces" || data.traces !== undefined).map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></div></nav>`;

/** The report as one self-contained page: no network, no script, readable on paper, at 390 and at 1280 pixels. */
export function renderHtml(data: ReportData): string {
  const { manifest, verdict } = data;
  const { word } = VERDICTS[verdict.kind];
  const title = `${word}: ${oneLine(manifest.application.name)} ${oneLine(manifest.application.version)}, ${oneLine(manifest.scenario.name)}`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trustedHtml(contentSecurityPolicy())}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="perfbed ${oneLine(manifest.perfbedVersion)}">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${trustedHtml(STYLE)}</style>
</head>
<body${verdict.kind === "invalid" ? html` class="untrusted"` : ""}>
${masthead(data)}
${navigation(data)}
<main class="wrap">
${summarySection(data)}
${journeysSection(data)}
${timelinesSection(data)}
${scaleOutSection(data)}
${tracesSection(data)}
${tiersSection(data)}
${validitySection(data)}
${statisticsSection(data)}
${reproducibilitySection(data)}
${teardownSection(data)}
</main>
<footer><div class="wrap">Written by perfbed ${oneLine(manifest.perfbedVersion)} from run <code>${oneLine(manifest.runId)}</code>, measured until ${formatInstant(manifest.window.measuredToUs)}. The same data, complete, is in report.json.</div></footer>
</body>
</html>
`;
  return page.toString();
}
