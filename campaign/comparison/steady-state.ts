import { checkWarmUp, type SteadyStateSlice } from "../../analysis/comparison/steady-state";
import type { ValidityFinding } from "../../analysis/model";
import type { Replicate } from "./replicate";

/** Slices of the same instant, averaged over the replicates of a side: what is common to all of them is the transient. */
function averaged(replicates: readonly Replicate[]): readonly SteadyStateSlice[] {
  const values = new Map<number, number[]>();
  for (const { slices } of replicates) {
    for (const { atSeconds, value } of slices) {
      if (value !== null) values.set(atSeconds, [...(values.get(atSeconds) ?? []), value]);
    }
  }
  return [...values]
    .sort(([a], [b]) => a - b)
    .map(([atSeconds, all]) => ({
      atSeconds,
      value: all.reduce((sum, value) => sum + value, 0) / all.length,
    }));
}

/** Whether the warm-up of the replicates was long enough, per side. Never more than a warning: both sides have the same warm-up. */
export function steadyStateOf(
  side: string,
  replicates: readonly Replicate[],
): { readonly text: string; readonly findings: readonly ValidityFinding[] } {
  const checked = checkWarmUp(averaged(replicates));
  const text = `${side}: ${checked.text}`;
  const unsteady = checked.status === "short" || checked.status === "not-reached";
  return {
    text,
    findings: unsteady
      ? [{ code: "not-steady", severity: "warning", text, measured: checked.shift, limit: null }]
      : [],
  };
}
