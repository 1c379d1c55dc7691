import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ExitCode, PerfbedError } from "../core/errors";
import { writeReports } from "../report";
import type { ReportData, TeardownProof, VerdictKind } from "../report/model";
import { writeTextFile } from "./files";
import { judgeStoredRun, TEARDOWN_FILE } from "./judge";
import { measure } from "./measure";
import type { CampaignObserver } from "./observer";
import { recordingObserver, timed } from "./phase";
import type { CampaignPlan } from "./plan";
import { type KeptLogs, keepLogs, type Provisioned, prepare, provision } from "./provision";
import { tearDown, teardownText } from "./teardown";
import { prepareTools } from "./tools";
import { verifyEnvironment } from "./verify";

export interface CampaignOptions {
  readonly observer: CampaignObserver;
  readonly signal: AbortSignal;
}

export interface CampaignResult {
  readonly exitCode: ExitCode;
  readonly report: ReportData;
  readonly teardown: TeardownProof;
  readonly teardownText: string;
  /** Label and path of what was written. */
  readonly files: Readonly<Record<string, string>>;
}

/** The name of the only run of a campaign without replicates. */
export const SINGLE_RUN = "run-1";

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
  const runFolder = join(plan.resultsDir, SINGLE_RUN);
  let tools: Awaited<ReturnType<typeof prepareTools>>;
  try {
    tools = await prepareTools(observer, signal);
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
  await prepare(plan.environment, true);
  mkdirSync(runFolder, { recursive: true });
  let provisioned: Provisioned | undefined;
  let report: ReportData;
  try {
    provisioned = await provision(plan.environment, tools, { observer, signal });
    const { access } = provisioned;
    await timed(
      observer,
      "verify",
      "asking every tier to do its work once",
      () => verifyEnvironment(plan.environment, access, signal),
      (passed) => `${passed} checks passed`,
    );
    await measure({
      plan,
      access,
      tools,
      runId: SINGLE_RUN,
      side: "single",
      replicate: 1,
      runFolder,
      observer,
      signal,
      phases: observer.phases,
    });
    report = await timed(
      observer,
      "judge",
      "exact percentiles over every request of every generator",
      () => judgeStoredRun(runFolder),
      ({ verdict }) => `${verdict.kind}: ${verdict.headline}`,
    );
    await timed(
      observer,
      "report",
      "writing HTML, Markdown and JSON",
      () => writeReports(report, plan.resultsDir),
      () => plan.resultsDir,
    );
  } catch (error) {
    const logs = keepLogs(environmentId, runFolder);
    const proof = await tearDown(environmentId, undefined, observer);
    throw stopped(error, signal.aborted, proof, logs);
  }
  keepLogs(environmentId, runFolder);
  const proof = await tearDown(environmentId, provisioned.stack, observer);
  await writeTextFile(join(runFolder, TEARDOWN_FILE), `${JSON.stringify(proof, null, 2)}\n`);
  const complete: ReportData = { ...report, teardown: proof };
  const files = await writeReports(complete, plan.resultsDir);
  if (signal.aborted && proof.proved) throw stopped(undefined, true, proof);
  return {
    exitCode: proof.proved ? exitCodeOf(complete.verdict.kind) : ExitCode.TeardownNotProved,
    report: complete,
    teardown: proof,
    teardownText: teardownText(proof),
    files: { Report: files.html, Markdown: files.markdown, JSON: files.json, Run: runFolder },
  };
}
