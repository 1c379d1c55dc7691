import { lstatSync, readdirSync, rmdirSync, rmSync, unlinkSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { groupBy } from "../../../core/group-by";
import { findCgroups, removeCgroups } from "./cgroup-limits";
import { markClosing } from "./closing";
import { environmentPath } from "./environment-path";
import { ENVIRONMENT_FILE } from "./environment-record";
import { ownProcess, type ProcessRef } from "./identity";
import { folderPresent, inventoryWith } from "./inventory";
import type { Inventory, SweepCheck, SweepResult } from "./inventory-model";
import { appendLedger, LEDGER_FILE, type Ledger, readLedger, startedProcesses } from "./ledger";
import { withLock } from "./lock";
import { findMembers, type Member } from "./membership";
import { requireLinux, systemErrorCode } from "./platform";
import { dropReservations, reservedPorts } from "./ports";
import { removeSegments } from "./shared-memory";
import { listeningPorts } from "./sockets";
import { recordedCgroups } from "./stop-process";
import { SWEEP_RANKS, sweepRank } from "./sweep-order";
import { terminate } from "./termination";
import type { StopPolicy } from "./types";

export interface SweepOptions {
  /** Pids to spare. The calling process and those above it always are. */
  readonly excludePids?: readonly number[];
  /** Longest time any process gets before SIGKILL, ms; its own policy may be shorter. @default 15000 */
  readonly graceCapMs?: number;
  /** Time for ending processes altogether, ms; when it runs out, everything left is killed. @default 60000 */
  readonly deadlineMs?: number;
  /** How long to wait for another sweep of the same environment, ms. @default 90000 */
  readonly waitMs?: number;
  /** Called once if another sweep must be waited for. */
  readonly onWait?: () => void;
}

/** Processes nobody recorded (the engine, plugins) get this long to end by themselves. */
const UNRECORDED: StopPolicy = { signal: "SIGTERM", graceMs: 3_000 };
/** Rounds of looking again; something that keeps coming back is reported rather than chased for ever. */
const MOST_ROUNDS = 50;

interface Ended {
  readonly names: string[];
  readonly processes: ProcessRef[];
  killed: number;
}

const label = ({ stat, record, processName }: Member): string =>
  `${record?.name ?? processName ?? stat.command} (${stat.pid})`;

const ref = ({ stat }: Member): ProcessRef => ({ pid: stat.pid, startTicks: stat.startTicks });

/** Ends the members of one rank, each recorded process with what belongs to it, all side by side. */
async function endRank(
  members: readonly Member[],
  options: SweepOptions,
  deadline: number,
  ended: Ended,
): Promise<void> {
  const groups = groupBy(members, ({ record }) =>
    record === undefined ? "" : `${record.pid}/${record.startTicks}`,
  );
  const left = Math.max(0, deadline - performance.now());
  await Promise.all(
    [...groups.values()].map(async (group) => {
      const record = group[0]?.record;
      const policy = record?.stop ?? UNRECORDED;
      const leaders = group.filter(({ stat }) => record === undefined || stat.pid === record.pid).map(ref);
      const { killed } = await terminate({
        leaders,
        others: group.map(ref),
        signal: policy.signal,
        graceMs: Math.min(policy.graceMs, options.graceCapMs ?? 15_000, left),
        // Other recorded processes may descend from these and have a turn of their own; new ones are found by the next look.
        descendants: false,
      });
      ended.names.push(...group.map(label));
      ended.processes.push(...group.map(ref));
      if (killed) ended.killed += 1;
    }),
  );
}

/** Ends everything in order, then looks again until the world shows no process any more. */
async function endProcesses(environmentId: string, ledger: Ledger, options: SweepOptions): Promise<Ended> {
  const ended: Ended = { names: [], processes: [], killed: 0 };
  const deadline = performance.now() + (options.deadlineMs ?? 60_000);
  const records = startedProcesses(ledger);
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const members = [...findMembers(environmentId, records, options.excludePids).values()];
    if (members.length === 0) break;
    for (const rank of SWEEP_RANKS) {
      const turn = members.filter((member) => sweepRank(member.record) === rank);
      if (turn.length > 0) await endRank(turn, options, deadline, ended);
    }
  }
  return ended;
}

/**
 * Removes an environment's folder and nothing else: links are not followed, and the files that explain a half-removed folder go last.
 */
async function removeFolder(environmentId: string): Promise<void> {
  const folder = environmentPath(environmentId);
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isDirectory()) {
    unlinkSync(folder);
    return;
  }
  const last = new Set([LEDGER_FILE, ENVIRONMENT_FILE]);
  const first = readdirSync(folder).filter((name) => !last.has(name));
  await Promise.all(
    first.map((name) => rm(join(folder, name), { recursive: true, force: true, maxRetries: 3 })),
  );
  for (const name of last) rmSync(join(folder, name), { force: true });
  try {
    rmdirSync(folder);
  } catch (error) {
    // Written into at the last moment: once more, as a whole.
    if (systemErrorCode(error) !== "ENOENT")
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function checksOf(remaining: Inventory, stillListening: Inventory["listening"], ports: number): SweepCheck[] {
  const listening = new Map(
    [...remaining.listening, ...stillListening].map((socket) => [`${socket.address}:${socket.port}`, socket]),
  );
  const count = (what: string, found: readonly string[], none: string): SweepCheck => ({
    what,
    found: found.length,
    detail: found.length === 0 ? none : found.join(", "),
  });
  return [
    count(
      "processes",
      remaining.processes.map(({ name, command, pid }) => `${name ?? command} (${pid})`),
      "no process in /proc by variables, folder, output, control group or kinship",
    ),
    count(
      "ports listening",
      [...listening].map(([socket, { pid }]) => `${socket}${pid === undefined ? "" : ` (${pid})`}`),
      `nobody listens on any of its ${ports} ports`,
    ),
    count("port reservations", remaining.reservedPorts.map(String), "none is held"),
    count("shared memory", remaining.sharedMemory.map(String), "no System V segment is left"),
    count("cgroups", remaining.cgroups, "no control group is left"),
    count(
      "files",
      [...(remaining.folder === undefined ? [] : [remaining.folder]), ...remaining.unixSockets],
      "its folder is gone",
    ),
  ];
}

async function sweepLocked(environmentId: string, options: SweepOptions): Promise<SweepResult> {
  const startedAt = performance.now();
  const folder = environmentPath(environmentId);
  const present = folderPresent(environmentId);
  if (present && lstatSync(folder).isDirectory()) {
    try {
      markClosing(environmentId);
      await appendLedger(environmentId, { type: "sweep-started", by: ownProcess() });
    } catch {
      // A full disk or a damaged folder must not keep a sweep from ending processes.
    }
  }
  const ledger = await readLedger(environmentId);
  const ended = await endProcesses(environmentId, ledger, options);
  const survivors = findMembers(environmentId, startedProcesses(ledger), options.excludePids);
  const groups = findCgroups(environmentId, recordedCgroups(ledger));
  const ports = [
    ...new Set([
      ...reservedPorts(environmentId),
      ...startedProcesses(ledger).flatMap((record) => record.ports),
    ]),
  ];
  // Looked at while the ports are still reserved, so that no other environment can have them.
  const stillListening = listeningPorts(survivors.keys(), ports);
  const creators = [...startedProcesses(ledger), ...ended.processes];
  await removeSegments(creators);
  const leftGroups = await removeCgroups(groups);
  let released: number[] = [];
  if (survivors.size === 0) {
    released = await dropReservations(environmentId, reservedPorts(environmentId));
    await removeFolder(environmentId);
  }
  const remaining = inventoryWith(environmentId, ledger, {
    excludePids: options.excludePids ?? [],
    alsoCreators: creators,
  });
  return {
    environmentId,
    at: remaining.takenAt,
    durationMs: Math.round(performance.now() - startedAt),
    removed: {
      processes: ended.names,
      killed: ended.killed,
      ports: released,
      cgroups: groups.filter((group) => !leftGroups.includes(group)),
      ...(present && remaining.folder === undefined ? { folder } : {}),
    },
    remaining,
    proved: remaining.empty && stillListening.length === 0,
    checks: checksOf(remaining, stillListening, ports.length),
  };
}

/**
 * Removes an environment: ends its processes in order (engine and autoscaler first, the database's primary last), looks again for
 * late-born ones, removes control groups, port reservations and the folder, and proves from the world that nothing is left. Safe to run
 * twice at once and again after it was interrupted; an environment that is already gone sweeps to an empty, proved result.
 * While a process survives, folder and reservations are kept as evidence and `proved` is false.
 * @throws EnvironmentError PERFBED_LOCKED when another sweep of it does not finish in time; ConfigError for an impossible id.
 */
export async function sweepEnvironment(
  environmentId: string,
  options: SweepOptions = {},
): Promise<SweepResult> {
  requireLinux();
  environmentPath(environmentId);
  return withLock(`sweep-${environmentId}`, () => sweepLocked(environmentId, options), {
    waitMs: options.waitMs ?? 90_000,
    ...(options.onWait === undefined ? {} : { onWait: options.onWait }),
  });
}
