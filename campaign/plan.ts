import { userInfo } from "node:os";
import { resolve } from "node:path";
import type { ApmSettings } from "../components/apm/model";
import type { AwsSettings } from "../components/aws/settings";
import type { Application, PerformanceEnvironmentArgs, Sizing } from "../components/contracts";
import { Target } from "../components/contracts";
import { validateEnvironmentInputs } from "../components/validation";
import { ConfigError, type Problem } from "../core/errors";
import { ENVIRONMENT_ID_PATTERN, newCampaignId, newEnvironmentId } from "../core/ids";
import { closestName } from "../core/zod-problems";
import type { LoadTool, Workload } from "../scenarios/model";
import { resolveWorkload } from "../scenarios/resolve";
import { apmFrom } from "../stacks/apm-schema";
import { type ApplicationConfig, applicationFrom } from "../stacks/application-schema";
import type { HistoryLocation } from "../storage/history";
import { chooseTool, toolProblems } from "./choose-tool";
import { coldCacheProblems } from "./cold-cache";
import { loadConfig } from "./config/load";
import type { PerfbedConfig, SideConfig, SizingConfig } from "./config/schema";
import { placeProblems } from "./fleet/checks";
import { given } from "./given";
import { planHistory } from "./history/location";
import { limitProblems, withAbortRatio } from "./limits";
import { PLANNERS, type TargetPlanner } from "./targets/planner";

export interface EnvironmentPlan {
  readonly target: Target;
  readonly environmentId: string;
  readonly owner: string;
  readonly expiresAt: string;
  readonly application: Application;
  readonly sizing: Sizing;
  /** Absent: no agents. */
  readonly apm?: ApmSettings;
  /** On the target aws alone. */
  readonly aws?: AwsSettings;
}

export interface CampaignPlan {
  readonly campaignId: string;
  readonly environment: EnvironmentPlan;
  readonly workload: Workload;
  /** Makes the load. */
  readonly tool: LoadTool;
  /** Addresses beside the entry that steps may go to, by name. @default none */
  readonly endpoints?: Readonly<Record<string, string>>;
  /** The run is stopped after so many requests. @default never */
  readonly maxRequests?: number;
  /** Runs of more requests are stored as histograms. @default never */
  readonly maxRows?: number;
  /** The edge is emptied after the warm-up, before what is measured. @default false */
  readonly coldCache?: boolean;
  /** Folder of this campaign's results. */
  readonly resultsDir: string;
  /** Where the result is recorded; absent: nowhere. Serialises without its password. */
  readonly history?: HistoryLocation;
  /** The command line that repeats it. */
  readonly reproduce: string;
}

/** What the command line says; it goes before the config file. */
export interface PlanOptions {
  readonly cwd: string;
  readonly configFile?: string;
  /** `local` or `aws`; the config's when absent. */
  readonly target?: string;
  /** On aws: before the config's `aws.region`. */
  readonly region?: string;
  /** On aws: before the config's `aws.guard.maxHourlyCostUsd`. */
  readonly maxHourlyCostUsd?: number;
  readonly name?: string;
  readonly sizing?: string;
  /** Load generators, before those of the sizing. */
  readonly generators?: number;
  readonly scenario?: string;
  /** The program that makes the load; absent: as the config says. */
  readonly tool?: string;
  readonly set: readonly string[];
  /** Measure behind an edge that is emptied after the warm-up. @default false */
  readonly coldCache?: boolean;
  readonly appVersion?: string;
  readonly expiryMinutes?: number;
  readonly resultsDir?: string;
  /** An address; false: record nothing; absent: as the config says, else the results folder. */
  readonly history?: string | false;
  readonly reproduce: string;
  /** Variant of the storefront sample; without meaning for an application of the user's own. */
  readonly variant?: string;
  /** What one side of a comparison has of its own, over the config's application. */
  readonly side?: SideConfig;
  /** Name of the side in a comparison; agents carry it as a tag. */
  readonly sideName?: string;
  /** Parameters of the scenario `load` that neither config file nor `--set` names. */
  readonly loadDefaults?: Readonly<Record<string, unknown>>;
}

/** The plan as the component takes it. */
export function componentArgs(plan: EnvironmentPlan): PerformanceEnvironmentArgs {
  return {
    target: plan.target,
    environment: {
      id: plan.environmentId,
      owner: plan.owner,
      expiresAt: plan.expiresAt,
      tags: {},
    },
    sizing: plan.sizing,
    application: plan.application,
    ...(plan.apm === undefined ? {} : { apm: plan.apm }),
  };
}

/** The config's application with what the command line and one side of a comparison say of it. */
function ofSide(config: ApplicationConfig, { appVersion, side }: PlanOptions): ApplicationConfig {
  return {
    ...config,
    ...(appVersion === undefined ? {} : { version: appVersion }),
    ...given(side),
    environment: { ...config.environment, ...side?.environment },
  };
}

type Presets = TargetPlanner["sizings"];

function preset(presets: Presets, name: string, field: string, problems: Problem[]): Sizing {
  const known = Object.keys(presets);
  const found = presets[name];
  if (found !== undefined) return found;
  const guess = closestName(name, known);
  problems.push({
    field,
    value: name,
    allowed: known.join(", "),
    ...(guess === undefined ? {} : { hint: `Did you mean ${guess}?` }),
  });
  const [first] = Object.values(presets);
  if (first === undefined) throw new Error("no sizing presets");
  return first;
}

function sizingFrom(presets: Presets, config: string | SizingConfig, problems: Problem[]): Sizing {
  if (typeof config === "string") return preset(presets, config, "sizing", problems);
  const base = preset(presets, config.preset ?? "small", "sizing.preset", problems);
  const { scaling, ...app } = config.app ?? {};
  const scalingGiven = given(scaling);
  return {
    name: config.name ?? `${base.name}${config.preset === undefined ? "" : ""}`,
    app: {
      ...base.app,
      ...given(app),
      scaling: Object.assign({}, base.app.scaling, scalingGiven),
    },
    database: { ...base.database, ...given(config.database) },
    cache: { ...base.cache, ...given(config.cache) },
    edge: { ...base.edge, ...given(config.edge) },
    fleet: { ...base.fleet, ...given(config.fleet) },
  };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "unknown");
  }
}

/** The target asked for, and what plans for it. */
async function plannerOf(
  options: PlanOptions,
  config: PerfbedConfig,
): Promise<{ readonly target: Target; readonly planner: TargetPlanner }> {
  const asked = options.target ?? config.target;
  const target = Object.values(Target).find((known) => known === asked);
  const load = target === undefined ? undefined : PLANNERS[target];
  if (target === undefined || load === undefined) {
    throw new ConfigError("The plan has problems", [
      { field: "--target", value: asked, allowed: Object.keys(PLANNERS).join(", ") },
    ]);
  }
  return { target, planner: await load() };
}

async function environmentPlan(
  options: PlanOptions,
  config: PerfbedConfig,
  baseDir: string,
  campaign: string,
  problems: Problem[],
): Promise<EnvironmentPlan> {
  const { target, planner } = await plannerOf(options, config);
  const environmentId = options.name ?? newEnvironmentId();
  if (!ENVIRONMENT_ID_PATTERN.test(environmentId)) {
    problems.push({
      field: "--name",
      value: environmentId,
      allowed: "3 to 24 lower-case letters, digits and hyphens, starting with a letter",
    });
  }
  const expiryMinutes = options.expiryMinutes ?? config.expiryMinutes;
  const application =
    config.application === undefined
      ? planner.sample(options.appVersion, options.variant)
      : applicationFrom(ofSide(config.application, options), baseDir, problems);
  const named =
    options.sizing === undefined
      ? sizingFrom(planner.sizings, config.sizing, problems)
      : preset(planner.sizings, options.sizing, "--sizing", problems);
  const sizing =
    options.generators === undefined
      ? named
      : { ...named, fleet: { ...named.fleet, generators: options.generators } };
  const apm = apmFrom(config.apm, {
    campaign,
    ...(options.sideName === undefined ? {} : { side: options.sideName }),
  });
  const plan: EnvironmentPlan = {
    target,
    environmentId,
    owner: userName(),
    expiresAt: new Date(Date.now() + expiryMinutes * 60_000).toISOString(),
    application,
    sizing,
    ...(apm === undefined ? {} : { apm }),
  };
  problems.push(...validateEnvironmentInputs(plan));
  return planner.complete(plan, { options, config, baseDir }, problems);
}

/**
 * Turns options and config file into a complete, validated plan. Starts nothing.
 * @throws ConfigError with every problem of config, sizing, application and scenario parameters
 */
export async function planCampaign(options: PlanOptions): Promise<CampaignPlan> {
  const { config, baseDir, file } = await loadConfig({
    cwd: options.cwd,
    ...(options.configFile === undefined ? {} : { file: options.configFile }),
  });
  const problems: Problem[] = [];
  const campaignId = newCampaignId();
  const environment = await environmentPlan(options, config, baseDir, campaignId, problems);
  let workload: Workload | undefined;
  const scenario = options.scenario ?? config.scenario;
  try {
    workload = await resolveWorkload({
      scenario,
      baseDir: options.scenario === undefined ? baseDir : options.cwd,
      parameters: {
        ...(scenario === "load" ? options.loadDefaults : {}),
        ...(options.scenario === undefined ? config.parameters : {}),
      },
      set: options.set,
      storefront: config.application === undefined,
    });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(...error.problems);
  }
  const chosen = chooseTool(options.tool, config.tool, workload);
  problems.push(...chosen.problems, ...toolProblems(chosen.tool, environment.target));
  if (workload !== undefined) {
    problems.push(
      ...limitProblems(workload, config.limits),
      ...placeProblems(workload, config.endpoints),
      ...(options.coldCache === true ? coldCacheProblems(workload) : []),
    );
  }
  if (problems.length > 0 || workload === undefined) {
    throw new ConfigError(
      file === undefined ? "The plan has problems" : `The plan (${file}) has problems`,
      problems,
      "Nothing was started.",
    );
  }
  const history = planHistory(options, config, baseDir);
  return {
    campaignId,
    environment,
    workload: withAbortRatio(workload, config.limits),
    tool: chosen.tool,
    endpoints: config.endpoints,
    maxRequests: config.limits.maxRequests,
    maxRows: config.limits.maxRows,
    resultsDir: resolve(options.cwd, options.resultsDir ?? config.results, campaignId),
    ...(options.coldCache === true ? { coldCache: true } : {}),
    ...(history === undefined ? {} : { history }),
    reproduce: options.reproduce,
  };
}
