import { setTimeout as delay } from "node:timers/promises";
import { isAlive, type ProcessRef } from "./identity";
import { systemErrorCode } from "./platform";
import { listProcesses } from "./process-table";

export interface Termination {
  /** Had to be sent SIGKILL. */
  readonly killed: boolean;
  /** Not gone even after SIGKILL (a process stuck in the kernel). */
  readonly survivors: readonly ProcessRef[];
}

const POLL_MS = 10;
const KIN_EVERY_MS = 60;
/** After its leader ended by itself, what it left behind gets this long to follow. */
const STRAGGLER_MS = 500;
/** How long the kernel may take to carry out a SIGKILL. */
const KILL_MS = 5_000;

/** Sends a signal to the very process of the record. False when that one is gone; another with its pid is never touched. */
export function signalProcess(ref: ProcessRef, signal: NodeJS.Signals): boolean {
  if (!isAlive(ref)) return false;
  try {
    process.kill(ref.pid, signal);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === "ESRCH") return false;
    throw error;
  }
}

/** A process and everything that has descended from it, remembered even when its parents end. */
class Family {
  private readonly known = new Map<number, ProcessRef>();
  /**
   * Sessions that members were seen leading. A child forked in the moment its parent is signalled has no living relative, only the session;
   * its number cannot have gone to somebody else in the seconds that a termination takes.
   */
  private readonly sessions = new Map<number, ProcessRef>();

  constructor(
    refs: Iterable<ProcessRef>,
    private readonly includeDescendants: boolean,
  ) {
    for (const ref of refs) this.known.set(ref.pid, ref);
  }

  /** Looks for new descendants of members that are still the processes they were. */
  grow(): void {
    if (!this.includeDescendants) return;
    const table = listProcesses();
    const belongs = (pid: number): boolean => {
      const ref = this.known.get(pid);
      return ref !== undefined && table.get(pid)?.startTicks === ref.startTicks;
    };
    const inSession = (sessionId: number, startTicks: number): boolean => {
      const leader = this.sessions.get(sessionId);
      return leader !== undefined && startTicks >= leader.startTicks;
    };
    for (let before = -1; before !== this.known.size; ) {
      before = this.known.size;
      for (const { pid, parentPid, sessionId, startTicks } of table.values()) {
        if (pid === process.pid) continue;
        if (!belongs(pid) && (belongs(parentPid) || inSession(sessionId, startTicks)))
          this.known.set(pid, { pid, startTicks });
        if (sessionId === pid && belongs(pid)) this.sessions.set(pid, { pid, startTicks });
      }
    }
  }

  living(): ProcessRef[] {
    return [...this.known.values()].filter(isAlive);
  }
}

/** True once `done` answers true, false when `ms` have passed. */
async function until(done: () => boolean, ms: number): Promise<boolean> {
  const deadline = performance.now() + ms;
  while (!done()) {
    if (performance.now() >= deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}

export interface TerminationRequest {
  /** Asked first; it may end its own children in good order. */
  readonly leaders: readonly ProcessRef[];
  /** Further processes that belong to it; asked once the leaders are gone. */
  readonly others: readonly ProcessRef[];
  readonly signal: NodeJS.Signals;
  /** Until SIGKILL, ms. */
  readonly graceMs: number;
  /** Whether descendants of all of these end as well. */
  readonly descendants: boolean;
}

/** Ends processes: asks, waits, and kills what is left. Signals only processes whose identity still holds. */
export async function terminate(request: TerminationRequest): Promise<Termination> {
  const family = new Family([...request.leaders, ...request.others], request.descendants);
  family.grow();
  const deadline = performance.now() + request.graceMs;
  let killed = false;
  for (const leader of request.leaders) signalProcess(leader, request.signal);
  let nextKin = performance.now() + KIN_EVERY_MS;
  const leadersGone = await until(() => {
    if (performance.now() >= nextKin) {
      family.grow();
      nextKin = performance.now() + KIN_EVERY_MS;
    }
    return !request.leaders.some(isAlive);
  }, request.graceMs);
  family.grow();
  if (leadersGone && family.living().length > 0) {
    for (const straggler of family.living()) signalProcess(straggler, "SIGTERM");
    await until(
      () => family.living().length === 0,
      Math.min(STRAGGLER_MS, Math.max(0, deadline - performance.now())),
    );
  }
  const killDeadline = performance.now() + KILL_MS;
  for (;;) {
    family.grow();
    const living = family.living();
    if (living.length === 0) return { killed, survivors: [] };
    if (performance.now() >= killDeadline) return { killed, survivors: living };
    killed = true;
    for (const ref of living) signalProcess(ref, "SIGKILL");
    await until(() => !living.some(isAlive), 200);
  }
}
