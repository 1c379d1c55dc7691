import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ComparisonSettings } from "../../analysis/comparison/settings";
import type { Sizing } from "../../components/contracts";
import { ConfigError } from "../../core/errors";
import type { Policy } from "../../core/policy";
import { packageVersion } from "../../core/version";
import { readVersionedJson, writeVersionedJson } from "../../storage";
import type { CalibrationRecord } from "./calibration-model";
import type { ComparisonKind, ComparisonPlan, PriceList } from "./model";
import type { RequiredObjectives } from "./objectives";
import type { PresetName } from "./presets";

/** Version of `comparison.json`. */
export const COMPARISON_SCHEMA_VERSION = 1;
export const COMPARISON_FILE = "comparison.json";

/** How the measuring ended. */
export interface ComparisonEnd {
  readonly how: "complete" | "stopped-early" | "broken-off";
  /** Rounds that were begun and finished. */
  readonly rounds: number;
  readonly text: string;
}

/** Everything a judgement needs besides the runs: `comparison.json`. */
export interface StoredComparison {
  readonly schemaVersion: number;
  readonly perfbedVersion: string;
  readonly kind: ComparisonKind;
  readonly campaignId: string;
  readonly startedAt: string;
  readonly command: string;
  readonly sides: readonly {
    readonly name: string;
    readonly label: string;
    readonly application: { readonly name: string; readonly version: string };
    readonly sizing: Sizing;
    readonly environmentId: string;
  }[];
  /** Campaign whose runs stand in for the baseline: sides are not paired then. */
  readonly baselineFrom: string | null;
  /** Rounds that should count; the rest of the order is spare. */
  readonly rounds: number;
  readonly order: readonly (readonly string[])[];
  readonly seed: number;
  readonly scenario: string;
  readonly preset: PresetName;
  readonly settings: ComparisonSettings;
  readonly sequential: boolean;
  readonly policy: Policy;
  /** Objectives that the candidate must meet as well. */
  readonly objectives?: RequiredObjectives;
  readonly prices: PriceList | null;
  readonly minutesPerPair: number;
  readonly notes: readonly string[];
  /** What was known of the noise here when it began; null: never calibrated. */
  readonly calibration: CalibrationRecord | null;
  /** Absent while it runs, or when it was interrupted. */
  readonly ended?: ComparisonEnd;
}

export function storedFrom(
  plan: ComparisonPlan,
  startedAt: string,
  calibration: CalibrationRecord | null,
): StoredComparison {
  return {
    schemaVersion: COMPARISON_SCHEMA_VERSION,
    perfbedVersion: packageVersion(),
    kind: plan.kind,
    campaignId: plan.campaignId,
    startedAt,
    command: plan.reproduce,
    sides: [
      ...(plan.storedBaseline === null ? [] : [{ ...plan.storedBaseline.side, name: "baseline" }]),
      ...plan.sides.map(({ name, label, environment }) => ({
        name,
        label,
        application: { name: environment.application.name, version: environment.application.version },
        sizing: environment.sizing,
        environmentId: environment.environmentId,
      })),
    ],
    baselineFrom: plan.storedBaseline?.campaignId ?? null,
    rounds: plan.rounds,
    order: plan.order,
    seed: plan.seed,
    scenario: plan.sides[0]?.workload.scenario ?? "",
    preset: plan.preset,
    settings: plan.settings,
    sequential: plan.sequential,
    policy: plan.policy,
    ...(plan.objectives === null ? {} : { objectives: plan.objectives }),
    prices: plan.prices,
    minutesPerPair: plan.estimate.minutesPerPair,
    notes: plan.notes,
    calibration,
  };
}

export function writeComparison(folder: string, stored: StoredComparison): Promise<void> {
  return writeVersionedJson(join(folder, COMPARISON_FILE), stored);
}

export const isComparisonFolder = (folder: string): boolean => existsSync(join(folder, COMPARISON_FILE));

/** @throws ConfigError when the folder is not that of a comparison */
export function readComparison(folder: string): Promise<StoredComparison> {
  if (!isComparisonFolder(folder)) {
    throw new ConfigError("There is no comparison to judge", [
      {
        field: "folder",
        value: folder,
        allowed: `the folder of the results of perfbed gate, compare or calibrate, with ${COMPARISON_FILE} in it`,
        hint: "perfbed report judges a single campaign again.",
      },
    ]);
  }
  return readVersionedJson(join(folder, COMPARISON_FILE), COMPARISON_SCHEMA_VERSION, isStored);
}

function isStored(value: unknown): value is StoredComparison {
  if (typeof value !== "object" || value === null) return false;
  return ["kind", "campaignId", "sides", "rounds", "order", "baselineFrom", "settings", "policy"].every(
    (name) => Reflect.get(value, name) !== undefined,
  );
}
