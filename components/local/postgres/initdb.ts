import { join } from "node:path";
import { createServiceFolder, type ServiceAccount, writeServiceFile } from "../provider/account";
import { executableOf, type LocalTool } from "../provider/tool";
import { runOnce } from "../supervisor";
import { ProbeKind, type ProcessSpec } from "../supervisor/types";
import { copyTemplate, keepTemplate, templateFolder } from "./data-template";
import { ROLES, scramVerifier } from "./roles";
import { dataFolder } from "./server";

export interface DataDirectoryOptions {
  readonly environmentId: string;
  readonly service: string;
  readonly tool: LocalTool;
  /** The tool as it was found, where `tool` is a copy within the environment. */
  readonly originalTool: LocalTool;
  readonly folder: string;
  readonly account: ServiceAccount | undefined;
  readonly superuserPassword: string;
}

/** What decides, beside the programs, how a fresh data directory looks. */
const INITDB_ARGUMENTS: readonly string[] = [
  ...["-U", ROLES.superuser],
  // A superuser without a password, whom no method that asks for one lets in.
  ...["-A", "reject"],
  "--encoding=UTF8",
  "--no-locale",
  // The directory is younger than the environment: after a power cut there is nothing in it to save.
  "--no-sync",
  "--no-instructions",
];

function commandSpec(
  options: DataDirectoryOptions,
  step: string,
  command: string,
  args: readonly string[],
): ProcessSpec {
  const { account } = options;
  return {
    environmentId: options.environmentId,
    name: `${options.service}-${step}`,
    tier: "database",
    command,
    args,
    cwd: options.folder,
    env: {},
    ...(account === undefined ? {} : { runAs: { uid: account.uid, gid: account.gid } }),
    ports: [],
    ready: { kind: ProbeKind.Exit, timeoutMs: 60_000 },
    stop: { signal: "SIGTERM", graceMs: 5_000 },
  };
}

/**
 * Gives the superuser its password in single-user mode: no server listens yet, so there is no moment at which anybody could connect
 * with another password, or without one. What is written down is the verifier, not the password.
 */
async function setSuperuserPassword(options: DataDirectoryOptions): Promise<void> {
  const { folder, account } = options;
  const statements = join(folder, "superuser.sql");
  const verifier = await scramVerifier(options.superuserPassword);
  await writeServiceFile(statements, `ALTER ROLE ${ROLES.superuser} PASSWORD '${verifier}'\n`, account);
  const settings = [
    "exit_on_error=on",
    "log_min_error_statement=panic",
    "fsync=off",
    "shared_buffers=16MB",
    "dynamic_shared_memory_type=mmap",
  ];
  // Single-user mode reads standard input, which a supervised process has none of.
  const script = 'statements=$1; shift; exec "$@" <"$statements"';
  await runOnce(
    commandSpec(options, "password", "/bin/sh", [
      ...["-c", script, "single-user", statements],
      ...[executableOf(options.tool, "postgres"), "--single", "-D", dataFolder(folder)],
      ...settings.flatMap((setting) => ["-c", setting]),
      "postgres",
    ]),
  );
}

/**
 * Makes a fresh data directory whose superuser has the given password: a copy of an earlier one, or else initdb's work.
 * @returns a folder with the same data directory that nothing writes to, if there is one: replicas can begin with a copy of it
 */
export async function createDataDirectory(options: DataDirectoryOptions): Promise<string | undefined> {
  const { folder, account, tool, originalTool } = options;
  const data = dataFolder(folder);
  await createServiceFolder(folder, account);
  const programs = ["initdb", "postgres"].map((program) => executableOf(originalTool, program));
  const template = await templateFolder(programs, INITDB_ARGUMENTS);
  const copied = template !== undefined && (await copyTemplate(template, data, account));
  if (!copied) {
    const initdb = executableOf(tool, "initdb");
    await runOnce(commandSpec(options, "initdb", initdb, ["-D", data, ...INITDB_ARGUMENTS]));
    if (template !== undefined) await keepTemplate(data, template);
  }
  await setSuperuserPassword(options);
  return copied ? template : undefined;
}
