import { join } from "node:path";
import { Client, type ClientConfig } from "pg";
import { createServiceFolder, type ServiceAccount, writeServiceFile } from "../provider/account";
import type { ServiceInputs } from "../provider/service";
import { ProbeKind, type ProcessSpec, type StopPolicy } from "../supervisor/types";
import { type PostgresConfigOptions, renderHba, renderPostgresConfig } from "./config";
import { postgresUrl, ROLES } from "./roles";

/** Fast shutdown: open transactions are rolled back, clients disconnected, a last checkpoint written. */
export const POSTGRES_STOP: StopPolicy = { signal: "SIGINT", graceMs: 15_000 };

const READY_TIMEOUT_MS = 30_000;

export const dataFolder = (folder: string): string => join(folder, "data");

export interface ServerOptions {
  readonly inputs: Pick<ServiceInputs, "environmentId" | "service" | "cpu" | "memoryMiB">;
  readonly program: string;
  readonly folder: string;
  readonly port: number;
  readonly account: ServiceAccount | undefined;
  /** Password of the superuser, for the readiness probe. */
  readonly superuserPassword: string;
}

/** How to run `postgres` itself in the foreground; no wrapper hides its exit or its log. */
export function serverSpec(options: ServerOptions): ProcessSpec {
  const { inputs, folder, port, account } = options;
  return {
    environmentId: inputs.environmentId,
    name: inputs.service,
    tier: "database",
    command: options.program,
    args: ["-D", dataFolder(folder)],
    cwd: folder,
    env: {},
    ...(account === undefined ? {} : { runAs: { uid: account.uid, gid: account.gid } }),
    limits: { cpu: inputs.cpu, memoryMiB: inputs.memoryMiB },
    ports: [port],
    ready: {
      kind: ProbeKind.Postgres,
      endpoint: postgresUrl(ROLES.superuser, options.superuserPassword, port, "postgres"),
      timeoutMs: READY_TIMEOUT_MS,
    },
    stop: POSTGRES_STOP,
  };
}

export async function writeServerConfig(
  folder: string,
  config: PostgresConfigOptions,
  account: ServiceAccount | undefined,
): Promise<void> {
  const data = dataFolder(folder);
  await createServiceFolder(folder, account);
  await writeServiceFile(join(data, "postgresql.conf"), renderPostgresConfig(config), account);
  await writeServiceFile(join(data, "pg_hba.conf"), renderHba({ replication: ROLES.replication }), account);
}

/** Runs `work` with one connection as superuser and closes it. */
export async function asSuperuser<T>(
  options: { readonly port: number; readonly password: string; readonly database?: string },
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const config: ClientConfig = {
    host: "127.0.0.1",
    port: options.port,
    user: ROLES.superuser,
    password: options.password,
    database: options.database ?? "postgres",
    connectionTimeoutMillis: 5_000,
    application_name: "perfbed",
  };
  const client = new Client(config);
  // A server that goes away mid-way also fails the query in flight; unheard, the event would end this process.
  client.on("error", () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
