import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { OutputMap } from "@pulumi/pulumi/automation";
import { type EnvironmentAccess, Target } from "../components/contracts";
import { createLocalTiers } from "../components/local";
import { listEnvironments, ownProcess, prepareEnvironment } from "../components/local/supervisor";
import { ConfigError, EnvironmentError } from "../core/errors";
import { environmentDir } from "../core/home";
import { localToolsFrom } from "../stacks/local-tools";
import { environmentProgram, readAccess } from "../stacks/program";
import { type ResolvedTool, Tool } from "../toolchain";
import { type EngineStack, openStack } from "./engine";
import type { CampaignObserver } from "./observer";
import { timed } from "./phase";
import { componentArgs, type EnvironmentPlan } from "./plan";
import { programPath } from "./tools";

const PLAN_FILE = "plan.json";

export interface Provisioned {
  readonly stack: EngineStack;
  readonly access: EnvironmentAccess;
}

/** The stack's outputs as the campaign needs them. */
export function accessFrom(outputs: OutputMap): EnvironmentAccess {
  try {
    return readAccess(outputs);
  } catch (cause) {
    throw new EnvironmentError("PERFBED_OUTPUTS", "The stack's outputs are not those of an environment", {
      cause,
      hint: "Its provisioning did not finish, or another version of perfbed made it. Destroy it and make it again.",
    });
  }
}

/** The environment's stack, ready to be brought up, read or destroyed. */
export function environmentStack(
  plan: EnvironmentPlan,
  tools: ReadonlyMap<Tool, ResolvedTool>,
  onStanding?: (access: EnvironmentAccess) => void,
): Promise<EngineStack> {
  const tiers = createLocalTiers({ tools: localToolsFrom(tools), prepared: true });
  return openStack(
    plan.environmentId,
    environmentProgram(componentArgs(plan), { [Target.Local]: tiers }, onStanding),
    programPath(tools, Tool.Pulumi, "pulumi"),
  );
}

/** @throws ConfigError when the name is taken. Names are unique on a machine: two environments of one name could not be told apart in the process table. */
export async function refuseTakenName(environmentId: string): Promise<void> {
  const environments = await listEnvironments();
  if (environments.some((environment) => environment.environmentId === environmentId)) {
    throw new ConfigError("The name is taken", [
      {
        field: "--name",
        value: environmentId,
        allowed: "a name that no environment on this machine has",
        hint: `perfbed list shows them; perfbed destroy ${environmentId} removes this one.`,
      },
    ]);
  }
}

/** What a later `perfbed run` or `destroy` needs to know. Values of variables may be secret and stay out. */
function storePlan(plan: EnvironmentPlan): void {
  const { environment, ...application } = plan.application;
  const stored = { ...plan, application: { ...application, environment: Object.keys(environment) } };
  writeFileSync(join(environmentDir(plan.environmentId), PLAN_FILE), JSON.stringify(stored, null, 2), {
    mode: 0o600,
  });
}

/** The plan of a standing environment, without the values of its variables. */
export function storedPlan(environmentId: string): EnvironmentPlan {
  const file = join(environmentDir(environmentId), PLAN_FILE);
  if (!existsSync(file)) {
    throw new ConfigError("No such environment", [
      {
        field: "environment",
        value: environmentId,
        allowed: "the name of an environment made with perfbed up",
        hint: "perfbed list shows them.",
      },
    ]);
  }
  const stored: EnvironmentPlan = JSON.parse(readFileSync(file, "utf8"));
  return { ...stored, application: { ...stored.application, environment: {} } };
}

export interface ProvisionOptions {
  readonly observer: CampaignObserver;
  readonly signal: AbortSignal;
}

/**
 * Prepares the environment's folder, ledger and watchdog; from here on a killed process leaves something to sweep.
 * @param ownedByThisProcess true: the environment ends with this process (a campaign); false: it stands until destroyed or expired
 */
export async function prepare(plan: EnvironmentPlan, ownedByThisProcess: boolean): Promise<void> {
  await prepareEnvironment({
    environmentId: plan.environmentId,
    owner: plan.owner,
    expiresAt: plan.expiresAt,
    ...(ownedByThisProcess ? { ownerProcess: ownProcess() } : {}),
    watchdog: true,
  });
  storePlan(plan);
}

/** Brings everything up through the Pulumi engine. The caller tears down when it throws. */
export async function provision(
  plan: EnvironmentPlan,
  tools: ReadonlyMap<Tool, ResolvedTool>,
  options: ProvisionOptions,
): Promise<Provisioned> {
  const { observer, signal } = options;
  return timed(
    observer,
    "provision",
    "database with replicas, pool, cache, load balancer, app, edge",
    async () => {
      const standing: EnvironmentAccess[] = [];
      const stack = await environmentStack(plan, tools, (told) => standing.push(told));
      signal.throwIfAborted();
      await stack.up(signal);
      const [access] = standing;
      if (access === undefined) {
        throw new EnvironmentError(
          "PERFBED_OUTPUTS",
          "The engine is done, but the environment does not stand",
        );
      }
      return { stack, access };
    },
    ({ access }) => `environment ${plan.environmentId} at ${access.entryUrl}`,
  );
}

export interface KeptLogs {
  /** Folder that goes with the environment. */
  readonly from: string;
  /** Folder that stays. */
  readonly to: string;
}

/** Keeps the logs of every process with the results before the environment goes. */
export function keepLogs(environmentId: string, runFolder: string): KeptLogs | undefined {
  const from = join(environmentDir(environmentId), "logs");
  if (!existsSync(from)) return undefined;
  const to = join(runFolder, "logs");
  mkdirSync(runFolder, { recursive: true });
  cpSync(from, to, { recursive: true });
  return { from, to };
}
