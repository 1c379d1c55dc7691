/** Version of the sample and telemetry files. Raise it with every change of meaning, and keep a migration. */
export const STORAGE_SCHEMA_VERSION = 1;

/** One request. One row of `samples/*.parquet`. */
export interface Sample {
  readonly campaign: string;
  readonly run: string;
  /** `single`, `baseline` or `candidate`, or a sizing's name. */
  readonly side: string;
  readonly replicate: number;
  readonly generator: string;
  readonly scenario: string;
  readonly journey: string;
  readonly step: string;
  /** When the request should have started, microseconds since the epoch; null where the tool does not say. */
  readonly scheduledAtUs: bigint | null;
  readonly startedAtUs: bigint;
  readonly durationUs: number;
  /** Time to first byte; null where the tool does not say. */
  readonly firstByteUs: number | null;
  /** HTTP status; 0 when there was no response. */
  readonly status: number;
  readonly ok: boolean;
  /** Short error class (`timeout`, `connection-refused`, `http-5xx`, `check-failed`), null when ok. */
  readonly error: string | null;
  readonly bytes: number | null;
  readonly traceId: string | null;
}

/** DDL of the sample rows, in column order. */
export const SAMPLE_COLUMNS = {
  campaign: "VARCHAR",
  run: "VARCHAR",
  side: "VARCHAR",
  replicate: "INTEGER",
  generator: "VARCHAR",
  scenario: "VARCHAR",
  journey: "VARCHAR",
  step: "VARCHAR",
  scheduledAtUs: "BIGINT",
  startedAtUs: "BIGINT",
  durationUs: "BIGINT",
  firstByteUs: "BIGINT",
  status: "SMALLINT",
  ok: "BOOLEAN",
  error: "VARCHAR",
  bytes: "BIGINT",
  traceId: "VARCHAR",
} as const;

/** One reading of one figure of one tier. One row of `telemetry.parquet`. */
export interface TelemetryPoint {
  readonly atUs: bigint;
  readonly tier: string;
  /** Source name, e.g. `database-replica-1`, `app-2`. */
  readonly source: string;
  /** e.g. `cpu_cores`, `in_flight`, `cache_hits`; see campaign/telemetry/metrics.ts. */
  readonly metric: string;
  readonly value: number;
}

/** Something that happened, on the same clock as the samples. */
export interface EnvironmentEvent {
  readonly atUs: bigint;
  readonly tier: string;
  readonly source: string;
  /** e.g. `scale-out-decided`, `instance-launched`, `instance-ready`, `first-request`, `drain-started`, `instance-ended`. */
  readonly event: string;
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
}

/** Journey arrivals of one generator in one second. One row of `iterations/*.parquet`. */
export interface IterationCount {
  readonly generator: string;
  readonly journey: string;
  /** Start of the second, microseconds since the epoch. */
  readonly atUs: bigint;
  /** Iterations begun. */
  readonly started: number;
  /** Arrivals that no virtual user was free for. */
  readonly dropped: number;
  readonly completed: number;
}

export const ITERATION_COLUMNS = {
  generator: "VARCHAR",
  journey: "VARCHAR",
  atUs: "BIGINT",
  started: "BIGINT",
  dropped: "BIGINT",
  completed: "BIGINT",
} as const;

export const TELEMETRY_COLUMNS = {
  atUs: "BIGINT",
  tier: "VARCHAR",
  source: "VARCHAR",
  metric: "VARCHAR",
  value: "DOUBLE",
} as const;

/** `detail` is JSON text. */
export const EVENT_COLUMNS = {
  atUs: "BIGINT",
  tier: "VARCHAR",
  source: "VARCHAR",
  event: "VARCHAR",
  detail: "VARCHAR",
} as const;
