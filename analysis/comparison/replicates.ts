import type { JourneySummary } from "../model";
import type { ReplicateFigures } from "./model";

/** The figures of one journey in one run, as the comparison takes them. A latency of 0 has no logarithm and counts as missing. */
export function replicateFigures(
  summary: Pick<JourneySummary, "quantiles" | "requests" | "errors">,
  pair: number,
  achievedShare: number | null,
): ReplicateFigures {
  return {
    pair,
    quantiles: summary.quantiles.map(({ probability, valueMs }) => ({
      probability,
      logMs: valueMs !== null && valueMs > 0 ? Math.log(valueMs) : null,
    })),
    requests: summary.requests,
    errors: summary.errors,
    achievedShare,
  };
}
