import type { SloResult } from "../../../analysis/model";
import { formatCount, formatMs, formatPercent, formatRate } from "../../format";
import type { ReportData } from "../../model";
import { objectivesSummary, objectiveText } from "../../objectives";
import { missingText, quantile, quantileMs } from "../../quantiles";
import { html, type SafeHtml } from "../escape";
import { type Status, statusBadge } from "../status";
import { dataTable } from "../table";
import { instanceRange } from "../timeline/series";

/** Characters that fit beside the other key figures at full size. */
const LONG_VALUE = 10;

/** Objectives shown at once, broken ones first; the rest opens on demand. */
const OBJECTIVES_SHOWN = 12;

interface KeyFigure {
  readonly label: string;
  readonly value: string;
  readonly aside: string;
  /** Words instead of a number: set smaller. */
  readonly words?: boolean;
  /** Holds even when the measurement is not to be believed. */
  readonly sound?: boolean;
}

function latencyFigure(data: ReportData, probability: number, label: string): KeyFigure {
  const estimate = quantile(data.overall, probability);
  const value = quantileMs(estimate);
  return value === undefined
    ? { label, value: missingText(estimate), aside: "all requests", words: true }
    : { label, value: formatMs(value), aside: "all requests" };
}

function keyFigures(data: ReportData): readonly KeyFigure[] {
  const { overall, manifest } = data;
  const { arrivals, sizing } = manifest;
  const instances = instanceRange(data);
  return [
    arrivals.unplanned === undefined
      ? {
          label: "Arrivals",
          value: formatPercent(arrivals.achievedRatio),
          aside: `${formatCount(arrivals.started)} of ${formatCount(arrivals.planned)} planned`,
          sound: true,
        }
      : { label: "Arrivals", value: formatCount(arrivals.started), aside: "none planned" },
    {
      label: "Requests",
      value: formatCount(overall.requests),
      aside: `${formatRate(overall.ratePerSecond)} on average`,
    },
    {
      label: "Errors",
      value: overall.requests === 0 ? "—" : formatPercent(overall.errorRatio),
      aside: overall.requests === 0 ? "no requests" : `${formatCount(overall.errors)} failed`,
    },
    latencyFigure(data, 0.95, "P95"),
    latencyFigure(data, 0.99, "P99"),
    instances === undefined
      ? { label: "Instances", value: "not recorded", aside: "app tier in service", words: true }
      : {
          label: "Instances",
          value:
            instances.min === instances.max
              ? formatCount(instances.min)
              : `${formatCount(instances.min)} → ${formatCount(instances.max)}`,
          aside: `allowed ${sizing.app.minInstances} to ${sizing.app.maxInstances}`,
        },
  ];
}

const SLO_STATUS: Readonly<Record<SloResult["status"], Status>> = {
  met: "good",
  broken: "bad",
  "not-enough-data": "unknown",
};

const SLO_ORDER: Readonly<Record<SloResult["status"], number>> = {
  broken: 0,
  "not-enough-data": 1,
  met: 2,
};

function objectives(data: ReportData): SafeHtml {
  if (data.slos.length === 0)
    return html`<p class="empty">The scenario sets no service-level objectives: nothing was judged against a limit.</p>`;
  const invalid = data.verdict.kind === "invalid";
  const sorted = data.slos.toSorted((a, b) => SLO_ORDER[a.status] - SLO_ORDER[b.status]);
  const rest = sorted.slice(OBJECTIVES_SHOWN);
  const table = (slos: readonly SloResult[], label: string): SafeHtml =>
    objectivesTable(slos, label, invalid);
  return html`${table(sorted.slice(0, OBJECTIVES_SHOWN), "Service-level objectives")}${
    rest.length === 0
      ? ""
      : html`<details><summary>${formatCount(rest.length)} more ${rest.length === 1 ? "objective" : "objectives"}, ${allOf(rest)}</summary>${table(rest, "More service-level objectives")}</details>`
  }`;
}

/** What a reader misses by not opening: `all met`, or how many of each. */
function allOf(slos: readonly SloResult[]): string {
  const count = (status: SloResult["status"]): number => slos.filter((slo) => slo.status === status).length;
  if (count("met") === slos.length) return "all met";
  return `${count("broken")} broken, ${count("not-enough-data")} with not enough data`;
}

function objectivesTable(slos: readonly SloResult[], label: string, invalid: boolean): SafeHtml {
  return dataTable({
    label,
    narrow: "stack",
    className: "objectives",
    columns: [
      { head: "Journey" },
      { head: "Objective" },
      { head: "Limit", number: true },
      { head: "Measured", number: true },
      { head: "Margin", number: true },
      { head: "Status" },
    ],
    rows: slos.map((slo) => {
      const text = objectiveText(slo);
      return [
        text.journey,
        text.what,
        text.limit.replace("at most ", "≤ "),
        html`<span class="${slo.status === "broken" && !invalid ? "strong" : ""}">${text.measured}</span>`,
        text.margin === "" ? "cannot be told" : text.margin,
        invalid ? statusBadge("void", "not judged") : statusBadge(SLO_STATUS[slo.status], text.status),
      ];
    }),
  });
}

/** Key figures and objectives: with the masthead, the first screen. */
export function summarySection(data: ReportData): SafeHtml {
  return html`<section id="summary" aria-labelledby="summary-title"><h2 id="summary-title" class="visually-hidden">Key figures</h2>
<dl class="figures">${keyFigures(data).map(
    (figure) =>
      html`<div><dt>${figure.label}</dt><dd class="value${figure.words === true ? " words" : figure.value.length > LONG_VALUE ? " long" : ""}${figure.sound === true ? " sound" : ""}">${figure.value}</dd><dd class="aside">${figure.aside}</dd></div>`,
  )}</dl>
<div class="objectives-block"><h2 class="small-head">Objectives <span class="count">${objectivesSummary(data)}</span></h2>${objectives(data)}</div></section>`;
}
