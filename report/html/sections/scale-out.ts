import type { ScaleOutLag } from "../../../analysis/model";
import { alignDecimals, formatClock, formatCount } from "../../format";
import type { ReportData } from "../../model";
import { oneLine } from "../../text";
import { ganttChart } from "../charts/gantt";
import { html, type SafeHtml } from "../escape";
import { dataTable } from "../table";

const FIELDS = ["decidedMs", "launchedMs", "readyMs", "inServiceMs", "firstRequestMs"] as const;

function lagTable(lags: readonly ScaleOutLag[]): SafeHtml {
  const columns = FIELDS.map((field) =>
    alignDecimals(lags.map((lag) => (lag[field] === null ? "not seen" : formatCount(lag[field])))),
  );
  return dataTable({
    label: "Scale-out lag",
    columns: [
      { head: "Instance" },
      { head: "Load step at", number: true },
      { head: "Decided", unit: "ms", number: true },
      { head: "Launched", unit: "ms", number: true },
      { head: "Ready", unit: "ms", number: true },
      { head: "In service", unit: "ms", number: true },
      { head: "First request", unit: "ms", number: true },
    ],
    rows: lags.map((lag, row) => [
      oneLine(lag.instance),
      lag.loadStepAtSeconds === null ? "not identified" : formatClock(lag.loadStepAtSeconds),
      ...columns.map((column) => column[row] ?? ""),
    ]),
  });
}

export function scaleOutSection(data: ReportData): SafeHtml {
  const { app } = data.manifest.sizing;
  const policy = `${app.minInstances} to ${app.maxInstances} instances, ${app.scaling.type} on ${app.scaling.metric}, target ${app.scaling.targetValue}`;
  const body =
    data.scaleOuts.length === 0
      ? html`<p class="empty">The app tier was not scaled out in this run (${policy}).</p>`
      : html`<p class="lead">Milliseconds since the load step that caused the decision (${policy}).</p>${ganttChart(data.scaleOuts) ?? ""}${lagTable(data.scaleOuts)}`;
  return html`<section id="scale-out" class="marked" aria-labelledby="scale-out-title"><h2 id="scale-out-title">Scale-out lag</h2>${body}</section>`;
}
