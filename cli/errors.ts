import { CommanderError } from "commander";
import { ExitCode, formatProblem, PerfbedError } from "../core/errors";
import type { Terminal } from "./terminal";

/** Prints an error as a person needs it and returns the exit code. The stack only with PERFBED_DEBUG=1. */
export function reportError(error: unknown, terminal: Terminal, json: boolean): ExitCode {
  if (error instanceof CommanderError) {
    // commander has printed its own message; help and version are no errors
    return error.exitCode === 0 ? ExitCode.Pass : ExitCode.Usage;
  }
  const known = error instanceof PerfbedError ? error : undefined;
  const code = known?.exitCode ?? ExitCode.Internal;
  const message = error instanceof Error ? error.message : String(error);
  if (json) {
    terminal.out(
      JSON.stringify(
        {
          error: {
            code: known?.code ?? "PERFBED_INTERNAL",
            exitCode: code,
            message,
            problems: known?.problems ?? [],
            hint: known?.hint ?? null,
          },
        },
        null,
        2,
      ),
    );
  } else {
    const { colours } = terminal;
    terminal.err(
      `${colours.red(colours.bold("Error:"))} ${known === undefined ? `perfbed failed unexpectedly: ${message}` : message}`,
    );
    for (const problem of known?.problems ?? []) terminal.err(`  - ${formatProblem(problem)}`);
    if (known?.hint !== undefined) terminal.err(colours.dim(known.hint));
    if (known === undefined) {
      terminal.err(
        colours.dim("This is a fault in perfbed. PERFBED_DEBUG=1 shows the stack trace; please report it."),
      );
    }
  }
  if (process.env.PERFBED_DEBUG === "1" && error instanceof Error) {
    terminal.err(error.stack ?? "");
    if (error.cause instanceof Error) terminal.err(`Caused by: ${error.cause.stack ?? error.cause.message}`);
  }
  return code;
}
