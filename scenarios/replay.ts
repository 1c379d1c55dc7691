import { seededRandom } from "../analysis/statistics/seeded-random";
import { ConfigError } from "../core/errors";
import { splitProfile } from "./arrival";
import type { ArrivalTrace } from "./executor";
import { profileOfCounts } from "./executor-plan";
import type { ArrivalProfile, Transition } from "./model";

/** A trace is written out arrival by arrival; beyond this even arrivals are the way. */
const MOST_RANDOM_ARRIVALS = 1_000_000;

/** A recorded curve of visits, to be replayed higher or lower, and faster or slower. */
export interface ReplayedCurve {
  /** Visits of each period, in any unit: the highest one becomes `peakRate`. */
  readonly points: readonly number[];
  /** Visits begun per second in the highest period. */
  readonly peakRate: number;
  /** Length of a period in the replay, seconds. */
  readonly pointSeconds: number;
}

/**
 * Visits of each period of the replay. They are whole numbers whose sum never strays from the curve's by more than a half, so that nothing
 * is lost by rounding however short the periods are.
 */
export function replayedCounts({ points, peakRate, pointSeconds }: ReplayedCurve): readonly number[] {
  const highest = points.reduce((max, point) => Math.max(max, point), 0);
  let exact = 0;
  let given = 0;
  return points.map((point) => {
    exact += highest === 0 ? 0 : (point / highest) * peakRate * pointSeconds;
    const count = Math.round(exact) - given;
    given += count;
    return count;
  });
}

/**
 * The arrivals of a curve at random instants, as people come: within each period as a Poisson process whose number of arrivals is known
 * (independent and uniform). Seeded.
 * @throws ConfigError for more than a million arrivals
 */
export function randomArrivals(curve: ReplayedCurve, seed: number, warmupSeconds = 0): ArrivalTrace {
  const counts = replayedCounts(curve);
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total > MOST_RANDOM_ARRIVALS) {
    throw new ConfigError("Random arrivals", [
      {
        field: "arrivals",
        value: total,
        allowed: `at most ${MOST_RANDOM_ARRIVALS} arrivals in one run`,
        hint: "Shorten the points of the curve, lower the rate, or take even arrivals.",
      },
    ]);
  }
  const random = seededRandom(seed);
  const { pointSeconds } = curve;
  const atSeconds = counts.flatMap((count, period) =>
    Array.from({ length: count }, () => (period + random.next()) * pointSeconds).sort((a, b) => a - b),
  );
  return {
    kind: "arrival-trace",
    // A millisecond is finer than any load tool keeps to.
    atSeconds: atSeconds.map((at) => Math.round(at * 1000) / 1000),
    durationSeconds: curve.points.length * pointSeconds,
    warmupSeconds,
  };
}

/** The arrivals of a curve at an even rate within each period: warm-up and measured part. */
export function evenArrivals(
  curve: ReplayedCurve,
  warmupSeconds = 0,
): { readonly warmup: ArrivalProfile; readonly arrival: ArrivalProfile } {
  const whole = profileOfCounts(replayedCounts(curve), curve.pointSeconds, "replay");
  const { before, after } = splitProfile(whole, warmupSeconds);
  return { warmup: before, arrival: after };
}

/** Transitions of a chain from a table: for each step the steps that follow, or "exit", with their probabilities. */
export function transitionsOf(
  next: Readonly<Record<string, Readonly<Record<string, number>>>>,
): readonly Transition[] {
  return Object.entries(next).flatMap(([from, row]) =>
    Object.entries(row).map(([to, probability]) => ({ from, to, probability })),
  );
}
