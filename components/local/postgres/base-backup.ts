import { access, chown, constants, realpath, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { EnvironmentError } from "../../../core/errors";
import type { ServiceAccount } from "../provider/account";
import { executableOf, type LocalTool } from "../provider/tool";
import { runOnce } from "../supervisor";
import { ProbeKind } from "../supervisor/types";
import { copyDataDirectory } from "./data-directory";
import { ROLES } from "./roles";
import { asSuperuser, dataFolder } from "./server";

export interface BaseBackupOptions {
  readonly environmentId: string;
  readonly service: string;
  readonly folder: string;
  readonly tool: LocalTool;
  readonly account: ServiceAccount | undefined;
  readonly primaryPort: number;
  readonly primaryFolder: string;
  readonly replicationPassword: string;
  readonly superuserPassword: string;
}

const BACKUP_TIMEOUT_MS = 600_000;

async function withProgram(options: BaseBackupOptions, program: string): Promise<void> {
  const { account, folder } = options;
  await runOnce({
    environmentId: options.environmentId,
    name: `${options.service}-basebackup`,
    tier: "database",
    command: program,
    args: [
      ...["-D", dataFolder(folder)],
      ...["-h", "127.0.0.1", "-p", String(options.primaryPort), "-U", ROLES.replication],
      ...["-X", "stream", "-c", "fast", "--no-password", "--no-sync"],
    ],
    cwd: folder,
    env: { PGPASSWORD: options.replicationPassword },
    ...(account === undefined ? {} : { runAs: { uid: account.uid, gid: account.gid } }),
    ports: [],
    ready: { kind: ProbeKind.Exit, timeoutMs: BACKUP_TIMEOUT_MS },
    stop: { signal: "SIGTERM", graceMs: 5_000 },
  });
}

const stopAnswer = z.tuple([z.object({ labelfile: z.string(), spcmapfile: z.string().nullable() })]);

/**
 * The low-level way, for installations without pg_basebackup: the primary is told that a backup begins, its files are copied while it
 * works, and the label it returns at the end says from where the replica must replay the write-ahead log. That log is streamed from
 * the primary, which keeps 512 MiB of it (wal_keep_size).
 */
async function withCopy(options: BaseBackupOptions): Promise<void> {
  const target = dataFolder(options.folder);
  const answer = await asSuperuser(
    { port: options.primaryPort, password: options.superuserPassword },
    async (client) => {
      const version = z
        .tuple([z.object({ number: z.number() })])
        .parse((await client.query("SELECT current_setting('server_version_num')::int AS number")).rows);
      if (version[0].number < 150_000) {
        throw new EnvironmentError(
          "PERFBED_POSTGRES_TOO_OLD",
          "A replica cannot be added to a running PostgreSQL older than 15 without pg_basebackup",
          { hint: "Install pg_basebackup, or PostgreSQL 15 or later." },
        );
      }
      await client.query("SELECT pg_backup_start($1, true)", [options.service]);
      await copyDataDirectory(dataFolder(options.primaryFolder), target, {
        live: true,
        account: options.account,
      });
      const stop = await client.query("SELECT labelfile, spcmapfile FROM pg_backup_stop(false)");
      return stopAnswer.parse(stop.rows)[0];
    },
  );
  const label = join(target, "backup_label");
  await writeFile(label, answer.labelfile, { mode: 0o600 });
  if (options.account !== undefined) await chown(label, options.account.uid, options.account.gid);
}

/** `pg_basebackup` beside the server program, where the installation has it. */
async function backupProgram(tool: LocalTool): Promise<string | undefined> {
  const program = join(dirname(await realpath(executableOf(tool, "postgres"))), "pg_basebackup");
  return access(program, constants.X_OK).then(
    () => program,
    () => undefined,
  );
}

/** Copies a running primary into the replica's data directory. */
export async function takeBaseBackup(options: BaseBackupOptions): Promise<void> {
  const program = await backupProgram(options.tool);
  await (program === undefined ? withCopy(options) : withProgram(options, program));
}
