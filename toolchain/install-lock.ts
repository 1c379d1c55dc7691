import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { lock } from "proper-lockfile";
import { isErrno } from "./failure";
import { mkdirOpen } from "./installed-tools";

/** A holder refreshes its lock every UPDATE_MS; one that has not for STALE_MS is gone. */
const STALE_MS = 8_000;
const UPDATE_MS = 2_000;
const RETRY_MS = 500;
/** How often a waiter says that it still waits. */
const REPORT_MS = 10_000;

export interface InstallLockOptions {
  readonly signal?: AbortSignal;
  /** Called when somebody else holds the lock, at once and every ten seconds. */
  readonly onWait?: (waitedMs: number) => void;
}

/**
 * Runs an action while no other process on this tools folder runs one under the same name. The signal given to the action is the
 * caller's, and also fires if the lock was lost (the machine slept, somebody removed the lock): the action must then stop.
 */
export async function withInstallLock<T>(
  toolsDir: string,
  name: string,
  options: InstallLockOptions,
  action: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  await mkdirOpen(toolsDir);
  const lost = new AbortController();
  const release = await acquire(toolsDir, name, options, lost);
  const signal = options.signal === undefined ? lost.signal : AbortSignal.any([options.signal, lost.signal]);
  try {
    return await action(signal);
  } finally {
    await release();
  }
}

async function acquire(
  toolsDir: string,
  name: string,
  options: InstallLockOptions,
  lost: AbortController,
): Promise<() => Promise<void>> {
  const startedAt = Date.now();
  let nextReportAt = startedAt;
  for (;;) {
    options.signal?.throwIfAborted();
    try {
      // Makes the folder `.install-<name>.lock`; the named file itself need not exist.
      const release = await lock(join(toolsDir, `.install-${name}`), {
        realpath: false,
        stale: STALE_MS,
        update: UPDATE_MS,
        onCompromised: (error) => lost.abort(error),
      });
      return async () => {
        // A lost lock is not ours to release.
        if (!lost.signal.aborted) await release();
      };
    } catch (error) {
      if (!isErrno(error, "ELOCKED")) throw error;
    }
    if (Date.now() >= nextReportAt) {
      options.onWait?.(Date.now() - startedAt);
      nextReportAt = Date.now() + REPORT_MS;
    }
    await delay(RETRY_MS, undefined, options.signal === undefined ? {} : { signal: options.signal });
  }
}
