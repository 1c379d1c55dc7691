import { mean, sampleVariance } from "simple-statistics";

/** Mean and spread of some values. */
export interface Description {
  readonly n: number;
  readonly mean: number;
  /** Sample standard deviation (n - 1); 0 for a single value. */
  readonly sd: number;
}

/** @throws RangeError when there is no value, or one that is not a finite number */
export function describe(values: readonly number[]): Description {
  if (values.length === 0) throw new RangeError("no values");
  if (values.some((value) => !Number.isFinite(value))) throw new RangeError("values must be finite numbers");
  const copy = [...values];
  return {
    n: copy.length,
    mean: mean(copy),
    sd: copy.length < 2 ? 0 : Math.sqrt(sampleVariance(copy)),
  };
}
