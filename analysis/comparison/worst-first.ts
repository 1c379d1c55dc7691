import type { JourneyComparison } from "./model";

/** How far beyond its threshold the worst gating figure of a journey is: 1 is at the threshold. */
function excessOf({ metrics }: JourneyComparison): number {
  return metrics.reduce(
    (most, { status, change, threshold }) =>
      status === "regression" && change !== null ? Math.max(most, Math.abs(change) / threshold) : most,
    0,
  );
}

/** What slows one journey often makes others wait: the one that is worst hit is most likely the one that changed. */
export const worstFirst = (journeys: readonly JourneyComparison[]): readonly JourneyComparison[] =>
  journeys.toSorted((a, b) => excessOf(b) - excessOf(a));
