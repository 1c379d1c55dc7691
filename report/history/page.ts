import { createHash } from "node:crypto";
import { formatCount } from "../format";
import { html, type SafeHtml, trustedHtml } from "../html/escape";
import { STYLE } from "../html/style";
import { dataTable } from "../html/table";
import { oneLine } from "../text";
import { seriesChart } from "./chart";
import type { HistoryChange, HistoryReport, HistorySeriesReport } from "./model";
import {
  byWeight,
  changeText,
  confidenceText,
  dayAndMinute,
  metricName,
  metricValue,
  seriesConditions,
} from "./words";

/** Charts on one page: beyond this a browser becomes slow and nobody reads on. */
const CHARTS = 200;
/** Runs in the list, the latest ones. */
const RUNS = 100;

const HISTORY_STYLE = `${STYLE}
.plainhead { border-bottom: 3px solid var(--ink); padding: 18px 0 16px; }
.plainhead h1 { font-size: 30px; line-height: 1.2; letter-spacing: -.02em; }
.series { padding: 18px 0 6px; break-inside: avoid; }
.series + .series { border-top: 1px solid var(--rule); }
`;

/** Nothing is loaded and nothing runs: the page's own style sheet is let in by its hash. */
function contentSecurityPolicy(): string {
  const hash = createHash("sha256").update(HISTORY_STYLE).digest("base64");
  return `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'`;
}

const directionWord = ({ direction }: HistoryChange): SafeHtml =>
  html`<span class="${direction === "worse" ? "bad" : "good"} strong">${direction}</span>`;

function changeTable(
  label: string,
  changes: readonly { readonly change: HistoryChange; readonly series: HistorySeriesReport }[],
): SafeHtml {
  return dataTable({
    label,
    columns: [
      { head: "Journey" },
      { head: "Metric" },
      { head: "Before", number: true },
      { head: "After", number: true },
      { head: "Change", number: true },
      { head: "Direction" },
      { head: "Confidence", number: true },
      { head: "Version" },
      { head: "First run (UTC)" },
    ],
    rows: changes.map(({ change, series }) => {
      const { metric, journey } = series.key;
      return [
        oneLine(journey),
        metricName(metric),
        metricValue(metric, change.meanBefore),
        metricValue(metric, change.meanAfter),
        html`<span class="strong">${changeText(change)}</span>`,
        directionWord(change),
        confidenceText(change),
        html`${oneLine(change.version)}${
          change.previousVersion === change.version
            ? ""
            : html` <span class="aside">after ${oneLine(change.previousVersion)}</span>`
        }`,
        html`${dayAndMinute(change.atUs)}<br><code>${oneLine(`${change.campaign}/${change.run}`)}</code>`,
      ];
    }),
  });
}

function changesSection(report: HistoryReport): SafeHtml {
  const changes = report.series
    .flatMap((series) => series.changes.map((change) => ({ change, series })))
    .sort((a, b) => byWeight(a.change, b.change));
  const { windowLength, maxPValue, minMagnitude, minPoints } = report.method;
  const short = report.series.filter(({ count }) => count < minPoints).length;
  return html`<section id="changes"><h2>Change points</h2>
<p class="lead">Where the level of a figure changed for good: E-divisive means with a test between the stretches, windows of ${windowLength} runs, p below ${maxPValue}${
    minMagnitude > 0 ? `, changes of at least ${minMagnitude * 100} %` : ""
  }. Invalid runs are left out.${
    short === 0
      ? ""
      : ` ${formatCount(short)} of ${formatCount(report.series.length)} series have fewer than ${minPoints} valid runs: too few to show a change.`
  }</p>
${
  changes.length === 0
    ? html`<p class="empty">No change points in ${formatCount(report.series.length)} series.</p>`
    : changeTable("Change points, worst first", changes)
}</section>`;
}

function seriesSection(report: HistoryReport): SafeHtml {
  // Series with the worst changes first, then as they come.
  const weight = ({ changes }: HistorySeriesReport): number =>
    changes.length === 0 ? 2 : changes.some(({ direction }) => direction === "worse") ? 0 : 1;
  const drawable = report.series.filter(({ points }) => points.length > 0);
  const sorted = drawable.toSorted((a, b) => weight(a) - weight(b));
  const shown = sorted.slice(0, CHARTS);
  const hidden = sorted.length - shown.length;
  return html`<section id="series"><h2>Series</h2>
<p class="lead">Runs in their order at equal distances. Dashed: the mean between change points. Diamond: worse; circle: better.</p>
${shown.map(
  (series, index) =>
    html`<div class="series"><figure class="panel"><figcaption><h3>${oneLine(series.key.journey)}, ${metricName(series.key.metric)}${series.key.metric.endsWith("_ms") ? html` <span class="unit">ms</span>` : ""}</h3><span class="unit">${oneLine(seriesConditions(series))}: ${formatCount(series.count)} runs${
      series.invalid === 0 ? "" : `, ${formatCount(series.invalid)} invalid left out`
    }</span></figcaption><div class="plot">${seriesChart(series, `series-${index + 1}`)}</div></figure></div>`,
)}${
  hidden === 0
    ? ""
    : html`<p class="empty">${formatCount(hidden)} more series are not drawn: narrow the page with --journey, --metric or --application.</p>`
}</section>`;
}

function runsSection(report: HistoryReport): SafeHtml {
  const shown = report.runs.slice(-RUNS).toReversed();
  return html`<section id="runs"><h2>Runs</h2>
<p class="lead">${
    shown.length < report.runs.length
      ? `The latest ${formatCount(shown.length)} of ${formatCount(report.runs.length)}.`
      : "Latest first."
  }</p>
${dataTable({
  label: "Runs, latest first",
  columns: [
    { head: "Measured (UTC)" },
    { head: "Version" },
    { head: "Scenario" },
    { head: "Sizing" },
    { head: "Side" },
    { head: "Verdict" },
    { head: "Campaign and run" },
  ],
  rows: shown.map((run) => [
    dayAndMinute(run.atUs),
    oneLine(`${run.application} ${run.version}`),
    oneLine(run.scenario),
    oneLine(run.sizing),
    oneLine(run.side),
    run.valid ? run.verdict : html`<span class="void strong">${run.verdict}, left out</span>`,
    html`<code>${oneLine(`${run.campaign}/${run.run}`)}</code>`,
  ]),
})}</section>`;
}

/** The history as one self-contained page: no network, no script. */
export function renderHistoryPage(report: HistoryReport): string {
  const applications = [...new Set(report.runs.map(({ application }) => oneLine(application)))];
  const title = `Performance history: ${applications.slice(0, 3).join(", ") || "no runs"}`;
  const count = report.series.reduce((sum, { changes }) => sum + changes.length, 0);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trustedHtml(contentSecurityPolicy())}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="perfbed ${oneLine(report.perfbedVersion)}">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${trustedHtml(HISTORY_STYLE)}</style>
</head>
<body>
<header class="plainhead"><div class="wrap"><h1>${title}</h1>
<p>${formatCount(report.runs.length)} runs, ${formatCount(report.invalidRuns)} of them invalid and left out; ${formatCount(report.series.length)} series, ${formatCount(count)} change ${count === 1 ? "point" : "points"}. Read from <code>${oneLine(report.location)}</code>.</p></div></header>
<main class="wrap">
${changesSection(report)}
${seriesSection(report)}
${runsSection(report)}
</main>
<footer><div class="wrap">Written by perfbed ${oneLine(report.perfbedVersion)}. perfbed history --json has the same data, complete.</div></footer>
</body>
</html>
`;
  return page.toString();
}
