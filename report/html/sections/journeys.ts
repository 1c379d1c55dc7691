import type { JourneySummary, LatencySummary } from "../../../analysis/model";
import { alignDecimals, formatCount, formatNumber, formatPercent } from "../../format";
import type { RegionSummary, ReportData } from "../../model";
import { quantile, quantileMs, quantileText } from "../../quantiles";
import { oneLine } from "../../text";
import { percentileChart } from "../charts/percentiles";
import { html, type SafeHtml } from "../escape";
import { type Column, columnHead, scrollArea } from "../table";

const PROBABILITIES = [0.5, 0.9, 0.95, 0.99, 0.999] as const;

const COLUMNS: readonly Column[] = [
  { head: "Journey" },
  { head: "Requests", number: true },
  { head: "Rate", unit: "/s", number: true },
  { head: "Failed", number: true },
  { head: "Mean", unit: "ms", number: true },
  { head: "P50", unit: "ms", number: true },
  { head: "P90", unit: "ms", number: true },
  { head: "P95", unit: "ms", number: true },
  { head: "P99", unit: "ms", number: true },
  { head: "P99.9", unit: "ms", number: true },
  { head: "Max", unit: "ms", number: true },
];

/** The texts of one row, without its name. */
function rowTexts(summary: LatencySummary): readonly { readonly text: string; readonly missing: boolean }[] {
  const known = (text: string): { readonly text: string; readonly missing: boolean } => ({
    text,
    missing: false,
  });
  // an empty set has no rate of errors and no times; a dash says so, 0 would claim a measurement
  const time = (value: number | null) =>
    value === null ? { text: "no data", missing: true } : known(formatNumber(value));
  return [
    known(formatCount(summary.requests)),
    known(formatNumber(summary.ratePerSecond)),
    summary.requests === 0
      ? { text: "no data", missing: true }
      : known(
          summary.errors === 0
            ? "0"
            : `${formatCount(summary.errors)} (${formatPercent(summary.errorRatio)})`,
        ),
    time(summary.meanMs),
    ...PROBABILITIES.map((probability) => {
      const estimate = quantile(summary, probability);
      return { text: quantileText(estimate), missing: quantileMs(estimate) === undefined };
    }),
    time(summary.maxMs),
  ];
}

/** Characters a column has room for; wider ones are right aligned as they are. */
const MAX_ALIGNED = 8;

type RowTexts = ReturnType<typeof rowTexts>;

/** Makes the decimal points of each column line up over all rows of the table, steps included. */
function aligned(rows: readonly RowTexts[]): readonly RowTexts[] {
  const columns = COLUMNS.slice(1).map((_, index) =>
    alignDecimals(
      rows.map((row) => row[index]?.text ?? ""),
      MAX_ALIGNED,
    ),
  );
  return rows.map((row, at) =>
    row.map((cell, index) => ({ ...cell, text: columns[index]?.[at] ?? cell.text })),
  );
}

const cells = (texts: RowTexts): SafeHtml =>
  html`${texts.map(({ text, missing }) => html`<td class="number${missing ? " missing" : ""}">${text}</td>`)}`;

const COLUMN_CLASSES: Readonly<Record<string, string>> = {
  Requests: "requests",
  Failed: "failed",
  P99: "tail",
  "P99.9": "tail",
};

const colgroup = html`<colgroup><col class="name">${COLUMNS.slice(1).map(
  ({ head }) => html`<col class="${COLUMN_CLASSES[head] ?? "figure"}">`,
)}</colgroup>`;

function journeyTable(data: ReportData): SafeHtml {
  const texts = aligned([
    rowTexts(data.overall),
    ...data.journeys.flatMap((journey) => [rowTexts(journey), ...journey.steps.map(rowTexts)]),
  ]);
  let next = 0;
  const take = (): RowTexts => texts[next++] ?? [];
  const body: SafeHtml[] = [
    html`<tbody class="overall"><tr><th scope="row">All requests</th>${cells(take())}</tr></tbody>`,
  ];
  for (const journey of data.journeys) {
    const own = take();
    const steps = journey.steps.map((step) => ({ name: oneLine(step.step), texts: take() }));
    body.push(
      html`<tbody><tr><th scope="row">${oneLine(journey.journey)}</th>${cells(own)}</tr>${stepRows(journey, steps)}</tbody>`,
    );
  }
  return scrollArea(
    "Journeys and steps",
    html`<table class="journeys"><caption class="hidden">Requests and latency by journey and step</caption>${colgroup}<thead><tr>${COLUMNS.map(columnHead)}</tr></thead>${body}</table>`,
  );
}

function stepRows(
  journey: JourneySummary,
  steps: readonly { readonly name: string; readonly texts: RowTexts }[],
): SafeHtml {
  if (steps.length === 0) return html``;
  // a table of its own, of the same column widths: details may not wrap rows of the outer table
  return html`<tr class="steps"><td colspan="${COLUMNS.length}"><details><summary>${steps.length === 1 ? "1 step" : `${steps.length} steps`}<span class="visually-hidden"> of ${oneLine(journey.journey)}</span></summary><table class="journeys"><caption class="hidden">Steps of ${oneLine(journey.journey)}</caption>${colgroup}<thead class="visually-hidden"><tr>${COLUMNS.map(columnHead)}</tr></thead><tbody>${steps.map(
    (step) => html`<tr><th scope="row">${step.name}</th>${cells(step.texts)}</tr>`,
  )}</tbody></table></details></td></tr>`;
}

const REGION_COLUMNS: readonly Column[] = [{ head: "Region" }, ...COLUMNS.slice(1)];

/** Where users are makes more of a difference than most changes: all requests together hide it. */
function regionTable(regions: readonly RegionSummary[]): SafeHtml {
  const texts = aligned(regions.map(rowTexts));
  const rows = regions.map(
    ({ region, generators }, index) =>
      html`<tr><th scope="row">${oneLine(region)} <span class="unit">${generators.length === 1 ? "1 generator" : `${generators.length} generators`}</span></th>${cells(texts[index] ?? [])}</tr>`,
  );
  return html`<h3>By region of the generators</h3>${scrollArea(
    "Requests by region of the generators",
    html`<table class="journeys"><caption class="hidden">Requests and latency by region of the generators</caption>${colgroup}<thead><tr>${REGION_COLUMNS.map(columnHead)}</tr></thead><tbody>${rows}</tbody></table>`,
  )}`;
}

export function journeysSection(data: ReportData): SafeHtml {
  const body =
    data.journeys.length === 0
      ? html`<p class="empty">No requests were recorded, so there are no journeys to show.</p>`
      : html`${journeyTable(data)}${
          percentileChart(data.journeys, data.slos) ??
          html`<p class="empty">No journey has enough requests for a percentile.</p>`
        }${data.regions === undefined ? "" : regionTable(data.regions)}`;
  return html`<section id="journeys" class="marked" aria-labelledby="journeys-title"><h2 id="journeys-title">Journeys</h2><p class="lead">Every request of every generator in the measured window. Latency is from the first byte sent to the last byte received.</p>${body}</section>`;
}
