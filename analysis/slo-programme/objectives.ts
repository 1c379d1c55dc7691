/** What counts as a good request. */
export type Indicator =
  /** It was answered without failure. */
  | { readonly kind: "availability" }
  /** It was answered without failure within the threshold. */
  | { readonly kind: "latency"; readonly thresholdMs: number };

/** How the budget is counted: over requests, or over slices of time that were good enough. */
export type Budgeting =
  | { readonly method: "occurrences" }
  | { readonly method: "timeslices"; readonly sliceMinutes: number; readonly sliceTarget: number };

/** Queries of a monitoring system, as the objective came with them; `$window` stands for the range. */
export interface IndicatorQueries {
  /** `Prometheus`, as written. */
  readonly source: string;
  readonly kind: "good" | "bad";
  readonly counted: string;
  readonly total: string;
}

/** One service-level objective: a share of good requests over a rolling period. */
export interface ServiceObjective {
  readonly name: string;
  readonly service: string;
  readonly description: string;
  /** Null: every request, whatever its journey. */
  readonly journey: string | null;
  readonly indicator: Indicator;
  /** Share of good requests (or slices) wished, 0..1 exclusive. */
  readonly target: number;
  readonly periodMinutes: number;
  readonly budgeting: Budgeting;
  readonly queries?: IndicatorQueries;
}

/** Counts of one slice of time; slices are of equal length and in order, none left out. */
export interface RequestSlice {
  /** Start of the slice, seconds on any axis. */
  readonly atSeconds: number;
  readonly good: number;
  readonly total: number;
}
