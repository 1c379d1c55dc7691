import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { isAlive, ownProcess } from "../../../components/local/supervisor";
import { ensureOwnDir, perfbedHome } from "../../../core/home";
import { ENVIRONMENT_ID_PATTERN } from "../../../core/ids";
import type { EnvironmentPlan } from "../../plan";

/**
 * What this machine knows of its environments on AWS, written before anything is made there: a folder each, with the region, so that
 * another process can finish what a killed one began. Pulumi's state, the plan and the logs lie beside it.
 */

const LEDGER_FILE = "aws.json";

const ledger = z.object({
  schemaVersion: z.literal(1),
  environmentId: z.string(),
  region: z.string(),
  /** Of generators, beside that one. */
  furtherRegions: z.array(z.string()).default([]),
  owner: z.string(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  /** The campaign that it belongs to; absent: it stands on purpose. */
  ownerProcess: z.object({ pid: z.number(), startTicks: z.number().optional() }).exactOptional(),
});

export type AwsLedger = z.output<typeof ledger>;

const root = (): string => join(perfbedHome(), "aws");

/** Apart from the local environments: what sweeps those must not take this for one of them. */
export const awsFolder = (environmentId: string): string => join(root(), environmentId);

/** Makes the folder with the ledger in it. @param owned the environment ends with this process */
export function writeLedger(
  plan: EnvironmentPlan,
  { region, furtherRegions }: Pick<AwsLedger, "region" | "furtherRegions">,
  owned: boolean,
): void {
  ensureOwnDir(perfbedHome());
  ensureOwnDir(root(), 0o700);
  const folder = awsFolder(plan.environmentId);
  mkdirSync(folder, { mode: 0o700 });
  const record: AwsLedger = {
    schemaVersion: 1,
    environmentId: plan.environmentId,
    region,
    furtherRegions,
    owner: plan.owner,
    createdAt: new Date().toISOString(),
    expiresAt: plan.expiresAt,
    ...(owned ? { ownerProcess: thisProcess() } : {}),
  };
  const file = join(folder, LEDGER_FILE);
  const partial = `${file}.${randomBytes(4).toString("hex")}.partial`;
  writeFileSync(partial, JSON.stringify(record, null, 2), { mode: 0o600, flush: true });
  renameSync(partial, file);
}

/** Undefined when there is no such environment, or nothing can be read of it. */
export function readLedger(environmentId: string): AwsLedger | undefined {
  const file = join(awsFolder(environmentId), LEDGER_FILE);
  if (!existsSync(file)) return undefined;
  try {
    return ledger.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}

/** Every environment of this machine, by name. */
export function listLedgers(): readonly AwsLedger[] {
  if (!existsSync(root())) return [];
  return readdirSync(root())
    .filter((name) => ENVIRONMENT_ID_PATTERN.test(name))
    .sort()
    .flatMap((name) => readLedger(name) ?? []);
}

/** Only Linux tells a process from a later one of the same number; elsewhere the number has to do. */
const thisProcess = (): NonNullable<AwsLedger["ownerProcess"]> =>
  process.platform === "linux" ? ownProcess() : { pid: process.pid };

/** True while the campaign that made it goes on. */
export function ownerIsAlive({ ownerProcess }: AwsLedger): boolean {
  if (ownerProcess === undefined) return false;
  const { pid, startTicks } = ownerProcess;
  if (startTicks !== undefined) return isAlive({ pid, startTicks });
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** True where a campaign has made it that goes on no more: nobody removes it before its expiry. */
export const ownerIsGone = (one: AwsLedger): boolean => one.ownerProcess !== undefined && !ownerIsAlive(one);

/** Once nothing of the environment is left. */
export function removeLedger(environmentId: string): void {
  rmSync(awsFolder(environmentId), { recursive: true, force: true });
}
