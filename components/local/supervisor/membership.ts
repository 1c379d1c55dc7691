import { readFileSync, readlinkSync } from "node:fs";
import { perfbedHome } from "../../../core/home";
import { cgroupFolderName } from "./cgroup-names";
import { realEnvironmentPath, realHome } from "./environment-path";
import { sameProcess } from "./identity";
import { Evidence } from "./inventory-model";
import { listProcesses, type ProcessStat } from "./process-table";
import type { ProcessRecord } from "./types";

/** A living process of an environment. */
export interface Member {
  readonly stat: ProcessStat;
  readonly evidence: Evidence;
  /** PERFBED_PROCESS_NAME, where its variables are intact. */
  readonly processName?: string;
  /** Recorded process it is, or belongs to. */
  readonly record?: ProcessRecord;
}

export const ENVIRONMENT_ID_VARIABLE = "PERFBED_ENVIRONMENT_ID";
export const PROCESS_NAME_VARIABLE = "PERFBED_PROCESS_NAME";

interface Marks {
  readonly environmentId: string;
  readonly processName: string | undefined;
}

function variable(environ: string, name: string): string | undefined {
  const key = `${name}=`;
  const start = environ.startsWith(key) ? 0 : environ.indexOf(`\0${key}`) + 1;
  if (start === 0 && !environ.startsWith(key)) return undefined;
  const end = environ.indexOf("\0", start);
  const value = environ.slice(start + key.length, end === -1 ? undefined : end);
  return value === "" ? undefined : value;
}

/** The environment a process says it belongs to, if that environment is one of this PERFBED_HOME. */
export function environmentMarks(pid: number, home: string = realHome()): Marks | undefined {
  let environ: string;
  try {
    environ = readFileSync(`/proc/${pid}/environ`, "utf8");
  } catch {
    return undefined;
  }
  const environmentId = variable(environ, ENVIRONMENT_ID_VARIABLE);
  if (environmentId === undefined) return undefined;
  // The same id may stand under another PERFBED_HOME: that one is not ours to end.
  const stated: NodeJS.ProcessEnv = {
    PERFBED_HOME: variable(environ, "PERFBED_HOME"),
    XDG_STATE_HOME: variable(environ, "XDG_STATE_HOME"),
  };
  if (realHome(perfbedHome(stated)) !== home) return undefined;
  return { environmentId, processName: variable(environ, PROCESS_NAME_VARIABLE) };
}

/** Whether a link in /proc leads to a folder or into it, be it deleted by now. */
export const linksInto = (folder: string, link: string): boolean => {
  try {
    const target = readlinkSync(link);
    return target === folder || target.startsWith(`${folder}/`) || target === `${folder} (deleted)`;
  } catch {
    return false;
  }
};

function inControlGroup(pid: number, marker: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, "utf8").includes(marker);
  } catch {
    return false;
  }
}

function directEvidence(stat: ProcessStat, folder: string, cgroupMarker: string): Evidence | undefined {
  const proc = `/proc/${stat.pid}`;
  if (inControlGroup(stat.pid, cgroupMarker)) return Evidence.ControlGroup;
  // Somebody's shell or pager that looks into the folder has a terminal; what perfbed starts never has one.
  if (stat.terminal !== 0) return undefined;
  if (linksInto(folder, `${proc}/cwd`) || linksInto(folder, `${proc}/root`)) return Evidence.Folder;
  if (linksInto(folder, `${proc}/fd/1`) || linksInto(folder, `${proc}/fd/2`)) return Evidence.Output;
  return undefined;
}

/** This process and everything above it: a sweep must not end its own caller. */
export function ownAncestry(table: ReadonlyMap<number, ProcessStat>): ReadonlySet<number> {
  const chain = new Set<number>();
  for (
    let pid: number | undefined = process.pid;
    pid !== undefined && pid > 0 && !chain.has(pid);
    pid = table.get(pid)?.parentPid
  ) {
    chain.add(pid);
  }
  return chain;
}

/** Adds children of members, and processes in the session of a member that leads it, until nothing new is found. */
function addKin(
  members: Map<number, Member>,
  table: ReadonlyMap<number, ProcessStat>,
  excluded: ReadonlySet<number>,
): void {
  for (let before = -1; before !== members.size; ) {
    before = members.size;
    for (const stat of table.values()) {
      if (members.has(stat.pid) || excluded.has(stat.pid)) continue;
      const leader = members.get(stat.sessionId);
      const sessionOfMember = leader !== undefined && leader.stat.sessionId === leader.stat.pid;
      if (members.has(stat.parentPid) || sessionOfMember) {
        members.set(stat.pid, { stat, evidence: Evidence.Kinship });
      }
    }
  }
}

function attribute(
  member: Member,
  members: ReadonlyMap<number, Member>,
  byPid: ReadonlyMap<number, ProcessRecord>,
  byName: ReadonlyMap<string, ProcessRecord>,
): ProcessRecord | undefined {
  const seen = new Set<number>();
  for (
    let at: Member | undefined = member;
    at !== undefined && !seen.has(at.stat.pid);
    at = members.get(at.stat.parentPid)
  ) {
    seen.add(at.stat.pid);
    const record = byPid.get(at.stat.pid);
    if (record !== undefined) return record;
  }
  return member.processName === undefined ? undefined : byName.get(member.processName);
}

/**
 * Every living process of an environment, from /proc: by its variables, control group, folder, output, the ledger's identities, and kinship
 * to any of those. Variables alone would not do: servers overwrite theirs with a process title.
 * This process, those above it and `excludePids` are left out.
 */
export function findMembers(
  environmentId: string,
  records: readonly ProcessRecord[],
  excludePids: readonly number[] = [],
): ReadonlyMap<number, Member> {
  const folder = realEnvironmentPath(environmentId);
  const home = realHome();
  const cgroupMarker = `/perfbed/${cgroupFolderName(environmentId)}`;
  const table = listProcesses();
  const excluded = new Set([...ownAncestry(table), ...excludePids]);
  const byPid = new Map<number, ProcessRecord>();
  for (const record of records) {
    const stat = table.get(record.pid);
    if (stat !== undefined && sameProcess(stat, record)) byPid.set(record.pid, record);
  }
  const byName = new Map(records.map((record) => [record.name, record]));

  const members = new Map<number, Member>();
  for (const stat of table.values()) {
    if (excluded.has(stat.pid)) continue;
    const marks = environmentMarks(stat.pid, home);
    const evidence = byPid.has(stat.pid)
      ? Evidence.Ledger
      : marks?.environmentId === environmentId
        ? Evidence.Variables
        : directEvidence(stat, folder, cgroupMarker);
    if (evidence === undefined) continue;
    const processName = marks?.environmentId === environmentId ? marks.processName : undefined;
    members.set(stat.pid, { stat, evidence, ...(processName === undefined ? {} : { processName }) });
  }
  addKin(members, table, excluded);
  const attributed = new Map<number, Member>();
  for (const [pid, member] of members) {
    const record = attribute(member, members, byPid, byName);
    attributed.set(pid, record === undefined ? member : { ...member, record });
  }
  return attributed;
}

/** Ids of all environments under this PERFBED_HOME that any living process carries, with the number of its processes. */
export function environmentsInProcessTable(): ReadonlyMap<string, number> {
  const home = realHome();
  const counts = new Map<string, number>();
  for (const pid of listProcesses().keys()) {
    if (pid === process.pid) continue;
    const id = environmentMarks(pid, home)?.environmentId;
    if (id !== undefined) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}
