import type { ThinkTime } from "./model";

/** Mean of a think time in seconds. Lognormal: `meanSeconds` is the mean of the pause itself, not of its logarithm. */
export function meanThinkSeconds(think: ThinkTime | undefined): number {
  if (think === undefined) return 0;
  if (think.distribution === "uniform") return ((think.minSeconds ?? 0) + (think.maxSeconds ?? 0)) / 2;
  return think.meanSeconds ?? 0;
}
