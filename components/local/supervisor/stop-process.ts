import { existsSync, realpathSync } from "node:fs";
import { basename } from "node:path";
import { EnvironmentError } from "../../../core/errors";
import { cgroupProcesses, findCgroups, removeCgroups } from "./cgroup-limits";
import { environmentPath } from "./environment-path";
import { currentBootId, isAlive, type ProcessRef, processRef, sameProcess } from "./identity";
import { appendLedger, type Ledger, readLedger, startedProcesses } from "./ledger";
import { environmentMarks, linksInto, ownAncestry } from "./membership";
import { requireLinux } from "./platform";
import { listProcesses } from "./process-table";
import { removeSegments } from "./shared-memory";
import { terminate } from "./termination";
import type { ProcessIdentity, ProcessRecord, StopPolicy } from "./types";

export type StopOutcome = "stopped" | "killed" | "already-gone";

/** The ledger's record of a process, whatever boot it ran in. */
function recordOf(ledger: Ledger, ref: ProcessRef): { record: ProcessRecord; bootId: string } | undefined {
  for (const entry of ledger.entries) {
    if (entry.type === "process-started" && sameProcess(entry.record, ref)) return entry;
  }
  return undefined;
}

/** The working folder of a process, where that is its own: inside the environment and of no other living process of the ledger. */
function ownWorkingFolder(ledger: Ledger, record: ProcessRecord): string | undefined {
  const folders = new Map<string, string>();
  for (const entry of ledger.entries) {
    if (entry.type === "process-starting") folders.set(entry.name, entry.cwd);
  }
  const folder = folders.get(record.name);
  if (folder === undefined || !folder.startsWith(`${environmentPath(record.environmentId)}/`))
    return undefined;
  const shared = startedProcesses(ledger).some((other) => {
    const theirs = folders.get(other.name);
    return (
      other.name !== record.name &&
      theirs !== undefined &&
      (theirs === folder || theirs.startsWith(`${folder}/`)) &&
      isAlive(other)
    );
  });
  return shared ? undefined : realPath(folder);
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** What a process has left behind after its end: by control group, by the name its children were given, by its working folder. */
function leftovers(
  record: ProcessRecord,
  groups: readonly string[],
  folder: string | undefined,
): ProcessRef[] {
  const pids = new Set(groups.flatMap(cgroupProcesses));
  const table = listProcesses();
  for (const { pid, terminal } of table.values()) {
    const marks = environmentMarks(pid);
    const named = marks?.environmentId === record.environmentId && marks.processName === record.name;
    const inFolder = folder !== undefined && terminal === 0 && linksInto(folder, `/proc/${pid}/cwd`);
    if (named || inFolder) pids.add(pid);
  }
  for (const pid of ownAncestry(table)) pids.delete(pid);
  return [...pids].map(processRef).filter((ref) => ref !== undefined);
}

/**
 * Stops a process by its policy, together with everything it has started; returns when all of it is gone. Idempotent: what is gone
 * already, or was in another boot, is `already-gone`, and a process that merely has the same pid is never signalled.
 * @throws EnvironmentError PERFBED_STOP_FAILED when something survives even SIGKILL.
 */
export async function stopProcess(target: ProcessIdentity & { stop: StopPolicy }): Promise<StopOutcome> {
  requireLinux();
  const { environmentId } = target;
  const folderExists = existsSync(environmentPath(environmentId));
  const ledger = await readLedger(environmentId);
  const known = recordOf(ledger, target);
  const ofThisBoot = known === undefined || known.bootId === currentBootId();
  const living = ofThisBoot && isAlive(target);
  const leaders = living ? [target] : [];
  // A newer process of the same name owns the name, its control group and its children.
  const replaced =
    known !== undefined &&
    startedProcesses(ledger).some(
      (other) => other.name === known.record.name && !sameProcess(other, target) && isAlive(other),
    );
  const groups =
    known === undefined || replaced
      ? []
      : findCgroups(environmentId, recordedCgroups(ledger)).filter(
          (path) => basename(path) === known.record.name,
        );

  const first = living
    ? await terminate({ leaders, others: [], ...target.stop, descendants: true })
    : { killed: false, survivors: [] };
  const rest =
    known === undefined || replaced || !ofThisBoot
      ? []
      : leftovers(known.record, groups, ownWorkingFolder(ledger, known.record));
  const second = await terminate({
    leaders: rest,
    others: [],
    signal: "SIGTERM",
    graceMs: Math.min(target.stop.graceMs, 1_000),
    descendants: true,
  });
  const survivors = [...first.survivors, ...second.survivors];
  if (survivors.length > 0) {
    throw new EnvironmentError(
      "PERFBED_STOP_FAILED",
      `${known?.record.name ?? "A process"} does not end: ${survivors.map(({ pid }) => pid).join(", ")} survived SIGKILL`,
      { hint: "A process stuck in the kernel (state D) waits for a device; see `cat /proc/<pid>/stack`." },
    );
  }
  if (known !== undefined) await removeSegments([known.record]);
  await removeCgroups(groups);
  const outcome: StopOutcome =
    !living && rest.length === 0 ? "already-gone" : first.killed || second.killed ? "killed" : "stopped";
  if (known !== undefined && folderExists) {
    await appendLedger(environmentId, {
      type: "process-ended",
      name: known.record.name,
      process: { pid: target.pid, startTicks: target.startTicks },
      how: outcome,
    }).catch(() => undefined);
  }
  return outcome;
}

/** Control groups the ledger says were made. */
export function recordedCgroups(ledger: Ledger): string[] {
  return ledger.entries.flatMap((entry) => (entry.type === "cgroup-creating" ? [...entry.paths] : []));
}
