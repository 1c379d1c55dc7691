import type { ArrivalProfile, ArrivalStage } from "./model";

/**
 * Pure maths of an arrival profile: a piecewise linear rate over time. Times are seconds since the profile's start, rates are
 * journey arrivals per second of the whole fleet.
 */

/** One linear piece. A piece of no length is a jump. */
export interface ArrivalPiece {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly fromRate: number;
  readonly toRate: number;
  readonly label: string;
}

/** A corner of the curve. Two corners at the same instant are a jump. */
export interface ArrivalCorner {
  readonly atSeconds: number;
  readonly ratePerSecond: number;
  readonly label: string;
}

/** The linear pieces in order, jumps included. */
export function arrivalPieces(profile: ArrivalProfile): readonly ArrivalPiece[] {
  let at = 0;
  let rate = profile.startRatePerSecond;
  return profile.stages.map((stage) => {
    const piece = {
      fromSeconds: at,
      toSeconds: at + stage.durationSeconds,
      fromRate: rate,
      toRate: stage.ratePerSecond,
      label: stage.label,
    };
    at = piece.toSeconds;
    rate = piece.toRate;
    return piece;
  });
}

/** Length of the profile in seconds. */
export function totalSeconds(profile: ArrivalProfile): number {
  return profile.stages.reduce((sum, stage) => sum + stage.durationSeconds, 0);
}

/** Rate at an instant; 0 outside the profile. At a jump: the rate after it. */
export function rateAt(profile: ArrivalProfile, atSeconds: number): number {
  let found = 0;
  for (const piece of arrivalPieces(profile)) {
    if (atSeconds < piece.fromSeconds || atSeconds > piece.toSeconds) continue;
    const length = piece.toSeconds - piece.fromSeconds;
    const share = length === 0 ? 1 : (atSeconds - piece.fromSeconds) / length;
    found = piece.fromRate + (piece.toRate - piece.fromRate) * share;
  }
  return found;
}

/** Expected arrivals in [fromSeconds, toSeconds): the integral of the rate, exact. */
export function arrivalsBetween(profile: ArrivalProfile, fromSeconds: number, toSeconds: number): number {
  let total = 0;
  for (const piece of arrivalPieces(profile)) {
    const from = Math.max(fromSeconds, piece.fromSeconds);
    const to = Math.min(toSeconds, piece.toSeconds);
    if (to <= from) continue;
    const slope = (piece.toRate - piece.fromRate) / (piece.toSeconds - piece.fromSeconds);
    const atFrom = piece.fromRate + slope * (from - piece.fromSeconds);
    const atTo = piece.fromRate + slope * (to - piece.fromSeconds);
    total += ((atFrom + atTo) / 2) * (to - from);
  }
  return total;
}

/** Expected arrivals of the whole profile. */
export function arrivalsTotal(profile: ArrivalProfile): number {
  return arrivalsBetween(profile, 0, totalSeconds(profile));
}

/**
 * When the n-th arrival (n from 1, fractions allowed) is due: the first instant at which the integral reaches n. Null when the
 * profile has fewer arrivals.
 */
export function arrivalInstant(profile: ArrivalProfile, n: number): number | null {
  let before = 0;
  for (const piece of arrivalPieces(profile)) {
    const length = piece.toSeconds - piece.fromSeconds;
    const area = ((piece.fromRate + piece.toRate) / 2) * length;
    if (area > 0 && before + area >= n) {
      const wanted = n - before;
      const slope = (piece.toRate - piece.fromRate) / length;
      // Root of slope/2 x² + fromRate x = wanted, in the form that stays exact as the slope goes to 0.
      const root = Math.sqrt(Math.max(0, piece.fromRate ** 2 + 2 * slope * wanted));
      const into = (2 * wanted) / (piece.fromRate + root);
      return piece.fromSeconds + Math.min(Math.max(into, 0), length);
    }
    before += area;
  }
  return null;
}

/** Highest rate reached. */
export function peakRate(profile: ArrivalProfile): number {
  return profile.stages.reduce(
    (peak, stage) => Math.max(peak, stage.ratePerSecond),
    profile.stages.some((stage) => stage.durationSeconds > 0) ? profile.startRatePerSecond : 0,
  );
}

/** The corners of the curve, for drawing and for the manifest. */
export function arrivalCorners(profile: ArrivalProfile): readonly ArrivalCorner[] {
  const first = profile.stages[0];
  if (first === undefined) return [];
  return [
    { atSeconds: 0, ratePerSecond: profile.startRatePerSecond, label: first.label },
    ...arrivalPieces(profile).map((piece) => ({
      atSeconds: piece.toSeconds,
      ratePerSecond: piece.toRate,
      label: piece.label,
    })),
  ];
}

/** One curve from two, without a gap; where the rates differ at the seam, a jump. */
export function joinProfiles(first: ArrivalProfile, second: ArrivalProfile): ArrivalProfile {
  const last = first.stages.at(-1);
  const opening = second.stages[0];
  if (last === undefined || opening === undefined) return last === undefined ? second : first;
  const jump =
    last.ratePerSecond === second.startRatePerSecond
      ? []
      : [{ durationSeconds: 0, ratePerSecond: second.startRatePerSecond, label: opening.label }];
  return {
    startRatePerSecond: first.startRatePerSecond,
    stages: [...first.stages, ...jump, ...second.stages],
  };
}

/** The curve cut in two at an instant; the rate at the cut ends the first and starts the second. */
export function splitProfile(
  profile: ArrivalProfile,
  atSeconds: number,
): { readonly before: ArrivalProfile; readonly after: ArrivalProfile } {
  const before: ArrivalStage[] = [];
  const after: ArrivalStage[] = [];
  let startRate = profile.startRatePerSecond;
  for (const piece of arrivalPieces(profile)) {
    const stage = (durationSeconds: number, ratePerSecond: number): ArrivalStage => ({
      durationSeconds,
      ratePerSecond,
      label: piece.label,
    });
    const length = piece.toSeconds - piece.fromSeconds;
    if (piece.toSeconds <= atSeconds) {
      before.push(stage(length, piece.toRate));
      startRate = piece.toRate;
    } else if (piece.fromSeconds >= atSeconds) {
      after.push(stage(length, piece.toRate));
    } else {
      const share = (atSeconds - piece.fromSeconds) / length;
      startRate = piece.fromRate + (piece.toRate - piece.fromRate) * share;
      before.push(stage(length * share, startRate));
      after.push(stage(length * (1 - share), piece.toRate));
    }
  }
  return {
    before: { startRatePerSecond: profile.startRatePerSecond, stages: before },
    after: { startRatePerSecond: startRate, stages: after },
  };
}

/** The same curve with every rate multiplied. */
export function scaleProfile(profile: ArrivalProfile, factor: number): ArrivalProfile {
  return {
    startRatePerSecond: profile.startRatePerSecond * factor,
    stages: profile.stages.map((stage) => ({ ...stage, ratePerSecond: stage.ratePerSecond * factor })),
  };
}

/** No arrivals at all: a scenario without warm-up. */
export const NO_ARRIVALS: ArrivalProfile = { startRatePerSecond: 0, stages: [] };
