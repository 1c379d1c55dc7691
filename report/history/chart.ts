import { formatInstant, formatPlain, formatTick } from "../format";
import { linePath, PLOT_UNITS } from "../html/charts/path";
import { extent, latencyScale, linearScale, type Scale, timeScale } from "../html/charts/scale";
import { anchorAt, chart, mark, percent, valueAxis } from "../html/charts/svg";
import { html, type SafeHtml } from "../html/escape";
import type { HistorySeriesReport } from "./model";
import { changeText, confidenceText, metricName, metricValue } from "./words";

const PLOT_HEIGHT = 150;
const TOP = 12;
const AXIS_HEIGHT = 24;
/** Labels of days below the plot. */
const DAYS = 6;

function valueScale(series: HistorySeriesReport): Scale {
  const values = series.points.map(({ value }) => value);
  return series.key.metric.endsWith("_ms") ? latencyScale(values) : linearScale(0, extent(values).max);
}

const tickText = (metric: string): ((value: number) => string) =>
  metric === "error_ratio" ? (value) => `${formatPlain(value * 100)}%` : formatTick;

/** The series in words, for readers who do not see it. */
function description(series: HistorySeriesReport): string {
  const { metric } = series.key;
  const { min, max } = extent(series.points.map(({ value }) => value));
  const range = `${series.count} runs between ${metricValue(metric, min)} and ${metricValue(metric, max)}.`;
  if (series.changes.length === 0) return `${range} No change points.`;
  const changes = series.changes.map(
    (change) =>
      `At run ${change.index + 1}, version ${change.version}: from ${metricValue(metric, change.meanBefore)} to ${metricValue(metric, change.meanAfter)}, ${changeText(change)}, confidence ${confidenceText(change)}.`,
  );
  return `${range} ${changes.join(" ")}`;
}

/** Level of each stretch between change points. */
function levels(series: HistorySeriesReport): readonly { from: number; to: number; mean: number }[] {
  const { changes, count } = series;
  const [first] = changes;
  if (first === undefined) return [];
  return [
    { from: 0, to: first.index - 1, mean: first.meanBefore },
    ...changes.map((change, position) => ({
      from: change.index,
      to: (changes[position + 1]?.index ?? count) - 1,
      mean: change.meanAfter,
    })),
  ];
}

/** One series: runs in their order at equal distances (a pause of a month is no trend), the level between change points, the changes. */
export function seriesChart(series: HistorySeriesReport, id: string): SafeHtml {
  const { key, points, changes } = series;
  // Not widened to round figures: the runs use its whole length.
  const x = timeScale(0, Math.max(1, points.length - 1));
  const y = valueScale(series);
  const top = (value: number): number => Math.round((1 - y.at(value)) * PLOT_HEIGHT * 10) / 10;
  const line = linePath(
    points.map(({ value }, index) => ({ atSeconds: index, value })),
    { x, y, height: PLOT_HEIGHT },
  );
  const step = Math.max(1, Math.ceil(points.length / DAYS));
  const days = points.flatMap(({ atUs }, index) =>
    index % step !== 0
      ? []
      : html`<line class="grid" x1="${percent(x.at(index))}" x2="${percent(x.at(index))}" y1="0" y2="${PLOT_HEIGHT + 4}"/><text${(index / step) % 2 === 1 ? html` class="wide-only"` : ""} x="${percent(x.at(index))}" y="${PLOT_HEIGHT + 17}" text-anchor="${anchorAt(x.at(index))}">${formatInstant(atUs).slice(0, 10)}</text>`,
  );
  const marks = changes.map((change) =>
    mark(
      change.direction === "worse" ? "diamond" : "circle",
      `mark ${change.direction === "worse" ? "ink-4" : "ink-5"}`,
      x.at(change.index),
      top(points[change.index]?.value ?? change.meanAfter),
      `${change.version}: ${changeText(change)}`,
    ),
  );
  const means = levels(series).map(
    ({ from, to, mean }) =>
      html`<line class="level" x1="${percent(x.at(from))}" x2="${percent(x.at(to))}" y1="${top(mean)}" y2="${top(mean)}"/>`,
  );
  const moments = changes.map(
    ({ index }) =>
      html`<line class="moment" x1="${percent(x.at(index))}" x2="${percent(x.at(index))}" y1="0" y2="${PLOT_HEIGHT}"/>`,
  );
  return chart(
    {
      id,
      title: `${key.journey}, ${metricName(key.metric)}, run by run`,
      description: description(series),
      height: TOP + PLOT_HEIGHT + AXIS_HEIGHT,
    },
    html`<svg y="${TOP}" width="100%" height="${PLOT_HEIGHT}" overflow="visible"><g class="axis">${days}</g>${valueAxis(y, PLOT_HEIGHT, tickText(key.metric))}${moments}<svg width="100%" height="${PLOT_HEIGHT}" viewBox="0 0 ${PLOT_UNITS} ${PLOT_HEIGHT}" preserveAspectRatio="none" overflow="visible"><path class="line ink-1" d="${line}" vector-effect="non-scaling-stroke"/></svg>${means}${marks}</svg>`,
  );
}
