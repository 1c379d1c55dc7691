import { identifier, literal } from "./engine";
import { parquetSource } from "./parquet-table";
import { SAMPLE_COLUMNS } from "./schema";

/**
 * Samples of runs that are too large for a row each: requests of the same journey, step, outcome and second whose durations fall into the
 * same bucket are one row with a weight. Buckets are those of an HDR histogram with three significant digits (G. Tene, HdrHistogram):
 * exact below 2,048 µs, above it 1,024 buckets for each power of two. Histograms of any number of generators merge by adding weights,
 * which loses nothing more, and every reader sees rows again.
 */

/** Largest error of a duration, and with it of every quantile: half a bucket, as a share of the value. */
export const HISTOGRAM_RELATIVE_ERROR = 1 / 2048;
/** Requests are told apart by the second that they started in, seconds. */
export const HISTOGRAM_SLOT_SECONDS = 1;

const SUB_BUCKET_BITS = 10;

const SUFFIX = ".histogram.parquet";

/** Name of the part's file: its reader is told by it. */
export const histogramFile = (file: string): string => file.replace(/\.parquet$/, SUFFIX);

export const isHistogramFile = (file: string): boolean => file.endsWith(SUFFIX);

export const HISTOGRAM_COLUMNS = { ...SAMPLE_COLUMNS, weight: "BIGINT" } as const;

/** The middle of the bucket of a duration in whole microseconds. The half keeps the logarithm off whole numbers, where it is rounded. */
function bucketSql(column: string): string {
  const shift = `greatest(0, floor(log2(greatest(${column}, 1) + 0.5))::INTEGER - ${SUB_BUCKET_BITS})`;
  return `((((${column} >> ${shift}) << ${shift})) + (((1::BIGINT << ${shift}) - 1) // 2))`;
}

/**
 * A SELECT of HISTOGRAM_COLUMNS from one of SAMPLE_COLUMNS. What cannot be added up is left out: first bytes, sizes, trace ids.
 * @param originUs start of the measured window: seconds are counted from it, so that the window cuts no second in two
 */
export function histogramSelect(select: string, originUs: number): string {
  const slotUs = HISTOGRAM_SLOT_SECONDS * 1_000_000;
  const origin = Math.round(originUs);
  const values: Readonly<Partial<Record<string, string>>> = {
    scheduledAtUs: "NULL",
    startedAtUs: `${origin} + (CAST(floor((startedAtUs - ${origin}) / ${slotUs}.0) AS BIGINT)) * ${slotUs}`,
    durationUs: bucketSql("CAST(durationUs AS BIGINT)"),
    firstByteUs: "NULL",
    bytes: "NULL",
    traceId: "NULL",
  };
  const columns = Object.entries(SAMPLE_COLUMNS).map(
    ([name, type]) => `CAST(${values[name] ?? identifier(name)} AS ${type}) AS ${identifier(name)}`,
  );
  return `SELECT *, count(*) AS weight FROM (SELECT ${columns.join(", ")} FROM (${select})) GROUP BY ALL`;
}

/** SQL for reading sample files as one row a request, whichever way they were written. */
export function sampleSource(files: readonly string[]): string {
  const rows = files.filter((file) => !isHistogramFile(file));
  const histograms = files.filter(isHistogramFile);
  if (histograms.length === 0) return parquetSource(rows);
  const list = histograms.map(literal).join(", ");
  const expanded = `SELECT * EXCLUDE (weight, copy) FROM (SELECT *, unnest(range(weight)) AS copy FROM read_parquet([${list}]))`;
  return rows.length === 0
    ? `(${expanded})`
    : `(${expanded} UNION ALL BY NAME SELECT * FROM ${parquetSource(rows)})`;
}
