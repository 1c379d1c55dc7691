import { type ChildProcess, spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fchownSync,
  fstatSync,
  mkdirSync,
  openSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { Writable } from "node:stream";
import { perfbedHome } from "../../../core/home";
import { environmentPath } from "./environment-path";
import { ENVIRONMENT_ID_VARIABLE, PROCESS_NAME_VARIABLE } from "./membership";
import type { ProcessSpec } from "./types";

/** How a process ended: a code, or the signal that ended it. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The part of a log file that one process has written. */
export interface LogPart {
  readonly file: string;
  /** Bytes that were there before it started. */
  readonly from: number;
}

/** A process that exists but waits: it becomes its program when the gate is opened, and ends if its starter dies before. */
export interface GatedProcess {
  readonly pid: number;
  readonly log: LogPart;
  openGate(): void;
  /** Undefined while it runs. */
  exit(): Exit | undefined;
  readonly exited: Promise<Exit>;
  /** Lets the starter end without waiting for the process. */
  release(): void;
}

/** The shell turns into the program only after a line on descriptor 3; end of file means that the starter is gone. */
const GATE = 'read -r go <&3 || exit 125; exec "$@" 3<&-';

/** Exactly what the process sees: nothing of the starter's variables beyond what a program needs to run at all. */
export function processVariables(spec: ProcessSpec, env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const foreign = spec.runAs !== undefined && spec.runAs.uid !== process.getuid?.();
  return {
    PATH: env.PATH ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    HOME: foreign ? spec.cwd : (env.HOME ?? spec.cwd),
    LANG: env.LANG ?? "C.UTF-8",
    TZ: env.TZ ?? "UTC",
    // Temporary files go where teardown finds them.
    TMPDIR: join(environmentPath(spec.environmentId), "tmp"),
    ...spec.env,
    PERFBED_HOME: perfbedHome(),
    [ENVIRONMENT_ID_VARIABLE]: spec.environmentId,
    [PROCESS_NAME_VARIABLE]: spec.name,
  };
}

/** Makes the working folder if it is missing: parents that others may pass through, the folder itself for the process alone. */
export function prepareWorkingFolder(spec: ProcessSpec): void {
  if (existsSync(spec.cwd)) return;
  mkdirSync(dirname(spec.cwd), { recursive: true, mode: 0o711 });
  mkdirSync(spec.cwd, { recursive: true, mode: 0o700 });
  chmodSync(spec.cwd, 0o700);
  if (spec.runAs !== undefined) chownSync(spec.cwd, spec.runAs.uid, spec.runAs.gid);
}

export function logFileOf(spec: Pick<ProcessSpec, "environmentId" | "name">): string {
  return join(environmentPath(spec.environmentId), "logs", `${spec.name}.log`);
}

function openLog(spec: ProcessSpec): number {
  const log = openSync(logFileOf(spec), "a", 0o600);
  // Programs that reopen /dev/stderr need to be allowed to open the file, not only to hold it.
  if (spec.runAs !== undefined) fchownSync(log, spec.runAs.uid, spec.runAs.gid);
  return log;
}

function spawned(child: ChildProcess): Promise<number> {
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("spawn", () => {
      if (child.pid !== undefined) done(child.pid);
    });
  });
}

/** Starts the process behind a closed gate, in a session of its own. Rejects with the operating system's error. */
export async function launchGated(spec: ProcessSpec): Promise<GatedProcess> {
  const log = openLog(spec);
  const from = fstatSync(log).size;
  let child: ChildProcess;
  try {
    child = spawn("/bin/sh", ["-c", GATE, "sh", spec.command, ...spec.args], {
      cwd: spec.cwd,
      env: processVariables(spec),
      detached: true,
      stdio: ["ignore", log, log, "pipe"],
      ...(spec.runAs === undefined ? {} : { uid: spec.runAs.uid, gid: spec.runAs.gid }),
    });
  } finally {
    closeSync(log);
  }
  let exit: Exit | undefined;
  const exited = new Promise<Exit>((done) => {
    child.once("exit", (code, signal) => {
      exit = { code, signal };
      done(exit);
    });
  });
  const pid = await spawned(child);
  child.on("error", () => undefined);
  const gate = child.stdio[3];
  if (!(gate instanceof Writable)) throw new Error("the gate of a started process is not a pipe");
  // The process may be killed before the gate opens; its exit tells more than the broken pipe.
  gate.on("error", () => undefined);
  return {
    pid,
    log: { file: logFileOf(spec), from },
    openGate: () => {
      gate.end("go\n");
    },
    exit: () => exit,
    exited,
    release: () => {
      gate.destroy();
      child.unref();
    },
  };
}
