import { readdirSync, readFileSync } from "node:fs";

/** USER_HZ: the unit of CPU times in /proc/<pid>/stat. It is 100 on every Linux architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

/** One process's line of /proc/<pid>/stat, as far as CPU time goes. */
export interface ProcessCpu {
  /** Clock ticks used by it and by the children it has waited for. */
  readonly ticks: number;
  /** Clock ticks since boot at its start. */
  readonly startTicks: number;
}

/** Parses /proc/<pid>/stat; the command's name is in brackets and may hold anything. */
export function parseProcessStat(text: string): ProcessCpu | null {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  // Fields 14 to 17 (utime, stime, cutime, cstime) and 22 (starttime), counted from the state, field 3.
  const [utime, stime, cutime, cstime, startTicks] = [11, 12, 13, 14, 19].map((index) =>
    Number(fields[index]),
  );
  if (
    utime === undefined ||
    stime === undefined ||
    cutime === undefined ||
    cstime === undefined ||
    startTicks === undefined
  ) {
    return null;
  }
  const ticks = utime + stime + cutime + cstime;
  return Number.isFinite(ticks) && Number.isFinite(startTicks) ? { ticks, startTicks } : null;
}

function readStat(pid: number): ProcessCpu | null {
  try {
    return parseProcessStat(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return null;
  }
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, "latin1").split(" ").map(Number).filter(Boolean),
    );
  } catch {
    return [];
  }
}

/**
 * CPU seconds that a process and all its living descendants have used since their start, including descendants that have ended and
 * were waited for. `null` when the process is gone or its pid now belongs to another. Resolution: 10 ms.
 */
export function processTreeCpuSeconds(root: { pid: number; startTicks: number }): number | null {
  const own = readStat(root.pid);
  if (own === null || own.startTicks !== root.startTicks) return null;
  let ticks = own.ticks;
  const pending = childrenOf(root.pid);
  for (let pid = pending.pop(); pid !== undefined; pid = pending.pop()) {
    ticks += readStat(pid)?.ticks ?? 0;
    pending.push(...childrenOf(pid));
  }
  return ticks / TICKS_PER_SECOND;
}

/** CPU use of one process tree between two looks, as percent of its allotment. */
export class CpuMeter {
  #before: { seconds: number; atMs: number } | undefined;

  constructor(
    private readonly root: { readonly pid: number; readonly startTicks: number },
    private readonly cores: number,
  ) {}

  /** Percent since the last call; null on the first call and when the process is gone. */
  read(atMs: number = performance.now()): number | null {
    const seconds = processTreeCpuSeconds(this.root);
    const before = this.#before;
    if (seconds === null) return null;
    this.#before = { seconds, atMs };
    if (before === undefined || atMs <= before.atMs) return null;
    // A descendant that nobody waited for takes its time with it: never report less than nothing.
    const used = Math.max(0, seconds - before.seconds);
    return (100 * used * 1000) / ((atMs - before.atMs) * this.cores);
  }
}
