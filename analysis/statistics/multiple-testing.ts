interface Ranked {
  readonly p: number;
  readonly index: number;
}

const ranked = (pValues: readonly number[]): Ranked[] =>
  pValues.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p || a.index - b.index);

/**
 * Adjusted p-values of Holm (1979), "A simple sequentially rejective multiple test procedure": rejecting where adjusted p <= alpha
 * keeps the chance of even one false rejection at most alpha, whatever the dependence. Same order as given.
 */
export function holmAdjust(pValues: readonly number[]): number[] {
  const adjusted = new Array<number>(pValues.length).fill(1);
  let largest = 0;
  ranked(pValues).forEach(({ p, index }, rank) => {
    largest = Math.max(largest, Math.min(1, p * (pValues.length - rank)));
    adjusted[index] = largest;
  });
  return adjusted;
}

/**
 * Adjusted p-values of Benjamini and Hochberg (1995), "Controlling the false discovery rate": among the figures reported as changed
 * at level q, the expected share that has not is at most q (independent or positively dependent tests). Same order as given.
 */
export function benjaminiHochbergAdjust(pValues: readonly number[]): number[] {
  const adjusted = new Array<number>(pValues.length).fill(1);
  let smallest = 1;
  ranked(pValues)
    .map((entry, rank) => ({ ...entry, rank: rank + 1 }))
    .reverse()
    .forEach(({ p, index, rank }) => {
      smallest = Math.min(smallest, (p * pValues.length) / rank);
      adjusted[index] = smallest;
    });
  return adjusted;
}
