/** Scales and ticks: pure functions, no drawing. Positions are fractions 0..1 of the plot, so a chart can be any width. */

export interface Tick {
  readonly value: number;
  /** 0..1 along the axis. */
  readonly at: number;
}

export interface Scale {
  readonly kind: "linear" | "log";
  readonly min: number;
  readonly max: number;
  /** Fraction of the axis, clamped to 0..1. */
  at(value: number): number;
  readonly ticks: readonly Tick[];
}

const clamp01 = (value: number): number => Math.min(1, Math.max(0, value));

/** The step 1, 2 or 5 times a power of ten that splits `span` into about `count` parts. */
export function niceStep(span: number, count: number): number {
  const raw = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(raw));
  const factor = raw / power;
  if (factor <= 1) return power;
  if (factor <= 2) return 2 * power;
  if (factor <= 5) return 5 * power;
  return 10 * power;
}

const multiples = (step: number, from: number, to: number): number[] => {
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  // multiply, not add: sums of 0.1 drift
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
};

/** A linear axis from (at most) `min` to (at least) `max`, both widened to round figures. */
export function linearScale(min: number, max: number, count = 4): Scale {
  const low = Number.isFinite(min) ? min : 0;
  const high = Number.isFinite(max) && max > low ? max : low + 1;
  const step = niceStep(high - low, count);
  const from = Math.floor(low / step + 1e-9) * step;
  const to = Math.ceil(high / step - 1e-9) * step;
  const at = (value: number): number => clamp01((value - from) / (to - from));
  return {
    kind: "linear",
    min: from,
    max: to,
    at,
    ticks: multiples(step, from, to).map((value) => ({ value, at: at(value) })),
  };
}

const LOG_STEPS: readonly (readonly number[])[] = [[1, 2, 5], [1, 3], [1]];

/** Round figures on a logarithmic axis, at most `count` of them where decades allow. */
export function logTicks(min: number, max: number, count = 7): readonly number[] {
  const from = Math.floor(Math.log10(min));
  const to = Math.ceil(Math.log10(max));
  for (const steps of LOG_STEPS) {
    const values = multiples(1, from, to)
      .flatMap((decade) => steps.map((step) => Number((step * 10 ** decade).toPrecision(6))))
      .filter((value) => value >= min * (1 - 1e-9) && value <= max * (1 + 1e-9));
    if (values.length <= count) return values;
  }
  const every = Math.ceil((to - from + 1) / count);
  return multiples(every, from, to).map((decade) => Number((10 ** decade).toPrecision(6)));
}

/** The round figure (1, 2, 5 times a power of ten) at or below, or at or above, a positive value. */
const roundLog = (value: number, up: boolean): number => {
  const power = 10 ** Math.floor(Math.log10(value) + 1e-12);
  const steps = up ? [1, 2, 5, 10] : [10, 5, 2, 1];
  const fits = (step: number): boolean =>
    up ? step * power >= value * (1 - 1e-9) : step * power <= value * (1 + 1e-9);
  return Number((power * (steps.find(fits) ?? 1)).toPrecision(6));
};

/** A logarithmic axis around positive values, widened to round figures; zero and less sit at the left end. */
export function logScale(min: number, max: number, count = 7): Scale {
  const low = Number.isFinite(min) && min > 0 ? min : 1;
  const high = Number.isFinite(max) && max > low ? max : low * 10;
  const from = roundLog(low, false);
  const to = roundLog(high, true);
  const span = Math.log(to / from);
  const at = (value: number): number => (value <= from ? 0 : clamp01(Math.log(value / from) / span));
  return {
    kind: "log",
    min: from,
    max: to,
    at,
    ticks: logTicks(from, to, count).map((value) => ({ value, at: at(value) })),
  };
}

/** Linear while the values lie within a factor of 30 of each other, logarithmic beyond: a spike must not flatten the rest. */
export function latencyScale(values: readonly number[], count = 4): Scale {
  const positive = values.filter((value) => value > 0);
  const { min, max } = extent(positive);
  return max / min > 30 ? logScale(min, max, count + 1) : linearScale(0, max, count);
}

const TIME_STEPS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
];

/** A time axis in seconds. Not widened: the curves use its whole length. Ticks at whole seconds, minutes or hours. */
export function timeScale(fromSeconds: number, toSeconds: number, count = 8): Scale {
  const from = Number.isFinite(fromSeconds) ? fromSeconds : 0;
  const to = Number.isFinite(toSeconds) && toSeconds > from ? toSeconds : from + 1;
  const raw = (to - from) / count;
  const step = TIME_STEPS.find((candidate) => candidate >= raw) ?? Math.ceil(raw / 86_400) * 86_400;
  const at = (value: number): number => clamp01((value - from) / (to - from));
  return {
    kind: "linear",
    min: from,
    max: to,
    at,
    ticks: multiples(step, from, to).map((value) => ({ value, at: at(value) })),
  };
}

/** Smallest and largest finite value; 0 and 0 of nothing. No spread: arrays may be long. */
export function extent(values: readonly number[]): { readonly min: number; readonly max: number } {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min <= max ? { min, max } : { min: 0, max: 0 };
}
