import type {
  JourneySummary,
  LatencySummary,
  ScaleOutLag,
  SloResult,
  TierSeries,
  TimelineEvent,
  TimelineSlice,
  ValidityFinding,
} from "../analysis/model";
import type { RunManifest } from "../campaign/manifest";

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

/** Means and extremes over the measured window; null where the tier has no such figure. */
export interface TierSummary {
  readonly tier: string;
  readonly source: string;
  /** Label and text with unit, e.g. ["CPU mean", "0.42 cores of 0.5"]. */
  readonly figures: readonly { readonly label: string; readonly text: string }[];
}

export interface TeardownProof {
  readonly proved: boolean;
  readonly at: string;
  readonly checked: readonly { readonly what: string; readonly found: number; readonly detail: string }[];
}

/** Everything the report shows: the one data object behind HTML, JSON and Markdown. JSON-safe. */
export interface ReportData {
  readonly schemaVersion: 1;
  readonly manifest: RunManifest;
  readonly verdict: Verdict;
  readonly overall: LatencySummary;
  readonly journeys: readonly JourneySummary[];
  readonly slos: readonly SloResult[];
  readonly validity: readonly ValidityFinding[];
  readonly timeline: readonly TimelineSlice[];
  readonly series: readonly TierSeries[];
  readonly events: readonly TimelineEvent[];
  readonly scaleOuts: readonly ScaleOutLag[];
  readonly tiers: readonly TierSummary[];
  /** Absent while the environment still stands. */
  readonly teardown?: TeardownProof;
}
