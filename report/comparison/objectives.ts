import type { BudgetStatus } from "../../analysis/slo-programme";
import { formatCount, formatNumber } from "../format";
import { html, type SafeHtml } from "../html/escape";
import { type Status, statusBadge } from "../html/status";
import { dataTable } from "../html/table";
import { oneLine } from "../text";
import type { ComparisonReport, ObjectivesVerdict } from "./model";

/** Shares near 1 differ in their last figures. */
const share = (value: number | null, figures = 5): string =>
  value === null ? "—" : `${Number((value * 100).toPrecision(figures))} %`;

function badge(status: BudgetStatus, maxBurnedShare: number): SafeHtml {
  const [sign, word]: readonly [Status, string] =
    status.status === "not-enough-data"
      ? ["unknown", "no traffic"]
      : status.status === "broken"
        ? ["bad", "broken"]
        : (status.burnedOfPeriod ?? 0) > maxBurnedShare
          ? ["bad", "budget burned"]
          : ["good", "met"];
  return statusBadge(sign, word);
}

const row = (status: BudgetStatus, maxBurnedShare: number) => [
  oneLine(status.objective),
  oneLine(status.journey ?? "all requests"),
  share(status.target),
  share(status.compliance),
  formatCount(status.total),
  status.burnRate === null ? "—" : formatNumber(status.burnRate),
  share(status.burnedOfPeriod, 2),
  badge(status, maxBurnedShare),
];

function table({ statuses, maxBurnedShare, measuredSeconds }: ObjectivesVerdict): SafeHtml {
  return html`<p class="lead">Every request of the candidate's runs that count, ${formatCount(measuredSeconds)} s in all. A burn rate of 1 uses the error budget up exactly at the end of its period; at most ${share(maxBurnedShare, 3)} of a period's budget may be used.</p>${dataTable(
    {
      label: "Objectives required of the candidate",
      columns: [
        { head: "Objective" },
        { head: "Journey" },
        { head: "Wished", number: true },
        { head: "Good", number: true },
        { head: "Requests", number: true },
        { head: "Burn rate", number: true },
        { head: "Of the period", number: true },
        { head: "Status" },
      ],
      rows: statuses.map((status) => row(status, maxBurnedShare)),
    },
  )}`;
}

/** Objectives that the gate requires; empty where it requires none. */
export function objectivesSection({ objectives }: ComparisonReport): SafeHtml | "" {
  if (objectives === undefined) return "";
  return html`<section id="objectives" aria-labelledby="objectives-title"><h2 id="objectives-title">Objectives</h2>${table(objectives)}</section>`;
}
