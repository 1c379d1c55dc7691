import { mean } from "simple-statistics";

/** One slice of a run; null: nothing measured in it. */
export interface SteadyStateSlice {
  /** Seconds on the run's axis: negative in the warm-up, 0 = start of the measured window. */
  readonly atSeconds: number;
  readonly value: number | null;
}

export interface SteadyStateResult {
  /** `covered`: the warm-up was long enough. `short`: the measured window begins before the steady state. `not-reached`: there is none in this run. */
  readonly status: "covered" | "short" | "not-reached" | "not-enough-data";
  /** From here on the series is steady, seconds on the run's axis; null where it is not known. */
  readonly steadyFromSeconds: number | null;
  /** By how much the unsteady part shifts the mean of the measured window: mean(measured) / mean(steady) - 1. */
  readonly shift: number | null;
  readonly text: string;
}

/** Observations a batch, the 5 of MSER-5. */
const BATCH = 5;

/** With fewer batches the rule sees noise. */
const MIN_BATCHES = 10;

/** A transient that shifts the measured mean by less is harmless. */
export const HARMLESS_SHIFT = 0.02;

/**
 * MSER-5 (White 1997, "An effective truncation heuristic for bias reduction in simulation output"; White, Cobb and Spratt 2000): of all
 * truncation points, the one with the smallest marginal standard error of what is left, over means of five observations. A point in
 * the second half means that the series never settles.
 * @returns observations to cut off; null when there are too few, or no steady state
 */
export function mser5(values: readonly number[]): {
  readonly truncate: number | null;
  readonly batches: number;
} {
  const batches = Math.floor(values.length / BATCH);
  if (batches < MIN_BATCHES) return { truncate: null, batches };
  const means = Array.from({ length: batches }, (_, index) =>
    mean(values.slice(index * BATCH, (index + 1) * BATCH)),
  );
  let best = { cut: 0, error: Number.POSITIVE_INFINITY };
  let sum = 0;
  let squares = 0;
  // From the end, so that the sums of what is left grow by one batch at a time. Centred, so that the squares do not cancel.
  const centre = mean(means);
  for (let cut = batches - 1; cut >= 0; cut--) {
    const value = (means[cut] ?? 0) - centre;
    sum += value;
    squares += value * value;
    const left = batches - cut;
    // The last few batches would always look steady.
    if (left < BATCH) continue;
    const error = Math.max(0, squares - (sum * sum) / left) / (left * left);
    if (error <= best.error) best = { cut, error };
  }
  return { truncate: best.cut > batches / 2 ? null : best.cut * BATCH, batches };
}

/**
 * Whether the stated warm-up covered the transient. The series must include the warm-up and be of an even load; slices without a value
 * are left out.
 */
export function checkWarmUp(slices: readonly SteadyStateSlice[]): SteadyStateResult {
  const present = slices.flatMap(({ atSeconds, value }) =>
    value === null || !Number.isFinite(value) ? [] : [{ atSeconds, value }],
  );
  const { truncate, batches } = mser5(present.map(({ value }) => value));
  if (batches < MIN_BATCHES) {
    const text = `The steady state cannot be checked: ${present.length} slices, and ${MIN_BATCHES * BATCH} are needed.`;
    return { status: "not-enough-data", steadyFromSeconds: null, shift: null, text };
  }
  const measured = present.filter(({ atSeconds }) => atSeconds >= 0).map(({ value }) => value);
  const steadyFrom = truncate === null ? undefined : present[truncate];
  if (truncate === null || steadyFrom === undefined || measured.length === 0) {
    const text = "No steady state was reached: the series still changes in the second half of the run.";
    return { status: "not-reached", steadyFromSeconds: null, shift: null, text };
  }
  const from = steadyFrom.atSeconds;
  const steady = present.slice(truncate).filter(({ atSeconds }) => atSeconds >= 0);
  const level = mean(steady.map(({ value }) => value));
  const shift = level === 0 ? 0 : mean(measured) / level - 1;
  if (from <= 0) {
    const text = `The warm-up covered the transient: steady from ${from} s on (0 s is the start of the measured window; MSER-5).`;
    return { status: "covered", steadyFromSeconds: from, shift, text };
  }
  const percent = `${(Math.abs(shift) * 100).toFixed(1)} %`;
  const harmless = Math.abs(shift) <= HARMLESS_SHIFT;
  const text = harmless
    ? `The series is steady from ${from} s on (MSER-5); what comes before shifts the measured mean by only ${percent}.`
    : `The warm-up was too short: the series is steady from ${from} s of the measured window on (MSER-5), which shifts its mean by ${percent}. Lengthen the warm-up by ${Math.ceil(from)} s.`;
  return { status: harmless ? "covered" : "short", steadyFromSeconds: from, shift, text };
}
