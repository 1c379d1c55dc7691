import { type TierTimes, TRACE_TIERS, type TraceTier } from "../../../analysis/traces/model";
import type { TierBreakdown } from "../../../analysis/traces/summary";
import { formatMs, formatTick } from "../../format";
import { oneLine, truncate } from "../../text";
import { html, type SafeHtml } from "../escape";
import { linearScale } from "./scale";
import { bottomAxis, chart, percent } from "./svg";

const ROW_HEIGHT = 46;

/** What readers call the tiers of a trace. */
export const TIER_NAMES: Readonly<Record<TraceTier, string>> = {
  edge: "edge and network",
  app: "app itself",
  "pool-wait": "pool wait",
  database: "database",
  cache: "cache",
  other: "other services",
};

export const tierLegend = (): SafeHtml =>
  html`<ul class="legend">${TRACE_TIERS.map((tier) => html`<li><span class="swatch block tier-${tier}"></span>${TIER_NAMES[tier]}</li>`)}</ul>`;

/** Widths of the parts; a part below nothing (the root ended after its last byte had arrived) has none. */
const parts = (tiers: TierTimes): readonly { tier: TraceTier; fromMs: number; ms: number }[] => {
  let fromMs = 0;
  return TRACE_TIERS.map((tier) => {
    const ms = Math.max(0, tiers[tier]);
    fromMs += ms;
    return { tier, fromMs: fromMs - ms, ms };
  });
};

const nameOf = ({ journey, step }: Pick<TierBreakdown, "journey" | "step">): string =>
  oneLine(journey === "" ? step : `${journey}: ${step}`);

/** A phone has room for some thirty letters beside the figure. */
function rowName(name: string, y: number): SafeHtml {
  const [wide, narrow] = [truncate(name, 100), truncate(name, 30)];
  return wide === narrow
    ? html`<text class="row-name" x="0" y="${y}">${wide}</text>`
    : html`<text class="row-name wide-only" x="0" y="${y}">${wide}</text><text class="row-name narrow-only" x="0" y="${y}">${narrow}</text>`;
}

/** Mean time of a traced request by tier, one bar a step. */
export function traceTierChart(steps: readonly TierBreakdown[]): SafeHtml | undefined {
  if (steps.length === 0) return undefined;
  const x = linearScale(
    0,
    Math.max(...steps.map(({ tiers }) => parts(tiers).reduce((sum, { ms }) => sum + ms, 0))),
    6,
  );
  const height = steps.length * ROW_HEIGHT + 2;
  const row = (step: TierBreakdown, top: number): SafeHtml =>
    html`<g>${rowName(nameOf(step), top + 14)}<text class="row-value" x="100%" y="${top + 14}" text-anchor="end">${formatMs(step.meanMs)}</text><rect class="track" x="0" width="100%" y="${top + 20}" height="16"/>${parts(
      step.tiers,
    )
      .filter(({ ms }) => ms > 0)
      .map(
        ({ tier, fromMs, ms }) =>
          html`<rect class="part tier-${tier}" x="${percent(x.at(fromMs))}" width="${percent(x.at(fromMs + ms) - x.at(fromMs))}" y="${top + 20}" height="16"><title>${TIER_NAMES[tier]} ${formatMs(ms)}</title></rect>`,
      )}</g>`;
  const svg = chart(
    {
      id: "trace-tiers",
      title: "Mean time of a traced request by tier, milliseconds",
      description: steps
        .map(
          (step) =>
            `${nameOf(step)}: ${TRACE_TIERS.map((tier) => `${TIER_NAMES[tier]} ${formatMs(step.tiers[tier])}`).join(", ")}.`,
        )
        .join(" "),
      height: height + 24,
    },
    html`${bottomAxis(x, height, formatTick)}${steps.map((step, index) => row(step, index * ROW_HEIGHT))}`,
  );
  return html`<figure class="panel trace-tiers"><figcaption><h3>Mean time by tier <span class="unit">ms</span></h3>${tierLegend()}</figcaption><div class="plot flush">${svg}</div></figure>`;
}
