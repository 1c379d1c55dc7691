import { readFileSync } from "node:fs";
import { EnvironmentError } from "../../../core/errors";
import { requireLinux } from "./platform";
import { hasEnded, readStat } from "./process-table";
import type { ProcessIdentity } from "./types";

/** A process told apart from every other since boot: a pid alone may be reused. */
export interface ProcessRef {
  readonly pid: number;
  /** Clock ticks since boot, field 22 of /proc/<pid>/stat. */
  readonly startTicks: number;
}

/** Identity of a living process; undefined when there is none (a zombie is none). */
export function processIdentity(pid: number, environmentId: string): ProcessIdentity | undefined {
  const ref = processRef(pid);
  return ref === undefined ? undefined : { ...ref, environmentId };
}

/** Like {@link processIdentity}, without an environment. */
export function processRef(pid: number): ProcessRef | undefined {
  requireLinux();
  const stat = readStat(pid);
  return stat === undefined || hasEnded(stat) ? undefined : { pid: stat.pid, startTicks: stat.startTicks };
}

/** This very process, e.g. as `ownerProcess` of an environment. */
export function ownProcess(): ProcessRef {
  const ref = processRef(process.pid);
  if (ref === undefined) {
    throw new EnvironmentError("PERFBED_PROC_UNREADABLE", "/proc does not show this very process", {
      hint: "Mount /proc; the local target cannot work without it.",
    });
  }
  return ref;
}

/** True only for the very process of the record, not for another one that was given the same pid later. */
export function isAlive(identity: ProcessRef): boolean {
  requireLinux();
  const stat = readStat(identity.pid);
  return stat !== undefined && !hasEnded(stat) && stat.startTicks === identity.startTicks;
}

export const sameProcess = (a: ProcessRef, b: ProcessRef): boolean =>
  a.pid === b.pid && a.startTicks === b.startTicks;

/** Start ticks count from boot, so a record of another boot names nobody. */
export function currentBootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "unknown";
  }
}
