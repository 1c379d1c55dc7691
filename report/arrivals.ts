import type { RunManifest } from "../campaign/manifest";
import { formatCount, formatPercent } from "./format";

type Arrivals = RunManifest["arrivals"];

/** Started against planned arrivals, or why there is nothing to compare. */
export function arrivalsText(arrivals: Arrivals): string {
  const started = formatCount(arrivals.started);
  return arrivals.unplanned === undefined
    ? `${started} of ${formatCount(arrivals.planned)} planned (${formatPercent(arrivals.achievedRatio)})`
    : `${started}, not checked against a plan: ${arrivals.unplanned}`;
}
