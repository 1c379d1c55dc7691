/** The best place to split a stretch of a series, and how different the two parts are. */
export interface SplitCandidate {
  /** Index of the first value after the split. */
  readonly index: number;
  readonly divergence: number;
}

/**
 * The split of values[from, to) that maximises the scaled sample divergence Q of Matteson and James (2014, "A nonparametric approach for
 * multiple change point analysis of multivariate data"), with exponent 1: for a left part [from, t) and a right part [t, k), over all
 * t < k <= to,
 *   Q = 2/(n+m) * sum |x - y|  -  2m/((n+m)(n-1)) * sum |x - x'|  -  2n/((n+m)(m-1)) * sum |y - y'|.
 * The right part may end before `to`, so that a later change does not hide an earlier one. Every sum follows from that of the stretch
 * one value shorter: O(n^2) time and O(n) memory, where the textbook has O(n^3) and a distance matrix.
 * Of equal splits the earliest is taken. @returns null for fewer than two values
 */
export function bestSplit(values: ArrayLike<number>, from: number, to: number): SplitCandidate | null {
  const length = to - from;
  if (length < 2) return null;
  // within[i]: sum of the distances inside [from + i, end); prefix[i]: inside [from, from + i).
  const within = new Float64Array(length);
  const prefix = new Float64Array(length + 1);
  let bestIndex = from + 1;
  let bestDivergence = Number.NEGATIVE_INFINITY;
  for (let last = 1; last < length; last++) {
    const added = values[from + last] ?? 0;
    let toAdded = 0;
    for (let i = last - 1; i >= 0; i--) {
      const value = values[from + i] ?? 0;
      toAdded += value > added ? value - added : added - value;
      within[i] = (within[i] ?? 0) + toAdded;
    }
    const whole = within[0] ?? 0;
    const size = last + 1;
    prefix[size] = whole;
    for (let n = 1; n <= last; n++) {
      const m = size - n;
      const left = prefix[n] ?? 0;
      const right = within[n] ?? 0;
      let divergence = whole - left - right;
      if (n > 1) divergence -= (m / (n - 1)) * left;
      if (m > 1) divergence -= (n / (m - 1)) * right;
      divergence *= 2 / size;
      if (divergence > bestDivergence || (divergence === bestDivergence && from + n < bestIndex)) {
        bestDivergence = divergence;
        bestIndex = from + n;
      }
    }
  }
  return { index: bestIndex, divergence: bestDivergence };
}
