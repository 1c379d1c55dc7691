import { readFileSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { ConfigError, EnvironmentError, PerfbedError } from "../../../core/errors";
import type { Exit, LogPart } from "./launch";
import { systemErrorCode } from "./platform";
import { redact } from "./redact";
import { portHolder } from "./sockets";
import type { ProcessSpec } from "./types";

const QUOTED_LINES = 15;
const LONGEST_LINE = 300;
const TAIL_BYTES = 64 * 1024;

/** Last lines of a log, without secrets of the process. */
export function lastLogLines(
  log: LogPart,
  secrets: Readonly<Record<string, string>>,
  count = QUOTED_LINES,
): string[] {
  let content: string;
  try {
    content = readFileSync(log.file).subarray(log.from).subarray(-TAIL_BYTES).toString("utf8");
  } catch {
    return [];
  }
  return redact(content, secrets)
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-count)
    .map((line) => (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line));
}

function quote(lines: readonly string[], { file }: LogPart): string {
  return lines.length === 0
    ? `\nIts log ${file} is empty.`
    : `\nLast lines of ${file}:\n${lines.map((line) => `  ${line}`).join("\n")}`;
}

function describeExit(exit: Exit): string {
  return exit.signal === null ? `exited with code ${exit.code ?? "unknown"}` : `was ended by ${exit.signal}`;
}

const diskFullHint = (folder: string): string =>
  `Free some space on the file system of ${folder}, or set PERFBED_HOME to a folder on another one.`;

export function portTakenError(spec: ProcessSpec, port: number, logLines = ""): EnvironmentError {
  const holder = portHolder(port);
  const who =
    holder === undefined
      ? ""
      : holder.pid === undefined
        ? ` (${holder.address}:${port}, holder not visible to this user)`
        : ` by process ${holder.pid}`;
  return new EnvironmentError("PERFBED_PORT_TAKEN", `${spec.name}: port ${port} is taken${who}${logLines}`, {
    hint:
      holder?.pid === undefined
        ? "Try again: another port will be chosen."
        : `End process ${holder.pid}, or try again: another port will be chosen.`,
  });
}

/** The first of the ports that somebody listens on already. */
export function firstTakenPort(ports: readonly number[]): number | undefined {
  return ports.find((port) => portHolder(port) !== undefined);
}

/** Whether nothing more can be written next to `path`. A process cannot say so itself when its log is on the full disk. */
function diskIsFull(path: string): boolean {
  try {
    const { bavail, bfree } = statfsSync(dirname(path));
    return (process.getuid?.() === 0 ? bfree : bavail) === 0;
  } catch {
    return false;
  }
}

function diskFullError(spec: ProcessSpec, what: string, log: LogPart): EnvironmentError {
  return new EnvironmentError(
    "PERFBED_DISK_FULL",
    `${spec.name} ${what}: no space left on device${quote(lastLogLines(log, probeSecrets(spec)), log)}`,
    {
      hint: diskFullHint(dirname(log.file)),
    },
  );
}

/** Why a process ended before it was ready, from what it said and from what the machine shows. */
export function exitedError(spec: ProcessSpec, exit: Exit, log: LogPart): EnvironmentError {
  const lines = lastLogLines(log, spec.env);
  const said = lines.join("\n");
  const quoted = quote(lines, log);
  if (/no space left on device|ENOSPC/i.test(said) || diskIsFull(log.file)) {
    return diskFullError(spec, describeExit(exit), log);
  }
  if (/address already in use|EADDRINUSE/i.test(said)) {
    const port = firstTakenPort(spec.ports) ?? spec.ports[0];
    if (port !== undefined) return portTakenError(spec, port, quoted);
  }
  const notFound = exit.code === 127 || exit.code === 126;
  return new EnvironmentError(
    "PERFBED_PROCESS_EXITED",
    `${spec.name} ${describeExit(exit)} before it was ready${quoted}`,
    {
      hint: notFound
        ? `Check that ${spec.command} exists and may be run${spec.runAs === undefined ? "" : ` by uid ${spec.runAs.uid}`}.`
        : exit.signal === "SIGKILL"
          ? "It was killed from outside: look at the memory limit of its tier and at the kernel log for the out-of-memory killer."
          : "Its log says why; mend that and try again.",
    },
  );
}

export function notReadyError(
  spec: ProcessSpec,
  log: LogPart,
  lastReason: string | undefined,
): EnvironmentError {
  const seconds = (spec.ready.timeoutMs / 1_000).toFixed(spec.ready.timeoutMs % 1_000 === 0 ? 0 : 1);
  if (diskIsFull(log.file)) return diskFullError(spec, "was not ready in time", log);
  const waitedFor = spec.ready.kind === "exit" ? "did not finish" : `was not ready (${spec.ready.kind})`;
  const reason =
    lastReason === undefined || lastReason === "" ? "" : `: ${redact(lastReason, probeSecrets(spec))}`;
  return new EnvironmentError(
    "PERFBED_NOT_READY",
    `${spec.name} ${waitedFor} within ${seconds} s${reason}${quote(lastLogLines(log, probeSecrets(spec)), log)}`,
    { hint: "Look at its log; on a slow or busy machine give it more time." },
  );
}

const probeSecrets = (spec: ProcessSpec): Readonly<Record<string, string>> => ({
  ...spec.env,
  PROBE_ENDPOINT: spec.ready.endpoint ?? "",
});

/** Turns an operating system's error into one a user can act on; leaves perfbed's own errors alone. */
export function systemFailure(error: unknown, doing: string, folder: string): PerfbedError {
  if (error instanceof PerfbedError) return error;
  const code = systemErrorCode(error);
  const message = error instanceof Error ? error.message : String(error);
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new EnvironmentError("PERFBED_DISK_FULL", `${doing}: no space left on device`, {
      hint: diskFullHint(folder),
      cause: error,
    });
  }
  return new EnvironmentError("PERFBED_START_FAILED", `${doing}: ${message}`, {
    hint:
      code === "EACCES" || code === "EPERM" || code === "EROFS"
        ? `This user must be allowed to write to ${folder} and to start the process.`
        : "The operating system refused; its reason is in the message.",
    cause: error,
  });
}

const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/i;

/** @throws ConfigError naming everything that is wrong with a spec. */
export function checkSpec(spec: ProcessSpec): void {
  const problems = [
    ...(NAME.test(spec.name)
      ? []
      : [
          {
            field: "name",
            value: spec.name,
            allowed: "1 to 64 letters, digits, dots, dashes or underscores",
          },
        ]),
    ...(spec.command === "" ? [{ field: "command", value: "", allowed: "a program" }] : []),
    ...(spec.cwd.startsWith("/") ? [] : [{ field: "cwd", value: spec.cwd, allowed: "an absolute path" }]),
    ...(spec.limits?.cpu === undefined || spec.limits.cpu > 0
      ? []
      : [{ field: "limits.cpu", value: spec.limits.cpu, allowed: "more than 0 cores" }]),
    ...(spec.limits?.memoryMiB === undefined || spec.limits.memoryMiB > 0
      ? []
      : [{ field: "limits.memoryMiB", value: spec.limits.memoryMiB, allowed: "more than 0 MiB" }]),
    ...(spec.ready.timeoutMs > 0
      ? []
      : [{ field: "ready.timeoutMs", value: spec.ready.timeoutMs, allowed: "more than 0 ms" }]),
  ];
  if (problems.length > 0) throw new ConfigError(`process ${spec.name}`, problems);
}
