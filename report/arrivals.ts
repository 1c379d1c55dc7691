import type { RunManifest } from "../campaign/manifest";
import { formatCount, formatPercent } from "./format";

type Arrivals = RunManifest["arrivals"];

/** How far percentiles may be trusted: exact, or within the error of the histograms that they come from. */
export function precisionText({ histogram }: Pick<RunManifest, "histogram">): string {
  return histogram === undefined
    ? "percentiles are exact, over every request"
    : `percentiles are within ${formatPercent(histogram.relativeError)} of the exact ones, from merged histograms of every request`;
}

/** Started against planned arrivals, or why there is nothing to compare. */
export function arrivalsText(arrivals: Arrivals): string {
  const started = formatCount(arrivals.started);
  return arrivals.unplanned === undefined
    ? `${started} of ${formatCount(arrivals.planned)} planned (${formatPercent(arrivals.achievedRatio)})`
    : `${started}, not checked against a plan: ${arrivals.unplanned}`;
}
