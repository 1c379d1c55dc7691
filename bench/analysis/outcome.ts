/** Figures of one set of requests, as both sides of the comparison print them. Failed requests rank after all others. */
export interface GroupFigures {
  readonly requests: number;
  readonly errors: number;
  readonly meanMs: number | null;
  readonly minMs: number | null;
  readonly maxMs: number | null;
  /** P50, P90, P95, P99, P99.9 */
  readonly quantilesMs: readonly (number | null)[];
}

/** What one analysis prints. Groups by name: "", "journey", "journey/step". */
export interface AnalysisOutcome {
  readonly groups: Readonly<Record<string, GroupFigures>>;
  /** P50, P95 and P99 of every second that has requests, in order. */
  readonly timeline: readonly (readonly (number | null)[])[];
  readonly peakMiB: number;
}

/** Largest relative difference that still counts as the same figure: rounding of 64-bit floats, and nothing else. */
export const RELATIVE_TOLERANCE = 1e-9;

function flatten(outcome: AnalysisOutcome): ReadonlyMap<string, number | null> {
  const cells: [string, number | null][] = [];
  for (const [name, group] of Object.entries(outcome.groups)) {
    for (const key of ["requests", "errors", "meanMs", "minMs", "maxMs"] as const) {
      cells.push([`${name || "overall"} ${key}`, group[key]]);
    }
    group.quantilesMs.forEach((value, index) => {
      cells.push([`${name || "overall"} quantile ${index}`, value]);
    });
  }
  outcome.timeline.forEach((slice, second) => {
    slice.forEach((value, index) => {
      cells.push([`second ${second} quantile ${index}`, value]);
    });
  });
  return new Map(cells);
}

/** Compares every figure. Empty: they agree. Each entry names a figure that differs, or that one side lacks. */
export function differences(a: AnalysisOutcome, b: AnalysisOutcome): { compared: number; found: string[] } {
  const [left, right] = [flatten(a), flatten(b)];
  const found: string[] = [];
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    const [x, y] = [left.get(key), right.get(key)];
    const same =
      typeof x === "number" && typeof y === "number"
        ? Math.abs(x - y) <= RELATIVE_TOLERANCE * Math.max(Math.abs(x), Math.abs(y))
        : x === y;
    if (!same) found.push(`${key}: ${x} and ${y}`);
  }
  return { compared: left.size, found };
}
