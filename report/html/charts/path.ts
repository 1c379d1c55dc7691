import type { Scale } from "./scale";

/** A reading on the time axis; null is a gap, never zero. */
export interface Reading {
  readonly atSeconds: number;
  readonly value: number | null;
}

/** Width of the coordinate system of every plot; the browser stretches it to the room there is. */
export const PLOT_UNITS = 1000;

/** Buckets of a long series: about one a pixel of the widest plot. */
const MAX_BUCKETS = 1100;

const short = (value: number): string => String(Math.round(value * 10) / 10);

/**
 * Thins a long series for drawing only: first, lowest, highest and last reading of each bucket stay, so the line looks the same
 * and no peak is lost. Nothing is averaged. Gaps stay gaps.
 */
export function thin(readings: readonly Reading[], buckets = MAX_BUCKETS): readonly Reading[] {
  if (readings.length <= buckets * 4) return readings;
  const perBucket = Math.ceil(readings.length / buckets);
  const kept: Reading[] = [];
  for (let start = 0; start < readings.length; start += perBucket) {
    const bucket = readings.slice(start, start + perBucket);
    const keep = new Set<Reading>();
    let lowest: Reading | undefined;
    let highest: Reading | undefined;
    for (const reading of bucket) {
      if (reading.value === null) {
        keep.add(reading);
        continue;
      }
      if (lowest?.value == null || reading.value < lowest.value) lowest = reading;
      if (highest?.value == null || reading.value > highest.value) highest = reading;
    }
    for (const reading of [bucket[0], lowest, highest, bucket.at(-1)]) if (reading) keep.add(reading);
    kept.push(...bucket.filter((reading) => keep.has(reading)));
  }
  return kept;
}

/** Unbroken stretches of readings. A hole of more than `longestGapSeconds` breaks the line as a null does. */
export function segments(
  readings: readonly Reading[],
  longestGapSeconds = Number.POSITIVE_INFINITY,
): readonly (readonly { readonly atSeconds: number; readonly value: number }[])[] {
  const all: { atSeconds: number; value: number }[][] = [];
  let current: { atSeconds: number; value: number }[] = [];
  const close = (): void => {
    if (current.length > 0) all.push(current);
    current = [];
  };
  for (const { atSeconds, value } of readings) {
    const last = current.at(-1);
    if (value === null || !Number.isFinite(value)) {
      close();
      continue;
    }
    if (last !== undefined && atSeconds - last.atSeconds > longestGapSeconds) close();
    current.push({ atSeconds, value });
  }
  close();
  return all;
}

/** Longest pause between readings that still counts as one line: four times the usual pause. */
export function usualGap(readings: readonly Reading[]): number {
  const pauses: number[] = [];
  for (const [index, reading] of readings.entries()) {
    const next = readings[index + 1];
    if (next !== undefined) pauses.push(next.atSeconds - reading.atSeconds);
  }
  pauses.sort((a, b) => a - b);
  const median = pauses[Math.floor(pauses.length / 2)];
  return median === undefined ? Number.POSITIVE_INFINITY : median * 4;
}

export interface PathOptions {
  readonly x: Scale;
  readonly y: Scale;
  /** Height of the plot in pixels. */
  readonly height: number;
  /** Hold each value until the next reading. */
  readonly step?: boolean;
  readonly longestGapSeconds?: number;
}

// a lone reading is a stroke about as long as it is wide
const DOT_UNITS = 4;

/** The `d` of a line. A lone reading becomes a dot. */
export function linePath(readings: readonly Reading[], options: PathOptions): string {
  const { x, y, height } = options;
  const px = (seconds: number): string => short(x.at(seconds) * PLOT_UNITS);
  const py = (value: number): string => short((1 - y.at(value)) * height);
  return segments(thin(readings), options.longestGapSeconds)
    .map((segment) => {
      const [first, ...rest] = segment;
      if (first === undefined) return "";
      if (rest.length === 0)
        return `M${short(x.at(first.atSeconds) * PLOT_UNITS - DOT_UNITS / 2)} ${py(first.value)}h${DOT_UNITS}`;
      const start = `M${px(first.atSeconds)} ${py(first.value)}`;
      return (
        start +
        rest
          .map(({ atSeconds, value }) =>
            options.step === true ? `H${px(atSeconds)}V${py(value)}` : `L${px(atSeconds)} ${py(value)}`,
          )
          .join("")
      );
    })
    .join("");
}

/** The `d` of the area between a line and the bottom of the plot. */
export function areaPath(readings: readonly Reading[], options: PathOptions): string {
  const { x, y, height } = options;
  return segments(thin(readings), options.longestGapSeconds)
    .map((segment) => {
      const first = segment[0];
      const last = segment.at(-1);
      if (first === undefined || last === undefined) return "";
      const points = segment.map(
        ({ atSeconds, value }) =>
          `L${short(x.at(atSeconds) * PLOT_UNITS)} ${short((1 - y.at(value)) * height)}`,
      );
      const bottom = short(height);
      return `M${short(x.at(first.atSeconds) * PLOT_UNITS)} ${bottom}${points.join("")}L${short(x.at(last.atSeconds) * PLOT_UNITS)} ${bottom}Z`;
    })
    .join("");
}
