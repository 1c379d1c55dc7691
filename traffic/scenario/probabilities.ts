/** Four figures behind the point: far finer than a log can tell, and still readable. */
const UNITS = 10_000;

/**
 * Shares as they are written into a scenario: multiples of 0.0001 that add up to exactly 1 (largest remainders), so that rounding neither
 * adds nor loses a visit. A share that becomes 0 is left out.
 */
export function roundedShares(shares: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const total = [...shares.values()].reduce((sum, share) => sum + share, 0);
  if (total <= 0) return new Map();
  const parts = [...shares].map(([name, share]) => {
    const exact = (share / total) * UNITS;
    return { name, units: Math.floor(exact), rest: exact - Math.floor(exact) };
  });
  let missing = UNITS - parts.reduce((sum, { units }) => sum + units, 0);
  for (const part of [...parts].sort((a, b) => b.rest - a.rest)) {
    if (missing <= 0) break;
    part.units += 1;
    missing -= 1;
  }
  return new Map(parts.filter(({ units }) => units > 0).map(({ name, units }) => [name, units / UNITS]));
}

/** A chain as it is written: steps that nothing leads to any more after rounding are gone. */
export interface RoundedChain {
  readonly entry: ReadonlyMap<string, number>;
  /** Where visits go after a step, "exit" included. */
  readonly next: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

export function roundedChain(
  entry: Readonly<Record<string, number>>,
  transitions: readonly { readonly from: string; readonly to: string; readonly probability: number }[],
): RoundedChain {
  const rows = new Map<string, Map<string, number>>();
  for (const { from, to, probability } of transitions) {
    const row = rows.get(from) ?? new Map<string, number>();
    row.set(to, probability);
    rows.set(from, row);
  }
  const entries = roundedShares(new Map(Object.entries(entry)));
  const next = new Map<string, ReadonlyMap<string, number>>();
  // A step is written when a visit can come to it; the list grows while it is gone through.
  const reached = new Set(entries.keys());
  for (const step of reached) {
    const row = roundedShares(rows.get(step) ?? new Map([["exit", 1]]));
    next.set(step, row);
    for (const to of row.keys()) if (to !== "exit") reached.add(to);
  }
  return { entry: entries, next };
}
