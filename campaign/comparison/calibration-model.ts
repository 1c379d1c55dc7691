import type { Calibration, FalseAlarms } from "../../analysis/comparison";

/** Version of a stored calibration. */
export const CALIBRATION_SCHEMA_VERSION = 1;

/** One A/A campaign, judged as a gate would. */
export interface CalibrationCampaign {
  readonly campaignId: string;
  /** Journeys judged, and those that were called a regression. */
  readonly verdicts: number;
  readonly alarms: number;
}

/** What is known of the noise of one application, scenario and sizing on one machine. */
export interface CalibrationRecord {
  readonly schemaVersion: number;
  /** What it holds for; see `calibrationKey`. */
  readonly key: string;
  readonly madeAt: string;
  readonly campaignId: string;
  readonly application: string;
  readonly scenario: string;
  readonly sizing: string;
  readonly machine: string;
  readonly threshold: number;
  readonly gatingQuantile: number;
  readonly alpha: number;
  readonly power: number;
  readonly method: "auto" | "paired-t" | "wilcoxon" | "welch";
  /** What alpha is divided by for the first latency; see `latencyTests`. */
  readonly tests: number;
  readonly minutesPerPair: number;
  readonly runs: number;
  readonly calibration: Calibration;
  /** A/A campaigns of this key so far, the latest last. */
  readonly campaigns: readonly CalibrationCampaign[];
  /** Over the journey verdicts of these campaigns; null before the first. */
  readonly separate: FalseAlarms | null;
}
