import type { SliceOptions } from "./arrivals";
import type { SqlEngine } from "./engine";
import { sampleSource } from "./sample-histogram";
import { sliceIndex } from "./slice-index";

/** Mean duration of a slice of time. */
export interface SliceMean {
  /** Start of the slice, seconds from the origin: negative before it. */
  readonly atSeconds: number;
  readonly meanMs: number;
}

/** Mean duration of the requests that were answered without failure, by the slice that they started in, in order; slices without any are left out. */
export async function queryMeanSlices(
  engine: SqlEngine,
  samples: readonly string[],
  options: SliceOptions,
): Promise<readonly SliceMean[]> {
  if (samples.length === 0) return [];
  const rows = await engine.rows(`
    SELECT ${sliceIndex(options)} AS slice,
           avg(durationUs) / 1000 AS meanMs
    FROM ${sampleSource(samples)} WHERE ok GROUP BY 1 ORDER BY 1`);
  return rows.map((row) => ({
    atSeconds: row.number("slice") * options.sliceSeconds,
    meanMs: row.number("meanMs"),
  }));
}
