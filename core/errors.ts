/**
 * The exit codes of every `perfbed` command. They are an interface: CI scripts branch on them.
 * See docs/exit-codes.md.
 */
export enum ExitCode {
  /** The verdict is `pass`, or the command did what it was asked. */
  Pass = 0,
  /** A regression was found, or a service-level objective was broken. */
  Regression = 1,
  /** Usage or configuration error; nothing was started. */
  Usage = 2,
  /** The data cannot decide. */
  Inconclusive = 3,
  /** The measurement itself is not to be believed. */
  InvalidMeasurement = 4,
  /** The environment could not be provisioned, verified or kept up. */
  EnvironmentFailed = 5,
  /** Something may still be left behind after teardown. */
  TeardownNotProved = 6,
  /** A fault in perfbed itself; what it had started was torn down as far as it could. */
  Internal = 70,
  /** Interrupted by the user; the environment was torn down and proved clean. */
  Interrupted = 130,
}

/** One thing wrong with one field. `allowed` and `hint` complete the sentence a user needs. */
export interface Problem {
  /** Path of the field as the user wrote it: `sizing.app.maxInstances`, `--set peakRate`. */
  readonly field: string;
  /** The offending value, printed as is (never a secret). */
  readonly value?: unknown;
  /** What would be accepted. */
  readonly allowed: string;
  /** What to do. */
  readonly hint?: string;
}

export interface PerfbedErrorOptions {
  /** What to do about it, one sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
  readonly problems?: readonly Problem[];
}

/**
 * Every error that perfbed raises on purpose. `code` is stable (`PERFBED_PORT_TAKEN`); the CLI prints message, problems and
 * hint, never the stack.
 */
export class PerfbedError extends Error {
  override readonly name: string = "PerfbedError";
  readonly hint: string | undefined;
  readonly problems: readonly Problem[];

  constructor(
    readonly code: string,
    readonly exitCode: ExitCode,
    message: string,
    options: PerfbedErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.hint = options.hint;
    this.problems = options.problems ?? [];
  }
}

/** A mistake in what the user gave; all problems at once. */
export class ConfigError extends PerfbedError {
  override readonly name = "ConfigError";
  constructor(subject: string, problems: readonly Problem[], hint?: string) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    super("PERFBED_CONFIG", ExitCode.Usage, `${subject}: ${count}`, {
      problems,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

/** The environment could not be brought up, verified or kept. */
export class EnvironmentError extends PerfbedError {
  override readonly name = "EnvironmentError";
  constructor(code: string, message: string, options: PerfbedErrorOptions = {}) {
    super(code, ExitCode.EnvironmentFailed, message, options);
  }
}

/** One line for one problem: field, value, allowed, hint. */
export function formatProblem(problem: Problem): string {
  const value = problem.value === undefined ? "" : ` is ${JSON.stringify(problem.value)}`;
  const hint = problem.hint === undefined ? "" : `. ${problem.hint}`;
  return `${problem.field}${value}: allowed: ${problem.allowed}${hint}`;
}
