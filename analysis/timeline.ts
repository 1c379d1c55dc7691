import { type CurveCorner, meanPlannedRate } from "./arrival-curve";
import type { TimelineSlice } from "./model";

/** More slices than this cannot be told apart on a chart, and cost the reader memory. */
export const MAX_TIMELINE_SLICES = 600;

/**
 * Samples beyond a quantile that a point on the timeline needs. Lower than for a reported quantile: the timeline is drawn,
 * never judged, and its shape is told by neighbouring points.
 */
export const TIMELINE_MIN_EXCEEDANCES = 1;

/** Slice lengths a reader can do sums with. */
const SLICE_SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600] as const;

/** Shortest slice length of at least 1 s that covers the run in at most {@link MAX_TIMELINE_SLICES} slices. */
export function sliceSecondsFor(runSeconds: number): number {
  const fit = SLICE_SECONDS.find((seconds) => runSeconds / seconds <= MAX_TIMELINE_SLICES);
  return fit ?? Math.ceil(runSeconds / MAX_TIMELINE_SLICES / 3600) * 3600;
}

/** Figures of one slice that has requests. */
export interface SliceFigures {
  /** Slice number; slice 0 starts at the measured window, negative ones are warm-up. */
  readonly index: number;
  readonly requests: number;
  readonly errors: number;
  /** Journey arrivals started in the slice; absent where the tool does not tell. */
  readonly arrivals?: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
}

export interface TimelineFrame {
  readonly sliceSeconds: number;
  /** Seconds from the start of the measured window to the start of the run (0 or negative). */
  readonly runFromSeconds: number;
  /** Seconds from the start of the measured window to its end. */
  readonly measuredToSeconds: number;
  /** Seconds from the start of the measured window to the last request; iterations under way outlast the window. */
  readonly lastRequestSeconds: number;
  readonly plannedCurve: readonly CurveCorner[];
}

/**
 * Timeline from the first to the last second of the run without holes: a second without any request is a rate of 0, which is
 * exactly what a reader looks for.
 */
export function assembleTimeline(
  slices: readonly SliceFigures[],
  frame: TimelineFrame,
): readonly TimelineSlice[] {
  const { sliceSeconds, plannedCurve } = frame;
  const byIndex = new Map(slices.map((slice) => [slice.index, slice]));
  const indices = slices.map((slice) => slice.index);
  const first = indices.reduce((a, b) => Math.min(a, b), Math.floor(frame.runFromSeconds / sliceSeconds));
  const last = indices.reduce(
    (a, b) => Math.max(a, b),
    Math.ceil(frame.measuredToSeconds / sliceSeconds) - 1,
  );
  const withArrivals = slices.some((slice) => slice.arrivals !== undefined);
  const timeline: TimelineSlice[] = [];
  for (let index = first; index <= last; index += 1) {
    const slice = byIndex.get(index);
    const from = index * sliceSeconds;
    const to = from + sliceSeconds;
    const covered = coveredSeconds(from, to, frame);
    timeline.push({
      atSeconds: from,
      plannedRatePerSecond: meanPlannedRate(plannedCurve, from, Math.min(to, frame.measuredToSeconds)),
      ...(withArrivals ? { arrivalRatePerSecond: (slice?.arrivals ?? 0) / covered } : {}),
      requestRatePerSecond: (slice?.requests ?? 0) / covered,
      errorRatePerSecond: (slice?.errors ?? 0) / covered,
      p50Ms: slice?.p50Ms ?? null,
      p95Ms: slice?.p95Ms ?? null,
      p99Ms: slice?.p99Ms ?? null,
    });
  }
  return timeline;
}

/**
 * The part of a slice inside the run: a first or last slice that the run only touches would otherwise show a rate too low.
 * At least a tenth of the slice, so that two requests in a sliver do not become a peak.
 */
function coveredSeconds(from: number, to: number, frame: TimelineFrame): number {
  const runTo = Math.max(frame.measuredToSeconds, frame.lastRequestSeconds);
  return Math.max(Math.min(to, runTo) - Math.max(from, frame.runFromSeconds), (to - from) / 10);
}
