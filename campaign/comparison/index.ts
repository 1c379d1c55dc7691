import { ExitCode } from "../../core/errors";
import { applyPolicy, type Policy } from "../../core/policy";
import { writeComparisonReports } from "../../report/comparison";
import type { ComparisonReport } from "../../report/comparison/model";
import type { TeardownProof } from "../../report/model";
import { exitCodeOf } from "../campaign";
import { storedRuns } from "../history/stored-runs";
import { timed } from "../phase";
import { teardownText } from "../teardown";
import { findCalibration, storeCalibration } from "./calibration";
import type { CalibrationRecord } from "./calibration-model";
import { sortRounds } from "./exclusion";
import { judgeStoredComparison, sequentialState } from "./judge";
import type { ComparisonPlan } from "./model";
import { jointProof, type RunOptions, runComparison } from "./run";
import { storedFrom, writeComparison } from "./stored";
import { copyBaseline } from "./stored-baseline";
import { storedTeardown, storeTeardown } from "./stored-teardown";

export { findCalibration } from "./calibration";
export { describeComparison } from "./describe";
export type { ComparisonPlan } from "./model";
export { planCalibration, planCompare, planGate } from "./plan";
export { calibrationSentences } from "./self-knowledge";

export interface ComparisonOutcome {
  readonly exitCode: ExitCode;
  readonly report: ComparisonReport;
  readonly teardown: TeardownProof;
  readonly teardownText: string;
  readonly files: Readonly<Record<string, string>>;
  readonly calibration?: CalibrationRecord;
}

/** What the policy makes of a verdict. */
export function exitCodeFor(report: ComparisonReport, policy: Policy): ExitCode {
  const { kind } = report.verdict;
  if (report.comparison.kind === "calibration" && kind !== "invalid") return ExitCode.Pass;
  return applyPolicy(policy, exitCodeOf(kind)).exitCode;
}

/**
 * Measures, judges, reports and tears down.
 * @throws ConfigError (nothing was started); CampaignStopped (failed or interrupted, torn down)
 */
export async function compare(
  plan: ComparisonPlan,
  options: Pick<RunOptions, "observer" | "signal" | "target">,
): Promise<ComparisonOutcome> {
  const { observer, signal, target } = options;
  const { recordAfterRun, requireHistory } = await import("../history/record");
  if (plan.history !== undefined) await requireHistory(plan.history);
  const calibration = await findCalibration(plan);
  const stored = storedFrom(plan, new Date().toISOString(), calibration);
  let judged: ComparisonReport | undefined;
  const proofs = await runComparison(plan, {
    observer,
    signal,
    ...(target === undefined ? {} : { target }),
    started: async () => {
      await writeComparison(plan.resultsDir, stored);
      if (plan.storedBaseline !== null) copyBaseline(plan.storedBaseline, plan.order.length, plan.resultsDir);
    },
    enough: (replicates) => {
      const rounds = plan.order.filter((_, index) => replicates.some(({ round }) => round === index + 1));
      const { used } = sortRounds(replicates, rounds);
      const state = sequentialState(stored, used);
      return state?.decision === "regression" || state?.decision === "pass" ? state.text : undefined;
    },
    judge: async (ended) => {
      await writeComparison(plan.resultsDir, { ...stored, ended });
      judged = await timed(
        observer,
        "judge",
        "every pair from its stored samples",
        () => judgeStoredComparison(plan.resultsDir),
        ({ verdict }) => `${verdict.kind}: ${verdict.headline}`,
      );
      await writeComparisonReports(judged, plan.resultsDir);
    },
  });
  if (judged === undefined) throw new Error("the comparison was not judged");
  const teardown = jointProof(proofs);
  await storeTeardown(plan.resultsDir, proofs);
  const report: ComparisonReport = { ...judged, teardown: proofs };
  const files = await writeComparisonReports(report, plan.resultsDir);
  const history = await recordAfterRun(
    plan.history,
    plan.history === undefined ? [] : storedRuns(plan.resultsDir),
    plan.resultsDir,
    observer,
  );
  const record =
    plan.kind === "calibration" && report.verdict.kind !== "invalid"
      ? await storeCalibration(plan, report)
      : undefined;
  return {
    exitCode: teardown.proved ? exitCodeFor(report, plan.policy) : ExitCode.TeardownNotProved,
    report,
    teardown,
    teardownText: teardownText(teardown),
    files: { ...files, Runs: plan.resultsDir, ...history },
    ...(record === undefined ? {} : { calibration: record }),
  };
}

/** Judges a stored comparison again and writes its reports anew; teardown proofs stay as they were. */
export async function rejudge(folder: string): Promise<{
  readonly exitCode: ExitCode;
  readonly report: ComparisonReport;
  readonly files: Readonly<Record<string, string>>;
}> {
  const judged = await judgeStoredComparison(folder);
  const teardown = storedTeardown(folder);
  const report: ComparisonReport = teardown === undefined ? judged : { ...judged, teardown };
  const files = await writeComparisonReports(report, folder);
  return { exitCode: exitCodeFor(report, report.comparison.policy), report, files };
}
