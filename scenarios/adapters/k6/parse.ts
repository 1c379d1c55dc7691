import { ITERATION_COLUMNS, SAMPLE_COLUMNS } from "../../../storage/schema";
import { type SampleContext, type SampleFile, SampleOutput } from "../sample-file";
import { text } from "../sql-text";
import { failedChecksSql, requestMetric, requestsSql, rowsSql } from "./sample-file";

/**
 * k6's samples as requests. k6's own CSV output has nine rows a request, one after the other, all with the same tags and the same time,
 * in this order: http_reqs, http_req_duration, _blocked, _connecting, _tls_handshaking, _sending, _waiting, _receiving, _failed;
 * perfbed's output has one with the same figures. The time is the instant at which the last byte of the response had arrived (or the
 * request had failed). http_req_duration is sending + waiting + receiving: it starts once the connection stands. Waiting for a
 * connection, DNS, TCP and TLS come before it (http_req_blocked), so a sample starts at the row's time minus its duration, and
 * connection set-up is not in its duration; k6IntegritySql reports it.
 */

/** What k6's rows do not say of themselves. */
export type K6SampleContext = SampleContext;

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

/**
 * A SELECT that makes one row a request, in the order of SAMPLE_COLUMNS, from one generator's samples. Warm-up is in it: the window is
 * cut by time later. The session must keep `preserve_insertion_order`.
 */
export function k6SamplesSql(file: SampleFile, context: K6SampleContext): string {
  const failedMark = file.native
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
    error: `CASE WHEN failed THEN coalesce(error_text, ${ERROR_CLASS}) WHEN check_failed THEN 'check-failed' END`,
    bytes: "NULL",
    traceId: "trace_id",
  };
  const columns = Object.keys(SAMPLE_COLUMNS)
    .filter(isSampleColumn)
    .map((name) => `CAST(${values[name]} AS ${SAMPLE_COLUMNS[name]}) AS "${name}"`);
  return `WITH failed AS (
    ${failedChecksSql(file)}
  ), requests AS (
    ${requestsSql(file)}
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
export function k6IterationsSql(file: SampleFile, context: K6SampleContext): string {
  const { native } = file;
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
        FROM ${rowsSql(file)} WHERE metric_name IN ('${start}', 'dropped_iterations', 'iterations'))
  GROUP BY journey, at_us ORDER BY at_us, journey`;
}

function isIterationColumn(name: string): name is keyof typeof ITERATION_COLUMNS {
  return name in ITERATION_COLUMNS;
}

/**
 * A SELECT of one row that says whether the file can be believed: `requests` (k6's own count; null where perfbed's output has no last
 * row), `durations` (rows that become samples), `incomplete` (samples without their waiting or failed row: a killed generator),
 * `connectionWaitMaxMs` and `connectionWaitMeanMs` (time before the connection stood, which is not in the durations).
 */
export function k6IntegritySql(file: SampleFile): string {
  const of = (metric: string): string => `FILTER (WHERE metric_name = ${text(metric)})`;
  const durations = `count(*) ${of(requestMetric(file.output))}`;
  const figures =
    file.output === SampleOutput.Perfbed
      ? {
          requests: `CAST(max(metric_value) ${of("end")} AS BIGINT)`,
          incomplete:
            "count(*) FILTER (WHERE metric_name = 'http_req' AND (waiting IS NULL OR failed IS NULL))",
          waits: "blocked) FILTER (WHERE metric_name = 'http_req')",
        }
      : {
          requests: `count(*) ${of("http_reqs")}`,
          incomplete: `${durations} - least(count(*) ${of("http_req_waiting")}, count(*) ${of("http_req_failed")})`,
          waits: `metric_value) ${of("http_req_blocked")}`,
        };
  return `SELECT ${figures.requests} AS requests, ${durations} AS durations, ${figures.incomplete} AS incomplete,
         max(${figures.waits} AS "connectionWaitMaxMs", avg(${figures.waits} AS "connectionWaitMeanMs"
  FROM ${rowsSql(file)}`;
}
