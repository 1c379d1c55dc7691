import type { QuantileEstimate } from "./model";

/** The quantiles of every summary: P50, P90, P95, P99, P99.9. */
export const STANDARD_PROBABILITIES: readonly number[] = [0.5, 0.9, 0.95, 0.99, 0.999];

/**
 * A quantile is told only with at least this many samples expected beyond it. With ten, the relative standard error of the
 * exceedance count is about 1/sqrt(10) = 32 %; with fewer a "P99" is mostly the luck of one or two requests.
 */
export const MIN_EXCEEDANCES = 10;

declare const ascending: unique symbol;

/** Finite numbers in ascending order: what every quantile function needs, checked once. Made by {@link sortSamples}. */
export type SortedSamples = readonly number[] & { readonly [ascending]: true };

function isAscending(values: readonly number[]): values is SortedSamples {
  let previous = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value) || value < previous) return false;
    previous = value;
  }
  return true;
}

/** Sorted copy of the samples. @throws RangeError when one of them is not a finite number */
export function sortSamples(values: readonly number[]): SortedSamples {
  const copy = [...values].sort((a, b) => a - b);
  if (!isAscending(copy)) throw new RangeError("samples must be finite numbers");
  return copy;
}

/** Where a type-7 quantile lies among n sorted samples: between two zero-based ranks. */
export interface QuantilePosition {
  readonly lowerRank: number;
  /** Equal to `lowerRank` when the quantile is exactly a sample. */
  readonly upperRank: number;
  /** Weight of the upper sample, in [0, 1). */
  readonly fraction: number;
}

/**
 * Type 7 of Hyndman and Fan (1996), "Sample quantiles in statistical packages": h = (n - 1) p, linear between neighbours.
 * The default of R, NumPy and pandas, so anyone can check perfbed's figures.
 * @throws RangeError for n < 1 or p outside 0..1
 */
export function quantilePosition(count: number, probability: number): QuantilePosition {
  if (!Number.isSafeInteger(count) || count < 1) throw new RangeError(`sample count ${count}`);
  if (!(probability >= 0 && probability <= 1)) throw new RangeError(`probability ${probability}`);
  const position = (count - 1) * probability;
  const lowerRank = Math.floor(position);
  const fraction = position - lowerRank;
  return { lowerRank, upperRank: fraction === 0 ? lowerRank : lowerRank + 1, fraction };
}

/** Expected samples beyond the quantile. Rounded at the ninth digit: 100 * (1 - 0.9) is 10, not 9.999999999999998. */
export function exceedances(count: number, probability: number): number {
  return Math.round(count * (1 - probability) * 1e9) / 1e9;
}

function interpolate(lower: number, upper: number, fraction: number): number {
  return fraction === 0 ? lower : lower + fraction * (upper - lower);
}

/** Type-7 quantile of sorted samples; null when there are none. */
export function quantileOfSorted(samples: SortedSamples, probability: number): number | null {
  if (samples.length === 0) return null;
  const { lowerRank, upperRank, fraction } = quantilePosition(samples.length, probability);
  const lower = samples[lowerRank];
  const upper = samples[upperRank];
  return lower === undefined || upper === undefined ? null : interpolate(lower, upper, fraction);
}

/** How often a value occurs. */
export interface WeightedValue {
  readonly value: number;
  readonly count: number;
}

/**
 * Type-7 quantile of a histogram of exact values, ascending by value. The same figure as {@link quantileOfSorted} on the
 * expanded samples; histograms of several generators merge by adding counts, without any loss.
 */
export function quantileOfCounts(histogram: readonly WeightedValue[], probability: number): number | null {
  const total = histogram.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return null;
  const { lowerRank, upperRank, fraction } = quantilePosition(total, probability);
  let seen = 0;
  let lower: number | undefined;
  for (const { value, count } of histogram) {
    seen += count;
    if (lower === undefined && seen > lowerRank) lower = value;
    if (lower !== undefined && seen > upperRank) return interpolate(lower, value, fraction);
  }
  return null;
}

/** What is known of a set of requests, before quantiles. */
export interface RequestCounts {
  readonly requests: number;
  readonly errors: number;
}

/**
 * Ranks of the successful requests, sorted by duration, that the quantile needs; empty where it has no value. Failed requests
 * rank after all successful ones: see docs/decisions/0003-which-samples-count.md.
 */
export function neededRanks(
  { requests, errors }: RequestCounts,
  probability: number,
  minExceedances: number = MIN_EXCEEDANCES,
): readonly number[] {
  if (requests < 1 || exceedances(requests, probability) < minExceedances) return [];
  const { lowerRank, upperRank } = quantilePosition(requests, probability);
  if (upperRank >= requests - errors) return [];
  return lowerRank === upperRank ? [lowerRank] : [lowerRank, upperRank];
}

/**
 * Quantile of a set of requests in ms.
 * @param durationMsAtRank duration of the successful request at a zero-based rank; asked for the ranks of {@link neededRanks} only
 */
export function estimateQuantile(
  counts: RequestCounts,
  probability: number,
  durationMsAtRank: (rank: number) => number,
  minExceedances: number = MIN_EXCEEDANCES,
): QuantileEstimate {
  const beyond = exceedances(counts.requests, probability);
  const [lowerRank, upperRank] = neededRanks(counts, probability, minExceedances);
  if (lowerRank === undefined) {
    const missing = counts.requests < 1 || beyond < minExceedances ? "too-few-samples" : "failed-requests";
    return { probability, valueMs: null, exceedances: beyond, missing };
  }
  const lower = durationMsAtRank(lowerRank);
  const valueMs =
    upperRank === undefined
      ? lower
      : interpolate(
          lower,
          durationMsAtRank(upperRank),
          quantilePosition(counts.requests, probability).fraction,
        );
  return { probability, valueMs, exceedances: beyond };
}
