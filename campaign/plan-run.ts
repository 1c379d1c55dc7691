import { resolve } from "node:path";
import { ConfigError } from "../core/errors";
import { newCampaignId } from "../core/ids";
import { storefront } from "../sample/storefront/application";
import { resolveWorkload } from "../scenarios/resolve";
import { chooseTool, toolProblems } from "./choose-tool";
import { coldCacheProblems } from "./cold-cache";
import { loadConfig } from "./config/load";
import { requireEnvironment } from "./environments";
import { placeProblems } from "./fleet/checks";
import { planHistory } from "./history/location";
import { limitProblems, withAbortRatio } from "./limits";
import type { CampaignPlan, PlanOptions } from "./plan";
import { storedPlan } from "./provision";

/**
 * The plan of a run against a standing environment: its sizing and application as provisioned, the scenario as asked for now.
 * @throws ConfigError when there is no such environment, or with every problem of the scenario
 */
export async function planRun(environmentId: string, options: PlanOptions): Promise<CampaignPlan> {
  const environment = storedPlan(environmentId, await requireEnvironment(environmentId));
  const { config, baseDir } = await loadConfig({
    cwd: options.cwd,
    ...(options.configFile === undefined ? {} : { file: options.configFile }),
  });
  const workload = await resolveWorkload({
    scenario: options.scenario ?? config.scenario,
    baseDir: options.scenario === undefined ? baseDir : options.cwd,
    parameters: options.scenario === undefined ? config.parameters : {},
    set: options.set,
    storefront: environment.application.name === storefront().name,
  });
  const { tool, problems } = chooseTool(options.tool, config.tool, workload);
  const all = [
    ...problems,
    ...toolProblems(tool, environment.target),
    ...limitProblems(workload, config.limits),
    ...placeProblems(workload, config.endpoints),
    ...(options.coldCache === true ? coldCacheProblems(workload) : []),
  ];
  if (all.length > 0) throw new ConfigError("The run has problems", all, "Nothing was started.");
  const campaignId = newCampaignId();
  const history = planHistory(options, config, baseDir);
  return {
    campaignId,
    environment,
    workload: withAbortRatio(workload, config.limits),
    tool,
    endpoints: config.endpoints,
    maxRequests: config.limits.maxRequests,
    maxRows: config.limits.maxRows,
    resultsDir: resolve(options.cwd, options.resultsDir ?? config.results, campaignId),
    ...(options.coldCache === true ? { coldCache: true } : {}),
    ...(history === undefined ? {} : { history }),
    reproduce: options.reproduce,
  };
}
