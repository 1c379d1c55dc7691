import { formatMs } from "../format";
import { chart, percent } from "../html/charts/svg";
import { html, type SafeHtml } from "../html/escape";
import { oneLine } from "../text";
import type { ComparisonReport } from "./model";

const HEIGHT = 96;
const SHAPES = ["baseline", "candidate"] as const;

/** Every pair of every journey: both sides' gating quantile, joined by a line. Shows spread, drift and odd ones out as they are. */
export function pairCharts({ replicates, comparison, result }: ComparisonReport): SafeHtml {
  if (result === null || comparison.sides.length !== 2) return html``;
  const rounds = [...new Set(replicates.map(({ round }) => round))].sort((a, b) => a - b);
  return html`<div class="small-multiples">${result.journeys.map(({ journey }, number) => {
    const points = rounds.map((round) =>
      comparison.sides.map(({ name }) => {
        const replicate = replicates.find((one) => one.round === round && one.side === name);
        return {
          used: replicate?.used ?? false,
          value: replicate?.journeys.find((one) => one.journey === journey)?.valueMs ?? null,
        };
      }),
    );
    const values = points.flatMap((pair) => pair.flatMap(({ value }) => (value === null ? [] : [value])));
    if (values.length === 0) return html``;
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const y = (value: number): number =>
      Math.round(
        (HEIGHT -
          8 -
          ((Math.log(value) - Math.log(low)) / Math.max(1e-9, Math.log(high) - Math.log(low))) *
            (HEIGHT - 16)) *
          10,
      ) / 10;
    const x = (index: number): string => percent((index + 0.5) / rounds.length);
    return html`<figure class="pairs"><h3>${oneLine(journey)}</h3>${chart(
      {
        id: `pairs-${number}`,
        title: `Gating latency of ${oneLine(journey)} in each pair`,
        description: `From ${formatMs(low)} to ${formatMs(high)} over ${rounds.length} pairs.`,
        height: HEIGHT,
      },
      html`${points.map((pair, index) => {
        const [one, other] = pair;
        const link =
          one?.value != null && other?.value != null
            ? html`<line class="link" x1="${x(index)}" x2="${x(index)}" y1="${y(one.value)}" y2="${y(other.value)}"/>`
            : "";
        return html`<g class="${one?.used === true ? "counted" : "left-out"}">${link}${pair.map(
          ({ value }, side) =>
            value === null
              ? ""
              : side === 0
                ? html`<circle class="${SHAPES[0]}" cx="${x(index)}" cy="${y(value)}" r="4.5"/>`
                : html`<svg x="${x(index)}" y="${y(value)}" width="1" height="1" overflow="visible"><path class="${SHAPES[1]}" d="M-4.5-4.5h9v9h-9Z"/></svg>`,
        )}</g>`;
      })}`,
    )}<figcaption class="note">${formatMs(low)} to ${formatMs(high)}, logarithmic; circle: ${oneLine(comparison.sides[0]?.name ?? "")}, square: ${oneLine(comparison.sides[1]?.name ?? "")}; pale: left out.</figcaption></figure>`;
  })}</div>`;
}
