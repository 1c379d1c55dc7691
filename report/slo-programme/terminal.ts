import pico from "picocolors";
import type { SloCheck } from "../../campaign/slo-programme/check";
import { oneLine } from "../text";
import { textTable } from "../text-table";

const share = (value: number | null, digits: number): string =>
  value === null ? "–" : `${(value * 100).toFixed(digits)} %`;

/** Small shares keep two figures that mean something. */
const smallShare = (value: number | null): string =>
  value === null ? "–" : `${Number((value * 100).toPrecision(2))} %`;

/** The check as a table of objectives with its verdict and reasons. */
export function renderSloCheck(check: SloCheck, { colour }: { readonly colour: boolean }): string {
  const colours = pico.createColors(colour);
  const paint =
    check.verdict === "pass" ? colours.green : check.verdict === "regression" ? colours.red : colours.yellow;
  const alerts = check.objectives.flatMap(({ objective, alerts: fired }) =>
    fired.map(
      ({ rule, peakBurnRate }) =>
        `${objective.name}: would have ${rule.severity === "page" ? "paged" : "opened a ticket"} (burn rate ${peakBurnRate.toFixed(1)}, limit ${Number(rule.burnRate.toPrecision(3))} over ${rule.longMinutes} min)`,
    ),
  );
  const [head = "", ...lines] = textTable([
    ["objective", "journey", "wished", "good", "requests", "burn rate", "budget left", "of the period"],
    ...check.objectives.map(({ objective, status }) => [
      objective.name,
      objective.journey ?? "all",
      share(objective.target, 3),
      share(status.compliance, 3),
      String(status.total),
      status.burnRate === null ? "–" : status.burnRate.toFixed(2),
      share(status.remaining, 1),
      smallShare(status.burnedOfPeriod),
    ]),
  ]);
  return [
    `${check.runs.length} ${check.runs.length === 1 ? "run" : "runs"}, ${check.measuredSeconds} s measured${
      check.excluded.length === 0 ? "" : `, ${check.excluded.length} invalid and left out`
    }`,
    "",
    colours.dim(head),
    ...lines,
    "",
    paint(check.verdict.toUpperCase()),
    ...[...check.reasons, ...new Set(alerts)].map((reason) => `  ${oneLine(reason)}`),
    ...check.ignored.map((name) => colours.dim(`  not used: ${oneLine(name)}`)),
  ].join("\n");
}
