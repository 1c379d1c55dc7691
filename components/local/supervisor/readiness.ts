import { setTimeout as delay } from "node:timers/promises";
import { exitedError, notReadyError } from "./failure";
import type { GatedProcess } from "./launch";
import { probeAttempt } from "./probes";
import type { ProcessSpec } from "./types";

const POLL_MS = 20;

/**
 * Waits until the probe succeeds (or, for `exit`, until the process ended with 0).
 * @throws EnvironmentError PERFBED_PROCESS_EXITED (at once when the process ends), PERFBED_NOT_READY after the probe's time, and what
 * {@link exitedError} recognises.
 */
export async function waitUntilReady(
  spec: ProcessSpec,
  child: GatedProcess,
  signal?: AbortSignal,
): Promise<void> {
  const attempt = probeAttempt(spec.ready, child.log);
  const deadline = performance.now() + spec.ready.timeoutMs;
  let lastReason: string | undefined;
  for (;;) {
    signal?.throwIfAborted();
    const exit = child.exit();
    if (exit !== undefined) {
      if (attempt === undefined && exit.code === 0) return;
      throw exitedError(spec, exit, child.log);
    }
    const left = deadline - performance.now();
    if (left <= 0) throw notReadyError(spec, child.log, lastReason);
    if (attempt === undefined) {
      await first(left, signal, child.exited);
      continue;
    }
    let ready = false;
    const tried = attempt().then(
      () => {
        ready = true;
      },
      (error: unknown) => {
        lastReason = error instanceof Error ? error.message : String(error);
      },
    );
    await first(left, signal, child.exited, tried);
    // Somebody else may have answered on behalf of a process that has ended.
    if (ready && child.exit() === undefined) return;
    await first(POLL_MS, signal, child.exited);
  }
}

/** Resolves with the first of the events, after `ms`, or on abort; leaves no timer behind. */
async function first(
  ms: number,
  signal: AbortSignal | undefined,
  ...events: Promise<unknown>[]
): Promise<void> {
  const done = new AbortController();
  const timer = delay(ms, undefined, {
    signal: signal === undefined ? done.signal : AbortSignal.any([done.signal, signal]),
  }).catch(() => undefined);
  await Promise.race([timer, ...events]);
  done.abort();
}
