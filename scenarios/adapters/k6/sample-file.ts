import { type SampleFile, SampleOutput } from "../sample-file";
import { readCsvSql, text } from "../sql-text";

/** What both outputs have in common: k6's names for metrics and tags. */
const COMMON = { metric_name: "VARCHAR", timestamp: "BIGINT", metric_value: "DOUBLE" } as const;

/** The rows of the file, in file order. */
export function rowsSql({ path, output, native }: SampleFile): string {
  if (output === SampleOutput.Perfbed) {
    // The order of rows matters for failed checks alone, and those of rendered scripts name their request.
    return readCsvSql(path, native, {
      ...COMMON,
      failed: "INTEGER",
      sending: "DOUBLE",
      waiting: "DOUBLE",
      blocked: "DOUBLE",
      status: "INTEGER",
      error_code: "INTEGER",
      scenario: "VARCHAR",
      name: "VARCHAR",
      metadata: "VARCHAR",
    });
  }
  return readCsvSql(path, true, {
    ...COMMON,
    ...(native ? { check: "VARCHAR" } : {}),
    error_code: "INTEGER",
    name: "VARCHAR",
    scenario: "VARCHAR",
    status: "INTEGER",
    extra_tags: "VARCHAR",
    metadata: "VARCHAR",
  });
}

/** The metric whose rows stand for a request each. */
export const requestMetric = (output: SampleOutput): string =>
  output === SampleOutput.Perfbed ? "http_req" : "http_req_duration";

/** The rows that requests are made from, failed checks of native scripts included; positions count these alone. */
function wantedRows(file: SampleFile): string {
  const metrics = [
    requestMetric(file.output),
    ...(file.output === SampleOutput.Csv ? ["http_req_sending", "http_req_waiting", "http_req_failed"] : []),
    ...(file.native ? ["checks"] : []),
  ];
  return `${rowsSql(file)} WHERE metric_name IN (${metrics.map(text).join(", ")})`;
}

/** Which request a row belongs to, for failed checks. k6 writes the two parts of a native script's in any order. */
function linkExpression(native: boolean): string {
  return native
    ? "coalesce(scenario, '') || '/' || regexp_extract(metadata, 'vu=([0-9]+)', 1) || '/' || regexp_extract(metadata, 'iter=([0-9]+)', 1)"
    : "scenario || '/' || name || '/' || regexp_extract(metadata, 'request=([^&]*)', 1)";
}

/** The requests whose check failed: by their `link`, or for a native script by their `position` in the file. */
export function failedChecksSql(file: SampleFile): string {
  const { native } = file;
  const link = linkExpression(native);
  const failing = native
    ? "metric_name = 'checks' AND metric_value = 0"
    : "metric_name = 'perfbed_check_failed'";
  const links = `SELECT DISTINCT ${link} AS link FROM ${rowsSql(file)} WHERE ${failing}`;
  if (!native) return links;
  // A virtual user makes one request after the other: the check belongs to the last one before it.
  return `SELECT DISTINCT request_position AS position FROM (
      SELECT metric_name, metric_value,
             max(CASE WHEN metric_name = ${text(requestMetric(file.output))} THEN position END) OVER (PARTITION BY link ORDER BY position) AS request_position
      FROM (SELECT row_number() OVER () AS position, metric_name, metric_value, ${link} AS link FROM ${wantedRows(file)})
      SEMI JOIN (${links}) AS failing USING (link)
    ) WHERE ${failing} AND request_position IS NOT NULL`;
}

/** Rows of what is no HTTP request, with the columns of requestsSql. Only rendered scripts write them. */
function exchangesSql(file: SampleFile): string {
  return `SELECT "timestamp" AS ended_us, metric_value AS duration_ms, NULL AS trace_id,
           coalesce(scenario, '') AS journey, coalesce(name, '') AS step, CAST(regexp_extract(metadata, 'status=([0-9]+)', 1) AS INTEGER) AS status, NULL AS code, NULL AS link,
           NULL AS first_byte_ms, metadata LIKE '%failed=1%' AS failed_value,
           nullif(regexp_extract(metadata, 'error=([a-z0-9-]+)', 1), '') AS error_text
    FROM ${rowsSql(file)} WHERE metric_name = 'perfbed_exchange'`;
}

/**
 * One row a request, in file order: ended_us, duration_ms, trace_id, journey, step, status, code, what failedChecksSql tells them by,
 * first_byte_ms, failed_value (k6's own judgement, null where it is missing) and error_text (null where the code says it). In k6's CSV the
 * rows of a request are told by their order in the file: the session must keep `preserve_insertion_order`.
 */
export function requestsSql(file: SampleFile): string {
  const told = file.native
    ? "position"
    : `CASE WHEN contains(metadata, 'request=') THEN ${linkExpression(false)} END AS link`;
  const others = file.native ? "" : `\n    UNION ALL\n    ${exchangesSql(file)}`;
  const trace = "nullif(regexp_extract(metadata, 'trace_id=([0-9a-f]{32})', 1), '') AS trace_id";
  const tags = `${trace}, coalesce(scenario, '') AS journey, coalesce(name, '') AS step, coalesce(status, 0) AS status, error_code AS code`;
  if (file.output === SampleOutput.Perfbed) {
    return `SELECT "timestamp" AS ended_us, metric_value AS duration_ms, ${tags}, ${told},
           sending + waiting AS first_byte_ms, failed <> 0 AS failed_value, NULL AS error_text
    FROM (SELECT ${file.native ? "row_number() OVER () AS position, *" : "*"} FROM ${wantedRows(file)}) WHERE metric_name = 'http_req'${others}`;
  }
  const lead = (column: string, offset: number): string => `lead(${column}, ${offset}) OVER ()`;
  return `SELECT "timestamp" AS ended_us, metric_value AS duration_ms, ${tags}, ${told},
           CASE WHEN metric2 = 'http_req_waiting' THEN value1 + value2 END AS first_byte_ms,
           CASE WHEN metric3 = 'http_req_failed' THEN value3 <> 0 END AS failed_value, NULL AS error_text
    FROM (
      SELECT *, ${file.native ? "row_number() OVER () AS position," : ""}
             ${lead("metric_value", 1)} AS value1, ${lead("metric_name", 2)} AS metric2, ${lead("metric_value", 2)} AS value2,
             ${lead("metric_name", 3)} AS metric3, ${lead("metric_value", 3)} AS value3
      FROM ${wantedRows(file)}
    ) WHERE metric_name = 'http_req_duration'${others}`;
}
