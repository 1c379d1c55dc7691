import { ITERATION_COLUMNS, SAMPLE_COLUMNS } from "../../../storage/schema";
import type { SampleContext, SampleFile } from "../sample-file";
import { readCsvSql, text } from "../sql-text";
import { ROW_COLUMNS } from "./columns";

const rowsSql = (file: SampleFile): string => readCsvSql(file.path, false, ROW_COLUMNS);

/** The columns of a table in its order, each cast to its type. */
function selection<Columns extends Readonly<Record<string, string>>>(
  columns: Columns,
  values: Readonly<Record<keyof Columns, string>>,
): string {
  return Object.entries(columns)
    .map(([name, type]) => `CAST(${values[name] ?? "NULL"} AS ${type}) AS "${name}"`)
    .join(",\n         ");
}

/** A SELECT of one row a request, in the order of SAMPLE_COLUMNS. Warm-up is in it: the window is cut by time later. */
export function rowSamplesSql(file: SampleFile, context: SampleContext): string {
  return `SELECT ${selection(SAMPLE_COLUMNS, {
    campaign: text(context.campaign),
    run: text(context.run),
    side: text(context.side),
    replicate: String(Math.trunc(context.replicate)),
    generator: text(context.generator),
    scenario: text(context.scenario),
    journey: "coalesce(journey, '')",
    step: "coalesce(step, '')",
    scheduledAtUs: "at_us - late_us",
    startedAtUs: "at_us",
    durationUs: "duration_us",
    firstByteUs: "first_byte_us",
    status: "coalesce(status, 0)",
    ok: "ok = 1",
    error: "CASE WHEN ok <> 1 THEN coalesce(error, 'unknown') END",
    bytes: "bytes",
    traceId: "NULL",
  })}
  FROM ${rowsSql(file)} WHERE kind = 'request'`;
}

/** A SELECT of one generator's arrivals by journey and second, in the order of ITERATION_COLUMNS. */
export function rowIterationsSql(file: SampleFile, context: SampleContext): string {
  return `SELECT ${selection(ITERATION_COLUMNS, {
    generator: text(context.generator),
    journey: "journey",
    atUs: "at_us",
    started: "count(*) FILTER (WHERE kind = 'start')",
    dropped: "count(*) FILTER (WHERE kind = 'drop')",
    completed: "count(*) FILTER (WHERE kind = 'end')",
  })}
  FROM (SELECT kind, coalesce(journey, '') AS journey, at_us // 1000000 * 1000000 AS at_us
        FROM ${rowsSql(file)} WHERE kind IN ('start', 'drop', 'end'))
  GROUP BY journey, at_us ORDER BY at_us, journey`;
}
