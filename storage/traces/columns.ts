/** One span. One row of `spans.parquet`. */
export const SPAN_COLUMNS = {
  traceId: "VARCHAR",
  spanId: "VARCHAR",
  /** Null for a root. A load generator's parent has no row of its own. */
  parentSpanId: "VARCHAR",
  service: "VARCHAR",
  instance: "VARCHAR",
  name: "VARCHAR",
  /** OpenTelemetry's number: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  kind: "INTEGER",
  /** Nanoseconds since the epoch, on the application's clock. */
  startNs: "BIGINT",
  durationNs: "BIGINT",
  failed: "BOOLEAN",
  /** JSON object of text by attribute name. */
  attributes: "VARCHAR",
} as const;

/** One reading of one metric of one instance. One row of `opentelemetry-metrics.parquet` and of `prometheus.parquet`. */
export const METRIC_COLUMNS = {
  atUs: "BIGINT",
  instance: "VARCHAR",
  metric: "VARCHAR",
  /** `counter`, `gauge`, `histogram`, `summary` or `untyped`. */
  kind: "VARCHAR",
  /** JSON object of text by label name. */
  labels: "VARCHAR",
  /** Of a histogram the sum of its values. */
  value: "DOUBLE",
  /** How many values a histogram has counted; null for the rest. */
  count: "BIGINT",
} as const;
