/**
 * The history of an application's performance: one row for each run, journey and metric. Rows are never changed once recorded;
 * what is derived from them (change points, charts) is computed anew each time.
 */

/** Version of the history's rows. Raise it with every change of meaning, and keep a migration (migrations.ts, postgres-schema.ts). */
export const HISTORY_SCHEMA_VERSION = 1;

/** What is kept of each journey. Latencies in ms, the error ratio 0..1, the rate in requests per second. */
export const HISTORY_METRICS = [
  "p50_ms",
  "p95_ms",
  "p99_ms",
  "p999_ms",
  "error_ratio",
  "rate_per_second",
] as const;
export type HistoryMetric = (typeof HISTORY_METRICS)[number];

/** Stands for every request of a run, whatever its journey. No journey can have this name by accident. */
export const ALL_JOURNEYS = "(all)";

/** Side of a comparison that repeats an old version: it is kept, but no point of a series over time. */
export const BASELINE_SIDE = "baseline";

/** What is true of a run as a whole. */
export interface HistoryRunFacts {
  readonly campaign: string;
  readonly run: string;
  /** `single`, `baseline`, `candidate`, or what the side varies. */
  readonly side: string;
  readonly replicate: number;
  /** Start of the measured window, microseconds since the epoch. */
  readonly atUs: number;
  readonly application: string;
  readonly version: string;
  readonly target: string;
  readonly sizing: string;
  readonly scenario: string;
  /** Which parameters the scenario had; runs are only comparable with the same ones. */
  readonly parametersHash: string;
  readonly verdict: string;
  /** False when the measurement is not to be believed: kept and counted, never used. */
  readonly valid: boolean;
}

/** One measured figure of one journey. A figure that could not be told (too few requests) is no row. */
export interface HistoryFigure {
  readonly journey: string;
  readonly metric: string;
  readonly value: number;
  /** Requests of the journey that it rests on. */
  readonly requests: number;
}

/** What is recorded, at once: all of it or nothing. */
export interface HistoryRun extends HistoryRunFacts {
  /** `run.json`, as it is. */
  readonly manifest: object;
  /** At least one. */
  readonly figures: readonly HistoryFigure[];
}

export interface HistoryRow extends HistoryRunFacts, HistoryFigure {
  readonly schemaVersion: number;
}

/** A run without its figures. */
export interface HistoryRunSummary extends HistoryRunFacts {
  readonly figures: number;
}

/** Everything that is given must match, exactly. */
export interface HistoryFilter {
  readonly application?: string;
  readonly version?: string;
  readonly target?: string;
  readonly sizing?: string;
  readonly scenario?: string;
  readonly journey?: string;
  readonly metric?: string;
  /** Runs measured at or after, microseconds since the epoch. */
  readonly sinceUs?: number;
}

export type RecordOutcome = "recorded" | "already-recorded";

/**
 * A place that keeps the history. Safe with any number of writers and readers at once: a run appears whole or not at all, and one that
 * is recorded twice is there once.
 */
export interface HistoryStore {
  /** Where it is, for people: without password or keys. */
  readonly location: string;
  /**
   * @throws HistoryError `PERFBED_HISTORY_CONFLICT` when the run is there with other figures: the first record stays
   */
  record(run: HistoryRun): Promise<RecordOutcome>;
  /** Rows series by series (application, target, sizing, scenario, parameters, journey, metric), each in time order. */
  rows(filter?: HistoryFilter): AsyncIterable<HistoryRow>;
  /** Runs in time order. A filter on journey or metric keeps runs that have such a figure. */
  runs(filter?: HistoryFilter): Promise<HistoryRunSummary[]>;
  /** The manifest of a run; undefined when there is no such run. */
  manifest(campaign: string, run: string): Promise<unknown>;
  /** @throws HistoryError when it cannot be reached or written; creates what is missing, records nothing */
  prepare(): Promise<void>;
  close(): Promise<void>;
}
