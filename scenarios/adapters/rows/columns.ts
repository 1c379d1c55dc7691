/**
 * What perfbed's recorders inside Locust, Gatling and JMeter write: CSV with a header, one row a thing that happened. The fleet reads
 * the first seven columns of a line while it grows, so they hold no quotes.
 */
export const ROW_COLUMNS = {
  /**
   * `request`; `start` (an iteration began); `end` (it came to its end); `drop` (an arrival that nobody was free for); `begin` (the
   * generator's load began).
   */
  kind: "VARCHAR",
  /** When it began, microseconds since the epoch. */
  at_us: "BIGINT",
  duration_us: "BIGINT",
  first_byte_us: "BIGINT",
  status: "INTEGER",
  /** 1 or 0. */
  ok: "INTEGER",
  /** `start`, and the first request of an iteration: how late it was against the plan, where the tool knows it. */
  late_us: "BIGINT",
  bytes: "BIGINT",
  /** Error class; see storage/schema.ts. */
  error: "VARCHAR",
  journey: "VARCHAR",
  step: "VARCHAR",
} as const;

export const ROW_HEADER = Object.keys(ROW_COLUMNS).join(",");
