import { lstatSync } from "node:fs";
import { findCgroups } from "./cgroup-limits";
import { environmentPath, realEnvironmentPath } from "./environment-path";
import type { ProcessRef } from "./identity";
import type { Inventory, InventoryProcess } from "./inventory-model";
import { type Ledger, readLedger, startedProcesses } from "./ledger";
import { findMembers, type Member } from "./membership";
import { requireLinux } from "./platform";
import { reservedPorts } from "./ports";
import { segmentsOf } from "./shared-memory";
import { listeningPorts, unixSocketsIn } from "./sockets";
import { recordedCgroups } from "./stop-process";

export interface InventoryOptions {
  /** Pids to leave out. The calling process and those above it always are. */
  readonly excludePids?: readonly number[];
}

function inventoryProcess(environmentId: string, member: Member): InventoryProcess {
  const name = member.record?.name ?? member.processName;
  return {
    pid: member.stat.pid,
    startTicks: member.stat.startTicks,
    environmentId,
    command: member.stat.command,
    ...(name === undefined ? {} : { name }),
    ...(member.record === undefined ? {} : { tier: member.record.tier }),
    evidence: member.evidence,
  };
}

/** A link or a file in the place of the folder is something left behind as well. */
export function folderPresent(environmentId: string): boolean {
  return lstatSync(environmentPath(environmentId), { throwIfNoEntry: false }) !== undefined;
}

/** {@link takeInventory} with knowledge from a ledger that may be gone by now. */
export function inventoryWith(
  environmentId: string,
  ledger: Ledger,
  options: InventoryOptions & { readonly alsoCreators?: readonly ProcessRef[] } = {},
): Inventory {
  const records = startedProcesses(ledger);
  const members = findMembers(environmentId, records, options.excludePids);
  const ports = reservedPorts(environmentId);
  const processes = [...members.values()].map((member) => inventoryProcess(environmentId, member));
  const listening = listeningPorts(members.keys(), ports);
  const cgroups = findCgroups(environmentId, recordedCgroups(ledger));
  const unixSockets = unixSocketsIn(realEnvironmentPath(environmentId));
  const sharedMemory = segmentsOf([...records, ...(options.alsoCreators ?? [])]).map(({ id }) => id);
  const present = folderPresent(environmentId);
  return {
    environmentId,
    takenAt: new Date().toISOString(),
    processes,
    listening,
    reservedPorts: ports,
    cgroups,
    unixSockets,
    sharedMemory,
    ...(present ? { folder: environmentPath(environmentId) } : {}),
    empty:
      !present &&
      processes.length +
        listening.length +
        ports.length +
        cgroups.length +
        unixSockets.length +
        sharedMemory.length ===
        0,
  };
}

/**
 * What exists of an environment, read from the world: the process table, listening sockets, port reservations, control groups,
 * shared memory and its folder. The ledger only adds names; an environment whose ledger is lost is found all the same.
 */
export async function takeInventory(
  environmentId: string,
  options: InventoryOptions = {},
): Promise<Inventory> {
  requireLinux();
  return inventoryWith(environmentId, await readLedger(environmentId), options);
}
