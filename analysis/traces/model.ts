/** Where a part of a request's time was spent. */
export const TRACE_TIERS = ["edge", "app", "pool-wait", "database", "cache", "other"] as const;
export type TraceTier = (typeof TRACE_TIERS)[number];

/** Microseconds by tier. */
export type TierTimes = Readonly<Record<TraceTier, number>>;

export const NO_TIME: TierTimes = { edge: 0, app: 0, "pool-wait": 0, database: 0, cache: 0, other: 0 };

/** OpenTelemetry's span kinds that matter here. */
export const SPAN_SERVER = 2;
export const SPAN_CLIENT = 3;
export const SPAN_PRODUCER = 4;

export interface TraceSpan {
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  /** OpenTelemetry's number. */
  readonly kind: number;
  /** Microseconds since the trace's first span began. */
  readonly startUs: number;
  readonly durationUs: number;
  readonly failed: boolean;
  readonly attributes: Readonly<Record<string, string>>;
}

/** The spans of one request, and the sample of the load generator that asked for it. */
export interface Trace {
  readonly traceId: string;
  readonly service: string;
  readonly instance: string;
  readonly spans: readonly TraceSpan[];
  /** Null for a request that no load generator has marked. */
  readonly sample: { readonly journey: string; readonly step: string; readonly durationUs: number } | null;
}
