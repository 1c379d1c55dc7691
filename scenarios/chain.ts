import { type Chain, EXIT, type Journey, type Step, type ThinkTime, type Transition } from "./model";

/** Pure maths of journeys that are Markov chains. */

/** @default of Chain.maxSteps */
export const DEFAULT_MAX_STEPS = 1000;

/** The transitions that leave a step, in the order of the model. */
export function transitionsFrom(chain: Chain, step: string): readonly Transition[] {
  return chain.transitions.filter((transition) => transition.from === step);
}

/** The pause on a transition: its own, or the one of the step it leaves. None before the visit's end unless it has its own. */
export function pauseOf(transition: Transition, steps: readonly Step[]): ThinkTime | undefined {
  if (transition.thinkTime !== undefined || transition.to === EXIT) return transition.thinkTime;
  return steps.find((step) => step.name === transition.from)?.thinkTime;
}

/**
 * How often each step is made in one visit, on average, in the order of the steps: the row of the fundamental matrix of the absorbing
 * chain that belongs to its entry (Kemeny and Snell, Finite Markov Chains, 1960). Without a chain each step is made once. The limit of
 * steps is not part of it. Null where a visit might never end.
 */
export function expectedVisits(journey: Journey): readonly number[] | null {
  const { chain, steps } = journey;
  if (chain === undefined) return steps.map(() => 1);
  const index = new Map(steps.map((step, at) => [step.name, at]));
  // visits = entry + transposed(P) visits, as rows of (I - transposed(P) | entry).
  const rows = steps.map((step, at) => [
    ...steps.map((_, column) => (column === at ? 1 : 0)),
    chain.entry[step.name] ?? 0,
  ]);
  for (const { from, to, probability } of chain.transitions) {
    const column = index.get(from);
    const row = rows[index.get(to) ?? -1];
    if (row !== undefined && column !== undefined) row[column] = (row[column] ?? 0) - probability;
  }
  return solve(rows);
}

/** Gauss-Jordan with the largest pivot; null for a singular system. */
function solve(rows: number[][]): readonly number[] | null {
  const size = rows.length;
  for (let column = 0; column < size; column += 1) {
    const pivots = rows.slice(column).map((row) => Math.abs(row[column] ?? 0));
    const largest = Math.max(...pivots);
    if (!(largest > 1e-12)) return null;
    const pivotAt = column + pivots.indexOf(largest);
    const pivot = rows[pivotAt] ?? [];
    rows[pivotAt] = rows[column] ?? [];
    const scaled = pivot.map((value) => value / (pivot[column] ?? 1));
    rows[column] = scaled;
    rows.forEach((row, at) => {
      const factor = row[column] ?? 0;
      if (at === column || factor === 0) return;
      scaled.forEach((value, cell) => {
        row[cell] = (row[cell] ?? 0) - factor * value;
      });
    });
  }
  return rows.map((row) => Math.max(0, row[size] ?? 0));
}

/** Steps that a visit can come to. */
export function reachableSteps(journey: Journey): ReadonlySet<string> {
  const { chain, steps } = journey;
  if (chain === undefined) return new Set(steps.map((step) => step.name));
  const reached = new Set(Object.keys(chain.entry).filter((name) => (chain.entry[name] ?? 0) > 0));
  for (const name of reached) {
    for (const { to, probability } of transitionsFrom(chain, name)) {
      if (to !== EXIT && probability > 0) reached.add(to);
    }
  }
  return reached;
}

/** Steps from which a visit can come to its end. */
export function endingSteps(chain: Chain): ReadonlySet<string> {
  const ending = new Set<string>([EXIT]);
  for (const name of ending) {
    for (const { from, to, probability } of chain.transitions) {
      if (to === name && probability > 0) ending.add(from);
    }
  }
  ending.delete(EXIT);
  return ending;
}

/**
 * Variables that are surely known when each step is made, by the step's name: those that every way to it has extracted. A step that
 * cannot be reached has every variable.
 * @param extractedBy names that a step's response gives
 */
export function surelyExtracted(
  journey: Journey,
  extractedBy: (step: Step) => readonly string[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const { chain, steps } = journey;
  const known = new Map<string, ReadonlySet<string>>();
  if (chain === undefined) {
    const sofar = new Set<string>();
    for (const step of steps) {
      known.set(step.name, new Set(sofar));
      for (const name of extractedBy(step)) sofar.add(name);
    }
    return known;
  }
  const all = new Set(steps.flatMap(extractedBy));
  for (const { name } of steps) known.set(name, (chain.entry[name] ?? 0) > 0 ? new Set() : all);
  const after = new Map(steps.map((step) => [step.name, extractedBy(step)]));
  // Sets only shrink, so that this comes to an end.
  for (let changed = true; changed; ) {
    changed = false;
    for (const { from, to, probability } of chain.transitions) {
      const before = known.get(to);
      if (before === undefined || !(probability > 0)) continue;
      const given = new Set([...(known.get(from) ?? all), ...(after.get(from) ?? [])]);
      const both = new Set([...before].filter((name) => given.has(name)));
      if (both.size === before.size) continue;
      known.set(to, both);
      changed = true;
    }
  }
  return known;
}
