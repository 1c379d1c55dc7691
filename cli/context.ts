import type { ExitCode } from "../core/errors";
import type { Terminal } from "./terminal";

/** What every command is given. */
export interface CliContext {
  readonly terminal: Terminal;
  /** One JSON document on standard output and nothing else. */
  readonly json: boolean;
  /** The exit code of the process, once the command has done its work. */
  exitWith(code: ExitCode): void;
}
