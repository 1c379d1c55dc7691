import type { ScaleOutLag } from "../../../analysis/model";
import { formatClock, formatMs, formatTick } from "../../format";
import { oneLine, truncate } from "../../text";
import { html, type SafeHtml } from "../escape";
import { extent, linearScale, type Scale } from "./scale";
import { bottomAxis, chart, percent } from "./svg";

const ROW_HEIGHT = 50;

/** The stretches of one scale-out, in order of time. */
export const LAG_STRETCHES = [
  { to: "decidedMs", label: "load step to decision", className: "stretch-1" },
  { to: "launchedMs", label: "decision to launch", className: "stretch-2" },
  { to: "readyMs", label: "launch to ready", className: "stretch-3" },
  { to: "inServiceMs", label: "ready to in service", className: "stretch-4" },
  { to: "firstRequestMs", label: "in service to first request", className: "stretch-5" },
] as const;

export interface Stretch {
  readonly label: string;
  readonly className: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Stretches between the moments that were seen; one that was not seen is bridged, and its name says so. */
export function stretchesOf(lag: ScaleOutLag): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let fromMs = 0;
  for (const { to, label, className } of LAG_STRETCHES) {
    const toMs = lag[to];
    if (toMs === null || !Number.isFinite(toMs)) continue;
    // a first request may be seen before the balancer's own record: no stretch has a negative length
    if (toMs > fromMs || stretches.length === 0) {
      stretches.push({ label, className, fromMs, toMs: Math.max(fromMs, toMs) });
      fromMs = Math.max(fromMs, toMs);
    }
  }
  return stretches;
}

function rowMarkup(lag: ScaleOutLag, x: Scale, top: number): SafeHtml {
  const stretches = stretchesOf(lag);
  const total = stretches.at(-1)?.toMs ?? null;
  const cause =
    lag.loadStepAtSeconds === null
      ? "load step not identified"
      : `load step at ${formatClock(lag.loadStepAtSeconds)}`;
  const seen = lag.firstRequestMs === null ? `${formatMs(total)}, no request seen` : formatMs(total);
  return html`<g><text class="row-name" x="0" y="${top + 14}">${truncate(oneLine(lag.instance), 20)}<tspan class="aside wide-only" dx="10">${cause}</tspan></text><text class="row-value" x="100%" y="${top + 14}" text-anchor="end">${total === null ? "not seen" : seen}</text><rect class="track" x="0" width="100%" y="${top + 22}" height="16"/>${stretches.map(
    (stretch) =>
      html`<rect class="${stretch.className}" x="${percent(x.at(stretch.fromMs))}" width="${percent(x.at(stretch.toMs) - x.at(stretch.fromMs))}" y="${top + 22}" height="16"><title>${stretch.label}: ${formatMs(stretch.toMs - stretch.fromMs)}</title></rect>`,
  )}</g>`;
}

const describe = (lags: readonly ScaleOutLag[]): string =>
  lags
    .map((lag) => {
      const parts = stretchesOf(lag).map(
        (stretch) => `${stretch.label} ${formatMs(stretch.toMs - stretch.fromMs)}`,
      );
      return `${oneLine(lag.instance)}: ${parts.length === 0 ? "not seen" : parts.join(", ")}.`;
    })
    .join(" ");

/** Every scale-out from its load step to the first request the new instance served. */
export function ganttChart(lags: readonly ScaleOutLag[]): SafeHtml | undefined {
  const ends = lags.flatMap((lag) => stretchesOf(lag).map(({ toMs }) => toMs));
  if (ends.length === 0) return undefined;
  const inSeconds = extent(ends).max >= 5000;
  const x = linearScale(0, extent(ends).max, 5);
  const height = lags.length * ROW_HEIGHT + 2;
  const svg = chart(
    {
      id: "scale-out-lag",
      title: "Scale-out lag by instance, from load step to first request served",
      description: describe(lags),
      height: height + 24,
    },
    html`${bottomAxis(x, height, (value) => formatTick(inSeconds ? value / 1000 : value))}${lags.map((lag, index) => rowMarkup(lag, x, index * ROW_HEIGHT))}`,
  );
  return html`<figure class="panel gantt"><figcaption><h3>From load step to first request served <span class="unit">${inSeconds ? "s" : "ms"}</span></h3><ul class="legend">${LAG_STRETCHES.map(
    ({ label, className }) => html`<li><span class="swatch block ${className}"></span>${label}</li>`,
  )}</ul></figcaption><div class="plot flush">${svg}</div></figure>`;
}
