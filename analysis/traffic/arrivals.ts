import { quantilePosition, sortSamples } from "../quantiles";

const MINUTE_MS = 60_000;
const MINUTES_A_DAY = 1440;

/** Sessions begun in each minute of a stretch of time, minutes without any included. */
export interface MinuteCurve {
  /** Start of the first minute, ms since the epoch. */
  readonly fromMs: number;
  readonly counts: readonly number[];
}

/** A curve without gaps from counts by minute (minutes since the epoch). Null when there are none. */
export function minuteCurve(byMinute: ReadonlyMap<number, number>): MinuteCurve | null {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const minute of byMinute.keys()) {
    first = Math.min(first, minute);
    last = Math.max(last, minute);
  }
  if (!Number.isFinite(first)) return null;
  return {
    fromMs: first * MINUTE_MS,
    counts: Array.from({ length: last - first + 1 }, (_, index) => byMinute.get(first + index) ?? 0),
  };
}

/** Value at a percentile (0..100) of some values, type 7. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = sortSamples(values);
  const { lowerRank, upperRank, fraction } = quantilePosition(sorted.length, percent / 100);
  const low = sorted[lowerRank] ?? 0;
  return low + fraction * ((sorted[upperRank] ?? low) - low);
}

/** Mean sessions per minute in parts of the day and of the week; null where the log has no such time. */
export interface ArrivalShape {
  /** By hour of the day, 24 values. */
  readonly hourOfDay: readonly (number | null)[];
  /** By day of the week, Monday first, 7 values. */
  readonly dayOfWeek: readonly (number | null)[];
}

/** Daily and weekly shape in the log's own local time. @param offsetMinutes local time minus UTC */
export function arrivalShape(curve: MinuteCurve, offsetMinutes: number): ArrivalShape {
  const hours = means(24);
  const days = means(7);
  curve.counts.forEach((count, index) => {
    const minute = Math.floor(curve.fromMs / MINUTE_MS) + index + offsetMinutes;
    const ofDay = ((minute % MINUTES_A_DAY) + MINUTES_A_DAY) % MINUTES_A_DAY;
    // The epoch was a Thursday.
    const day = (((Math.floor(minute / MINUTES_A_DAY) + 3) % 7) + 7) % 7;
    hours.add(Math.floor(ofDay / 60), count);
    days.add(day, count);
  });
  return { hourOfDay: hours.values(), dayOfWeek: days.values() };
}

function means(cells: number): { add(cell: number, value: number): void; values(): (number | null)[] } {
  const sums = new Float64Array(cells);
  const numbers = new Float64Array(cells);
  return {
    add: (cell, value) => {
      sums[cell] = (sums[cell] ?? 0) + value;
      numbers[cell] = (numbers[cell] ?? 0) + 1;
    },
    values: () => Array.from(numbers, (number, cell) => (number === 0 ? null : (sums[cell] ?? 0) / number)),
  };
}

/** A stretch of the curve. */
export interface CurveWindow {
  /** Index of its first minute. */
  readonly first: number;
  readonly minutes: number;
}

/**
 * The stretch of `minutes` whose busiest minute is nearest to the peak wanted; among equals the one with the most sessions, then the
 * earliest. The highest minute of a log is often an accident; a percentile of all minutes is a peak that comes back.
 */
export function peakWindow(curve: MinuteCurve, minutes: number, peakPerMinute: number): CurveWindow {
  const length = Math.min(minutes, curve.counts.length);
  let best: { readonly first: number; readonly distance: number; readonly sum: number } | undefined;
  let sum = 0;
  for (let end = 0; end < curve.counts.length; end++) {
    sum += (curve.counts[end] ?? 0) - (end >= length ? (curve.counts[end - length] ?? 0) : 0);
    if (end < length - 1) continue;
    const first = end - length + 1;
    let peak = 0;
    for (let index = first; index <= end; index++) peak = Math.max(peak, curve.counts[index] ?? 0);
    const distance = Math.abs(peak - peakPerMinute);
    if (best === undefined || distance < best.distance || (distance === best.distance && sum > best.sum)) {
      best = { first, distance, sum };
    }
  }
  return { first: best?.first ?? 0, minutes: length };
}

/**
 * Index of dispersion of arrivals: variance over mean of the counts in equal bins, taken within each group of bins (a minute of
 * seconds) and averaged by weight, so that the rise and fall over the day is not taken for burstiness. 1 for a Poisson process, 0 for a
 * metronome, above 1 for bursts (Cox and Lewis 1966, "The statistical analysis of series of events", chapter 4).
 * @param groups counts of every bin, group by group
 * @returns null when no group has two bins and an arrival
 */
export function indexOfDispersion(groups: Iterable<readonly number[]>): number | null {
  let weighted = 0;
  let weight = 0;
  for (const bins of groups) {
    const total = bins.reduce((sum, count) => sum + count, 0);
    if (bins.length < 2 || total === 0) continue;
    const mean = total / bins.length;
    const variance = bins.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (bins.length - 1);
    weighted += (variance / mean) * total;
    weight += total;
  }
  return weight === 0 ? null : weighted / weight;
}
