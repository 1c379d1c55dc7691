import type { VerdictKind } from "../model";

export type Side = "baseline" | "candidate";

/** Figures of one journey in one replicate (one whole run of one side): the unit of every test. */
export interface ReplicateFigures {
  /** Pair it belongs to; unpaired: its place in the order of the side's replicates. */
  readonly pair: number;
  /** Natural logarithm of each quantile in ms; null: not enough data for it. */
  readonly quantiles: readonly LogQuantile[];
  readonly requests: number;
  readonly errors: number;
  /** Achieved / planned arrivals, 0..1; null: not measured. */
  readonly achievedShare: number | null;
}

export interface LogQuantile {
  /** 0..1 */
  readonly probability: number;
  readonly logMs: number | null;
}

export interface JourneyReplicates {
  readonly journey: string;
  readonly baseline: readonly ReplicateFigures[];
  readonly candidate: readonly ReplicateFigures[];
}

export interface ComparisonInput {
  /** True: replicates with the same pair number ran next to each other, in random order. False: sides are independent of each other, such as a stored baseline. */
  readonly paired: boolean;
  readonly journeys: readonly JourneyReplicates[];
  /** Side that ran first in each pair, for the check of order effects. */
  readonly first?: readonly { readonly pair: number; readonly side: Side }[];
  /** Length of one pair (both sides one after the other), for "how much longer". */
  readonly minutesPerPair?: number;
}

/** `not-enough-data` is never a pass. */
export type MetricStatus = "regression" | "pass" | "inconclusive" | "not-enough-data";

/** Interval of a change; an end is null where so few replicates can give none. */
export interface ChangeInterval {
  readonly lower: number | null;
  readonly upper: number | null;
}

/** What would settle a question that is open. */
export interface Settlement {
  /** Pairs (unpaired: replicates a side) in all; null: over 200, because the change is too close to the threshold for this spread. */
  readonly pairs: number | null;
  readonly morePairs: number | null;
  readonly moreMinutes: number | null;
  /** Which verdict they would most likely give, if the change is what it looks like. */
  readonly towards: "regression" | "pass" | null;
}

/** One figure of one journey, baseline against candidate. */
export interface MetricComparison {
  readonly metric: "latency" | "error-ratio" | "throughput";
  /** Quantile of a latency, 0..1; null for the others. */
  readonly probability: number | null;
  /** Whether the verdict hangs on it. */
  readonly gating: boolean;
  readonly status: MetricStatus;
  /** Better by more than chance explains (Benjamini-Hochberg). Information only. */
  readonly improvement: boolean;
  /** Latency: geometric mean of the replicates' quantiles in ms. Others: mean share. */
  readonly baseline: number | null;
  readonly candidate: number | null;
  /** Latency: candidate / baseline - 1. Error ratio and throughput: candidate - baseline, in shares. */
  readonly change: number | null;
  readonly interval: ChangeInterval | null;
  readonly confidence: number;
  /** A change worse than this is a regression when it is significant too. Positive; for throughput it is a loss. */
  readonly threshold: number;
  readonly method: "paired-t" | "welch" | "wilcoxon" | null;
  /** Pairs, or replicates of the smaller side, that had the figure. */
  readonly n: number;
  /** Standard deviation of a pair's difference on the scale of the test (log-ratio, share). */
  readonly sd: number | null;
  /** The spread seen was below what can be resolved, and the least honest one was used. */
  readonly spreadFloored: boolean;
  /** One-sided p of "not worse", never 0. */
  readonly p: number | null;
  readonly pTwoSided: number | null;
  /** p after Holm over all gating tests; null for figures that do not gate. */
  readonly pHolm: number | null;
  /** Two-sided p after Benjamini and Hochberg over all tests. */
  readonly q: number | null;
  /** Smallest true change that this test sees with the wished power, at the level Holm leaves it. Same unit as `change`. */
  readonly detectable: number | null;
  /** Smallest true change that the whole rule (significant and above the threshold) catches with the wished power. */
  readonly caught: number | null;
  readonly settlement: Settlement | null;
  /** One sentence for people. */
  readonly why: string;
}

/** Order and dependence of one series of replicates. */
export interface SeriesDiagnostics {
  readonly series: "pair differences" | Side;
  readonly n: number;
  /** Lag-1 autocorrelation; null when it is not defined (fewer than three values, or all equal). */
  readonly lag1: number | null;
  /** Beyond this it is more than chance (Bartlett 1946: 1.96 / sqrt(n)). */
  readonly lag1Limit: number;
  /** Change of the series a replicate, on the log scale, with its two-sided p. */
  readonly slope: number | null;
  readonly slopeP: number | null;
}

export interface JourneyComparison {
  readonly journey: string;
  readonly verdict: ComparisonVerdict;
  readonly metrics: readonly MetricComparison[];
  /** Of the gating quantile. */
  readonly diagnostics: readonly SeriesDiagnostics[];
  readonly reasons: readonly string[];
}

/** Validity of the measurement is judged elsewhere; this is about figures that are believed. */
export type ComparisonVerdict = Exclude<VerdictKind, "invalid">;

export interface ComparisonResult {
  readonly verdict: ComparisonVerdict;
  readonly journeys: readonly JourneyComparison[];
  /** Pairs, or replicates of the smaller side. */
  readonly n: number;
  readonly paired: boolean;
  /** Tests in the family of Holm's correction. */
  readonly gatingTests: number;
  /** Tests in the family of Benjamini and Hochberg's. */
  readonly reportedTests: number;
  readonly headline: string;
  /** Most important first. */
  readonly reasons: readonly string[];
  readonly warnings: readonly string[];
  /** What settles every open gating figure: the largest of them. */
  readonly settlement: Settlement | null;
}
