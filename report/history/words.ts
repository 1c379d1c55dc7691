import { formatFixed, formatInstant, formatMs, formatPercent, formatRate, NO_BREAK_SPACE } from "../format";
import type { HistoryChange, HistorySeriesReport } from "./model";

const METRIC_NAMES: Readonly<Record<string, string>> = {
  p50_ms: "P50",
  p95_ms: "P95",
  p99_ms: "P99",
  p999_ms: "P99.9",
  error_ratio: "error ratio",
  rate_per_second: "requests per second",
};

export function metricName(metric: string): string {
  return METRIC_NAMES[metric] ?? metric;
}

/** A value of a metric with its unit. */
export function metricValue(metric: string, value: number): string {
  if (metric.endsWith("_ms")) return formatMs(value);
  if (metric === "error_ratio") return formatPercent(value);
  return formatRate(value);
}

/** `+18.2 %`, `−4 %`, `from 0`. */
export function changeText(change: HistoryChange): string {
  if (change.changeRatio === null) return "from 0";
  const percent = change.changeRatio * 100;
  const sign = percent > 0 ? "+" : "";
  return `${sign}${formatFixed(percent, Math.abs(percent) < 10 ? 1 : 0)}${NO_BREAK_SPACE}%`;
}

/** As much as the test says, and never `100 %`. */
export function confidenceText({ p }: HistoryChange): string {
  if (p < 0.00001) return `>99.999${NO_BREAK_SPACE}%`;
  return `${formatFixed((1 - p) * 100, p < 0.001 ? 3 : 2)}${NO_BREAK_SPACE}%`;
}

/** `2026-01-31 14:05`. */
export function dayAndMinute(atUs: number): string {
  return formatInstant(atUs).slice(0, 16).replace("T", " ");
}

/** What tells this series from others of the same journey and metric. */
export function seriesConditions({ key }: HistorySeriesReport): string {
  const parameters = key.parametersHash === "" ? "" : `, parameters ${key.parametersHash}`;
  return `${key.application}, ${key.scenario} on ${key.target}, sizing ${key.sizing}${parameters}`;
}

/** Most serious first: worse before better, then by size. */
export function byWeight(a: HistoryChange, b: HistoryChange): number {
  if (a.direction !== b.direction) return a.direction === "worse" ? -1 : 1;
  const size = ({ changeRatio }: HistoryChange): number => Math.abs(changeRatio ?? Number.POSITIVE_INFINITY);
  const difference = size(b) - size(a);
  return Number.isNaN(difference) ? 0 : difference;
}
