import { ITERATION_COLUMNS, SAMPLE_COLUMNS } from "../../../storage/schema";

/**
 * k6's CSV output as requests. k6 writes nine rows a request, one after the other, all with the same tags and the same time, in this
 * order: http_reqs, http_req_duration, _blocked, _connecting, _tls_handshaking, _sending, _waiting, _receiving, _failed. The time is the
 * instant at which the last byte of the response had arrived (or the request had failed). http_req_duration is sending + waiting +
 * receiving: it starts once the connection stands. Waiting for a connection, DNS, TCP and TLS come before it (http_req_blocked), so a
 * sample starts at the row's time minus its duration, and connection set-up is not in its duration; k6IntegritySql reports it.
 */

/** What k6's rows do not say of themselves. */
export interface K6SampleContext {
  readonly campaign: string;
  readonly run: string;
  readonly side: string;
  readonly replicate: number;
  readonly generator: string;
  readonly scenario: string;
  /** True for a user's own script: failed checks are told by virtual user and iteration. */
  readonly native: boolean;
}

const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** Columns in every CSV that perfbed makes k6 write, in file order; a native script's has `check` in front. */
const COLUMNS = ["error_code", "name", "scenario", "status", "extra_tags", "metadata"] as const;

/** The rows of one CSV file. Memory stays bounded: the file is read as a stream. */
function rowsSql(csvPath: string, native: boolean): string {
  const tags = native ? ["check", ...COLUMNS] : COLUMNS;
  const columns = [
    "'metric_name':'VARCHAR'",
    "'timestamp':'BIGINT'",
    "'metric_value':'DOUBLE'",
    ...tags.map((name) => `'${name}':'VARCHAR'`),
  ];
  return `read_csv(${text(csvPath)}, header=true, auto_detect=false, delim=',', quote='"', escape='"', nullstr='', max_line_size=1048576, columns={${columns.join(", ")}})`;
}

/** k6's error codes as short classes; 1000 + status for unexpected statuses. */
const ERROR_CLASS = `CASE
      WHEN code = 1050 THEN 'timeout'
      WHEN code = 1211 THEN 'connect-timeout'
      WHEN code = 1212 THEN 'connection-refused'
      WHEN code = 1220 THEN 'connection-reset'
      WHEN code = 1201 THEN 'broken-pipe'
      WHEN code BETWEEN 1100 AND 1199 THEN 'dns'
      WHEN code BETWEEN 1200 AND 1299 THEN 'tcp'
      WHEN code BETWEEN 1300 AND 1399 THEN 'tls'
      WHEN status BETWEEN 500 AND 599 THEN 'http-5xx'
      WHEN status BETWEEN 400 AND 499 THEN 'http-4xx'
      WHEN status > 0 THEN 'unexpected-status'
      WHEN code BETWEEN 1600 AND 1699 THEN 'http2'
      ELSE 'no-response'
    END`;

/** Which request a row belongs to, for failed checks. k6 writes the two parts of a native script's in any order. */
function linkExpression(native: boolean): string {
  return native
    ? "coalesce(scenario, '') || '/' || regexp_extract(metadata, 'vu=([0-9]+)', 1) || '/' || regexp_extract(metadata, 'iter=([0-9]+)', 1)"
    : "scenario || '/' || name || '/' || metadata";
}

/** Metrics that samples are made from; row numbers count these rows only. */
const wantedMetrics = (native: boolean): string =>
  [
    "http_req_duration",
    "http_req_sending",
    "http_req_waiting",
    "http_req_failed",
    ...(native ? ["checks"] : []),
  ]
    .map(text)
    .join(", ");

/** The requests whose check failed: by their link, or for a native script by their position in the file. */
function failedRequestsSql(csvPath: string, native: boolean): string {
  const rows = rowsSql(csvPath, native);
  const link = linkExpression(native);
  const failing = native
    ? "metric_name = 'checks' AND metric_value = 0"
    : "metric_name = 'perfbed_check_failed'";
  const links = `SELECT DISTINCT ${link} AS link FROM ${rows} WHERE ${failing}`;
  if (!native) return links;
  // A virtual user makes one request after the other: the check belongs to the last one before it.
  return `SELECT DISTINCT request_position AS position FROM (
      SELECT metric_name, metric_value,
             max(CASE WHEN metric_name = 'http_req_duration' THEN position END) OVER (PARTITION BY link ORDER BY position) AS request_position
      FROM (SELECT row_number() OVER () AS position, metric_name, metric_value, ${link} AS link
            FROM ${rows} WHERE metric_name IN (${wantedMetrics(native)}))
      SEMI JOIN (${links}) AS failing USING (link)
    ) WHERE ${failing} AND request_position IS NOT NULL`;
}

/**
 * A SELECT that makes one row a request, in the order of SAMPLE_COLUMNS, from one generator's CSV file. Warm-up is in it: the window is
 * cut by time later. The rows of a request are told by their order in the file: the session must keep `preserve_insertion_order`.
 */
export function k6SamplesSql(csvPath: string, context: K6SampleContext): string {
  const { native } = context;
  const lead = (column: string, offset: number): string => `lead(${column}, ${offset}) OVER ()`;
  const failedMark = native
    ? "position IN (SELECT position FROM failed)"
    : "link IN (SELECT link FROM failed)";
  const values: Readonly<Record<keyof typeof SAMPLE_COLUMNS, string>> = {
    campaign: text(context.campaign),
    run: text(context.run),
    side: text(context.side),
    replicate: String(Math.trunc(context.replicate)),
    generator: text(context.generator),
    scenario: text(context.scenario),
    journey: "journey",
    step: "step",
    scheduledAtUs: "NULL",
    startedAtUs: "ended_us - round(duration_ms * 1000)",
    durationUs: "round(duration_ms * 1000)",
    firstByteUs: "CASE WHEN status > 0 THEN round(first_byte_ms * 1000) END",
    status: "status",
    ok: "NOT (failed OR check_failed)",
    error: `CASE WHEN failed THEN ${ERROR_CLASS} WHEN check_failed THEN 'check-failed' END`,
    bytes: "NULL",
    traceId: "NULL",
  };
  const columns = Object.keys(SAMPLE_COLUMNS)
    .filter(isSampleColumn)
    .map((name) => `CAST(${values[name]} AS ${SAMPLE_COLUMNS[name]}) AS "${name}"`);
  return `WITH failed AS (
    ${failedRequestsSql(csvPath, native)}
  ), neighbours AS (
    SELECT metric_name, "timestamp", metric_value, name, scenario, status, error_code, metadata,
           ${native ? "row_number() OVER () AS position," : ""}
           ${lead("metric_value", 1)} AS value1, ${lead("metric_name", 2)} AS metric2, ${lead("metric_value", 2)} AS value2,
           ${lead("metric_name", 3)} AS metric3, ${lead("metric_value", 3)} AS value3
    FROM ${rowsSql(csvPath, native)} WHERE metric_name IN (${wantedMetrics(native)})
  ), requests AS (
    SELECT "timestamp" AS ended_us, metric_value AS duration_ms, coalesce(scenario, '') AS journey, coalesce(name, '') AS step,
           coalesce(CAST(status AS INTEGER), 0) AS status, CAST(error_code AS INTEGER) AS code,
           ${native ? "position" : `CASE WHEN metadata IS NOT NULL THEN ${linkExpression(false)} END AS link`},
           CASE WHEN metric2 = 'http_req_waiting' THEN value1 + value2 END AS first_byte_ms,
           CASE WHEN metric3 = 'http_req_failed' THEN value3 <> 0 END AS failed_value
    FROM neighbours WHERE metric_name = 'http_req_duration'
  ), judged AS (
    SELECT *, coalesce(failed_value, status = 0 OR status >= 400) AS failed, coalesce(${failedMark}, false) AS check_failed
    FROM requests
  )
  SELECT ${columns.join(",\n         ")}
  FROM judged`;
}

function isSampleColumn(name: string): name is keyof typeof SAMPLE_COLUMNS {
  return name in SAMPLE_COLUMNS;
}

/**
 * A SELECT of one generator's arrivals by journey and second, in the order of ITERATION_COLUMNS. A rendered script says when an
 * iteration starts. A native script's are known by their end only, so that interrupted ones are missing among the started there.
 */
export function k6IterationsSql(csvPath: string, context: K6SampleContext): string {
  const { native } = context;
  const start = native ? "iteration_duration" : "perfbed_visit_started";
  const instant = native
    ? `"timestamp" - CASE WHEN metric_name = '${start}' THEN CAST(round(metric_value * 1000) AS BIGINT) ELSE 0 END`
    : '"timestamp"';
  const values: Readonly<Record<keyof typeof ITERATION_COLUMNS, string>> = {
    generator: text(context.generator),
    journey: "journey",
    atUs: "at_us",
    started: `count(*) FILTER (WHERE metric_name = '${start}')`,
    dropped: "coalesce(sum(metric_value) FILTER (WHERE metric_name = 'dropped_iterations'), 0)",
    completed: "coalesce(sum(metric_value) FILTER (WHERE metric_name = 'iterations'), 0)",
  };
  const columns = Object.keys(ITERATION_COLUMNS)
    .filter(isIterationColumn)
    .map((name) => `CAST(${values[name]} AS ${ITERATION_COLUMNS[name]}) AS "${name}"`);
  return `SELECT ${columns.join(", ")}
  FROM (SELECT coalesce(scenario, '') AS journey, (${instant}) // 1000000 * 1000000 AS at_us, metric_name, metric_value
        FROM ${rowsSql(csvPath, native)} WHERE metric_name IN ('${start}', 'dropped_iterations', 'iterations'))
  GROUP BY journey, at_us ORDER BY at_us, journey`;
}

function isIterationColumn(name: string): name is keyof typeof ITERATION_COLUMNS {
  return name in ITERATION_COLUMNS;
}

/**
 * A SELECT of one row that says whether the file can be believed: `requests` (k6's own count), `durations` (rows that become samples),
 * `incomplete` (samples without their waiting or failed row: a killed generator), `connectionWaitMaxMs` and `connectionWaitMeanMs`
 * (time before the connection stood, which is not in the durations).
 */
export function k6IntegritySql(csvPath: string, native: boolean): string {
  return `SELECT count(*) FILTER (WHERE metric_name = 'http_reqs') AS requests,
         count(*) FILTER (WHERE metric_name = 'http_req_duration') AS durations,
         count(*) FILTER (WHERE metric_name = 'http_req_duration') - least(
           count(*) FILTER (WHERE metric_name = 'http_req_waiting'), count(*) FILTER (WHERE metric_name = 'http_req_failed')) AS incomplete,
         max(metric_value) FILTER (WHERE metric_name = 'http_req_blocked') AS "connectionWaitMaxMs",
         avg(metric_value) FILTER (WHERE metric_name = 'http_req_blocked') AS "connectionWaitMeanMs"
  FROM ${rowsSql(csvPath, native)}`;
}
