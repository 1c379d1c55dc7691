import type { JourneyAttribution } from "../../analysis/traces/attribution";
import { formatCount, formatMs, formatNumber, formatPercent, NOT_ENOUGH_DATA } from "../format";
import { TIER_NAMES } from "../html/charts/trace-tiers";
import { html, type SafeHtml } from "../html/escape";
import { dataTable } from "../html/table";
import { oneLine } from "../text";

const signed = (ms: number): string => `${ms < 0 ? "−" : "+"}${formatMs(Math.abs(ms))}`;
const interval = (lower: number, upper: number): string =>
  Number.isFinite(lower) && Number.isFinite(upper)
    ? `${formatNumber(lower)} to ${formatNumber(upper)}`
    : NOT_ENOUGH_DATA;

/** Which tier it is, in one sentence. */
export function attributionText({ changeMs, tiers, slower }: JourneyAttribution): string {
  const found = tiers.find(({ tier }) => tier === slower);
  if (found === undefined) {
    return `No tier takes clearly longer; a visit changes by ${signed(changeMs)} in all.`;
  }
  const share = changeMs > 0 ? found.changeMs / changeMs : 0;
  const part =
    share > 0 && share <= 1 ? `, ${formatPercent(Number(share.toFixed(2)))} of the whole change` : "";
  return `The ${TIER_NAMES[found.tier]} takes ${signed(found.changeMs)} a visit${part}; the visit changes by ${signed(changeMs)} in all.`;
}

function journeyTable(one: JourneyAttribution): SafeHtml {
  const row = (
    name: string,
    figures: Pick<JourneyAttribution, "baselineMs" | "candidateMs" | "changeMs" | "lowerMs" | "upperMs">,
  ): readonly string[] => [
    name,
    formatMs(figures.baselineMs),
    formatMs(figures.candidateMs),
    signed(figures.changeMs),
    interval(figures.lowerMs, figures.upperMs),
  ];
  return dataTable({
    label: `Time of a visit of ${oneLine(one.journey)} by tier`,
    columns: [
      { head: "Tier" },
      { head: "Baseline", number: true },
      { head: "Candidate", number: true },
      { head: "Change", number: true },
      { head: "95 % interval", unit: "ms", number: true },
    ],
    rows: [...one.tiers.map((tier) => row(TIER_NAMES[tier.tier], tier)), row("Visit", one)],
  });
}

/** Both sides by tier, from their spans; nothing where no agent took any. */
export function attributionSection(attribution: readonly JourneyAttribution[] | undefined): SafeHtml {
  if (attribution === undefined) return html``;
  const body =
    attribution.length === 0
      ? html`<p class="empty">${NOT_ENOUGH_DATA}: no step has traces in every round of both sides.</p>`
      : html`<p class="lead">Mean time of one visit, each step once, from the traced requests alone. The tiers add up to the visit, exactly; the round is the unit of the intervals.</p>${attribution.map(
          (one) =>
            html`<h3>${oneLine(one.journey)}</h3><p class="note">${attributionText(one)} From ${formatCount(one.baselineTraces)} and ${formatCount(one.candidateTraces)} traces of ${one.steps.map(oneLine).join(", ")}.</p>${journeyTable(one)}`,
        )}`;
  return html`<section id="attribution" aria-labelledby="attribution-title"><h2 id="attribution-title">Where the time goes</h2>${body}</section>`;
}
