/** Results of the analysis of one run. Plain data, JSON-safe: times in ms, rates per second, instants in microseconds since the epoch as numbers. */

export interface QuantileEstimate {
  /** 0..1 */
  readonly probability: number;
  /** Type-7 quantile in ms, every failed request counting as slower than every answered one; null when it cannot be told. */
  readonly valueMs: number | null;
  /** Expected samples beyond the quantile: n * (1 - probability). */
  readonly exceedances: number;
  /** Why there is no value: fewer than ten samples beyond it, or so many failed requests that it falls among them. Absent with a value. */
  readonly missing?: "too-few-samples" | "failed-requests";
}

/** Figures of a set of requests: all, a journey, a step or a time slice. */
export interface LatencySummary {
  readonly requests: number;
  readonly errors: number;
  /** errors / requests; 0 when there are none. */
  readonly errorRatio: number;
  readonly ratePerSecond: number;
  /** Mean, smallest and largest time of the requests that succeeded. */
  readonly meanMs: number | null;
  readonly minMs: number | null;
  readonly maxMs: number | null;
  /** P50, P90, P95, P99, P99.9, in this order. */
  readonly quantiles: readonly QuantileEstimate[];
}

export interface StepSummary extends LatencySummary {
  readonly step: string;
}

export interface JourneySummary extends LatencySummary {
  readonly journey: string;
  /** Completed iterations of the journey. */
  readonly steps: readonly StepSummary[];
}

/** One slice (default 1 s) of the run. */
export interface TimelineSlice {
  /** Start of the slice, seconds since the start of the measured window (negative in warm-up). */
  readonly atSeconds: number;
  /** Journey arrivals per second in the plan; null outside it. */
  readonly plannedRatePerSecond: number | null;
  /** Journey arrivals per second that the fleet started; absent where the tool does not tell. */
  readonly arrivalRatePerSecond?: number | null;
  /** Requests per second; a journey makes several. */
  readonly requestRatePerSecond: number;
  readonly errorRatePerSecond: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
}

/** A series of a tier's figure on the run's time axis. */
export interface TierSeries {
  readonly tier: string;
  readonly source: string;
  readonly metric: string;
  readonly unit: string;
  readonly points: readonly { readonly atSeconds: number; readonly value: number }[];
}

export interface TimelineEvent {
  readonly atSeconds: number;
  readonly tier: string;
  readonly source: string;
  readonly event: string;
  readonly text: string;
}

/** Lag of one scale-out, from cause to effect. All in ms since the load step that caused it; null where not seen. */
export interface ScaleOutLag {
  readonly instance: string;
  /** Start of the load step (stage of the arrival profile) that led to the decision; seconds on the run's axis. */
  readonly loadStepAtSeconds: number | null;
  readonly decidedMs: number | null;
  readonly launchedMs: number | null;
  readonly readyMs: number | null;
  readonly inServiceMs: number | null;
  readonly firstRequestMs: number | null;
}

/** Judgement of one objective. `not-enough-data` is never a pass. */
export interface SloResult {
  readonly journey: string;
  readonly kind: "latency" | "error-ratio";
  readonly quantile: number | null;
  readonly threshold: number;
  readonly measured: number | null;
  readonly status: "met" | "broken" | "not-enough-data";
}

/** One reason not to believe a run. */
export interface ValidityFinding {
  /** Stable code: `no-samples`, `missed-arrivals`, `dropped-iterations`, `generator-lost`, `generator-late`, `generator-cpu`, `machine-saturated`, `cpu-steal`, `error-flood`, `clock-offset`, `instance-lost`, `replica-disconnected`, `run-aborted`, `telemetry-gap`. */
  readonly code: string;
  readonly severity: "invalid" | "warning";
  readonly text: string;
  readonly measured: number | null;
  readonly limit: number | null;
}

/** `pass`, `regression` (also a broken objective), `inconclusive`, `invalid`. */
export type VerdictKind = "pass" | "regression" | "inconclusive" | "invalid";

export interface Verdict {
  readonly kind: VerdictKind;
  /** One sentence an executive understands. */
  readonly headline: string;
  /** Why, one sentence each, most important first. */
  readonly reasons: readonly string[];
  /** What to do next, one sentence each. */
  readonly actions: readonly string[];
}

/** Means and extremes of one source over the measured window. */
export interface TierSummary {
  readonly tier: string;
  readonly source: string;
  /** Label and text with unit, e.g. ["CPU mean", "0.42 of 0.50 cores"]. */
  readonly figures: readonly { readonly label: string; readonly text: string }[];
}
