import { setTimeout as delay } from "node:timers/promises";
import { EnvironmentError, type Problem } from "../../core/errors";

/** Something about an environment that has to hold before any load. */
export interface Check {
  readonly what: string;
  run(): Promise<void>;
}

/** Thrown by a check that waiting does not help: it is not repeated. */
export class FinalFailure extends Error {
  override readonly name = "FinalFailure";
}

/** Thrown by a check that waits for something that goes on and takes longer than others: it has a time of its own. */
export class UnderWay extends Error {
  override readonly name = "UnderWay";

  /** @param deadlineMs from the start of the checks; once it is no longer under way, the check has the usual time again */
  constructor(
    message: string,
    readonly deadlineMs: number,
  ) {
    super(message);
  }
}

export interface CheckOptions {
  /** From now on; each check is repeated until then. */
  readonly deadlineMs: number;
  readonly pauseMs: number;
  readonly signal: AbortSignal;
  /** Why a check did not hold, without anything that could be a credential. */
  readonly reasonOf: (error: unknown, what: string) => string;
  /** Where more is to be found. */
  readonly hint: string;
}

/** One request that has to be answered with 200. */
export async function answers(url: string, timeoutMs: number): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
  await response.arrayBuffer();
  if (response.status !== 200) throw new Error(`GET ${new URL(url).pathname} answered ${response.status}`);
}

/**
 * Runs all checks at once, each until it holds, cannot hold any more, or its time is over. Once one has failed, nobody waits for the others:
 * what does not hold yet and still had time is not told.
 * @returns how many there were
 * @throws EnvironmentError PERFBED_NOT_VERIFIED naming every check that did not hold
 */
export async function requireAll(checks: readonly Check[], options: CheckOptions): Promise<number> {
  const others = { failed: false };
  const problems = await Promise.all(checks.map((check) => problemOf(check, options, others)));
  const found = problems.flatMap((problem) => problem ?? []);
  if (found.length === 0) return checks.length;
  throw new EnvironmentError("PERFBED_NOT_VERIFIED", "The environment came up but does not do its work", {
    problems: found,
    hint: options.hint,
  });
}

/** @param others whether one of all checks has failed already */
async function problemOf(
  { what, run }: Check,
  { deadlineMs, pauseMs, signal, reasonOf }: CheckOptions,
  others: { failed: boolean },
): Promise<Problem | undefined> {
  const startedAt = performance.now();
  let usualFrom = startedAt;
  for (;;) {
    try {
      await run();
      return undefined;
    } catch (error) {
      signal.throwIfAborted();
      const now = performance.now();
      const limitMs = error instanceof UnderWay ? error.deadlineMs : deadlineMs;
      const from = error instanceof UnderWay ? startedAt : usualFrom;
      const final = error instanceof FinalFailure;
      if (final || now - from > limitMs) {
        others.failed = true;
        const allowed = final ? "to hold" : `to hold within ${Math.round(limitMs / 1000)} s`;
        return { field: what, allowed, hint: reasonOf(error, what) };
      }
      if (others.failed) return undefined;
      if (error instanceof UnderWay) usualFrom = now;
      await delay(pauseMs, undefined, { signal });
    }
  }
}
