import { literal } from "../engine";
import type { TimeWindow } from "../sample-figures";

/** One line of a collector's file is one export: a bound against a file that is none. */
const LONGEST_LINE_BYTES = 64 * 1024 * 1024;

const VALUE = "STRUCT(stringValue VARCHAR, intValue VARCHAR, doubleValue DOUBLE, boolValue BOOLEAN)";
const ATTRIBUTES = `STRUCT("key" VARCHAR, "value" ${VALUE})[]`;
const RESOURCE = `STRUCT(attributes ${ATTRIBUTES})`;
const SPAN = `STRUCT(traceId VARCHAR, spanId VARCHAR, parentSpanId VARCHAR, name VARCHAR, kind INTEGER, startTimeUnixNano VARCHAR,
  endTimeUnixNano VARCHAR, attributes ${ATTRIBUTES}, status STRUCT(code INTEGER))`;
const NUMBER_POINT = `STRUCT(attributes ${ATTRIBUTES}, timeUnixNano VARCHAR, asDouble DOUBLE, asInt VARCHAR)`;
const HISTOGRAM_POINT = `STRUCT(attributes ${ATTRIBUTES}, timeUnixNano VARCHAR, "count" VARCHAR, "sum" DOUBLE)`;
const METRIC = `STRUCT(name VARCHAR, gauge STRUCT(dataPoints ${NUMBER_POINT}[]),
  "sum" STRUCT(isMonotonic BOOLEAN, dataPoints ${NUMBER_POINT}[]), histogram STRUCT(dataPoints ${HISTOGRAM_POINT}[]))`;

/** Reads lines of OTLP/JSON. A line that is cut off, because the collector was killed, is left out. */
const lines = (file: string, column: string, type: string): string =>
  `read_json(${literal(file)}, format = 'newline_delimited', ignore_errors = true, maximum_object_size = ${LONGEST_LINE_BYTES},
    columns = {${literal(column)}: ${literal(type)}})`;

const text = (value: string): string =>
  `coalesce(${value}.stringValue, ${value}.intValue, CAST(${value}.doubleValue AS VARCHAR), CAST(${value}.boolValue AS VARCHAR))`;

/** A JSON object of text; attributes of other types (lists, bytes) are left out. */
const object = (attributes: string): string =>
  `CAST(to_json(map_from_entries(list_transform(list_filter(coalesce(${attributes}, []), lambda one: ${text('one."value"')} IS NOT NULL),
    lambda one: struct_pack(k := one."key", v := ${text('one."value"')})))) AS VARCHAR)`;

const attribute = (attributes: string, name: string): string =>
  `list_filter(coalesce(${attributes}, []), lambda one: one."key" = ${literal(name)})[1]."value".stringValue`;

/** The service's instance; its process where no instance is named. */
const instance = (resource: string): string =>
  `coalesce(${attribute(`${resource}.attributes`, "service.instance.id")}, ${attribute(`${resource}.attributes`, "host.name")}, '')`;

/**
 * SELECT of SPAN_COLUMNS from a collector's `traces.jsonl`, the spans that began in the window.
 * @param window microseconds since the epoch
 */
export function otlpSpansSql(file: string, window: TimeWindow): string {
  return `WITH resources AS (
    SELECT unnest(resourceSpans) AS one FROM ${lines(file, "resourceSpans", `STRUCT(resource ${RESOURCE}, scopeSpans STRUCT(spans ${SPAN}[])[])[]`)}
  ), scopes AS (
    SELECT one.resource AS resource, unnest(one.scopeSpans) AS scope FROM resources
  ), spans AS (
    SELECT resource, unnest(scope.spans) AS span FROM scopes
  ), timed AS (
    SELECT resource, span, CAST(span.startTimeUnixNano AS BIGINT) AS startNs, CAST(span.endTimeUnixNano AS BIGINT) AS endNs FROM spans
  )
  SELECT span.traceId AS traceId, span.spanId AS spanId, nullif(coalesce(span.parentSpanId, ''), '') AS parentSpanId,
    coalesce(${attribute("resource.attributes", "service.name")}, '') AS service, ${instance("resource")} AS instance,
    coalesce(span.name, '') AS name, coalesce(span.kind, 1) AS kind, startNs, greatest(endNs - startNs, 0) AS durationNs,
    coalesce(span.status.code, 0) = 2 AS failed, ${object("span.attributes")} AS attributes
  FROM timed
  WHERE span.traceId IS NOT NULL AND span.spanId IS NOT NULL
    AND startNs >= ${Math.round(window.fromUs)} * 1000 AND startNs < ${Math.round(window.toUs)} * 1000
  ORDER BY traceId, startNs`;
}

/** SELECT of METRIC_COLUMNS from a collector's `metrics.jsonl`, the readings of the window. Buckets of histograms are not kept. */
export function otlpMetricsSql(file: string, window: TimeWindow): string {
  const number = (
    points: string,
    kind: string,
  ): string => `SELECT resource, metric.name AS metric, ${kind} AS kind, point.attributes AS labels,
      point.timeUnixNano AS timeNs, coalesce(point.asDouble, CAST(point.asInt AS DOUBLE)) AS value, CAST(NULL AS BIGINT) AS count
    FROM (SELECT resource, metric, unnest(${points}) AS point FROM metrics)`;
  return `WITH resources AS (
    SELECT unnest(resourceMetrics) AS one FROM ${lines(file, "resourceMetrics", `STRUCT(resource ${RESOURCE}, scopeMetrics STRUCT(metrics ${METRIC}[])[])[]`)}
  ), scopes AS (
    SELECT one.resource AS resource, unnest(one.scopeMetrics) AS scope FROM resources
  ), metrics AS (
    SELECT resource, unnest(scope.metrics) AS metric FROM scopes
  ), points AS (
    ${number("metric.gauge.dataPoints", "'gauge'")}
    UNION ALL
    ${number('metric."sum".dataPoints', `CASE WHEN metric."sum".isMonotonic THEN 'counter' ELSE 'gauge' END`)}
    UNION ALL
    SELECT resource, metric.name AS metric, 'histogram' AS kind, point.attributes AS labels, point.timeUnixNano AS timeNs,
      point."sum" AS value, CAST(point."count" AS BIGINT) AS count
    FROM (SELECT resource, metric, unnest(metric.histogram.dataPoints) AS point FROM metrics)
  )
  SELECT CAST(timeNs AS BIGINT) // 1000 AS atUs, ${instance("resource")} AS instance, metric, kind, ${object("labels")} AS labels, value, count
  FROM points
  WHERE value IS NOT NULL AND CAST(timeNs AS BIGINT) // 1000 >= ${Math.round(window.fromUs)}
    AND CAST(timeNs AS BIGINT) // 1000 < ${Math.round(window.toUs)}
  ORDER BY atUs, instance, metric`;
}
