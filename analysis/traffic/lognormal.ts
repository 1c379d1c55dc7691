import { normalCdf } from "../statistics/distributions";

/** Observations known to lie in (from, to], seconds. `from` 0 is open: everything up to `to`. */
export interface CountedInterval {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly count: number;
}

/** A lognormal distribution fitted to counted intervals. */
export interface LognormalFit {
  /** Mean of the logarithm. */
  readonly mu: number;
  /** Standard deviation of the logarithm. */
  readonly sigma: number;
  /** Mean of the value itself, exp(mu + sigma^2 / 2), seconds. */
  readonly meanSeconds: number;
  readonly medianSeconds: number;
  readonly observations: number;
  /** Largest distance between both cumulative distributions at the intervals' ends (Kolmogorov-Smirnov), 0..1; small is good. */
  readonly distance: number;
}

/** Fewer observations say nothing of a spread. */
const FEWEST = 10;
const MOST_ROUNDS = 2000;
const SMALLEST_SIGMA = 0.01;

const density = (z: number): number =>
  Number.isFinite(z) ? Math.exp(-(z * z) / 2) / Math.sqrt(2 * Math.PI) : 0;

/** z phi(z), which is 0 in both infinite tails. */
const weighted = (z: number): number => (Number.isFinite(z) ? z * density(z) : 0);

interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** The library below gives no number for the ends of the line. */
const below = (z: number): number =>
  z === Number.NEGATIVE_INFINITY ? 0 : z === Number.POSITIVE_INFINITY ? 1 : normalCdf(z);

/** First and second moment of a normal variable that is known to lie in (from, to). */
function momentsWithin(from: number, to: number, mu: number, sigma: number): readonly [number, number] {
  const a = (from - mu) / sigma;
  const b = (to - mu) / sigma;
  // In the right tail the mirrored difference keeps its figures.
  const mass = a > 0 ? below(-a) - below(-b) : below(b) - below(a);
  if (mass < 1e-12) {
    // Nothing of the distribution is there: the end nearest to it.
    const at = Math.abs(a) < Math.abs(b) ? from : to;
    return [at, at * at];
  }
  const first = (density(a) - density(b)) / mass;
  const variance = 1 + (weighted(a) - weighted(b)) / mass - first * first;
  const mean = mu + sigma * first;
  return [mean, mean * mean + sigma * sigma * Math.max(0, variance)];
}

/**
 * Maximum-likelihood lognormal of interval-censored observations by the EM algorithm (Dempster, Laird and Rubin 1977, section 4.2,
 * grouped data). A log that tells whole seconds knows of a pause only that it lies within a second; the logarithm of the rounded value
 * would be biased, and is not defined for 0.
 * @returns null for fewer than ten observations
 */
export function fitLognormal(intervals: readonly CountedInterval[]): LognormalFit | null {
  const bins: readonly Bin[] = intervals.flatMap(({ fromSeconds, toSeconds, count }) =>
    count > 0 && toSeconds > 0
      ? [
          {
            from: fromSeconds > 0 ? Math.log(fromSeconds) : Number.NEGATIVE_INFINITY,
            to: Math.log(toSeconds),
            count,
          },
        ]
      : [],
  );
  const observations = bins.reduce((sum, { count }) => sum + count, 0);
  if (observations < FEWEST) return null;
  const middle = ({ from, to }: Bin): number => (Number.isFinite(from) ? (from + to) / 2 : to - 1);
  let mu = bins.reduce((sum, bin) => sum + bin.count * middle(bin), 0) / observations;
  const spread = bins.reduce((sum, bin) => sum + bin.count * (middle(bin) - mu) ** 2, 0) / observations;
  let sigma = Math.max(SMALLEST_SIGMA, Math.sqrt(spread));
  for (let round = 0; round < MOST_ROUNDS; round++) {
    let first = 0;
    let second = 0;
    for (const { from, to, count } of bins) {
      const [mean, square] = momentsWithin(from, to, mu, sigma);
      first += count * mean;
      second += count * square;
    }
    const nextMu = first / observations;
    const nextSigma = Math.max(
      SMALLEST_SIGMA,
      Math.sqrt(Math.max(0, second / observations - nextMu * nextMu)),
    );
    const moved = Math.abs(nextMu - mu) + Math.abs(nextSigma - sigma);
    mu = nextMu;
    sigma = nextSigma;
    if (moved < 1e-7) break;
  }
  return {
    mu,
    sigma,
    meanSeconds: Math.exp(mu + (sigma * sigma) / 2),
    medianSeconds: Math.exp(mu),
    observations,
    distance: distanceOf(bins, observations, mu, sigma),
  };
}

function distanceOf(bins: readonly Bin[], observations: number, mu: number, sigma: number): number {
  let sum = 0;
  let largest = 0;
  const sorted = [...bins].sort((a, b) => a.to - b.to);
  for (const { to, count } of sorted) {
    sum += count;
    largest = Math.max(largest, Math.abs(sum / observations - below((to - mu) / sigma)));
  }
  return largest;
}
