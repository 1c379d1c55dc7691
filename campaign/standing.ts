import type { EnvironmentAccess } from "../components/contracts";
import type { ExitCode } from "../core/errors";
import { writeReports } from "../report";
import type { ReportData, TeardownProof } from "../report/model";
import { exitCodeOf, stopped } from "./campaign";
import { requireEnvironment } from "./environments";
import type { CampaignObserver } from "./observer";
import { recordingObserver } from "./phase";
import type { CampaignPlan, EnvironmentPlan } from "./plan";
import { accessFrom, prepare, provision } from "./provision";
import { runOnce, singleRunFolder, verifyPhase } from "./single-run";
import { type CampaignTarget, campaignTarget } from "./targets";
import { tearDown } from "./teardown";

interface StandingOptions {
  readonly observer: CampaignObserver;
  readonly signal: AbortSignal;
  /** What stands behind the plan's target. @default perfbed's own implementation of it */
  readonly target?: CampaignTarget;
}

/** Provisions and verifies an environment that stays up. What fails or is interrupted is rolled back and proved. */
export async function bringUp(plan: EnvironmentPlan, options: StandingOptions): Promise<EnvironmentAccess> {
  const { observer, signal } = options;
  const target = options.target ?? (await campaignTarget(plan.target));
  const tools = await target.prepareTools("k6", observer, signal, [plan]);
  await target.refuseTakenName(plan.environmentId);
  try {
    await prepare(plan, target, false);
    const { access } = await provision(plan, tools, { target, observer, signal });
    await verifyPhase(plan, target, access, observer, signal);
    return access;
  } catch (error) {
    throw stopped(error, signal.aborted, await tearDown(plan.environmentId, target, undefined, observer));
  }
}

export interface StandingRunResult {
  readonly exitCode: ExitCode;
  readonly report: ReportData;
  readonly files: Readonly<Record<string, string>>;
}

/** Runs a scenario against a standing environment and leaves it standing. */
export async function runStanding(plan: CampaignPlan, options: StandingOptions): Promise<StandingRunResult> {
  const { signal } = options;
  const observer = recordingObserver(options.observer);
  const { recordAfterRun, requireHistory } = await import("./history/record");
  if (plan.history !== undefined) await requireHistory(plan.history);
  const target = options.target ?? (await campaignTarget(plan.environment.target));
  const tools = await target.prepareTools(plan.tool, observer, signal, [plan.environment]);
  const stack = await target.openStack(plan.environment, tools);
  const access = accessFrom(await stack.outputs());
  const report = await runOnce({ plan, target, access, tools, observer, signal });
  const files = await writeReports(report, plan.resultsDir);
  const history = await recordAfterRun(plan.history, [report], plan.resultsDir, observer);
  return {
    exitCode: exitCodeOf(report.verdict.kind),
    report,
    files: {
      Report: files.html,
      Markdown: files.markdown,
      JSON: files.json,
      Run: singleRunFolder(plan),
      ...history,
    },
  };
}

/** Removes a standing environment, through Pulumi where its state can be used, and proves that nothing is left. */
export async function destroyEnvironment(
  environmentId: string,
  observer: CampaignObserver,
): Promise<TeardownProof> {
  const target = await requireEnvironment(environmentId);
  const stack = await target.openForDestruction(environmentId, observer);
  return tearDown(environmentId, target, stack, observer);
}
