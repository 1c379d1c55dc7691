/** Counts by name. */
export type Counts = ReadonlyMap<string, number>;

const total = (counts: Counts): number => [...counts.values()].reduce((sum, count) => sum + count, 0);

/**
 * 1 minus the total variation distance of two mixes: the share of requests that both have in common. 1: the same mix, 0: nothing in
 * common. Null when either has no counts.
 */
export function mixSimilarity(a: Counts, b: Counts): number | null {
  const [sumA, sumB] = [total(a), total(b)];
  if (sumA === 0 || sumB === 0) return null;
  let common = 0;
  for (const [name, count] of a) common += Math.min(count / sumA, (b.get(name) ?? 0) / sumB);
  return Math.min(1, common);
}

/**
 * Czekanowski's similarity of two curves of the same length (1 minus the distance of Bray and Curtis 1957): twice what both have in
 * common over all there is. It sees shape and height alike: 1 only for the same counts. Null when both are empty.
 */
export function curveSimilarity(a: readonly number[], b: readonly number[]): number | null {
  let common = 0;
  let all = 0;
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const [x, y] = [a[index] ?? 0, b[index] ?? 0];
    common += Math.min(x, y);
    all += x + y;
  }
  return all === 0 ? null : (2 * common) / all;
}

/** Entropy of two halves against their middle: the divergence of Jensen and Shannon in bits, 0..1 (Lin 1991). */
export function jensenShannon(a: Counts, b: Counts): number | null {
  const [sumA, sumB] = [total(a), total(b)];
  if (sumA === 0 || sumB === 0) return null;
  let divergence = 0;
  for (const name of new Set([...a.keys(), ...b.keys()])) {
    const p = (a.get(name) ?? 0) / sumA;
    const q = (b.get(name) ?? 0) / sumB;
    const middle = (p + q) / 2;
    if (p > 0) divergence += (p / 2) * Math.log2(p / middle);
    if (q > 0) divergence += (q / 2) * Math.log2(q / middle);
  }
  return Math.min(1, Math.max(0, divergence));
}

/**
 * Similarity of two transition tables: for each state, 1 minus the divergence of Jensen and Shannon of where visits go next; averaged
 * with the state's weight in the first table. A state that the second one never has counts 0. Null when either is empty.
 * @param a moves by state left, then by state entered
 */
export function transitionSimilarity(
  a: ReadonlyMap<string, Counts>,
  b: ReadonlyMap<string, Counts>,
): number | null {
  let weighted = 0;
  let weight = 0;
  let inB = 0;
  for (const row of b.values()) inB += total(row);
  for (const [state, row] of a) {
    const leaving = total(row);
    const divergence = jensenShannon(row, b.get(state) ?? new Map());
    weight += leaving;
    weighted += leaving * (divergence === null ? 0 : 1 - divergence);
  }
  return weight === 0 || inB === 0 ? null : weighted / weight;
}

/** Smaller over larger of two figures that are at least 0; both 0 is 1. */
export function ratioSimilarity(a: number, b: number): number {
  const largest = Math.max(a, b);
  return largest === 0 ? 1 : Math.min(a, b) / largest;
}
