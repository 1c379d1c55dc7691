import { arrivalPieces } from "./arrival";
import { TRACE_LEAD_SECONDS } from "./executor";
import type { ArrivalProfile, Workload } from "./model";
import { journeyProfile, wholeProfile } from "./plan";

/**
 * When the n-th arrival of a curve is due (n from 1), as `arrivalInstant` says it, for many arrivals of curves with many pieces: a binary
 * search in sums that are made once. Null beyond the last arrival.
 */
export function arrivalClock(profile: ArrivalProfile): (n: number) => number | null {
  const pieces = arrivalPieces(profile).filter((piece) => piece.toSeconds > piece.fromSeconds);
  const sums: number[] = [];
  let sum = 0;
  for (const { fromRate, toRate, fromSeconds, toSeconds } of pieces) {
    sum += ((fromRate + toRate) / 2) * (toSeconds - fromSeconds);
    sums.push(sum);
  }
  return (n) => {
    // A hair for rounding: the last arrival is due at the very end.
    const wanted = n > sum && n <= sum + 1e-6 ? sum : n;
    let low = 0;
    let high = sums.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) < wanted) low = middle + 1;
      else high = middle;
    }
    const piece = pieces[low];
    if (piece === undefined) return null;
    const length = piece.toSeconds - piece.fromSeconds;
    const left = wanted - (low === 0 ? 0 : (sums[low - 1] ?? 0));
    const slope = (piece.toRate - piece.fromRate) / length;
    const root = Math.sqrt(Math.max(0, piece.fromRate ** 2 + 2 * slope * left));
    const into = left === 0 ? 0 : (2 * left) / (piece.fromRate + root);
    return piece.fromSeconds + Math.min(Math.max(into, 0), length);
  };
}

/**
 * When an arrival is due, in seconds since the start of the run, by its journey and its number (from 1) among those of its k6 scenario.
 * Undefined where no arrivals are planned, or a script of the user's own starts them.
 */
export function dueTimes(
  workload: Workload,
): ((journey: string, number: number) => number | null) | undefined {
  const { executor, journeys, script } = workload;
  if (script !== undefined) return undefined;
  if (executor?.kind === "arrival-trace") {
    return (_, number) => {
      const at = executor.atSeconds[number - 1];
      return at === undefined ? null : TRACE_LEAD_SECONDS + at;
    };
  }
  if (executor !== undefined || wholeProfile(workload).stages.length === 0) return undefined;
  const clocks = new Map(
    journeys.map((journey, index) => [journey.name, arrivalClock(journeyProfile(workload, index))]),
  );
  return (journey, number) => clocks.get(journey)?.(number) ?? null;
}
