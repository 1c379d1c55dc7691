import { ConfigError, type Problem } from "../core/errors";
import { arrivalsTotal, totalSeconds } from "./arrival";
import type { ArrivalProfile, ServiceLevelObjective, Workload } from "./model";
import { journeyShares } from "./plan";
import { checkExecutor } from "./validation/executor";
import { checkJourney } from "./validation/journey";
import { type Report, uniqueNames } from "./validation/report";
import { checkSetup, setupVariables } from "./validation/setup";

/** Highest arrival rate of one fleet, journeys per second. Far above one machine; a slip of the keyboard stays below. */
export const MAX_RATE_PER_SECOND = 50_000;
/** Longest warm-up and measured part together, seconds. */
export const MAX_DURATION_SECONDS = 7 * 24 * 3600;

function checkProfile(report: Report, field: string, profile: ArrivalProfile): void {
  const rate = (name: string, value: number): void => {
    if (!Number.isFinite(value) || value < 0 || value > MAX_RATE_PER_SECOND) {
      report(name, value, `arrivals per second, 0..${MAX_RATE_PER_SECOND}`);
    }
  };
  rate(`${field}.startRatePerSecond`, profile.startRatePerSecond);
  profile.stages.forEach((stage, index) => {
    const at = `${field}.stages[${index}]`;
    rate(`${at}.ratePerSecond`, stage.ratePerSecond);
    if (!Number.isFinite(stage.durationSeconds) || stage.durationSeconds < 0) {
      report(`${at}.durationSeconds`, stage.durationSeconds, "seconds, at least 0 (0 is a jump)");
    }
    if (stage.label === "") report(`${at}.label`, stage.label, "a short word");
  });
}

/** Visits of a journey in the whole run, where they are known before. */
function plannedVisits(workload: Workload, index: number): number | null {
  const { executor, journeys } = workload;
  if (executor?.kind === "iterations-per-user") return executor.users * executor.iterations;
  if (executor !== undefined && executor.kind !== "arrival-trace") return null;
  // Rounded down, as load tools do; a hair is for rounding in their sum.
  const total = arrivalsTotal(workload.warmup) + arrivalsTotal(workload.arrival);
  return Math.floor(total * (journeyShares(journeys)[index] ?? 0) + 1e-6);
}

function checkObjective(
  report: Report,
  field: string,
  slo: ServiceLevelObjective,
  journeys: readonly string[],
  native: boolean,
): void {
  if (slo.journey !== undefined && !native && !journeys.includes(slo.journey)) {
    report(`${field}.journey`, slo.journey, journeys.join(", "));
  }
  if (slo.kind === "latency") {
    if (!((slo.quantile ?? 0) > 0 && (slo.quantile ?? 1) < 1)) {
      report(`${field}.quantile`, slo.quantile, "between 0 and 1, for example 0.95");
    }
    if (!(slo.threshold > 0)) report(`${field}.threshold`, slo.threshold, "milliseconds, above 0");
  } else if (!(slo.threshold >= 0 && slo.threshold <= 1)) {
    report(`${field}.threshold`, slo.threshold, "a share, 0..1 (0.01 is 1 %)");
  }
}

/**
 * Rows of a unique table are told by the number of the arrival: every arrival must take one, and enough must be there. Where visits of
 * several journeys are counted together, rows would be left out.
 */
function uniqueTables(report: Report, workload: Workload): void {
  const { journeys, executor } = workload;
  const seen = new Map<string, string>();
  journeys.forEach((journey, index) => {
    journey.feeders?.forEach((feeder, at) => {
      if (feeder.kind !== "table" || feeder.mode !== "unique") return;
      const field = `journeys[${index}].feeders[${at}]`;
      const other = seen.get(feeder.file);
      if (other !== undefined) {
        report(
          `${field}.file`,
          feeder.file,
          "a table of its own",
          `${other} takes its rows, each only once.`,
        );
      }
      seen.set(feeder.file, journey.name);
      if (feeder.per === "user") return;
      if (executor !== undefined && journeys.length > 1) {
        report(
          `${field}.mode`,
          feeder.mode,
          `sequential, random, split, or unique for each user, with ${executor.kind}`,
          "Visits are counted over all journeys there, so that rows would be left out.",
        );
        return;
      }
      const needed = plannedVisits(workload, index) ?? 0;
      if (feeder.rowCount !== undefined && needed > feeder.rowCount) {
        report(
          `${field}.file`,
          feeder.file,
          `at least ${needed} rows: one for each planned visit`,
          `It has ${feeder.rowCount}. Add rows, make the run shorter, or take the mode sequential.`,
        );
      }
    });
  });
}

/** Everything wrong with a workload, each with the path of its field. Empty: nothing. */
export function workloadProblems(workload: Workload): readonly Problem[] {
  const problems: Problem[] = [];
  const report: Report = (field, value, allowed, hint) => {
    problems.push({
      field,
      ...(value === undefined ? {} : { value }),
      allowed,
      ...(hint === undefined ? {} : { hint }),
    });
  };
  checkProfile(report, "warmup", workload.warmup);
  checkProfile(report, "arrival", workload.arrival);
  const measured = totalSeconds(workload.arrival);
  // A script with its own arrivals tells its length to the load tool only.
  if (!(measured > 0) && workload.script?.ownArrivals !== true && workload.executor === undefined)
    report("arrival.stages", measured, "stages of more than 0 s together");
  if (totalSeconds(workload.warmup) + measured > MAX_DURATION_SECONDS) {
    report("arrival.stages", measured, `at most ${MAX_DURATION_SECONDS} s with warm-up`);
  }
  const native = workload.script !== undefined;
  if (native === workload.journeys.length > 0) {
    report("journeys", workload.journeys.length, "at least one journey, or a script in their place");
  }
  uniqueNames(
    report,
    "journeys",
    workload.journeys.map((journey) => journey.name),
  );
  const given = setupVariables(workload.setup);
  workload.journeys.forEach((journey, index) => {
    checkJourney(report, `journeys[${index}]`, journey, given);
  });
  checkSetup(report, workload.setup);
  const names = workload.journeys.map((journey) => journey.name);
  if (workload.executor !== undefined) checkExecutor(report, workload.executor, names, MAX_RATE_PER_SECOND);
  uniqueTables(report, workload);
  workload.slos.forEach((slo, index) => {
    checkObjective(report, `slos[${index}]`, slo, names, native);
  });
  const abort = workload.abortErrorRatio;
  if (abort !== undefined && !(abort > 0 && abort <= 1)) {
    report("abortErrorRatio", abort, "a share above 0, at most 1");
  }
  if (!Number.isInteger(workload.seed) || workload.seed < 0 || workload.seed > 0xffffffff) {
    report("seed", workload.seed, "an integer, 0..4294967295");
  }
  return problems;
}

/** @throws ConfigError with every problem of the workload */
export function validateWorkload(workload: Workload): void {
  const problems = workloadProblems(workload);
  if (problems.length > 0) throw new ConfigError(`Workload of scenario ${workload.scenario}`, problems);
}
