import { setTimeout as delay } from "node:timers/promises";
import { EnvironmentError, type Problem } from "../../core/errors";

/** Something about an environment that has to hold before any load. */
export interface Check {
  readonly what: string;
  run(): Promise<void>;
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
 * Runs all checks at once, each until it holds or the time is over.
 * @returns how many there were
 * @throws EnvironmentError PERFBED_NOT_VERIFIED naming every check that did not hold
 */
export async function requireAll(checks: readonly Check[], options: CheckOptions): Promise<number> {
  const deadline = performance.now() + options.deadlineMs;
  const problems = await Promise.all(checks.map((check) => problemOf(check, deadline, options)));
  const found = problems.flatMap((problem) => problem ?? []);
  if (found.length === 0) return checks.length;
  throw new EnvironmentError("PERFBED_NOT_VERIFIED", "The environment came up but does not do its work", {
    problems: found,
    hint: options.hint,
  });
}

async function problemOf(
  { what, run }: Check,
  deadline: number,
  { deadlineMs, pauseMs, signal, reasonOf }: CheckOptions,
): Promise<Problem | undefined> {
  for (;;) {
    try {
      await run();
      return undefined;
    } catch (error) {
      signal.throwIfAborted();
      if (performance.now() > deadline) {
        return {
          field: what,
          allowed: `to hold within ${Math.round(deadlineMs / 1000)} s`,
          hint: reasonOf(error, what),
        };
      }
      await delay(pauseMs, undefined, { signal });
    }
  }
}
