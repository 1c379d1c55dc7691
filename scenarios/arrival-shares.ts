import { arrivalPieces, arrivalsBetween } from "./arrival";
import type { ArrivalProfile } from "./model";

/** One generator of several. */
export interface ArrivalShare {
  readonly index: number;
  readonly count: number;
}

/** Rounding in a load tool's own sum of the curve must not lose an arrival that is due exactly at the end. */
const EPSILON = 1e-6;

/**
 * Arrivals in (fromSeconds, toSeconds] of a curve, for one generator of several: the n-th arrival is due when the area under the curve
 * reaches n, and belongs to generator (n - 1) mod count.
 */
export function arrivalsOfShare(
  profile: ArrivalProfile,
  share: ArrivalShare,
  fromSeconds: number,
  toSeconds: number,
): number {
  const upTo = (seconds: number): number => {
    const due = Math.floor(arrivalsBetween(profile, 0, seconds) + EPSILON);
    return Math.max(0, Math.ceil((due - share.index) / share.count));
  };
  return upTo(toSeconds) - upTo(fromSeconds);
}

/** One stage of a curve as one generator has to run it. */
export interface ShareStage {
  readonly durationSeconds: number;
  /** Arrivals per second of this generator. */
  readonly fromRate: number;
  readonly toRate: number;
  /** A whole number; for `shareStages` over all generators and stages they add up to what is due, no more and no less. */
  readonly arrivals: number;
  readonly label: string;
}

/** The stages of a curve as they are written down, for people; fractions of an arrival are what a tool makes of them. */
export function writtenStages(profile: ArrivalProfile): readonly ShareStage[] {
  return arrivalPieces(profile)
    .filter((piece) => piece.toSeconds > piece.fromSeconds)
    .map(({ fromSeconds, toSeconds, fromRate, toRate, label }) => {
      const durationSeconds = toSeconds - fromSeconds;
      const arrivals = Math.round(((fromRate + toRate) / 2) * durationSeconds);
      return { durationSeconds, fromRate, toRate, arrivals, label };
    });
}

/**
 * The stages of a curve for tools that count each stage by itself: rates are those of the curve divided by the generators, and corrected
 * by less than one arrival a stage so that each stage's own sum is a whole number. Jumps are left out.
 */
export function shareStages(profile: ArrivalProfile, share: ArrivalShare): readonly ShareStage[] {
  return arrivalPieces(profile)
    .filter((piece) => piece.toSeconds > piece.fromSeconds)
    .map(({ fromSeconds, toSeconds, fromRate, toRate, label }) => {
      const durationSeconds = toSeconds - fromSeconds;
      const arrivals = arrivalsOfShare(profile, share, fromSeconds, toSeconds);
      const area = ((fromRate + toRate) / 2) * durationSeconds;
      const factor = area === 0 ? 0 : arrivals / area;
      return { durationSeconds, fromRate: fromRate * factor, toRate: toRate * factor, arrivals, label };
    });
}
