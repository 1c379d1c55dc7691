import { accessSync, constants, existsSync, readFileSync, statfsSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { perfbedHome } from "../core/home";
import { enterableByOthers, pathFolders, programIn } from "./search-folders";
import type { ToolchainSettings } from "./settings";

export type CheckStatus = "ok" | "notice" | "problem";

/** One fact about the machine. `notice`: perfbed works, with less; `problem`: the local target will not work. */
export interface MachineCheck {
  readonly name: string;
  readonly status: CheckStatus;
  readonly text: string;
  /** What to do about it. */
  readonly mend?: string;
}

const GIB = 1024 ** 3;
const MINIMUM_NODE_MAJOR = 20;
/** Tools, one environment with 50,000 products, and the samples of a few campaigns. */
const NEEDED_DISK_GIB = 2;
const COMFORTABLE_DISK_GIB = 5;
const COMFORTABLE_MEMORY_GIB = 4;

export function machineChecks(settings: ToolchainSettings): MachineCheck[] {
  const home = perfbedHome(settings.env);
  return [
    nodeCheck(process.versions.node),
    platformCheck(process.platform),
    coresAndMemory(),
    cgroupCheck(),
    diskCheck("disk of the tools folder", settings.toolsDir),
    diskCheck("disk of perfbed's home", home),
    ...rootChecks(home, settings.toolsDir),
    compilerCheck(settings.env),
  ];
}

export function nodeCheck(version: string): MachineCheck {
  const major = Number(version.split(".")[0]);
  return major >= MINIMUM_NODE_MAJOR
    ? { name: "Node.js", status: "ok", text: version }
    : {
        name: "Node.js",
        status: "problem",
        text: `${version} is too old`,
        mend: `install Node.js ${MINIMUM_NODE_MAJOR} or later`,
      };
}

export function platformCheck(platform: NodeJS.Platform): MachineCheck {
  return platform === "linux"
    ? { name: "platform", status: "ok", text: `linux ${process.arch}` }
    : {
        name: "platform",
        status: "problem",
        text: `${platform}: the local target reads /proc and needs Linux`,
        mend: "run perfbed in a Linux machine, virtual machine or container",
      };
}

function coresAndMemory(): MachineCheck {
  const memoryGiB = totalmem() / GIB;
  const text = `${availableParallelism()} cores, ${memoryGiB.toFixed(1)} GiB memory`;
  return memoryGiB >= COMFORTABLE_MEMORY_GIB
    ? { name: "cores and memory", status: "ok", text }
    : { name: "cores and memory", status: "notice", text: `${text}: keep loads and caches small` };
}

/** Whether CPU and memory limits of the tiers can be enforced. `root` is the cgroup mount, for tests. */
export function cgroupCheck(
  root = "/sys/fs/cgroup",
  ownGroups = readIfPresent("/proc/self/cgroup"),
): MachineCheck {
  const limited = (text: string): MachineCheck => ({
    name: "cgroups",
    status: "notice",
    text: `${text}: tiers run without CPU quotas`,
    mend: "run as root, or in a session with delegated cgroups (systemd-run --user --scope -p Delegate=yes)",
  });
  const version1 = join(root, "cpu");
  if (existsSync(join(version1, "cpu.cfs_quota_us")) || existsSync(join(version1, "tasks"))) {
    return isWritable(version1)
      ? { name: "cgroups", status: "ok", text: "v1 cpu writable" }
      : limited("v1 cpu not writable");
  }
  const ownPath = /^0::(\/.*)$/m.exec(ownGroups)?.[1];
  if (!existsSync(join(root, "cgroup.controllers")) || ownPath === undefined) return limited("none found");
  const own = join(root, ownPath);
  const hasCpu = /\bcpu\b/.test(readIfPresent(join(own, "cgroup.controllers")));
  if (hasCpu && isWritable(own)) return { name: "cgroups", status: "ok", text: "v2 cpu writable" };
  return limited(hasCpu ? "v2 cpu not writable" : "v2 without the cpu controller");
}

function diskCheck(name: string, folder: string): MachineCheck {
  const existing = nearestExisting(folder);
  const { bavail, bsize } = statfsSync(existing);
  const freeGiB = (bavail * bsize) / GIB;
  const text = `${freeGiB.toFixed(1)} GiB free at ${folder}`;
  if (freeGiB >= COMFORTABLE_DISK_GIB) return { name, status: "ok", text };
  return {
    name,
    status: freeGiB >= NEEDED_DISK_GIB ? "notice" : "problem",
    text,
    mend: "free some space, or set PERFBED_HOME and PERFBED_TOOLS_DIR to another disk",
  };
}

function nearestExisting(path: string): string {
  return existsSync(path) ? path : nearestExisting(dirname(path));
}

/** A user that servers which refuse root (PostgreSQL, PgBouncer) can run as. */
export interface UnprivilegedUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** `postgres` where it exists, else `nobody`. */
export function unprivilegedUser(passwd = readIfPresent("/etc/passwd")): UnprivilegedUser | undefined {
  for (const wanted of ["postgres", "nobody"]) {
    for (const line of passwd.split("\n")) {
      const [name, , uid, gid] = line.split(":");
      if (name === wanted && Number(uid) > 0) return { name, uid: Number(uid), gid: Number(gid) };
    }
  }
  return undefined;
}

/** What only matters to root, whose servers must run under another uid. */
function rootChecks(home: string, toolsDir: string): MachineCheck[] {
  if (process.getuid?.() !== 0) return [];
  const user = unprivilegedUser();
  return [
    user === undefined
      ? {
          name: "unprivileged user",
          status: "problem",
          text: "PostgreSQL refuses to run as root, and there is no user to run it as",
          mend: "useradd --system --no-create-home postgres",
        }
      : {
          name: "unprivileged user",
          status: "ok",
          text: `${user.name} (uid ${user.uid}) runs PostgreSQL and PgBouncer`,
        },
    traversable("perfbed's home", home, "PERFBED_HOME", "problem"),
    // Components copy self-contained tools into the environment, so this one only costs time.
    traversable("tools folder", toolsDir, "PERFBED_TOOLS_DIR", "notice"),
  ];
}

function traversable(what: string, folder: string, setting: string, otherwise: CheckStatus): MachineCheck {
  return enterableByOthers(nearestExisting(folder))
    ? { name: what, status: "ok", text: `${folder} can be entered by other users` }
    : {
        name: what,
        status: otherwise,
        text: `${folder} cannot be entered by the user that runs the servers`,
        mend: `set ${setting} to a folder below /var or /tmp`,
      };
}

/** Varnish compiles its configuration when it starts. */
function compilerCheck(env: NodeJS.ProcessEnv): MachineCheck {
  const folders = pathFolders(env);
  const found = ["gcc", "cc", "clang"].find((name) =>
    folders.some((folder) => programIn({ name }, folder) !== undefined),
  );
  return found === undefined
    ? {
        name: "C compiler",
        status: "problem",
        text: "none on PATH; Varnish compiles its configuration with one",
        mend: "install gcc with the system's package manager",
      }
    : { name: "C compiler", status: "ok", text: `${found} (for Varnish)` };
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function readIfPresent(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
