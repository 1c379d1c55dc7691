import type { JourneySummary, SloResult } from "../../../analysis/model";
import { formatMs, formatTick, quantileName } from "../../format";
import { missingText, quantileMs } from "../../quantiles";
import { oneLine, truncate } from "../../text";
import { html, type SafeHtml } from "../escape";
import { extent, logScale, type Scale } from "./scale";
import { bottomAxis, chart, legendMark, type MarkShape, mark, percent } from "./svg";

const ROW_HEIGHT = 46;

/** Shapes by probability: told apart without colour. */
const MARKS: readonly {
  readonly probability: number;
  readonly shape: MarkShape;
  readonly className: string;
}[] = [
  { probability: 0.5, shape: "circle", className: "mark ink-1" },
  { probability: 0.9, shape: "ring", className: "mark ink-1" },
  { probability: 0.95, shape: "diamond", className: "mark ink-2" },
  { probability: 0.99, shape: "square", className: "mark ink-3" },
  { probability: 0.999, shape: "triangle", className: "mark ink-4" },
];

const markOf = (probability: number): { readonly shape: MarkShape; readonly className: string } =>
  MARKS.find((candidate) => Math.abs(candidate.probability - probability) < 1e-9) ?? {
    shape: "circle",
    className: "mark ink-5",
  };

interface Row {
  readonly journey: string;
  readonly known: readonly { readonly probability: number; readonly valueMs: number }[];
  /** `from P99: not enough data`; empty when every percentile has a value. */
  readonly missing: string;
  readonly limits: readonly SloResult[];
}

/** Percentiles go missing from some probability upwards, so the first one says it all. */
function missingFrom(journey: JourneySummary): string {
  const first = journey.quantiles.find((estimate) => quantileMs(estimate) === undefined);
  if (first === undefined) return journey.quantiles.length === 0 ? missingText(undefined) : "";
  const all = journey.quantiles.every((estimate) => quantileMs(estimate) === undefined);
  return all ? missingText(first) : `from ${quantileName(first.probability)}: ${missingText(first)}`;
}

const rowsOf = (journeys: readonly JourneySummary[], slos: readonly SloResult[]): readonly Row[] =>
  journeys.map((journey) => ({
    journey: journey.journey,
    known: journey.quantiles.flatMap(({ probability, valueMs }) =>
      valueMs === null || !Number.isFinite(valueMs) ? [] : [{ probability, valueMs }],
    ),
    missing: missingFrom(journey),
    limits: slos.filter((slo) => slo.journey === journey.journey && slo.kind === "latency"),
  }));

function rowMarkup(row: Row, x: Scale, top: number): SafeHtml {
  const middle = top + 30;
  const { min, max } = extent(row.known.map(({ valueMs }) => valueMs));
  const range =
    row.known.length > 1
      ? html`<line class="range" x1="${percent(x.at(min))}" x2="${percent(x.at(max))}" y1="${middle}" y2="${middle}"/>`
      : "";
  const { missing } = row;
  const whole = oneLine(row.journey);
  const wide = truncate(whole, 100);
  // on a phone a row holds some 46 letters: a long name leaves room for the remark at the right
  const narrow = truncate(whole, 44 - missing.length);
  return html`<g>${
    wide === narrow
      ? html`<text class="row-name" x="0" y="${top + 15}">${wide}</text>`
      : html`<text class="row-name wide-only" x="0" y="${top + 15}">${wide}</text><text class="row-name narrow-only" x="0" y="${top + 15}">${narrow}</text>`
  }${
    missing === ""
      ? ""
      : html`<text class="missing" x="100%" y="${top + 15}" text-anchor="end">${missing}</text>`
  }${range}${row.limits.map((limit) =>
    mark(
      "bar",
      "mark limit",
      x.at(limit.threshold),
      middle,
      `objective ${quantileName(limit.quantile ?? 0)} at most ${formatMs(limit.threshold)}`,
    ),
  )}${row.known.map(({ probability, valueMs }) => {
    const { shape, className } = markOf(probability);
    return mark(shape, className, x.at(valueMs), middle, `${quantileName(probability)} ${formatMs(valueMs)}`);
  })}</g>`;
}

const describe = (rows: readonly Row[]): string =>
  rows
    .map(
      (row) =>
        `${oneLine(row.journey)}: ${[
          ...row.known.map(({ probability, valueMs }) => `${quantileName(probability)} ${formatMs(valueMs)}`),
          ...(row.missing === "" ? [] : [row.missing]),
        ].join(", ")}.`,
    )
    .join(" ");

/** P50 to P99.9 of every journey on one logarithmic axis, with the latency objectives. */
export function percentileChart(
  journeys: readonly JourneySummary[],
  slos: readonly SloResult[],
): SafeHtml | undefined {
  const rows = rowsOf(journeys, slos);
  const values = rows.flatMap((row) => [
    ...row.known.map(({ valueMs }) => valueMs),
    ...row.limits.map(({ threshold }) => threshold),
  ]);
  if (rows.every((row) => row.known.length === 0)) return undefined;
  const { min, max } = extent(values.filter((value) => value > 0));
  const x = logScale(min, max, 7);
  const height = rows.length * ROW_HEIGHT + 4;
  const svg = chart(
    {
      id: "percentiles",
      title: "Latency percentiles by journey, logarithmic axis in milliseconds",
      description: describe(rows),
      height: height + 24,
    },
    html`${bottomAxis(x, height, formatTick)}${rows.map((row, index) => rowMarkup(row, x, index * ROW_HEIGHT))}`,
  );
  const shown = new Set(rows.flatMap((row) => row.known.map(({ probability }) => probability)));
  return html`<figure class="panel percentiles"><figcaption><h3>Percentiles by journey <span class="unit">ms, logarithmic</span></h3><ul class="legend">${MARKS.filter(
    ({ probability }) => shown.has(probability),
  ).map(
    ({ probability, shape, className }) =>
      html`<li>${legendMark(shape, className)}${quantileName(probability)}</li>`,
  )}${
    rows.some((row) => row.limits.length > 0)
      ? html`<li>${legendMark("bar", "mark limit")}latency objective</li>`
      : ""
  }</ul></figcaption><div class="plot flush">${svg}</div></figure>`;
}
