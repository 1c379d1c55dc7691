import { median, medianAbsoluteDeviation } from "simple-statistics";
import { describe } from "./descriptive";
import { clampP, type Interval } from "./distributions";
import type { LocationTest, TestOptions } from "./location-test";

/** The exact test is counted out, not approximated, up to this many pairs: far beyond any campaign. */
export const MAX_WILCOXON_PAIRS = 300;

/** Doubled midranks of the absolute values, so that tied ranks stay whole numbers. */
function doubledMidranks(values: readonly number[]): number[] {
  const order = values
    .map((value, index) => ({ size: Math.abs(value), index }))
    .sort((a, b) => a.size - b.size);
  const ranks = new Array<number>(values.length).fill(0);
  for (let from = 0; from < order.length; ) {
    const size = order[from]?.size;
    let to = from;
    while (to < order.length && order[to]?.size === size) to += 1;
    for (const { index } of order.slice(from, to)) ranks[index] = from + 1 + to;
    from = to;
  }
  return ranks;
}

/** P(sum of the ranks with a positive sign = s) for s = 0, 1, ... when every sign is a fair coin. */
function signedRankDistribution(doubledRanks: readonly number[]): Float64Array {
  const total = doubledRanks.reduce((sum, rank) => sum + rank, 0);
  let probabilities = new Float64Array(total + 1);
  probabilities[0] = 1;
  let reached = 0;
  for (const rank of doubledRanks) {
    const next = new Float64Array(total + 1);
    for (let s = 0; s <= reached; s++) {
      const half = (probabilities[s] ?? 0) / 2;
      next[s] = (next[s] ?? 0) + half;
      next[s + rank] = (next[s + rank] ?? 0) + half;
    }
    reached += rank;
    probabilities = next;
  }
  return probabilities;
}

function sumFrom(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let index = from; index < to; index++) sum += values[index] ?? 0;
  return sum;
}

/** Mean of each pair of values, a value with itself included, ascending (Walsh 1949). */
function walshAverages(values: readonly number[]): number[] {
  const averages = values.flatMap((a, index) => values.slice(index).map((b) => (a + b) / 2));
  return averages.sort((a, b) => a - b);
}

/**
 * Interval for the shift from the ordered Walsh averages (Hollander and Wolfe 1999, section 3.3): exact coverage of at least
 * `confidence`; infinite where n is too small for any.
 */
function hodgesLehmannInterval(averages: readonly number[], n: number, confidence: number): Interval {
  const untied = signedRankDistribution(Array.from({ length: n }, (_, index) => 2 * (index + 1)));
  const tail = (1 - confidence) / 2;
  let below = 0;
  let cut = 0;
  for (let rankSum = 0; rankSum <= averages.length; rankSum++) {
    below += untied[2 * rankSum] ?? 0;
    if (below > tail) break;
    cut = rankSum + 1;
  }
  return {
    lower: averages[cut - 1] ?? Number.NEGATIVE_INFINITY,
    upper: averages[averages.length - cut] ?? Number.POSITIVE_INFINITY,
  };
}

/**
 * Wilcoxon (1945) signed-rank test on the differences candidate - baseline, exact for every n: no normal approximation.
 * Ties: tied differences share their mean rank and the null distribution is that of these very ranks under random signs (the
 * permutation distribution), so p stays exact. Differences of 0 are left out, as Wilcoxon did; all 0 gives p = 1.
 * The smallest p it can give is 2^-n. The estimate is that of Hodges and Lehmann (1963): the median of the Walsh averages.
 * `sdFloor` is not used; `sd` is the differences' robust one (1.4826 MAD) or their own where that is 0.
 * @throws RangeError for no differences or more than {@link MAX_WILCOXON_PAIRS}
 */
export function wilcoxonSignedRank(differences: readonly number[], options: TestOptions = {}): LocationTest {
  const { n, sd } = describe(differences);
  if (n > MAX_WILCOXON_PAIRS) throw new RangeError(`${n} pairs; at most ${MAX_WILCOXON_PAIRS}`);
  const nonZero = differences.filter((difference) => difference !== 0);
  const ranks = doubledMidranks(nonZero);
  const positive = ranks.reduce((sum, rank, index) => sum + ((nonZero[index] ?? 0) > 0 ? rank : 0), 0);
  const distribution = signedRankDistribution(ranks);
  const pGreater = sumFrom(distribution, positive, distribution.length);
  const pLess = sumFrom(distribution, 0, positive + 1);
  const averages = walshAverages(differences);
  const robust = 1.4826 * medianAbsoluteDeviation([...differences]);
  return {
    method: "wilcoxon",
    n,
    estimate: median(averages),
    interval: hodgesLehmannInterval(averages, n, options.confidence ?? 0.95),
    pGreater: clampP(pGreater),
    pLess: clampP(pLess),
    pTwoSided: clampP(2 * Math.min(pGreater, pLess)),
    df: null,
    sd: robust > 0 ? robust : sd,
    spreadFloored: false,
  };
}

/** The smallest one-sided p-value that n pairs can give. */
export function smallestWilcoxonP(pairs: number): number {
  return 2 ** -pairs;
}

/** Pairs from which a one-sided p-value of `alpha` can be reached at all. */
export function wilcoxonPairsFor(alpha: number): number {
  return Math.ceil(-Math.log2(alpha) - 1e-9);
}
