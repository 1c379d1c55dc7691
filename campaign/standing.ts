import { existsSync } from "node:fs";
import { join } from "node:path";
import type { EnvironmentAccess } from "../components/contracts";
import { type ExitCode, PerfbedError } from "../core/errors";
import { environmentDir } from "../core/home";
import { writeReports } from "../report";
import type { ReportData, TeardownProof } from "../report/model";
import { resolveTool, Tool } from "../toolchain";
import { exitCodeOf, stopped } from "./campaign";
import { type EngineStack, openStack } from "./engine";
import { requireEnvironment } from "./environments";
import type { CampaignObserver } from "./observer";
import { recordingObserver } from "./phase";
import type { CampaignPlan, EnvironmentPlan } from "./plan";
import { accessFrom, environmentStack, prepare, provision, refuseTakenName } from "./provision";
import { runOnce, singleRunFolder, verifyPhase } from "./single-run";
import { tearDown } from "./teardown";
import { prepareTools } from "./tools";

interface StandingOptions {
  readonly observer: CampaignObserver;
  readonly signal: AbortSignal;
}

/** Provisions and verifies an environment that stays up. What fails or is interrupted is rolled back and proved. */
export async function bringUp(plan: EnvironmentPlan, options: StandingOptions): Promise<EnvironmentAccess> {
  const { observer, signal } = options;
  const tools = await prepareTools("k6", observer, signal, [plan]);
  await refuseTakenName(plan.environmentId);
  try {
    await prepare(plan, false);
    const { access } = await provision(plan, tools, { observer, signal });
    await verifyPhase(plan, access, observer, signal);
    return access;
  } catch (error) {
    throw stopped(error, signal.aborted, await tearDown(plan.environmentId, undefined, observer));
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
  const tools = await prepareTools(plan.tool, observer, signal, [plan.environment]);
  const stack = await environmentStack(plan.environment, tools);
  const access = accessFrom(await stack.outputs());
  const report = await runOnce({ plan, access, tools, observer, signal });
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
  await requireEnvironment(environmentId);
  return tearDown(environmentId, await usableStack(environmentId, observer), observer);
}

async function usableStack(
  environmentId: string,
  observer: CampaignObserver,
): Promise<EngineStack | undefined> {
  try {
    if (!existsSync(join(environmentDir(environmentId), "pulumi"))) return undefined;
    const pulumi = await resolveTool(Tool.Pulumi);
    if (pulumi === undefined) return undefined;
    return await openStack(environmentId, async () => ({}), pulumi.executables.pulumi ?? "");
  } catch (error) {
    if (!(error instanceof PerfbedError)) throw error;
    observer.note(`Pulumi's state cannot be used (${error.message}); the sweep does it all`);
    return undefined;
  }
}
