import { quantileLabel } from "../verdict";
import type { ChangeInterval, MetricComparison, Settlement } from "./model";

const plain = (value: number): string => String(Number(value.toPrecision(3)));

/** A share as percent: `12.3 %`. */
export const percentText = (share: number): string => `${plain(share * 100)} %`;

const millisecondsText = (value: number): string => `${plain(value)} ms`;

/** `0.0003`, `< 0.0001`. */
export function pText(p: number): string {
  return p < 1e-4 ? "p < 0.0001" : `p = ${Number(p.toPrecision(2))}`;
}

/** `P95`, `error ratio`, `throughput`. */
export function metricName({
  metric,
  probability,
}: Pick<MetricComparison, "metric" | "probability">): string {
  if (metric === "latency") return quantileLabel(probability ?? 0);
  return metric === "error-ratio" ? "error ratio" : "throughput";
}

/** A change with its direction in words. */
function changeText({ metric }: Pick<MetricComparison, "metric">, change: number): string {
  const size = Math.abs(change);
  const points = `${plain(size * 100)} points`;
  if (metric === "latency") return `${percentText(size)} ${change < 0 ? "faster" : "slower"}`;
  return `${points} ${change < 0 ? "lower" : "higher"}`;
}

const signed = (value: number | null): string =>
  value === null ? "unknown" : `${value < 0 ? "−" : "+"}${plain(Math.abs(value) * 100)}`;

function intervalText(
  { metric }: Pick<MetricComparison, "metric">,
  confidence: number,
  interval: ChangeInterval,
): string {
  const unit = metric === "latency" ? " %" : " points";
  return `${percentText(confidence)} interval ${signed(interval.lower)} to ${signed(interval.upper)}${unit}`;
}

function thresholdText({ metric, threshold }: Pick<MetricComparison, "metric" | "threshold">): string {
  if (metric === "latency") return `${percentText(threshold)} slower`;
  return `${plain(threshold * 100)} points ${metric === "throughput" ? "lower" : "higher"}`;
}

/** What more runs would do, as a sentence; empty when there is nothing to say. */
export function settlementText(settlement: Settlement | null, paired: boolean): string {
  if (settlement === null) return "";
  const { morePairs, moreMinutes, towards } = settlement;
  if (morePairs === null)
    return "No reasonable number of further runs would settle it: the change is too close to the threshold for runs that differ this much.";
  const unit = paired
    ? morePairs === 1
      ? "pair"
      : "pairs"
    : `${morePairs === 1 ? "replicate" : "replicates"} a side`;
  const time = moreMinutes === null ? "" : ` (${Math.ceil(moreMinutes)} min)`;
  return `About ${morePairs} more ${unit}${time} would settle it${towards === null ? "" : `, most likely as a ${towards}`}.`;
}

type Worded = Omit<MetricComparison, "why">;

/** One sentence or two on one figure: what was seen, how sure, and what it means. */
export function metricSentence(journey: string, figure: Worded, paired: boolean, available: number): string {
  const name = `${metricName(figure)} of ${journey}`;
  const { change, baseline, candidate, interval, p } = figure;
  if (change === null || baseline === null || candidate === null || interval === null || p === null) {
    const unit = paired ? "pairs" : "replicates a side";
    return `${name} has not enough data: ${figure.n} of ${available} ${unit} have it.`;
  }
  const show = figure.metric === "latency" ? millisecondsText : percentText;
  const adjusted = figure.gating
    ? `${pText(figure.pHolm ?? p)} after Holm`
    : `q ${pText(figure.q ?? p).slice(2)}`;
  const seen = `${name}: ${show(baseline)} to ${show(candidate)}, ${changeText(figure, change)} (${intervalText(figure, figure.confidence, interval)}; ${adjusted})`;
  const limit = thresholdText(figure);
  switch (figure.status) {
    case "regression":
      return `${seen}. That is significant and beyond the threshold of ${limit}.`;
    case "pass":
      return `${seen}. The interval excludes ${limit}.${figure.improvement ? " It is an improvement." : ""}`;
    default: {
      const more = settlementText(figure.settlement, paired);
      return `${seen}. ${limit} is neither shown nor excluded.${more === "" ? "" : ` ${more}`}`;
    }
  }
}
