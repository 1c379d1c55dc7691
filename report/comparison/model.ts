import type { ComparisonResult } from "../../analysis/comparison/model";
import type { SequentialDecision } from "../../analysis/comparison/sequential";
import type { SloResult, ValidityFinding, Verdict } from "../../analysis/model";
import type { BudgetStatus, SloGateResult } from "../../analysis/slo-programme";
import type { JourneyAttribution } from "../../analysis/traces/attribution";
import type { StoredComparison } from "../../campaign/comparison/stored";
import type { TierUse } from "../../campaign/comparison/tier-use";
import type { TeardownProof } from "../model";

/** One run of one side, as far as a reader wants to see it. */
export interface ReplicateLine {
  readonly runId: string;
  readonly side: string;
  /** From 1. */
  readonly round: number;
  /** Place in its round, from 1. */
  readonly place: number;
  readonly startedAtUs: number;
  readonly requests: number;
  readonly errors: number;
  readonly achievedShare: number | null;
  /** Its round counts. */
  readonly used: boolean;
  /** Gating quantile of each journey, ms. */
  readonly journeys: readonly { readonly journey: string; readonly valueMs: number | null }[];
  readonly findings: readonly ValidityFinding[];
}

/** A figure over the replicates of a side, with its interval. */
export interface IntervalFigure {
  readonly value: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
}

export interface SideJourney {
  readonly journey: string;
  readonly requests: number;
  readonly errors: number;
  /** Geometric mean of the replicates' quantiles in ms, with its 95 % interval. */
  readonly quantiles: readonly (IntervalFigure & { readonly probability: number })[];
}

/** One side over all rounds that count. */
export interface SideFigures {
  readonly side: string;
  readonly label: string;
  readonly replicates: number;
  readonly requests: number;
  readonly errors: number;
  readonly ratePerSecond: number;
  readonly journeys: readonly SideJourney[];
  readonly tiers: readonly TierUse[];
  /** The busiest tier, with a sentence. */
  readonly limiting: { readonly tier: string; readonly text: string } | null;
  /** What was allotted while it ran (mean instances). */
  readonly cores: number;
  readonly memoryGiB: number;
  /** Objectives judged in each replicate: how many were met. */
  readonly objectives: { readonly met: number; readonly judged: number };
  readonly slos: readonly SloResult[];
  readonly costPerHour: number | null;
  /** Per million requests that were answered, where every objective was met in every replicate. */
  readonly costPerMillion: number | null;
}

/** One side is no slower than another and takes no more; `over` never makes sense then. */
export interface Dominance {
  readonly side: string;
  readonly over: string;
  readonly text: string;
}

/** Did the environment change while it was measured? */
export interface ControlComparison {
  /** Geometric mean over journeys of P50 after / before; null where there is no control. */
  readonly ratio: number | null;
  readonly text: string;
}

/** Service-level objectives that a gate requires of its candidate, over all of its runs that count. */
export interface ObjectivesVerdict extends SloGateResult {
  readonly statuses: readonly BudgetStatus[];
  /** Most of a period's error budget that the time measured may use, 0..1. */
  readonly maxBurnedShare: number;
  readonly measuredSeconds: number;
}

/** The one data object behind the page, the comment, the JUnit file and the JSON of a comparison. JSON-safe. */
export interface ComparisonReport {
  readonly schemaVersion: 1;
  readonly comparison: StoredComparison;
  readonly verdict: Verdict;
  /** Of two sides: baseline against candidate. */
  readonly result: ComparisonResult | null;
  /** Where the gate requires objectives. */
  readonly objectives?: ObjectivesVerdict;
  /** By journey, the tiers that a difference comes from; absent when no agent took spans of both sides. */
  readonly attribution?: readonly JourneyAttribution[];
  /** Where it could stop early: what may be said after every look. */
  readonly sequential: SequentialDecision | null;
  readonly sides: readonly SideFigures[];
  readonly dominance: readonly Dominance[];
  readonly replicates: readonly ReplicateLine[];
  readonly excluded: readonly { readonly round: number; readonly reasons: readonly string[] }[];
  /** Of the comparison as a whole. */
  readonly validity: readonly ValidityFinding[];
  readonly control: ControlComparison | null;
  /** Whether the warm-up of the replicates was long enough, a sentence a side. */
  readonly steadyState: readonly string[];
  /** Sentences on the noise here, from the last calibration. */
  readonly selfKnowledge: readonly string[];
  readonly teardown?: readonly (TeardownProof & { readonly environmentId: string })[];
}
