/** Zipf's law fitted to how often items were asked for: the k-th most popular has a probability proportional to k^-exponent. */
export interface ZipfFit {
  readonly exponent: number;
  /** Items the fit rests on: the most popular ones. */
  readonly ranks: number;
  /** Requests for them. */
  readonly observations: number;
  /** Largest distance between both cumulative distributions over the ranks (Kolmogorov-Smirnov), 0..1; small is good. */
  readonly distance: number;
}

/**
 * Ranks are made from the same counts, so that in the tail, where most items were seen once or twice, luck is taken for popularity. Only
 * items with this many requests count, if there are enough of them.
 */
const FEWEST_REQUESTS = 10;
const FEWEST_ITEMS = 20;
const LARGEST_EXPONENT = 6;

/** Sum of k^-s, of k^-s ln k and of k^-s (ln k)^2 over k = 1..n. */
function sums(n: number, s: number): readonly [number, number, number] {
  let zeroth = 0;
  let first = 0;
  let second = 0;
  for (let k = 1; k <= n; k++) {
    const log = Math.log(k);
    const term = Math.exp(-s * log);
    zeroth += term;
    first += term * log;
    second += term * log * log;
  }
  return [zeroth, first, second];
}

/**
 * Maximum-likelihood exponent of Zipf's law on a finite number of ranks, by Newton's method on the score (Clauset, Shalizi and Newman
 * 2009, "Power-law distributions in empirical data", for why likelihood and not a line on logarithmic paper; Goldstein, Morris and Yen
 * 2004 for its bias). The likelihood is that of the requests that went to the ranks used, so leaving the tail out does not bend it.
 * @param counts requests of each item, in any order
 * @returns null for fewer than three items or thirty requests
 */
export function fitZipf(counts: readonly number[]): ZipfFit | null {
  const sorted = counts.filter((count) => count > 0).sort((a, b) => b - a);
  const certain = sorted.filter((count) => count >= FEWEST_REQUESTS);
  const used = certain.length >= FEWEST_ITEMS ? certain : sorted;
  const observations = used.reduce((sum, count) => sum + count, 0);
  if (used.length < 3 || observations < 30) return null;
  const meanLog = used.reduce((sum, count, index) => sum + count * Math.log(index + 1), 0) / observations;
  let exponent = 1;
  for (let round = 0; round < 100; round++) {
    const [zeroth, first, second] = sums(used.length, exponent);
    const expected = first / zeroth;
    const variance = second / zeroth - expected * expected;
    const next = Math.min(LARGEST_EXPONENT, Math.max(0, exponent + (expected - meanLog) / variance));
    const moved = Math.abs(next - exponent);
    exponent = next;
    if (moved < 1e-9) break;
  }
  const [total] = sums(used.length, exponent);
  let seen = 0;
  let fitted = 0;
  let distance = 0;
  used.forEach((count, index) => {
    seen += count / observations;
    fitted += (index + 1) ** -exponent / total;
    distance = Math.max(distance, Math.abs(seen - fitted));
  });
  return { exponent, ranks: used.length, observations, distance };
}
