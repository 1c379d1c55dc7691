import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { EnvironmentAccess } from "../components/contracts";
import type { ReportData } from "../report/model";
import { startCold } from "./cold-cache";
import type { CampaignObserver } from "./observer";
import { type recordingObserver, timed } from "./phase";
import type { CampaignPlan, EnvironmentPlan } from "./plan";
import type { CampaignTarget, Tools } from "./targets";

/** The name of the only run of a campaign without replicates. */
export const SINGLE_RUN = "run-1";

/** The only run's folder, made if need be. */
export function singleRunFolder(plan: CampaignPlan): string {
  const folder = join(plan.resultsDir, SINGLE_RUN);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** The phase `verify`. */
export function verifyPhase(
  plan: EnvironmentPlan,
  target: CampaignTarget,
  access: EnvironmentAccess,
  observer: CampaignObserver,
  signal: AbortSignal,
): Promise<number> {
  return timed(
    observer,
    "verify",
    "asking every tier to do its work once",
    () => target.verify(plan, access, signal),
    (passed) => `${passed} checks passed`,
  );
}

export interface SingleRunOptions {
  readonly plan: CampaignPlan;
  readonly target: CampaignTarget;
  readonly access: EnvironmentAccess;
  readonly tools: Tools;
  readonly observer: ReturnType<typeof recordingObserver>;
  readonly signal: AbortSignal;
}

/** Verifies a standing environment, loads it once, and judges what was stored. */
export async function runOnce(options: SingleRunOptions): Promise<ReportData> {
  const { plan, target, access, observer, signal } = options;
  const runFolder = singleRunFolder(plan);
  await verifyPhase(plan.environment, target, access, observer, signal);
  const cold = plan.coldCache === true ? await startCold(options) : undefined;
  // Loaded here: `perfbed up` measures nothing and need not wait for the database that keeps the samples.
  const { measure } = await import("./measure");
  const { judgeStoredRun } = await import("./judge");
  await measure({
    ...options,
    ...(cold === undefined ? {} : { plan: cold.plan, coldCache: cold.coldCache }),
    runId: SINGLE_RUN,
    runFolder,
    side: "single",
    replicate: 1,
    phases: observer.phases,
  });
  return timed(
    observer,
    "judge",
    "exact percentiles over every request of every generator",
    () => judgeStoredRun(runFolder),
    ({ verdict }) => `${verdict.kind}: ${verdict.headline}`,
  );
}
