import { type Application, type Sizing, Target } from "../../components/contracts";
import { localSizings } from "../../components/local/sizings";
import type { Problem } from "../../core/errors";
import { storefront } from "../../sample/storefront/application";
import type { PerfbedConfig } from "../config/schema";
import type { EnvironmentPlan, PlanOptions } from "../plan";

/** What planning needs of a target. It starts nothing, asks nobody and needs no credentials. */
export interface TargetPlanner {
  /** Ready-made sizings by name. */
  readonly sizings: Readonly<Record<string, Sizing>>;
  /** The sample application in a form that this target can start. */
  sample(version?: string, variant?: string): Application;
  /**
   * The plan with what this target adds to it.
   * @param problems receives everything that the target would refuse
   */
  complete(plan: EnvironmentPlan, given: PlanInput, problems: Problem[]): EnvironmentPlan;
}

/** What the user has said. */
export interface PlanInput {
  readonly options: PlanOptions;
  readonly config: PerfbedConfig;
  /** Folder that relative paths of the config start from. */
  readonly baseDir: string;
}

const LOCAL: TargetPlanner = {
  sizings: localSizings,
  sample: storefront,
  complete(plan, { options }, problems) {
    for (const [field, value] of [
      ["--region", options.region],
      ["--max-hourly-cost", options.maxHourlyCostUsd],
    ] as const) {
      if (value === undefined) continue;
      problems.push({ field, value, allowed: "only with --target aws", hint: "This machine has neither." });
    }
    return plan;
  },
};

/** The targets that can be planned for; each loads what it needs. */
export const PLANNERS: Readonly<Partial<Record<Target, () => Promise<TargetPlanner>>>> = {
  [Target.Local]: async () => LOCAL,
  [Target.Aws]: async () => (await import("./aws/planner")).awsPlanner,
};
