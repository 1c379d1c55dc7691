import { readdirSync } from "node:fs";
import { dirname } from "node:path";
import { environmentDir } from "../../../core/home";
import { ENVIRONMENT_ID_PATTERN } from "../../../core/ids";
import { isClosing } from "./closing";
import { environmentPath } from "./environment-path";
import { ownerAlive, readEnvironmentRecord } from "./environment-record";
import { EnvironmentState, type EnvironmentSummary } from "./inventory-model";
import { readLedger, startedProcesses } from "./ledger";
import { environmentsInProcessTable, findMembers } from "./membership";
import { requireLinux } from "./platform";

function folderNames(): string[] {
  try {
    return readdirSync(dirname(environmentDir("x"))).filter((name) => ENVIRONMENT_ID_PATTERN.test(name));
  } catch {
    return [];
  }
}

async function summarise(environmentId: string, now: number): Promise<EnvironmentSummary> {
  const folder = environmentPath(environmentId);
  const record = readEnvironmentRecord(folder);
  const members = findMembers(environmentId, startedProcesses(await readLedger(environmentId)));
  const state =
    record === undefined
      ? EnvironmentState.Broken
      : isClosing(environmentId)
        ? EnvironmentState.Closing
        : EnvironmentState.Standing;
  return {
    environmentId,
    state,
    ...(record === undefined
      ? {}
      : { owner: record.owner, createdAt: record.createdAt, expiresAt: record.expiresAt }),
    expired: record !== undefined && Date.parse(record.expiresAt) <= now,
    owned: record?.ownerProcess !== undefined,
    ownerAlive: record !== undefined && ownerAlive(record),
    processCount: members.size,
    folder,
  };
}

/**
 * Every environment under this PERFBED_HOME: those with a folder, whole or damaged, and those of which only processes are left.
 * All of them can be swept.
 */
export async function listEnvironments(now: number = Date.now()): Promise<EnvironmentSummary[]> {
  requireLinux();
  const named = folderNames();
  const standing = await Promise.all(named.map((environmentId) => summarise(environmentId, now)));
  const orphans = [...environmentsInProcessTable()]
    .filter(([environmentId]) => !named.includes(environmentId) && ENVIRONMENT_ID_PATTERN.test(environmentId))
    .map(([environmentId, processCount]) => ({
      environmentId,
      state: EnvironmentState.Orphaned,
      expired: false,
      owned: false,
      ownerAlive: false,
      processCount,
    }));
  return [...standing, ...orphans].sort((a, b) => a.environmentId.localeCompare(b.environmentId));
}
