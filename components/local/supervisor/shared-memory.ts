import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { isAlive, type ProcessRef } from "./identity";

/** A System V shared memory segment. It outlives its creator: a PostgreSQL that was killed leaves one behind. */
export interface SharedMemorySegment {
  readonly id: number;
  readonly creatorPid: number;
  /** Processes attached now. */
  readonly attached: number;
  /** Seconds since the epoch. */
  readonly changedAtSeconds: number;
}

/** Linux gives user space this many ticks a second on every machine Node runs on. */
const TICKS_PER_SECOND = 100;
const CLOCK_SLACK_SECONDS = 2;

/** Segments of /proc/sysvipc/shm. */
export function parseSegments(table: string): SharedMemorySegment[] {
  const [header = "", ...lines] = table.split("\n");
  const columns = header.trim().split(/\s+/);
  const column = (fields: readonly string[], name: string): number => Number(fields[columns.indexOf(name)]);
  return lines.flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const segment = {
      id: column(fields, "shmid"),
      creatorPid: column(fields, "cpid"),
      attached: column(fields, "nattch"),
      changedAtSeconds: column(fields, "ctime"),
    };
    return Object.values(segment).every(Number.isFinite) ? [segment] : [];
  });
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function startedAtSeconds({ startTicks }: ProcessRef): number {
  const bootedAt = Number(/^btime (\d+)$/m.exec(read("/proc/stat"))?.[1] ?? 0);
  return bootedAt + startTicks / TICKS_PER_SECOND;
}

/** Segments that these processes have made: by pid, and not made before the process of that pid was. */
export function segmentsOf(creators: readonly ProcessRef[]): SharedMemorySegment[] {
  const segments = parseSegments(read("/proc/sysvipc/shm"));
  if (segments.length === 0) return [];
  const byPid = new Map(creators.map((creator) => [creator.pid, creator]));
  return segments.filter(({ creatorPid, changedAtSeconds }) => {
    const creator = byPid.get(creatorPid);
    return creator !== undefined && changedAtSeconds >= startedAtSeconds(creator) - CLOCK_SLACK_SECONDS;
  });
}

/** Removes the segments of ended processes to which nobody is attached; returns their ids. Without `ipcrm` they stay, and inventories show them. */
export async function removeSegments(creators: readonly ProcessRef[]): Promise<number[]> {
  const ended = creators.filter((creator) => !isAlive(creator));
  const removed: number[] = [];
  for (const { id, attached } of segmentsOf(ended)) {
    if (attached > 0) continue;
    try {
      await promisify(execFile)("ipcrm", ["-m", String(id)]);
      removed.push(id);
    } catch {
      // Already gone, or no such program.
    }
  }
  return removed;
}
