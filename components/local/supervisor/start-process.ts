import { existsSync, statSync } from "node:fs";
import { ConfigError, EnvironmentError } from "../../../core/errors";
import { cgroupSupport } from "./cgroup-hierarchy";
import { cgroupPaths, createCgroups, joinCgroups, removeCgroups } from "./cgroup-limits";
import { refuseIfClosing } from "./closing";
import { environmentPath } from "./environment-path";
import { unknownEnvironment } from "./environment-record";
import { checkSpec, firstTakenPort, portTakenError, systemFailure } from "./failure";
import { currentBootId, isAlive, ownProcess, processIdentity } from "./identity";
import { type Exit, type GatedProcess, launchGated, logFileOf, prepareWorkingFolder } from "./launch";
import { appendLedger, readLedger, startedProcesses } from "./ledger";
import { requireLinux } from "./platform";
import { waitUntilReady } from "./readiness";
import { stopProcess } from "./stop-process";
import { terminate } from "./termination";
import { ProbeKind, type ProcessRecord, type ProcessSpec } from "./types";

export interface StartOptions {
  /** Gives up waiting and stops what was started. */
  readonly signal?: AbortSignal;
  /** Told how the process ended, as long as this process lives to see it. */
  readonly onExit?: (exit: Exit) => void;
}

/** A started process and the handle its starter still has on it. */
export interface Launched {
  readonly record: ProcessRecord;
  readonly child: GatedProcess;
  readonly cgroups: readonly string[];
}

async function refuseTakenName(spec: ProcessSpec): Promise<void> {
  const holder = startedProcesses(await readLedger(spec.environmentId)).find(
    (record) => record.name === spec.name && isAlive(record),
  );
  if (holder === undefined) return;
  throw new EnvironmentError(
    "PERFBED_PROCESS_NAME_TAKEN",
    `${spec.name} already runs in ${spec.environmentId} (pid ${holder.pid})`,
    { hint: "Stop it first, or give the new process another name." },
  );
}

function refuseForeignUser(spec: ProcessSpec): void {
  const uid = process.getuid?.();
  if (spec.runAs === undefined || uid === 0 || uid === spec.runAs.uid) return;
  throw new ConfigError(`process ${spec.name}`, [
    {
      field: "runAs.uid",
      value: spec.runAs.uid,
      allowed: `${uid}, this user`,
      hint: "Only root may start processes as another user.",
    },
  ]);
}

/** The first folder above (and with) `path` that a user cannot pass through. */
function closedFolder(path: string, { uid, gid }: { uid: number; gid: number }): string | undefined {
  const parts = path.split("/").filter((part) => part !== "");
  return parts
    .map((_, index) => `/${parts.slice(0, index + 1).join("/")}`)
    .find((folder) => {
      const stat = statSync(folder, { throwIfNoEntry: false });
      if (stat === undefined) return false;
      const pass = stat.uid === uid ? 0o100 : stat.gid === gid ? 0o010 : 0o001;
      return (stat.mode & pass) === 0;
    });
}

function refuseClosedFolder(spec: ProcessSpec): void {
  if (spec.runAs === undefined || spec.runAs.uid === 0) return;
  const closed = closedFolder(spec.cwd, spec.runAs);
  if (closed === undefined) return;
  throw new EnvironmentError(
    "PERFBED_FOLDER_CLOSED",
    `${spec.name} runs as user ${spec.runAs.uid}, who may not pass through ${closed}`,
    {
      hint: `Run \`chmod o+x ${closed}\`, or set PERFBED_HOME to a folder that other users can pass through.`,
    },
  );
}

/** Ends a process that could not be brought up, and everything it started; quickly, for nobody uses it yet. */
export async function abandon(spec: ProcessSpec, launched: Launched): Promise<void> {
  const { record, child, cgroups } = launched;
  await terminate({
    leaders: [record],
    others: [],
    signal: spec.stop.signal,
    graceMs: Math.min(spec.stop.graceMs, 2_000),
    descendants: true,
  });
  child.release();
  await removeCgroups(cgroups);
  // The disk may be full: the process is gone all the same.
  await appendLedger(spec.environmentId, {
    type: "process-ended",
    name: spec.name,
    process: { pid: record.pid, startTicks: record.startTicks },
    how: "failed",
  }).catch(() => undefined);
}

/** Start as far as the open gate: recorded, in its control groups, running; not yet known to be ready. */
export async function launchProcess(spec: ProcessSpec): Promise<Launched> {
  requireLinux();
  checkSpec(spec);
  refuseForeignUser(spec);
  refuseClosedFolder(spec);
  if (!existsSync(environmentPath(spec.environmentId))) throw unknownEnvironment(spec.environmentId);
  refuseIfClosing(spec.environmentId);
  await refuseTakenName(spec);
  const taken = firstTakenPort(spec.ports);
  if (taken !== undefined) throw portTakenError(spec, taken);
  try {
    return await recordAndLaunch(spec);
  } catch (error) {
    throw systemFailure(error, `${spec.name} could not be started`, environmentPath(spec.environmentId));
  }
}

async function recordAndLaunch(spec: ProcessSpec): Promise<Launched> {
  const { environmentId, name, tier, ports, stop } = spec;
  await appendLedger(environmentId, {
    type: "process-starting",
    name,
    tier,
    command: spec.command,
    cwd: spec.cwd,
    ports,
    starter: ownProcess(),
  });
  prepareWorkingFolder(spec);
  const cgroups = await makeCgroups(spec);
  let child: GatedProcess;
  try {
    child = await launchGated(spec);
  } catch (error) {
    await removeCgroups(cgroups);
    throw error;
  }
  const identity = processIdentity(child.pid, environmentId);
  if (identity === undefined) {
    await removeCgroups(cgroups);
    throw new EnvironmentError("PERFBED_PROCESS_EXITED", `${name} was killed while it was being started`);
  }
  const record: ProcessRecord = { ...identity, name, tier, ports, logFile: logFileOf(spec), stop };
  const launched: Launched = { record, child, cgroups };
  try {
    joinCgroups(cgroups, child.pid);
    await appendLedger(environmentId, { type: "process-started", record, bootId: currentBootId() });
    // A sweep that began before this look sees the process; one that begins after it is seen here.
    refuseIfClosing(environmentId);
    child.openGate();
    return launched;
  } catch (error) {
    await abandon(spec, launched);
    throw error;
  }
}

async function makeCgroups(spec: ProcessSpec): Promise<readonly string[]> {
  const support = cgroupSupport();
  if (spec.limits === undefined || !support.supported) return [];
  const paths = cgroupPaths(support.base, spec.environmentId, spec.name, spec.limits);
  if (paths.length === 0) return [];
  await appendLedger(spec.environmentId, { type: "cgroup-creating", paths });
  try {
    createCgroups(support.base, paths, spec.limits);
  } catch (error) {
    await removeCgroups(paths);
    throw error;
  }
  return paths;
}

async function startAndWait(spec: ProcessSpec, options: StartOptions): Promise<Launched> {
  const launched = await launchProcess(spec);
  try {
    await waitUntilReady(spec, launched.child, options.signal);
    return launched;
  } catch (error) {
    await abandon(spec, launched);
    throw error;
  }
}

/**
 * Starts a process of an environment, detached, and waits until its probe says that it can do its work. Its log is
 * `<environment>/logs/<name>.log`. The ledger names it before it exists, and it cannot run its program before the ledger knows its pid:
 * a starter that dies half-way leaves nothing running. Limits are applied where control groups are writable ({@link cpuQuotaSupport}).
 * @throws EnvironmentError PERFBED_PROCESS_EXITED, PERFBED_NOT_READY, PERFBED_PORT_TAKEN, PERFBED_DISK_FULL, PERFBED_START_FAILED,
 * PERFBED_PROCESS_NAME_TAKEN, PERFBED_ENVIRONMENT_UNKNOWN, PERFBED_ENVIRONMENT_CLOSING; what was started is stopped before.
 */
export async function startProcess(spec: ProcessSpec, options: StartOptions = {}): Promise<ProcessRecord> {
  const { record, child } = await startAndWait(spec, options);
  if (options.onExit !== undefined) void child.exited.then(options.onExit);
  child.release();
  return record;
}

/**
 * Runs a command to its end, which must be exit code 0 within `spec.ready.timeoutMs`; its probe must be of kind `exit`.
 * Whatever it leaves running is ended.
 * @throws EnvironmentError as {@link startProcess} does.
 */
export async function runOnce(spec: ProcessSpec, options: StartOptions = {}): Promise<void> {
  if (spec.ready.kind !== ProbeKind.Exit) {
    throw new ConfigError(`process ${spec.name}`, [
      { field: "ready.kind", value: spec.ready.kind, allowed: ProbeKind.Exit },
    ]);
  }
  const { record, child } = await startAndWait(spec, options);
  child.release();
  await stopProcess(record);
}
