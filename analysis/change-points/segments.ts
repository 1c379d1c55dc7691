import { clampP, tSurvival } from "../statistics/distributions";

/** A stretch of a series, `to` exclusive. */
export interface Segment {
  readonly from: number;
  readonly to: number;
}

/** Two neighbouring stretches, compared. */
export interface SegmentComparison {
  readonly meanBefore: number;
  readonly meanAfter: number;
  /** Standard deviations about the mean with divisor n. */
  readonly sdBefore: number;
  readonly sdAfter: number;
  /** Two-sided, never 0. */
  readonly p: number;
}

/** The stretches between the change points (ascending). */
export function segmentsBetween(changePoints: readonly number[], length: number): readonly Segment[] {
  const edges = [0, ...changePoints, length];
  return edges.slice(1).map((to, index) => ({ from: edges[index] ?? 0, to }));
}

function moments(
  values: ArrayLike<number>,
  { from, to }: Segment,
): { readonly n: number; readonly mean: number; readonly sd: number } {
  const n = to - from;
  // Shifted by the first value: equal values have exactly no spread, however they round.
  const origin = values[from] ?? 0;
  let sum = 0;
  for (let i = from; i < to; i++) sum += (values[i] ?? 0) - origin;
  const shift = sum / n;
  let squares = 0;
  for (let i = from; i < to; i++) squares += ((values[i] ?? 0) - origin - shift) ** 2;
  return { n, mean: origin + shift, sd: Math.sqrt(squares / n) };
}

/**
 * Student's two-sample t-test between neighbouring stretches, as Hunter does it (Fleming et al. 2023, "Hunter: Using change point
 * detection to hunt for performance regressions") and its successor Apache Otava: pooled, from standard deviations with divisor n, which
 * makes p a little smaller than the textbook's on short stretches. Kept, so that both find the same points.
 */
export function compareSegments(
  values: ArrayLike<number>,
  before: Segment,
  after: Segment,
): SegmentComparison {
  const a = moments(values, before);
  const b = moments(values, after);
  const df = a.n + b.n - 2;
  const pooled = df > 0 ? ((a.n - 1) * a.sd ** 2 + (b.n - 1) * b.sd ** 2) / df : 0;
  const standardError = Math.sqrt(pooled * (1 / a.n + 1 / b.n));
  const difference = Math.abs(b.mean - a.mean);
  const p =
    df <= 0 || difference === 0 ? 1 : standardError === 0 ? 0 : 2 * tSurvival(difference / standardError, df);
  return { meanBefore: a.mean, meanAfter: b.mean, sdBefore: a.sd, sdAfter: b.sd, p: clampP(p) };
}

/** The larger of the relative changes in either direction; 0 where a mean is 0. */
export function changeMagnitude({ meanBefore, meanAfter }: SegmentComparison): number {
  const forward = meanBefore === 0 ? 0 : Math.abs(meanAfter / meanBefore - 1);
  const backward = meanAfter === 0 ? 0 : Math.abs(meanBefore / meanAfter - 1);
  return Math.max(forward, backward);
}
