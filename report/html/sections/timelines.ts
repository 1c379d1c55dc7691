import { formatClock, formatClockTenths, formatCount, formatNumber, formatPlain } from "../../format";
import type { ReportData } from "../../model";
import { oneLine } from "../../text";
import { html, type SafeHtml } from "../escape";
import { dataTable } from "../table";
import { sliceSeconds, timeFrame } from "../timeline/frame";
import { arrivalsPanel, errorsPanel, instancesPanel, latencyPanel } from "../timeline/load-panels";
import { decisions } from "../timeline/scaling";
import { cpuPanels, hitRatioPanel, otherPanels, poolPanel, replicaLagPanels } from "../timeline/tier-panels";

/** Rows of the tables behind the charts; more than that is for report.json. */
const MAX_ROWS = 1200;

/** Decisions told below the panels; the rest are in the list of all events. */
const MAX_DECISIONS = 12;

/** What the letters on the panels stand for. */
function decisionList(data: ReportData): SafeHtml {
  const all = decisions(data);
  if (all.length === 0) return html``;
  return html`<ol class="decisions">${all
    .slice(0, MAX_DECISIONS)
    .map(
      ({ letter, event }) =>
        html`<li><b>${letter}</b><time>${formatClock(event.atSeconds)}</time><span>${oneLine(event.text)}</span></li>`,
    )}</ol>${all.length > MAX_DECISIONS ? html`<p class="note">${formatCount(all.length - MAX_DECISIONS)} more under “All events”.</p>` : ""}`;
}

function eventList(data: ReportData): SafeHtml {
  if (data.events.length === 0) return html`<p class="quiet"><b>Events</b> none recorded.</p>`;
  const letters = new Map(decisions(data).map(({ letter, event }) => [event, letter]));
  const sorted = data.events.toSorted((a, b) => a.atSeconds - b.atSeconds).slice(0, MAX_ROWS);
  return html`<details><summary>All events: ${formatCount(data.events.length)}</summary>${dataTable({
    label: "Events",
    className: "events",
    columns: [
      { head: "At", number: true },
      { head: "Mark" },
      { head: "Source" },
      { head: "Event" },
      { head: "What happened" },
    ],
    rows: sorted.map((event) => {
      const letter = letters.get(event);
      return [
        formatClockTenths(event.atSeconds),
        letter === undefined ? "" : html`<b class="letter">${letter}</b>`,
        oneLine(event.source),
        oneLine(event.event),
        oneLine(event.text),
      ];
    }),
  })}</details>`;
}

function sliceTable(data: ReportData): SafeHtml {
  const time = (value: number | null): string => (value === null ? "not enough data" : formatNumber(value));
  const rate = (value: number | null | undefined): string =>
    value === null || value === undefined ? "none" : formatNumber(value);
  const rows = data.timeline.slice(0, MAX_ROWS);
  const cut =
    rows.length < data.timeline.length
      ? html`<p class="note">First ${formatCount(rows.length)} of ${formatCount(data.timeline.length)} slices; all are in report.json.</p>`
      : "";
  return html`<details><summary>Figures behind these charts: ${formatCount(data.timeline.length)} slices of ${formatPlain(sliceSeconds(data))} s</summary>${cut}${dataTable(
    {
      label: "Timeline in figures",
      columns: [
        { head: "At", number: true },
        { head: "Planned", unit: "arrivals/s", number: true },
        { head: "Requests", unit: "/s", number: true },
        { head: "Failed", unit: "/s", number: true },
        { head: "P50", unit: "ms", number: true },
        { head: "P95", unit: "ms", number: true },
        { head: "P99", unit: "ms", number: true },
      ],
      rows: rows.map((slice) => [
        formatClockTenths(slice.atSeconds),
        rate(slice.plannedRatePerSecond),
        rate(slice.requestRatePerSecond),
        rate(slice.errorRatePerSecond),
        time(slice.p50Ms),
        time(slice.p95Ms),
        time(slice.p99Ms),
      ]),
    },
  )}</details>`;
}

export function timelinesSection(data: ReportData): SafeHtml {
  if (data.timeline.length === 0)
    return html`<section id="timelines" class="marked" aria-labelledby="timelines-title"><h2 id="timelines-title">Timelines</h2><p class="empty">Nothing was recorded over time.</p>${eventList(data)}</section>`;
  const frame = timeFrame(data);
  const others = otherPanels(data, frame);
  const scaling =
    frame.moments.length === 0
      ? ""
      : " Vertical dotted lines are decisions of the autoscaler; their letters are explained below the instances.";
  return html`<section id="timelines" class="marked" aria-labelledby="timelines-title"><h2 id="timelines-title">Timelines</h2><p class="lead">One time axis for all charts, in minutes and seconds since the measured window began.${scaling}</p>
<div class="stack-of-panels">${arrivalsPanel(data, frame)}${latencyPanel(data, frame)}${errorsPanel(data, frame)}${instancesPanel(data, frame)}</div>
${decisionList(data)}${eventList(data)}
<h3 class="group">Inside the tiers</h3>
<div class="stack-of-panels">${cpuPanels(data, frame)}${hitRatioPanel(data, frame)}${replicaLagPanels(data, frame)}${poolPanel(data, frame)}</div>
${others.length === 0 ? "" : html`<details><summary>Other figures of the tiers: ${others.length}</summary><div class="stack-of-panels">${others}</div></details>`}
${sliceTable(data)}</section>`;
}
