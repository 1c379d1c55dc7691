import { readFileSync } from "node:fs";
import { join } from "node:path";

/** USER_HZ, the unit of CPU times in /proc: 100 on every Linux architecture that Node runs on. */
const TICKS_PER_SECOND = 100;
/** The smallest page Linux uses on x86-64 and arm64 servers; memory figures are approximate anyway. */
const PAGE_BYTES = 4096;

export interface ProcessUsage {
  /** CPU seconds used since it began, children it has waited for included. */
  readonly cpuSeconds: number;
  readonly memoryMiB: number;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return undefined;
  }
}

/** CPU seconds and start of one process from /proc/<pid>/stat; undefined when there is none. */
export function readCpu(
  pid: number,
): { readonly cpuSeconds: number; readonly startTicks: number } | undefined {
  const text = read(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The command stands in parentheses and may hold anything; field n is fields[n - 3] after the last one.
  const fields = text
    .slice(text.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
  const ticks = fields.slice(11, 15).reduce((sum, value) => sum + value, 0);
  const startTicks = fields[19];
  if (startTicks === undefined || !Number.isFinite(ticks + startTicks)) return undefined;
  return { cpuSeconds: ticks / TICKS_PER_SECOND, startTicks };
}

/** The process and all its living descendants, root first. */
export function processTree(root: number): readonly number[] {
  const found: number[] = [root];
  // The list grows while it is walked.
  for (const pid of found) {
    const children = read(`/proc/${pid}/task/${pid}/children`) ?? "";
    for (const child of children.split(" ")) if (child !== "") found.push(Number(child));
  }
  return found;
}

/**
 * CPU and memory of a process tree; undefined when the root is gone or its pid now belongs to another process. Memory is the
 * private pages of every process and, once, the largest set of shared ones: Postgres's backends share their buffers.
 */
export function readUsage(root: {
  readonly pid: number;
  readonly startTicks: number;
}): ProcessUsage | undefined {
  if (readCpu(root.pid)?.startTicks !== root.startTicks) return undefined;
  let cpuSeconds = 0;
  let privatePages = 0;
  let sharedPages = 0;
  for (const pid of processTree(root.pid)) {
    cpuSeconds += readCpu(pid)?.cpuSeconds ?? 0;
    const [, resident, shared] = (read(`/proc/${pid}/statm`) ?? "").split(" ").map(Number);
    if (resident === undefined || shared === undefined) continue;
    privatePages += resident - shared;
    sharedPages = Math.max(sharedPages, shared);
  }
  return { cpuSeconds, memoryMiB: ((privatePages + sharedPages) * PAGE_BYTES) / 2 ** 20 };
}

/** Scheduling periods of a control group and how many of them were cut short by its quota; undefined without such a group. */
export function readThrottling(
  groupFolder: string,
): { readonly periods: number; readonly throttled: number } | undefined {
  const text = read(join(groupFolder, "cpu.stat"));
  const field = (name: string): number => Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text ?? "")?.[1]);
  const [periods, throttled] = [field("nr_periods"), field("nr_throttled")];
  return Number.isFinite(periods) && Number.isFinite(throttled) ? { periods, throttled } : undefined;
}

export interface MachineCpu {
  readonly idle: number;
  readonly busy: number;
  /** Part of busy: time in which the host ran somebody else although this machine had work. */
  readonly stolen: number;
}

/**
 * CPU time of the whole machine in ticks, from the text of /proc/stat. Stolen time counts as busy. Waiting for disks counts as free, and so
 * does the work of programs with a lowered priority (nice): it gives way to what runs at the usual one.
 */
export function machineCpuOf(stat: string): MachineCpu | undefined {
  const fields = /^cpu +(.*)$/m.exec(stat)?.[1]?.split(" ").map(Number);
  const [user, nice, system, idle, iowait, irq, softirq, steal] = fields ?? [];
  if (user === undefined || nice === undefined || system === undefined || idle === undefined)
    return undefined;
  return {
    idle: idle + (iowait ?? 0) + nice,
    busy: user + system + (irq ?? 0) + (softirq ?? 0) + (steal ?? 0),
    stolen: steal ?? 0,
  };
}

export const readMachineCpu = (): MachineCpu | undefined => machineCpuOf(read("/proc/stat") ?? "");

export function readMemoryAvailableMiB(): number | undefined {
  const kib = /^MemAvailable: +(\d+) kB$/m.exec(read("/proc/meminfo") ?? "")?.[1];
  return kib === undefined ? undefined : Number(kib) / 1024;
}
