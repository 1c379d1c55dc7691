import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { isErrno } from "./failure";

/** Lines of output kept for the error message. */
const KEPT_LINES = 40;
const SETPRIV = "/usr/bin/setpriv";

export interface CommandOptions {
  readonly cwd?: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  readonly onLine?: (line: string) => void;
  /** Milliseconds until the command is ended and counts as failed. Default: none. */
  readonly timeoutMs?: number;
  /** First signal on abort. Default SIGTERM. */
  readonly stopSignal?: NodeJS.Signals;
  /** Milliseconds between the first signal and SIGKILL. Default 3000. */
  readonly stopGraceMs?: number;
  /** Ask the kernel to end the command when this process dies, even by SIGKILL. Default true; Linux only. */
  readonly endWithParent?: boolean;
  /** Signals a process group that this user may not signal directly (a command under sudo). */
  readonly signalGroup?: (groupId: number, signal: NodeJS.Signals) => void;
}

/** A command that did not exit with 0. The message is one line that a user can act on. */
export class CommandFailed extends Error {
  override readonly name = "CommandFailed";
  constructor(
    command: string,
    readonly outcome: string,
    readonly lastLines: readonly string[],
  ) {
    super(`${command} ${outcome}${lastLines.length === 0 ? "" : `: ${summary(lastLines)}`}`);
  }
}

/**
 * Runs a command to its end and returns its output lines (the last ones only, of stdout and stderr together). It runs in a process
 * group of its own, and the whole group is ended on abort or timeout, so no compiler or downloader outlives its installer.
 */
export function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<readonly string[]> {
  options.signal?.throwIfAborted();
  const endWithParent = (options.endWithParent ?? true) && existsSync(SETPRIV);
  const child = endWithParent
    ? spawn(SETPRIV, ["--pdeathsig", "TERM", command, ...args], spawnOptions(options))
    : spawn(command, [...args], spawnOptions(options));
  return settle(command, child, options);
}

function spawnOptions(options: CommandOptions) {
  return {
    detached: true,
    env: options.env,
    stdio: ["ignore", "pipe", "pipe"] satisfies ["ignore", "pipe", "pipe"],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  };
}

function settle(command: string, child: ChildProcess, options: CommandOptions): Promise<readonly string[]> {
  const lines: string[] = [];
  const keep = (line: string): void => {
    lines.push(line);
    if (lines.length > KEPT_LINES) lines.shift();
    options.onLine?.(line);
  };
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on("line", keep);
  }
  return new Promise((resolve, reject) => {
    let timedOut = false;
    let killTimer: NodeJS.Timeout | undefined;
    const send = (signal: NodeJS.Signals): void => {
      if (child.pid !== undefined) signalGroup(child.pid, signal, options);
    };
    const stop = (): void => {
      send(options.stopSignal ?? "SIGTERM");
      killTimer = setTimeout(() => send("SIGKILL"), options.stopGraceMs ?? 3000);
    };
    const timeout =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            stop();
          }, options.timeoutMs);
    options.signal?.addEventListener("abort", stop, { once: true });
    const finish = (): void => {
      clearTimeout(timeout);
      clearTimeout(killTimer);
      options.signal?.removeEventListener("abort", stop);
    };
    child.once("error", (error) => {
      finish();
      reject(new CommandFailed(command, `could not be started (${error.message})`, []));
    });
    child.once("close", (code, signal) => {
      finish();
      // Grandchildren that closed their output may still be there.
      if (options.signal?.aborted || timedOut) send("SIGKILL");
      if (options.signal?.aborted) reject(options.signal.reason);
      else if (timedOut) {
        reject(new CommandFailed(command, `did not end within ${(options.timeoutMs ?? 0) / 1000} s`, lines));
      } else if (code === 0) resolve(lines);
      else {
        const outcome = signal === null ? `exited with ${code}` : `was ended by ${signal}`;
        reject(new CommandFailed(command, outcome, lines));
      }
    });
  });
}

function signalGroup(groupId: number, signal: NodeJS.Signals, options: CommandOptions): void {
  try {
    process.kill(-groupId, signal);
  } catch (error) {
    if (isErrno(error, "EPERM")) options.signalGroup?.(groupId, signal);
  }
}

/** The line that says what went wrong, else the last one. */
function summary(lines: readonly string[]): string {
  const telling = lines.filter((line) => line.trim() !== "");
  const error = telling.find((line) =>
    /\b(?:error|fatal|failed|cannot|unable|denied|not found)\b/i.test(line),
  );
  return (error ?? telling.at(-1) ?? "").trim().slice(0, 300);
}
