import type { JourneyComparison } from "../../analysis/comparison";
import { metricName } from "../../analysis/comparison";
import { chart, percent } from "../html/charts/svg";
import { html, type SafeHtml } from "../html/escape";
import { oneLine } from "../text";
import { changeText, gatingLatency, intervalText } from "./figures";

const ROW = 34;
const TOP = 8;
const LABEL_SHARE = 0.24;

/** Steps of an axis that has a few round ticks over its span. */
function tickStep(span: number): number {
  const rough = span / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough) ?? rough;
}

/**
 * The change of each journey's gating latency with its interval, the threshold and no change at all: what the verdict looks at, at a
 * glance.
 */
export function forestPlot(journeys: readonly JourneyComparison[]): SafeHtml {
  const rows = journeys.flatMap((journey) => {
    const metric = gatingLatency(journey);
    return metric === undefined || metric.change === null || metric.interval === null
      ? []
      : [
          {
            journey,
            metric,
            change: metric.change,
            lower: metric.interval.lower,
            upper: metric.interval.upper,
          },
        ];
  });
  if (rows.length === 0) return html`<p class="empty">No journey has enough data for its interval.</p>`;
  const ends = rows.flatMap(({ change, lower, upper, metric }) => [
    change,
    lower ?? change,
    upper ?? change,
    metric.threshold,
    0,
  ]);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const pad = Math.max(0.01, (high - low) * 0.06);
  const [from, to] = [low - pad, high + pad];
  const at = (value: number): string =>
    percent(LABEL_SHARE + (1 - LABEL_SHARE) * ((Math.min(to, Math.max(from, value)) - from) / (to - from)));
  const bottom = TOP + rows.length * ROW;
  const step = tickStep(to - from);
  const ticks = Array.from(
    { length: Math.floor(to / step) - Math.ceil(from / step) + 1 },
    (_, index) => (Math.ceil(from / step) + index) * step,
  );
  const description = rows
    .map(
      ({ journey, metric }) =>
        `${oneLine(journey.journey)} ${changeText(metric, metric.change)} (${intervalText(metric)})`,
    )
    .join("; ");
  const first = rows[0]?.metric;
  const name = first === undefined ? "latency" : metricName(first);
  return html`<figure class="forest">${chart(
    {
      id: "forest",
      title: `Change of ${name} of each journey, candidate against baseline`,
      description,
      height: bottom + 26,
    },
    [
      html`<g class="axis">${ticks.map(
        (tick) =>
          html`<line class="grid" x1="${at(tick)}" x2="${at(tick)}" y1="0" y2="${bottom}"/><text x="${at(tick)}" y="${bottom + 18}" text-anchor="middle">${changeText({ metric: "latency" }, Math.abs(tick) < 1e-9 ? 0 : tick)}</text>`,
      )}</g>`,
      html`<line class="zero" x1="${at(0)}" x2="${at(0)}" y1="0" y2="${bottom}"/>`,
      html`${rows.map(({ journey, metric, change, lower, upper }, index) => {
        const y = TOP + index * ROW + ROW / 2;
        const [left, right] = [at(lower ?? from), at(upper ?? to)];
        return html`<g class="row ${journey.verdict}"><text class="name" x="0" y="${y}" dy="0.34em">${oneLine(journey.journey)}</text><line class="threshold" x1="${at(metric.threshold)}" x2="${at(metric.threshold)}" y1="${y - ROW / 2 + 3}" y2="${y + ROW / 2 - 3}"/><line class="interval" x1="${left}" x2="${right}" y1="${y}" y2="${y}"/><line class="cap" x1="${left}" x2="${left}" y1="${y - 5}" y2="${y + 5}"/><line class="cap" x1="${right}" x2="${right}" y1="${y - 5}" y2="${y + 5}"/><circle class="estimate" cx="${at(change)}" cy="${y}" r="5"/></g>`;
      })}`,
    ],
  )}<figcaption class="note">Point: estimate. Bar: ${Number(((first?.confidence ?? 0.95) * 100).toPrecision(3))} % interval. Dashed: threshold. A regression needs a significant test and a point right of the threshold; a pass needs the whole bar left of it.</figcaption></figure>`;
}

export const FOREST_STYLE = `
.forest { padding-top: 14px; }
.forest .name { fill: var(--ink); font: 600 13.5px var(--sans); }
.forest .zero { stroke: var(--rule-strong); stroke-width: 1; }
.forest .threshold { stroke: var(--bad); stroke-width: 1.5; stroke-dasharray: 4 3; }
.forest .interval { stroke: currentColor; stroke-width: 2.5; } .forest .cap { stroke: currentColor; stroke-width: 2; } .forest .estimate { fill: currentColor; }
.forest .row.pass { color: var(--good); } .forest .row.regression { color: var(--bad); } .forest .row.inconclusive { color: var(--unknown); }
.pairs { padding-top: 10px; }
.pairs .baseline { fill: var(--c1); } .pairs .candidate { fill: var(--c2); } .pairs line.link { stroke: var(--rule-strong); } .pairs .left-out { opacity: .35; }
.pairs .name { fill: var(--soft); font: 13px var(--sans); }
.small-multiples { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 6px 40px; }
@media screen and (max-width: 760px) { .small-multiples { grid-template-columns: minmax(0, 1fr); } }
`;
