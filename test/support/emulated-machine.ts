import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { pythonVenv } from "./python-venv";

const AWS_CLI_VERSION = "1.46.3";

/** Folder with an AWS CLI. */
export async function awsCliFolder(): Promise<string> {
  return join(await pythonVenv(`awscli-${AWS_CLI_VERSION}`, [`awscli==${AWS_CLI_VERSION}`]), "bin");
}

export interface EmulatedMachine {
  /** Its own, made when it is not there. */
  readonly folder: string;
  /** Folders with programs that it finds before this machine's. */
  readonly programs: readonly string[];
  /** Emulated AWS, as its AWS CLI finds it. */
  readonly awsUrl: string;
  /** Scripts that stand before every program of that name. */
  readonly scripts: Readonly<Record<string, string>>;
}

/**
 * What plays an instance or a container of an emulated AWS: a folder and variables. Processes, ports and files are this machine's.
 * @returns the variables of its processes, credentials apart
 */
export function emulateMachine(machine: EmulatedMachine): Record<string, string> {
  const own = join(machine.folder, "bin");
  mkdirSync(own, { recursive: true });
  for (const [name, text] of Object.entries(machine.scripts)) {
    writeFileSync(join(own, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(own, name), 0o755);
  }
  return {
    PATH: [own, ...machine.programs, process.env.PATH].join(delimiter),
    HOME: machine.folder,
    AWS_ENDPOINT_URL: machine.awsUrl,
  };
}

/** Starts a program there, in a group of its own, so that losing the machine ends all of it. */
export function startOnMachine(
  [program = "", ...args]: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): ChildProcess {
  return spawn(program, args, { cwd, env: { ...env }, detached: true, stdio: ["ignore", "ignore", "pipe"] });
}

/** Signals a program that `startOnMachine` has started, with everything below it. */
export function signalGroup({ pid, exitCode, signalCode }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}
