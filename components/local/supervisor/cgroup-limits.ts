import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type CgroupBase, CgroupVersion, cgroupRoots, enableControllers } from "./cgroup-hierarchy";
import { cgroupFolderName } from "./cgroup-names";
import { systemErrorCode } from "./platform";
import type { ResourceLimits } from "./types";

const TOP = "perfbed";
/** A short period keeps the pauses of a throttled process short. The kernel takes no quota under 1 ms. */
const PERIOD_US = 20_000;
const SMALLEST_QUOTA_US = 1_000;

/** Quota and period, µs, that give `cores` of CPU time. */
export function cpuQuota(cores: number): { readonly quotaUs: number; readonly periodUs: number } {
  const periodUs = Math.min(
    1_000_000,
    Math.max(PERIOD_US, Math.ceil(SMALLEST_QUOTA_US / cores / 1_000) * 1_000),
  );
  return { quotaUs: Math.max(SMALLEST_QUOTA_US, Math.round(cores * periodUs)), periodUs };
}

/** The group folders a process with these limits gets. */
export function cgroupPaths(
  base: CgroupBase,
  environmentId: string,
  name: string,
  limits: ResourceLimits,
): string[] {
  const inside = join(TOP, cgroupFolderName(environmentId), name);
  const roots = new Set<string>();
  if (limits.cpu !== undefined) roots.add(base.cpu);
  if (limits.memoryMiB !== undefined) {
    if (base.version === CgroupVersion.V2) roots.add(base.cpu);
    else if (base.memory !== undefined) roots.add(base.memory);
  }
  return [...roots].map((root) => join(root, inside));
}

function folders(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(path, entry.name));
  } catch {
    return [];
  }
}

/** Another sweep may remove the emptied `perfbed` folder between its making and the making of ours inside it. */
function makeGroup(path: string): void {
  for (let attempt = 1; ; attempt += 1) {
    try {
      mkdirSync(path, { recursive: true, mode: 0o755 });
      return;
    } catch (error) {
      if (systemErrorCode(error) !== "ENOENT" || attempt === 5) throw error;
    }
  }
}

/**
 * A group counts as one against all processes outside it, so a group of n groups is given n times the weight:
 * limits shall cap a tier, not make it lose against the load generators.
 */
function balanceWeights(version: CgroupVersion, environmentGroup: string): void {
  const [file, unit, most] =
    version === CgroupVersion.V1 ? ["cpu.shares", 1024, 262_144] : ["cpu.weight", 100, 10_000];
  const top = dirname(environmentGroup);
  const weigh = (group: string, count: number): void => {
    try {
      writeFileSync(
        join(group, String(file)),
        String(Math.min(Number(most), Number(unit) * Math.max(1, count))),
      );
    } catch {
      // A memory hierarchy has no weights, and a group may just have gone.
    }
  };
  weigh(environmentGroup, folders(environmentGroup).length);
  weigh(
    top,
    folders(top).reduce((count, environment) => count + folders(environment).length, 0),
  );
}

/** Makes the groups of {@link cgroupPaths} and sets the limits. */
export function createCgroups(base: CgroupBase, paths: readonly string[], limits: ResourceLimits): void {
  for (const path of paths) {
    makeGroup(path);
    const environmentGroup = dirname(path);
    if (base.version === CgroupVersion.V2) {
      for (const folder of [base.cpu, dirname(environmentGroup), environmentGroup]) enableControllers(folder);
    }
    if (limits.cpu !== undefined && path.startsWith(`${base.cpu}/`)) {
      const { quotaUs, periodUs } = cpuQuota(limits.cpu);
      if (base.version === CgroupVersion.V1) {
        writeFileSync(join(path, "cpu.cfs_period_us"), String(periodUs));
        writeFileSync(join(path, "cpu.cfs_quota_us"), String(quotaUs));
      } else writeFileSync(join(path, "cpu.max"), `${quotaUs} ${periodUs}`);
      balanceWeights(base.version, environmentGroup);
    }
    if (limits.memoryMiB !== undefined) {
      const bytes = String(Math.round(limits.memoryMiB * 1024 * 1024));
      if (base.version === CgroupVersion.V2) writeFileSync(join(path, "memory.max"), bytes);
      else if (base.memory !== undefined && path.startsWith(`${base.memory}/`))
        writeFileSync(join(path, "memory.limit_in_bytes"), bytes);
    }
  }
}

export function joinCgroups(paths: readonly string[], pid: number): void {
  for (const path of paths) writeFileSync(join(path, "cgroup.procs"), String(pid));
}

/** Pids in a group right now. */
export function cgroupProcesses(path: string): number[] {
  try {
    return readFileSync(join(path, "cgroup.procs"), "utf8").split("\n").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** Removes emptied groups, and `perfbed/<environment>` and `perfbed` once they are empty. Returns those that could not be removed. */
export async function removeCgroups(paths: readonly string[], waitMs = 1_000): Promise<string[]> {
  const deadline = performance.now() + waitMs;
  const left: string[] = [];
  for (const path of paths) {
    while (!removeGroup(path)) {
      if (performance.now() > deadline) {
        left.push(path);
        break;
      }
      await delay(10);
    }
    removeEmptyParents(path);
  }
  return left;
}

function removeGroup(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch (error) {
    // A process that has just ended may keep its group busy for a moment.
    return systemErrorCode(error) === "ENOENT";
  }
}

function removeEmptyParents(path: string): void {
  for (let folder = path; folder.includes(`/${TOP}`) && folder !== "/"; folder = dirname(folder)) {
    if (folder !== path && !removeGroup(folder)) return;
    if (folder.endsWith(`/${TOP}`)) return;
  }
}

/** Groups of an environment that exist, innermost first. `recorded` are those the ledger knows. */
export function findCgroups(environmentId: string, recorded: readonly string[] = []): string[] {
  const name = cgroupFolderName(environmentId);
  const candidates = new Set(cgroupRoots().map((root) => join(root, TOP, name)));
  for (const path of recorded) if (dirname(path).endsWith(`/${TOP}/${name}`)) candidates.add(dirname(path));
  return [...candidates].flatMap((group) => {
    const inner = folders(group);
    const exists = inner.length > 0 || folders(dirname(group)).includes(group);
    return exists ? [...inner, group] : [];
  });
}
