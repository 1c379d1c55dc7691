import { join } from "node:path";
import { ExitCode, PerfbedError } from "../core/errors";
import { writeReports } from "../report";
import type { ReportData, TeardownProof, VerdictKind } from "../report/model";
import { writeTextFile } from "./files";
import type { CampaignObserver } from "./observer";
import { recordingObserver, timed } from "./phase";
import type { CampaignPlan } from "./plan";
import { type KeptLogs, keepLogs, type Provisioned, prepare, provision } from "./provision";
import { runOnce, singleRunFolder } from "./single-run";
import { type CampaignTarget, campaignTarget, type Tools } from "./targets";
import { tearDown, teardownText } from "./teardown";

export interface CampaignOptions {
  readonly observer: CampaignObserver;
  readonly signal: AbortSignal;
  /** What stands behind the plan's target. @default perfbed's own implementation of it */
  readonly target?: CampaignTarget;
}

export interface CampaignResult {
  readonly exitCode: ExitCode;
  readonly report: ReportData;
  readonly teardown: TeardownProof;
  readonly teardownText: string;
  /** Label and path of what was written. */
  readonly files: Readonly<Record<string, string>>;
}

const VERDICT_CODES: Readonly<Record<VerdictKind, ExitCode>> = {
  pass: ExitCode.Pass,
  regression: ExitCode.Regression,
  inconclusive: ExitCode.Inconclusive,
  invalid: ExitCode.InvalidMeasurement,
};

export const exitCodeOf = (verdict: VerdictKind): ExitCode => VERDICT_CODES[verdict];

/** A campaign that did not come to a verdict: what stopped it, and what the teardown found. */
export class CampaignStopped extends PerfbedError {
  override readonly name = "CampaignStopped";
}

/** What a failed or interrupted command throws once everything is torn down. */
export function stopped(
  error: unknown,
  interrupted: boolean,
  proof: TeardownProof,
  logs?: KeptLogs,
): PerfbedError {
  const kept = logs === undefined ? "" : `\nThe logs of every process are in ${logs.to}`;
  const cleared = `${teardownText(proof)}${kept}`;
  const textOf = (message: string): string =>
    logs === undefined ? message : message.replaceAll(logs.from, logs.to);
  if (!proof.proved) {
    const message = error instanceof Error ? error.message : String(error);
    return new CampaignStopped(
      "PERFBED_TEARDOWN_NOT_PROVED",
      ExitCode.TeardownNotProved,
      `${message}\n${cleared}`,
      { cause: error },
    );
  }
  if (interrupted) {
    return new CampaignStopped("PERFBED_INTERRUPTED", ExitCode.Interrupted, `Interrupted. ${cleared}`);
  }
  if (error instanceof PerfbedError) {
    return new CampaignStopped(
      error.code,
      error.exitCode,
      `${textOf(error.message)}\nRolled back. ${cleared}`,
      {
        cause: error,
        problems: error.problems,
        ...(error.hint === undefined ? {} : { hint: error.hint }),
      },
    );
  }
  const message = error instanceof Error ? error.message : String(error);
  return new CampaignStopped("PERFBED_INTERNAL", ExitCode.Internal, `${message}\nRolled back. ${cleared}`, {
    cause: error,
  });
}

/**
 * The whole job. Whatever happens after the environment's folder exists, the environment is torn down and the result is proved
 * from the world.
 * @throws ConfigError (nothing was started); CampaignStopped (failed or interrupted, torn down)
 */
export async function runCampaign(plan: CampaignPlan, options: CampaignOptions): Promise<CampaignResult> {
  const observer = recordingObserver(options.observer);
  const { signal } = options;
  const { environmentId } = plan.environment;
  const target = options.target ?? (await campaignTarget(plan.environment.target));
  const { recordAfterRun, requireHistory } = await import("./history/record");
  if (plan.history !== undefined) await requireHistory(plan.history);
  let tools: Tools;
  try {
    tools = await target.prepareTools(plan.tool, observer, signal, [plan.environment]);
    signal.throwIfAborted();
  } catch (error) {
    if (signal.aborted) {
      throw new CampaignStopped(
        "PERFBED_INTERRUPTED",
        ExitCode.Interrupted,
        "Interrupted before anything was started. Nothing is left.",
      );
    }
    throw error;
  }
  await target.refuseTakenName(environmentId);
  const runFolder = singleRunFolder(plan);
  let provisioned: Provisioned | undefined;
  let report: ReportData;
  try {
    await prepare(plan.environment, target, true);
    provisioned = await provision(plan.environment, tools, { target, observer, signal });
    report = await runOnce({ plan, target, access: provisioned.access, tools, observer, signal });
    await timed(
      observer,
      "report",
      "writing HTML, Markdown and JSON",
      () => writeReports(report, plan.resultsDir),
      () => plan.resultsDir,
    );
  } catch (error) {
    const logs = keepLogs(environmentId, target, runFolder);
    const stack = target.destroyAfterFailure ? provisioned?.stack : undefined;
    const proof = await tearDown(environmentId, target, stack, observer);
    throw stopped(error, signal.aborted, proof, logs);
  }
  keepLogs(environmentId, target, runFolder);
  const proof = await tearDown(environmentId, target, provisioned.stack, observer);
  const { TEARDOWN_FILE } = await import("./judge");
  await writeTextFile(join(runFolder, TEARDOWN_FILE), `${JSON.stringify(proof, null, 2)}\n`);
  const complete: ReportData = { ...report, teardown: proof };
  const files = await writeReports(complete, plan.resultsDir);
  if (signal.aborted && proof.proved) throw stopped(undefined, true, proof);
  const history = await recordAfterRun(plan.history, [complete], plan.resultsDir, observer);
  return {
    exitCode: proof.proved ? exitCodeOf(complete.verdict.kind) : ExitCode.TeardownNotProved,
    report: complete,
    teardown: proof,
    teardownText: teardownText(proof),
    files: { Report: files.html, Markdown: files.markdown, JSON: files.json, Run: runFolder, ...history },
  };
}
