import { incbet, incbi, ndtr, ndtri } from "cephes";

/**
 * No p-value is printed below this: the figures it comes from are not more exact, and none is ever 0.
 */
export const SMALLEST_P = 1e-16;

/** A p-value in [{@link SMALLEST_P}, 1]. */
export function clampP(p: number): number {
  return Math.min(1, Math.max(SMALLEST_P, p));
}

/** P(Z <= z) of the standard normal. Cephes (Moshier), the library below older SciPy. */
export function normalCdf(z: number): number {
  return ndtr(z);
}

/** Quantile of the standard normal, 0 < p < 1. */
export function normalQuantile(p: number): number {
  return ndtri(p);
}

/**
 * P(T > t) of Student's t with any df > 0, exact in the far tail too: half the regularised incomplete beta function
 * I_x(df/2, 1/2) at x = df / (df + t^2) (Abramowitz and Stegun 26.7.1).
 */
export function tSurvival(t: number, df: number): number {
  if (Number.isNaN(t)) return Number.NaN;
  if (t === Number.POSITIVE_INFINITY) return 0;
  if (t === Number.NEGATIVE_INFINITY) return 1;
  const square = t * t;
  // Near 0 the complement is the accurate one.
  const half =
    square < df
      ? 0.5 * (1 - incbet(0.5, df / 2, square / (df + square)))
      : 0.5 * incbet(df / 2, 0.5, df / (df + square));
  return t >= 0 ? half : 1 - half;
}

/** P(T <= t) of Student's t. */
export function tCdf(t: number, df: number): number {
  return tSurvival(-t, df);
}

/** Quantile of Student's t, 0 < p < 1, any df > 0: the inverse of {@link tSurvival} through the inverse incomplete beta function. */
export function tQuantile(p: number, df: number): number {
  if (p === 0.5) return 0;
  const tail = Math.min(p, 1 - p);
  const sign = p < 0.5 ? -1 : 1;
  if (tail > 0.25) {
    const z = incbi(0.5, df / 2, 1 - 2 * tail);
    return sign * Math.sqrt((df * z) / (1 - z));
  }
  const x = incbi(df / 2, 0.5, 2 * tail);
  return sign * Math.sqrt((df * (1 - x)) / x);
}

/** Quantile of the beta distribution, 0 <= p <= 1. */
export function betaQuantile(p: number, a: number, b: number): number {
  return incbi(a, b, p);
}

export interface Interval {
  readonly lower: number;
  readonly upper: number;
}

/**
 * Exact interval of a share from counts (Clopper and Pearson 1934, "The use of confidence or fiducial limits illustrated in the
 * case of the binomial"). Covers at least `confidence`, for any count.
 * @throws RangeError unless 0 <= successes <= trials and trials >= 1
 */
export function clopperPearson(successes: number, trials: number, confidence = 0.95): Interval {
  if (!(trials >= 1 && successes >= 0 && successes <= trials))
    throw new RangeError(`${successes} of ${trials}`);
  const tail = (1 - confidence) / 2;
  return {
    lower: successes === 0 ? 0 : betaQuantile(tail, successes, trials - successes + 1),
    upper: successes === trials ? 1 : betaQuantile(1 - tail, successes + 1, trials - successes),
  };
}
