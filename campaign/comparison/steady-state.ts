import { checkWarmUp, type SteadyStateSlice } from "../../analysis/comparison/steady-state";
import type { ValidityFinding } from "../../analysis/model";
import { meanOrZero } from "../../analysis/statistics/mean";
import type { Replicate } from "./replicate";

/** Slices of the same instant, averaged over the replicates of a side: what is common to all of them is the transient. */
function averaged(replicates: readonly Replicate[]): readonly SteadyStateSlice[] {
  const values = new Map<number, number[]>();
  for (const { slices } of replicates) {
    for (const { atSeconds, meanMs } of slices) {
      values.set(atSeconds, [...(values.get(atSeconds) ?? []), meanMs]);
    }
  }
  return [...values]
    .sort(([a], [b]) => a - b)
    .map(([atSeconds, all]) => ({
      atSeconds,
      value: meanOrZero(all),
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
