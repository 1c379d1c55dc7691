import { mean } from "simple-statistics";
import { clampP, tSurvival } from "../statistics/distributions";
import { type LocationTest, welchTTest } from "../statistics/location-test";
import type { SeriesDiagnostics, Side } from "./model";

/** Level of the warnings about drift and order: a warning, so strict enough not to be everyday. */
export const DIAGNOSTIC_ALPHA = 0.01;

/** Lag-1 autocorrelation r1 (Box and Jenkins 1970); null for fewer than three values or a constant series. */
export function lag1Autocorrelation(values: readonly number[]): number | null {
  if (values.length < 3) return null;
  const centre = mean([...values]);
  let products = 0;
  let squares = 0;
  values.forEach((value, index) => {
    const previous = values[index - 1];
    squares += (value - centre) ** 2;
    if (previous !== undefined) products += (value - centre) * (previous - centre);
  });
  return squares > 0 ? products / squares : null;
}

/** Least-squares slope over the index, with the two-sided p of "no trend" (t-test with n - 2 degrees of freedom). */
export function linearTrend(
  values: readonly number[],
): { readonly slope: number; readonly p: number } | null {
  const n = values.length;
  if (n < 4) return null;
  const centreX = (n - 1) / 2;
  const centreY = mean([...values]);
  let xx = 0;
  let xy = 0;
  let yy = 0;
  values.forEach((value, index) => {
    xx += (index - centreX) ** 2;
    xy += (index - centreX) * (value - centreY);
    yy += (value - centreY) ** 2;
  });
  const slope = xy / xx;
  const residual = Math.max(0, yy - slope * xy);
  if (yy === 0) return { slope: 0, p: 1 };
  const t = residual > 0 ? Math.abs(slope) / Math.sqrt(residual / (n - 2) / xx) : Number.POSITIVE_INFINITY;
  return { slope, p: clampP(2 * tSurvival(t, n - 2)) };
}

/** Dependence and drift of one series of replicates, in the order they ran. */
export function diagnose(series: SeriesDiagnostics["series"], values: readonly number[]): SeriesDiagnostics {
  const trend = linearTrend(values);
  return {
    series,
    n: values.length,
    lag1: lag1Autocorrelation(values),
    lag1Limit: 1.96 / Math.sqrt(Math.max(1, values.length)),
    slope: trend?.slope ?? null,
    slopeP: trend?.p ?? null,
  };
}

/**
 * Whether the side that runs first fares differently: Welch's test between the differences of pairs that began with the baseline and
 * those that began with the candidate. Null with fewer than three pairs of either kind.
 */
export function orderEffect(
  pairs: readonly { readonly difference: number; readonly first: Side }[],
): LocationTest | null {
  const of = (side: Side): number[] =>
    pairs.filter(({ first }) => first === side).map(({ difference }) => difference);
  const [baselineFirst, candidateFirst] = [of("baseline"), of("candidate")];
  if (baselineFirst.length < 3 || candidateFirst.length < 3) return null;
  return welchTTest(baselineFirst, candidateFirst);
}
