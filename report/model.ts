import type {
  JourneySummary,
  LatencySummary,
  ScaleOutLag,
  SloResult,
  TierSeries,
  TierSummary,
  TimelineEvent,
  TimelineSlice,
  ValidityFinding,
  Verdict,
} from "../analysis/model";
import type { TraceSummary } from "../analysis/traces/summary";
import type { RunManifest } from "../campaign/manifest";

export type { TierSummary, Verdict, VerdictKind } from "../analysis/model";

export interface TeardownProof {
  readonly proved: boolean;
  readonly at: string;
  readonly checked: readonly { readonly what: string; readonly found: number; readonly detail: string }[];
  /** What to do when it is not proved; absent: as on the local target. */
  readonly advice?: string;
}

/** Requests that the generators of one region sent. */
export interface RegionSummary extends LatencySummary {
  readonly region: string;
  readonly generators: readonly string[];
}

/** Everything the report shows: the one data object behind HTML, JSON and Markdown. JSON-safe. */
export interface ReportData {
  readonly schemaVersion: 1;
  readonly manifest: RunManifest;
  readonly verdict: Verdict;
  readonly overall: LatencySummary;
  readonly journeys: readonly JourneySummary[];
  /** The same requests by where they came from; absent where all came from one region, or the target has none. */
  readonly regions?: readonly RegionSummary[];
  readonly slos: readonly SloResult[];
  readonly validity: readonly ValidityFinding[];
  readonly timeline: readonly TimelineSlice[];
  readonly series: readonly TierSeries[];
  readonly events: readonly TimelineEvent[];
  readonly scaleOuts: readonly ScaleOutLag[];
  readonly tiers: readonly TierSummary[];
  /** Time by tier from spans; absent when no agent was to take any. */
  readonly traces?: TraceSummary;
  /** Absent while the environment still stands. */
  readonly teardown?: TeardownProof;
}
