import { readdirSync, readFileSync } from "node:fs";

/** What /proc/<pid>/stat says that the supervisor needs. */
export interface ProcessStat {
  readonly pid: number;
  /** Program name as the kernel knows it, at most 15 characters; a process may change it. */
  readonly command: string;
  /** One letter: R, S, D, T, Z, X … */
  readonly state: string;
  readonly parentPid: number;
  readonly sessionId: number;
  /** 0: no controlling terminal. */
  readonly terminal: number;
  readonly kernelThread: boolean;
  /** Clock ticks since boot. */
  readonly startTicks: number;
}

const PF_KTHREAD = 0x00200000;

/** Parses one stat line. The command stands in parentheses and may itself hold spaces and parentheses, so split after the last one. */
export function parseStat(text: string): ProcessStat | undefined {
  const open = text.indexOf("(");
  const close = text.lastIndexOf(")");
  if (open < 1 || close < open) return undefined;
  const rest = text.slice(close + 2).split(" ");
  const pid = Number(text.slice(0, open));
  // rest[0] is field 3 (state), so field n is rest[n - 3].
  const parentPid = Number(rest[1]);
  const sessionId = Number(rest[3]);
  const terminal = Number(rest[4]);
  const flags = Number(rest[6]);
  const startTicks = Number(rest[19]);
  const state = rest[0];
  if (
    state === undefined ||
    ![pid, parentPid, sessionId, terminal, flags, startTicks].every(Number.isFinite)
  ) {
    return undefined;
  }
  return {
    pid,
    command: text.slice(open + 1, close),
    state,
    parentPid,
    sessionId,
    terminal,
    kernelThread: Math.floor(flags / PF_KTHREAD) % 2 === 1,
    startTicks,
  };
}

/** One process, zombies included; undefined when there is none with this pid. */
export function readStat(pid: number): ProcessStat | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return undefined;
  }
}

/** A zombie has ended: it only waits for its parent to look. */
export const hasEnded = (stat: ProcessStat): boolean =>
  stat.state === "Z" || stat.state === "X" || stat.state === "x";

/** Every living user-space process, by pid. */
export function listProcesses(): ReadonlyMap<number, ProcessStat> {
  const table = new Map<number, ProcessStat>();
  for (const name of readdirSync("/proc")) {
    const first = name.charCodeAt(0);
    if (first < 48 || first > 57) continue;
    const stat = readStat(Number(name));
    if (stat !== undefined && !stat.kernelThread && !hasEnded(stat)) table.set(stat.pid, stat);
  }
  return table;
}
