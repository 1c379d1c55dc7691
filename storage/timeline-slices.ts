import { exceedances } from "../analysis/quantiles";
import { type SliceFigures, TIMELINE_MIN_EXCEEDANCES } from "../analysis/timeline";
import { queryArrivalsPerSlice, type SliceOptions } from "./arrivals";
import type { SqlEngine } from "./engine";
import { sampleSource } from "./sample-histogram";
import { sliceIndex } from "./slice-index";

/** Rows whose durations are held in memory at once, about 50 MiB. */
const ROWS_PER_BATCH = 2_000_000;

export interface TimelineSlices {
  readonly slices: readonly SliceFigures[];
  /** Start of the last request; null when there is none. */
  readonly lastRequestUs: number | null;
}

interface SliceCount {
  readonly index: number;
  readonly requests: number;
  readonly errors: number;
}

/** Figures per slice over all rows, warm-up included. Quantiles are exact; failed requests rank after all others. */
export async function queryTimelineSlices(
  engine: SqlEngine,
  samples: readonly string[],
  iterations: readonly string[],
  options: SliceOptions,
): Promise<TimelineSlices> {
  if (samples.length === 0) return { slices: [], lastRequestUs: null };
  const index = sliceIndex(options);
  const source = sampleSource(samples);
  const counts = (
    await engine.rows(
      `SELECT ${index} AS slice, count(*) AS requests, count(*) FILTER (NOT ok) AS errors FROM ${source} GROUP BY 1 ORDER BY 1`,
    )
  ).map((row) => ({
    index: row.number("slice"),
    requests: row.number("requests"),
    errors: row.number("errors"),
  }));
  const arrivals = await queryArrivalsPerSlice(engine, iterations, options);
  const quantiles = new Map<number, readonly (number | null)[]>();
  for (const { first, last } of batches(counts)) {
    const fromUs = options.originUs + first * options.sliceSeconds * 1e6;
    const toUs = options.originUs + (last + 1) * options.sliceSeconds * 1e6;
    const rows = await engine.rows(`
      SELECT slice, q[1] AS p50, q[2] AS p95, q[3] AS p99 FROM (
        SELECT ${index} AS slice,
          quantile_cont(CASE WHEN ok THEN durationUs::DOUBLE ELSE 'infinity'::DOUBLE END, [0.5, 0.95, 0.99]) AS q
        FROM ${source} WHERE startedAtUs >= ${Math.round(fromUs)} AND startedAtUs < ${Math.round(toUs)} GROUP BY 1)`);
    for (const row of rows) {
      const values = [row.numberOrNull("p50"), row.numberOrNull("p95"), row.numberOrNull("p99")];
      quantiles.set(row.number("slice"), values);
    }
  }
  const withRequests = new Set(counts.map((count) => count.index));
  const arrivalsOnly = [...(arrivals?.keys() ?? [])].filter((slice) => !withRequests.has(slice));
  const slices = [...counts, ...arrivalsOnly.map((slice) => ({ index: slice, requests: 0, errors: 0 }))]
    .sort((a, b) => a.index - b.index)
    .map((count): SliceFigures => {
      const [p50, p95, p99] = quantiles.get(count.index) ?? [];
      return {
        ...count,
        ...(arrivals === undefined ? {} : { arrivals: arrivals.get(count.index) ?? 0 }),
        p50Ms: told(p50, count.requests, 0.5),
        p95Ms: told(p95, count.requests, 0.95),
        p99Ms: told(p99, count.requests, 0.99),
      };
    });
  const last = await engine.row(`SELECT max(startedAtUs) AS lastUs FROM ${source}`);
  return { slices, lastRequestUs: last?.numberOrNull("lastUs") ?? null };
}

/** In ms; null with too few samples, and where the quantile falls among failed requests (infinite). */
function told(valueUs: number | null | undefined, requests: number, probability: number): number | null {
  if (valueUs === null || valueUs === undefined || !Number.isFinite(valueUs)) return null;
  return exceedances(requests, probability) < TIMELINE_MIN_EXCEEDANCES ? null : valueUs / 1000;
}

/** Runs of neighbouring slices with at most ROWS_PER_BATCH rows each (one slice may have more), so that memory stays flat in long runs. */
function batches(counts: readonly SliceCount[]): readonly { first: number; last: number }[] {
  const found: { first: number; last: number }[] = [];
  let rows = 0;
  for (const { index, requests } of counts) {
    const current = found.at(-1);
    if (current !== undefined && rows + requests <= ROWS_PER_BATCH) {
      current.last = index;
      rows += requests;
    } else {
      found.push({ first: index, last: index });
      rows = requests;
    }
  }
  return found;
}
