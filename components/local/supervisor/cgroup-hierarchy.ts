import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { systemErrorCode } from "./platform";

export enum CgroupVersion {
  V1 = 1,
  V2 = 2,
}

/** Where perfbed's control groups go. */
export interface CgroupBase {
  readonly version: CgroupVersion;
  /** Folder under which `perfbed/<environment>/<process>` is made for CPU limits (version 2: for memory as well). */
  readonly cpu: string;
  /** Version 1: the same for memory limits, where they can be set without leaving a group somebody else put this process in. */
  readonly memory?: string;
}

export type CgroupSupport =
  | { readonly supported: true; readonly reason: string; readonly base: CgroupBase }
  | { readonly supported: false; readonly reason: string };

interface Mount {
  readonly root: string;
  readonly point: string;
  readonly type: string;
  readonly controllers: readonly string[];
}

const read = (file: string): string => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
};

/** Control-group mounts of /proc/self/mountinfo. */
export function parseCgroupMounts(mountinfo: string): Mount[] {
  return mountinfo.split("\n").flatMap((line) => {
    const [left, right] = line.split(" - ");
    const [, , , root, point] = left?.split(" ") ?? [];
    const [type, , options] = right?.split(" ") ?? [];
    if (root === undefined || point === undefined || (type !== "cgroup" && type !== "cgroup2")) return [];
    return [{ root, point, type, controllers: type === "cgroup" ? (options ?? "").split(",") : [] }];
  });
}

/** Path of this process within one hierarchy, from /proc/self/cgroup. `controller` is empty for version 2. */
export function parseOwnCgroup(procCgroup: string, controller: string): string | undefined {
  for (const line of procCgroup.split("\n")) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (path !== undefined && controllers?.split(",").includes(controller)) return path;
  }
  return undefined;
}

function ownFolder(mount: Mount, ownPath: string): string {
  const inside =
    mount.root !== "/" && ownPath.startsWith(mount.root) ? ownPath.slice(mount.root.length) : ownPath;
  return resolve(join(mount.point, inside));
}

/** Makes a group, sets a quota in it and removes it again: the only answer that can be trusted. */
function tryQuota(base: string, version: CgroupVersion): string | undefined {
  const group = join(base, `perfbed-probe-${process.pid}`);
  try {
    if (version === CgroupVersion.V2) enableControllers(base);
    mkdirSync(group);
    try {
      if (version === CgroupVersion.V1) writeFileSync(join(group, "cpu.cfs_quota_us"), "10000");
      else writeFileSync(join(group, "cpu.max"), "10000 100000");
    } finally {
      rmdirSync(group);
    }
    return undefined;
  } catch (error) {
    return systemErrorCode(error) ?? String(error);
  }
}

/** Version 2: hands the cpu and memory controllers down to the groups inside `folder`. */
export function enableControllers(folder: string): void {
  const file = join(folder, "cgroup.subtree_control");
  const enabled = read(file).trim().split(" ");
  const offered = read(join(folder, "cgroup.controllers")).trim().split(" ");
  const wanted = ["cpu", "memory"].filter((name) => offered.includes(name) && !enabled.includes(name));
  if (wanted.length > 0) writeFileSync(file, wanted.map((name) => `+${name}`).join(" "));
}

function detectV1(mounts: readonly Mount[], procCgroup: string): CgroupSupport | undefined {
  const mount = mounts.find(({ controllers }) => controllers.includes("cpu"));
  const ownPath = parseOwnCgroup(procCgroup, "cpu");
  if (mount === undefined || ownPath === undefined) return undefined;
  const own = ownFolder(mount, ownPath);
  const cpu = existsSync(own) ? own : mount.point;
  const refusal = tryQuota(cpu, CgroupVersion.V1);
  if (refusal !== undefined)
    return {
      supported: false,
      reason: `control groups (version 1) at ${cpu} refuse a CPU quota: ${refusal}`,
    };
  const memoryMount = mounts.find(({ controllers }) => controllers.includes("memory"));
  const memoryPath = parseOwnCgroup(procCgroup, "memory");
  // A memory group that was made for this process stays in charge of what it starts, so memory limits need the root.
  const memory = memoryPath === "/" && writable(memoryMount?.point) ? memoryMount?.point : undefined;
  return {
    supported: true,
    reason: `control groups version 1 at ${cpu}${memory === undefined ? ", CPU only" : ", CPU and memory"}`,
    base: { version: CgroupVersion.V1, cpu, ...(memory === undefined ? {} : { memory }) },
  };
}

function writable(folder: string | undefined): boolean {
  if (folder === undefined) return false;
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function detectV2(mounts: readonly Mount[], procCgroup: string): CgroupSupport | undefined {
  const mount = mounts.find(({ type }) => type === "cgroup2");
  const ownPath = parseOwnCgroup(procCgroup, "");
  if (mount === undefined || ownPath === undefined) return undefined;
  // A group that holds processes cannot hand controllers down, so look upwards for one that can; the root always can.
  let refusal = "no cpu controller is offered";
  for (let folder = ownFolder(mount, ownPath); ; folder = dirname(folder)) {
    const offered = read(join(folder, "cgroup.controllers")).trim().split(" ").includes("cpu");
    if (offered && writable(join(folder, "cgroup.procs"))) {
      const answer = tryQuota(folder, CgroupVersion.V2);
      if (answer === undefined) {
        return {
          supported: true,
          reason: `control groups version 2 at ${folder}, CPU and memory`,
          base: { version: CgroupVersion.V2, cpu: folder },
        };
      }
      refusal = answer;
    } else if (offered) refusal = "not writable for this user";
    if (folder === mount.point || !folder.startsWith(mount.point)) break;
  }
  return { supported: false, reason: `control groups (version 2) at ${mount.point}: ${refusal}` };
}

let detected: CgroupSupport | undefined;

/** What this machine lets this user do with control groups; tried once for the life of the process. */
export function cgroupSupport(): CgroupSupport {
  if (detected === undefined) {
    const mounts = parseCgroupMounts(read("/proc/self/mountinfo"));
    const procCgroup = read("/proc/self/cgroup");
    detected = detectV1(mounts, procCgroup) ??
      detectV2(mounts, procCgroup) ?? { supported: false, reason: "no control groups are mounted" };
  }
  return detected;
}

/** Every folder below which perfbed groups may stand, whoever made them. */
export function cgroupRoots(): string[] {
  const mounts = parseCgroupMounts(read("/proc/self/mountinfo"));
  const procCgroup = read("/proc/self/cgroup");
  const roots = new Set<string>();
  for (const mount of mounts) {
    roots.add(mount.point);
    const names = mount.type === "cgroup2" ? [""] : mount.controllers;
    const ownPath = names.map((name) => parseOwnCgroup(procCgroup, name)).find((path) => path !== undefined);
    if (ownPath === undefined) continue;
    for (
      let folder = ownFolder(mount, ownPath);
      folder.startsWith(`${mount.point}/`);
      folder = dirname(folder)
    )
      roots.add(folder);
  }
  return [...roots];
}

/** Whether CPU (and perhaps memory) limits of the local tiers can be enforced here, and why or why not. */
export function cpuQuotaSupport(): { supported: boolean; reason: string } {
  const { supported, reason } = cgroupSupport();
  return { supported, reason };
}
