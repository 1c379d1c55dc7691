import { TRACE_TIERS } from "../../../analysis/traces/model";
import {
  MIN_TRACES,
  type SlowTrace,
  type TierBreakdown,
  type TraceSummary,
} from "../../../analysis/traces/summary";
import { alignDecimals, formatCount, formatMs, formatNumber, NOT_ENOUGH_DATA } from "../../format";
import type { ReportData } from "../../model";
import { oneLine } from "../../text";
import { TIER_NAMES, tierLegend, traceTierChart } from "../charts/trace-tiers";
import { waterfall } from "../charts/waterfall";
import { html, type SafeHtml } from "../escape";
import { dataTable } from "../table";

const stepName = ({ journey, step }: Pick<TierBreakdown, "journey" | "step">): string =>
  oneLine(journey === "" ? step : `${journey}: ${step}`);

/** Where the numbers come from and what they leave out, in one or two sentences. */
function lead(traces: TraceSummary): SafeHtml {
  const { asked, linked } = traces;
  const unanswered = asked - linked;
  const sums = "The parts of each row add up to its mean, exactly, over the traced requests and no others.";
  if (asked === 0)
    return html`<p class="lead">From ${formatCount(traces.traces)} traces (${formatCount(traces.spans)} spans) that the application chose itself. ${sums}</p>`;
  const rest =
    unanswered > 0
      ? ` The other ${formatCount(unanswered)} have no trace: the edge answered them, or their spans did not arrive.`
      : "";
  return html`<p class="lead">Of the measured requests ${formatCount(asked)} asked to be traced, and ${formatCount(linked)} have a trace (${formatCount(traces.spans)} spans in all).${rest} ${sums}</p>`;
}

function tierTable(steps: readonly TierBreakdown[]): SafeHtml {
  const enough = ({ traces }: TierBreakdown): boolean => traces >= MIN_TRACES;
  // Said once a row; the parts of what is not there are not there either.
  const column = (of: (step: TierBreakdown) => number, otherwise: string): readonly string[] =>
    alignDecimals(steps.map((step) => (enough(step) ? formatNumber(of(step)) : otherwise)));
  const columns = [
    column(({ meanMs }) => meanMs, NOT_ENOUGH_DATA),
    ...TRACE_TIERS.map((tier) => column(({ tiers }) => tiers[tier], "–")),
  ];
  return dataTable({
    label: "Mean time of a traced request by tier",
    className: "traces",
    columns: [
      { head: "Step" },
      { head: "Traces", number: true },
      { head: "Mean", unit: "ms", number: true },
      ...TRACE_TIERS.map((tier) => ({ head: TIER_NAMES[tier], unit: "ms", number: true })),
    ],
    rows: steps.map((step, row) => [
      stepName(step),
      formatCount(step.traces),
      ...columns.map((texts) => texts[row] ?? ""),
    ]),
  });
}

function slowest(traces: readonly SlowTrace[]): SafeHtml {
  if (traces.length === 0) return html``;
  return html`<h3>Slowest traced requests</h3>${tierLegend()}${traces.map(
    (trace, index) =>
      html`<details${index === 0 ? html` open` : ""}><summary>${formatMs(trace.totalMs)}: ${stepName(trace)}${trace.instance === "" ? "" : ` on ${oneLine(trace.instance)}`}</summary><p class="note">Trace <code>${oneLine(trace.traceId)}</code>: ${TRACE_TIERS.filter(
        (tier) => Math.abs(trace.tiers[tier]) >= 0.0005,
      )
        .map((tier) => `${TIER_NAMES[tier]} ${formatMs(trace.tiers[tier])}`)
        .join(
          ", ",
        )}.${trace.furtherSpans > 0 ? ` ${formatCount(trace.furtherSpans)} further spans are not drawn.` : ""}</p><div class="plot flush">${waterfall(trace, index) ?? ""}</div></details>`,
  )}`;
}

/** Time by tier from the application's spans; nothing at all where no agent was to take any. */
export function tracesSection(data: ReportData): SafeHtml {
  const { traces } = data;
  if (traces === undefined) return html``;
  const drawn = traces.steps.filter((step) => step.traces >= MIN_TRACES);
  const body =
    traces.traces === 0
      ? html`<p class="empty">${NOT_ENOUGH_DATA}: an agent for traces is attached, but no trace of the measured window arrived.</p>`
      : html`${lead(traces)}${traceTierChart(drawn) ?? html`<p class="empty">${NOT_ENOUGH_DATA}: no step has ${MIN_TRACES} traces.</p>`}${tierTable(traces.steps)}${slowest(traces.slowest)}`;
  return html`<section id="traces" class="marked" aria-labelledby="traces-title"><h2 id="traces-title">Traces</h2>${body}</section>`;
}
