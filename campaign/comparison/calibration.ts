import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { falseAlarmRate } from "../../analysis/comparison";
import { perfbedHome } from "../../core/home";
import type { ComparisonReport } from "../../report/comparison/model";
import { readVersionedJson, writeVersionedJson } from "../../storage";
import { describeMachine } from "../machine";
import { calibrationFigures } from "./calibration-figures";
import {
  CALIBRATION_SCHEMA_VERSION,
  type CalibrationCampaign,
  type CalibrationRecord,
} from "./calibration-model";
import { sortRounds } from "./exclusion";
import { storedReplicates } from "./judge";
import type { ComparisonPlan } from "./model";
import { readComparison } from "./stored";

/** Campaigns whose verdicts a record keeps. */
const MAX_CAMPAIGNS = 200;

const machineText = (): string => {
  const { cpuModel, cores, memoryMiB } = describeMachine();
  return `${cpuModel}, ${cores} cores, ${Math.round(memoryMiB / 1024)} GiB`;
};

/**
 * What noise depends on: application (by name: versions are what is compared), scenario with its parameters, sizing and machine. The seed
 * is left out; it changes from round to round anyway.
 */
export function calibrationKey(plan: Pick<ComparisonPlan, "sides">): string {
  const [side] = plan.sides;
  if (side === undefined) throw new Error("a comparison without sides");
  const { seed: _, ...parameters } = side.workload.parameters;
  const { name: _name, ...sizing } = side.environment.sizing;
  const what = {
    application: side.environment.application.name,
    scenario: side.workload.scenario,
    parameters,
    sizing,
    machine: machineText(),
  };
  return createHash("sha256").update(JSON.stringify(what)).digest("hex").slice(0, 16);
}

const fileOf = (key: string): string => join(perfbedHome(), "calibration", `${key}.json`);

function isRecord(value: unknown): value is CalibrationRecord {
  return (
    typeof value === "object" &&
    value !== null &&
    ["key", "calibration", "campaigns", "minutesPerPair"].every(
      (name) => Reflect.get(value, name) !== undefined,
    )
  );
}

/** The last calibration that holds for this plan; null: never calibrated here. */
export async function findCalibration(
  plan: Pick<ComparisonPlan, "sides">,
): Promise<CalibrationRecord | null> {
  const file = fileOf(calibrationKey(plan));
  if (!existsSync(file)) return null;
  return readVersionedJson(file, CALIBRATION_SCHEMA_VERSION, isRecord);
}

/** The A/A campaign's own verdicts; none when the measurement was invalid. */
function campaignOf(report: ComparisonReport): CalibrationCampaign | undefined {
  if (report.verdict.kind === "invalid" || report.result === null) return undefined;
  const { journeys } = report.result;
  return {
    campaignId: report.comparison.campaignId,
    verdicts: journeys.length,
    alarms: journeys.filter(({ verdict }) => verdict === "regression").length,
  };
}

/**
 * Keeps what an A/A comparison tells of the noise here, with the verdicts of earlier ones, for later gates of the same application,
 * scenario, sizing and machine.
 */
export async function storeCalibration(
  plan: ComparisonPlan,
  report: ComparisonReport,
): Promise<CalibrationRecord> {
  const stored = await readComparison(plan.resultsDir);
  const { used } = sortRounds(await storedReplicates(plan.resultsDir, stored), stored.order);
  const { settings, estimate } = plan;
  const before = await findCalibration(plan);
  const campaign = campaignOf(report);
  const campaigns = [...(before?.campaigns ?? []), ...(campaign === undefined ? [] : [campaign])].slice(
    -MAX_CAMPAIGNS,
  );
  const verdicts = campaigns.reduce((sum, one) => sum + one.verdicts, 0);
  const alarms = campaigns.reduce((sum, one) => sum + one.alarms, 0);
  const [side] = plan.sides;
  const record: CalibrationRecord = {
    schemaVersion: CALIBRATION_SCHEMA_VERSION,
    key: calibrationKey(plan),
    madeAt: new Date().toISOString(),
    campaignId: plan.campaignId,
    application: side?.environment.application.name ?? "",
    scenario: side?.workload.scenario ?? "",
    sizing: side?.environment.sizing.name ?? "",
    machine: machineText(),
    threshold: settings.threshold,
    gatingQuantile: settings.gatingQuantile,
    alpha: settings.alpha,
    power: settings.power,
    method: settings.method,
    minutesPerPair: estimate.minutesPerPair,
    ...calibrationFigures(stored, used),
    campaigns,
    separate: verdicts === 0 ? null : falseAlarmRate(alarms, verdicts),
  };
  await writeVersionedJson(fileOf(record.key), record);
  await writeVersionedJson(join(plan.resultsDir, "calibration.json"), record);
  return record;
}
