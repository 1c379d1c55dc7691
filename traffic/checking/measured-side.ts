import { indexOfDispersion } from "../../analysis/traffic/arrivals";
import type { Counts } from "../../analysis/traffic/similarity";
import type { TrafficMeasure } from "../measure";
import { FEWEST_ARRIVALS, FEWEST_SECONDS, type Measured, START } from "./side";

/** Requests by step of a measured log; what is no step has a name of its own. */
export function mixOf(measure: TrafficMeasure, names: readonly string[]): Measured<Counts> {
  const counts = new Map<string, number>();
  names.forEach((name, index) => {
    const requests = measure.stepRequests[index] ?? 0;
    if (requests > 0) counts.set(name, requests);
  });
  return counts.size === 0 ? { missing: "it has no request for any of the steps" } : { value: counts };
}

export function movesOf(
  measure: TrafficMeasure,
  names: readonly string[],
): Measured<ReadonlyMap<string, Counts>> {
  if (measure.sessions === 0) return { missing: "it has no visit" };
  const label = (index: number, outside: string): string => names[index] ?? outside;
  const rows = new Map<string, Counts>();
  for (let from = 0; from <= names.length; from++) {
    const row = new Map<string, number>();
    for (let to = 0; to <= names.length; to++) {
      const count = measure.transitions.count(from, to);
      if (count > 0) row.set(label(to, "exit"), count);
    }
    if (row.size > 0) rows.set(label(from, START), row);
  }
  return { value: rows };
}

/** Dispersion of the sessions begun in each second of the minutes given, each a group of its own. */
export function dispersionOfSeconds(groups: readonly (readonly number[])[]): Measured<number> {
  const seconds = groups.reduce((sum, group) => sum + group.length, 0);
  const arrivals = groups.reduce((sum, group) => sum + group.reduce((inner, count) => inner + count, 0), 0);
  if (seconds < FEWEST_SECONDS || arrivals < FEWEST_ARRIVALS) {
    return { missing: `${arrivals} visits in ${seconds} s are too few to say how evenly they come` };
  }
  const value = indexOfDispersion(groups);
  return value === null ? { missing: "no visit was begun" } : { value };
}
