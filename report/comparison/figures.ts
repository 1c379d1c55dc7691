import type { JourneyComparison, MetricComparison } from "../../analysis/comparison";
import { formatMs, formatNumber, formatPercent, NOT_ENOUGH_DATA } from "../format";
import type { IntervalFigure } from "./model";

/** A change as people read it: `+12.3 %` of a latency, `+0.4 points` of a share. */
export function changeText({ metric }: Pick<MetricComparison, "metric">, value: number | null): string {
  if (value === null) return "—";
  const sign = value < 0 ? "−" : "+";
  const size = formatNumber(Math.abs(value) * 100);
  return metric === "latency" ? `${sign}${size} %` : `${sign}${size} points`;
}

export function intervalText(metric: MetricComparison): string {
  const { interval } = metric;
  return interval === null
    ? "—"
    : `${changeText(metric, interval.lower)} to ${changeText(metric, interval.upper)}`;
}

/** A figure of one side: milliseconds of a latency, percent of a share. */
export function figureText({ metric }: Pick<MetricComparison, "metric">, value: number | null): string {
  if (value === null) return NOT_ENOUGH_DATA;
  return metric === "latency" ? formatMs(value) : formatPercent(value);
}

/** `12.3 ms (11.9 to 12.8)`. */
export function withInterval({ value, lower, upper }: IntervalFigure): string {
  if (value === null) return NOT_ENOUGH_DATA;
  return lower === null || upper === null
    ? formatMs(value)
    : `${formatMs(value)} (${formatNumber(lower)} to ${formatNumber(upper)})`;
}

export function pText(p: number | null): string {
  if (p === null) return "—";
  return p < 1e-4 ? "< 0.0001" : String(Number(p.toPrecision(2)));
}

/** The latency that the verdict on a journey hangs on. */
export const gatingLatency = ({ metrics }: JourneyComparison): MetricComparison | undefined =>
  metrics.find(({ metric, gating }) => metric === "latency" && gating);

export const STATUS_WORDS = {
  regression: "regression",
  pass: "pass",
  inconclusive: "inconclusive",
  "not-enough-data": NOT_ENOUGH_DATA,
} as const;

export const METHOD_WORDS = {
  "paired-t": "paired t",
  welch: "Welch",
  wilcoxon: "Wilcoxon signed-rank, exact",
} as const;
