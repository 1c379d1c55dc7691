import type { LatencySummary, QuantileEstimate } from "../analysis/model";
import { formatNumber, NOT_ENOUGH_DATA } from "./format";

/** Shown where a quantile falls among requests that never got an answer. */
export const AMONG_FAILED = "failed requests";

/** The estimate of one probability; undefined where the analysis made none. */
export function quantile(summary: LatencySummary, probability: number): QuantileEstimate | undefined {
  return summary.quantiles.find((estimate) => Math.abs(estimate.probability - probability) < 1e-9);
}

/** Why a quantile has no value, in words for a table cell: never blank, never 0. */
export function missingText(estimate: QuantileEstimate | undefined): string {
  return estimate?.missing === "failed-requests" ? AMONG_FAILED : NOT_ENOUGH_DATA;
}

/** The value, or undefined when there is none. */
export function quantileMs(estimate: QuantileEstimate | undefined): number | undefined {
  const value = estimate?.valueMs;
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** Milliseconds without unit, or the words that say why not. */
export function quantileText(
  estimate: QuantileEstimate | undefined,
  format: (valueMs: number) => string = formatNumber,
): string {
  const value = quantileMs(estimate);
  return value === undefined ? missingText(estimate) : format(value);
}
