import { literal, type SqlEngine } from "./engine";
import { startedWithin, type TimeWindow } from "./sample-figures";
import { sampleSource } from "./sample-histogram";
import { sliceIndex } from "./slice-index";

/** What makes a request a good one. */
export interface GoodRequest {
  /** Null: every request, whatever its journey. */
  readonly journey: string | null;
  /** Answered without failure within it; null: answered without failure, however late. */
  readonly thresholdMs: number | null;
}

/** Counts of one slice of time. */
export interface SliceCounts {
  /** Start of the slice, seconds since the epoch. */
  readonly atSeconds: number;
  readonly good: number;
  readonly total: number;
}

/** Good and all requests of each slice of the window, in order, slices without traffic included; the last one may be cut short. */
export async function queryRequestSlices(
  engine: SqlEngine,
  samples: readonly string[],
  window: TimeWindow,
  sliceSeconds: number,
  { journey, thresholdMs }: GoodRequest,
): Promise<readonly SliceCounts[]> {
  const count = Math.ceil((window.toUs - window.fromUs) / 1e6 / sliceSeconds - 1e-9);
  const slices = Array.from({ length: Math.max(0, count) }, (_, index) => ({
    atSeconds: window.fromUs / 1e6 + index * sliceSeconds,
    good: 0,
    total: 0,
  }));
  if (samples.length === 0) return slices;
  const good = thresholdMs === null ? "ok" : `ok AND durationUs <= ${Math.round(thresholdMs * 1000)}`;
  const rows = await engine.rows(`
    SELECT ${sliceIndex({ originUs: window.fromUs, sliceSeconds })} AS slice,
           count(*) AS total, count(*) FILTER (${good}) AS good
    FROM ${sampleSource(samples)}
    WHERE ${startedWithin(window)}${journey === null ? "" : ` AND journey = ${literal(journey)}`} GROUP BY 1`);
  for (const row of rows) {
    const slice = slices[row.number("slice")];
    if (slice === undefined) continue;
    slice.good = row.number("good");
    slice.total = row.number("total");
  }
  return slices;
}
