import { PerfbedError } from "../../../core/errors";

/** The daemon's log is its stdout, which the supervisor keeps in the environment's folder. Never a URL, never a variable's value. */
export function log(message: string): void {
  process.stdout.write(`${new Date().toISOString()} ${message}\n`);
}

/** An error as one paragraph: message and hint, no stack for errors raised on purpose. */
export function describe(error: unknown): string {
  if (error instanceof PerfbedError) {
    return error.hint === undefined ? error.message : `${error.message}\nHint: ${error.hint}`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
