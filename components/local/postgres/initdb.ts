import { join } from "node:path";
import { createServiceFolder, type ServiceAccount, writeServiceFile } from "../provider/account";
import { runOnce } from "../supervisor";
import { ProbeKind } from "../supervisor/types";
import { ROLES } from "./roles";
import { dataFolder } from "./server";

export interface InitdbOptions {
  readonly environmentId: string;
  readonly service: string;
  readonly program: string;
  readonly folder: string;
  readonly account: ServiceAccount | undefined;
  readonly superuserPassword: string;
}

/** Makes a fresh data directory whose superuser has the given password. */
export async function runInitdb(options: InitdbOptions): Promise<void> {
  const { folder, account } = options;
  const passwordFile = join(folder, "superuser-password");
  await createServiceFolder(folder, account);
  await writeServiceFile(passwordFile, options.superuserPassword, account);
  await runOnce({
    environmentId: options.environmentId,
    name: `${options.service}-initdb`,
    tier: "database",
    command: options.program,
    args: [
      ...["-D", dataFolder(folder)],
      ...["-U", ROLES.superuser],
      ...["-A", "scram-sha-256"],
      `--pwfile=${passwordFile}`,
      "--encoding=UTF8",
      "--no-locale",
      // The directory is younger than the environment: after a power cut there is nothing in it to save.
      "--no-sync",
      "--no-instructions",
    ],
    cwd: folder,
    env: {},
    ...(account === undefined ? {} : { runAs: { uid: account.uid, gid: account.gid } }),
    ports: [],
    ready: { kind: ProbeKind.Exit, timeoutMs: 60_000 },
    stop: { signal: "SIGTERM", graceMs: 5_000 },
  });
}
