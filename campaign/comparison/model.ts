import type { ComparisonSettings } from "../../analysis/comparison/settings";
import type { Policy } from "../../core/policy";
import type { LoadTool, Workload } from "../../scenarios/model";
import type { HistoryLocation } from "../../storage/history";
import type { EnvironmentPlan } from "../plan";
import type { RequiredObjectives } from "./objectives";
import type { PresetName } from "./presets";
import type { StoredBaseline } from "./stored-baseline";

/** One side: a whole environment of its own and the workload it is given. */
export interface PlannedSide {
  /** `baseline`, `candidate`, or the sizing's name. Part of folder names. */
  readonly name: string;
  /** What it is, for people: `storefront n-plus-one`. */
  readonly label: string;
  readonly environment: EnvironmentPlan;
  readonly workload: Workload;
  /** Makes the load; the same for all sides. */
  readonly tool: LoadTool;
  readonly endpoints?: Readonly<Record<string, string>>;
  readonly maxRequests?: number;
}

export type ComparisonKind = "gate" | "compare" | "calibration";

export interface ComparisonPlan {
  readonly kind: ComparisonKind;
  readonly campaignId: string;
  /** Sides that are provisioned and run. */
  readonly sides: readonly PlannedSide[];
  /** Runs of an earlier comparison that stand in for the baseline; null: all sides run now, in pairs. */
  readonly storedBaseline: StoredBaseline | null;
  /** Rounds that should count. */
  readonly rounds: number;
  /** Names of the sides in the order they run, one list a round; two sides: a pair. The last ones are spare: see `SPARE_SHARE`. */
  readonly order: readonly (readonly string[])[];
  /** Of the order; the workload's own seed differs from round to round and is the same for all sides of a round. */
  readonly seed: number;
  readonly preset: PresetName;
  readonly settings: ComparisonSettings;
  /** Stop as soon as the answer is certain enough, by a test that may be looked at after every pair. */
  readonly sequential: boolean;
  readonly policy: Policy;
  /** Objectives that the candidate must meet as well; null: none. */
  readonly objectives: RequiredObjectives | null;
  readonly prices: PriceList | null;
  readonly resultsDir: string;
  /** Where its runs are recorded as well; undefined, unless it was asked for: nowhere. */
  readonly history?: HistoryLocation;
  readonly reproduce: string;
  /** What a reader of the plan should know, one sentence each. */
  readonly notes: readonly string[];
  readonly estimate: ComparisonEstimate;
}

export interface ComparisonEstimate {
  readonly replicateSeconds: number;
  readonly minutesPerPair: number;
  readonly totalMinutes: number;
}

/** Prices are the user's own, with their date: perfbed knows none. */
export interface PriceList {
  /** ISO date the prices were looked up. */
  readonly asOf: string;
  readonly currency: string;
  readonly corePerHour: number;
  readonly memoryGiBPerHour: number;
  readonly source?: string;
}
