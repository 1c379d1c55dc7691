import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { OutputMap } from "@pulumi/pulumi/automation";
import type { EnvironmentAccess } from "../components/contracts";
import { ConfigError, EnvironmentError } from "../core/errors";
import { readAccess } from "../stacks/program";
import type { EngineStack } from "./engine";
import type { CampaignObserver } from "./observer";
import { timed } from "./phase";
import type { EnvironmentPlan } from "./plan";
import type { CampaignTarget, Tools } from "./targets";

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

/** What a later `perfbed run` or `destroy` needs to know. Values of variables may be secret and stay out. */
function storePlan(plan: EnvironmentPlan, folder: string): void {
  const { environment, ...application } = plan.application;
  const stored = { ...plan, application: { ...application, environment: Object.keys(environment) } };
  writeFileSync(join(folder, PLAN_FILE), JSON.stringify(stored, null, 2), { mode: 0o600 });
}

/** The plan of a standing environment, without the values of its variables. */
export function storedPlan(environmentId: string, target: CampaignTarget): EnvironmentPlan {
  const file = join(target.folder(environmentId), PLAN_FILE);
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
  readonly target: CampaignTarget;
  readonly observer: CampaignObserver;
  readonly signal: AbortSignal;
}

/**
 * Prepares the environment's folder and ledger; from here on a killed process leaves something to sweep.
 * @param ownedByThisProcess true: the environment ends with this process (a campaign); false: it stands until destroyed or expired
 */
export async function prepare(
  plan: EnvironmentPlan,
  target: CampaignTarget,
  ownedByThisProcess: boolean,
): Promise<void> {
  await target.prepare(plan, ownedByThisProcess);
  storePlan(plan, target.folder(plan.environmentId));
}

/** Brings everything up through the Pulumi engine. The caller tears down when it throws. */
export async function provision(
  plan: EnvironmentPlan,
  tools: Tools,
  options: ProvisionOptions,
): Promise<Provisioned> {
  const { target, observer, signal } = options;
  return timed(
    observer,
    "provision",
    target.provisionText,
    async () => {
      const standing: EnvironmentAccess[] = [];
      const stack = await target.openStack(plan, tools, (told) => standing.push(told));
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
export function keepLogs(
  environmentId: string,
  target: CampaignTarget,
  runFolder: string,
): KeptLogs | undefined {
  const from = join(target.folder(environmentId), "logs");
  if (!existsSync(from)) return undefined;
  const to = join(runFolder, "logs");
  mkdirSync(runFolder, { recursive: true });
  cpSync(from, to, { recursive: true });
  return { from, to };
}
