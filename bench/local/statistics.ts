/** Figures of the rounds of one variant. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @throws RangeError for no values */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (low === undefined || high === undefined) throw new RangeError("no values");
  return (low + high) / 2;
}

export function spread(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/** Ratios of two variants round by round: what slows the whole machine for a while slows both. */
export function roundRatios(numerators: readonly number[], denominators: readonly number[]): Spread {
  return spread(
    numerators.map((numerator, index) => {
      const denominator = denominators[index];
      if (denominator === undefined) throw new RangeError("both variants need the same rounds");
      return numerator / denominator;
    }),
  );
}

/** The variants of a round in the order they run: forwards in even rounds, backwards in odd ones, so that drift favours nobody. */
export function orderOfRound<T>(variants: readonly T[], round: number): readonly T[] {
  return round % 2 === 0 ? variants : [...variants].reverse();
}
