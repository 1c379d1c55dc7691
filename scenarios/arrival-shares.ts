import { arrivalPieces, arrivalsBetween, totalSeconds } from "./arrival";
import { arrivalClock } from "./arrival-clock";
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

const MILLISECOND = 0.001;
const EVEN = [1, 1] as const;
const toMilliseconds = (seconds: number): number => Math.round(seconds * 1000) / 1000;

/**
 * One generator's part of a curve, for tools that begin each stage with an arrival and count each stage by itself. Every stage begins
 * when an arrival of this generator is due, so that generators take turns: were the rates just divided, all of them would start visits at
 * the same instants, and the load would come in bursts. The last arrival of a piece stands alone: after it comes another rate, or the end.
 * Times are whole milliseconds.
 */
export function shareStages(profile: ArrivalProfile, share: ArrivalShare): readonly ShareStage[] {
  const due = arrivalClock(profile);
  const end = totalSeconds(profile);
  const total = arrivalsOfShare(profile, share, 0, end);
  const dueAt = (own: number): number =>
    own >= total ? end : toMilliseconds(due(own * share.count + share.index + 1) ?? end);
  const stages: ShareStage[] = [];
  let clock = 0;
  /** Up to an instant, at two rates that are right but for their height; a stage of no length is left out. */
  const add = (
    until: number,
    arrivals: number,
    label: string,
    [first, then]: readonly [number, number],
  ): void => {
    const durationSeconds = toMilliseconds(until - clock);
    if (durationSeconds <= 0) return;
    const factor = arrivals / (((first + then) / 2) * durationSeconds);
    stages.push({ durationSeconds, fromRate: first * factor, toRate: then * factor, arrivals, label });
    clock = until;
  };
  let done = 0;
  for (const { fromSeconds, toSeconds, fromRate, toRate, label } of arrivalPieces(profile)) {
    const upTo = arrivalsOfShare(profile, share, 0, toSeconds);
    if (upTo === done) continue;
    add(dueAt(done), 0, label, EVEN);
    const slope = (toRate - fromRate) / (toSeconds - fromSeconds);
    const rateOf = (at: number): number => fromRate + slope * (Math.min(at, toSeconds) - fromSeconds);
    const lastAt = dueAt(upTo - 1);
    // Within one millisecond they go with the last.
    const alone = lastAt > clock ? 1 : upTo - done;
    if (lastAt > clock) add(lastAt, upTo - 1 - done, label, [rateOf(clock), rateOf(lastAt)]);
    add(Math.max(dueAt(upTo), clock + MILLISECOND), alone, label, EVEN);
    done = upTo;
  }
  add(end, 0, profile.stages.at(-1)?.label ?? "", EVEN);
  return stages;
}
