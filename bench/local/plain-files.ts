import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Application, Sizing } from "../../components/contracts";
import { instanceProcessSpec } from "../../components/local/autoscaler/instance-process";
import { renderHaproxyConfig } from "../../components/local/haproxy";
import { renderPgbouncerConfig, renderUserList } from "../../components/local/pgbouncer/config";
import { renderHba, renderPostgresConfig } from "../../components/local/postgres/config";
import { hasLibrary } from "../../components/local/postgres/data-directory";
import {
  APPLICATION_DATABASE,
  postgresUrl,
  ROLES,
  roleStatements,
} from "../../components/local/postgres/roles";
import { postgresSettings } from "../../components/local/postgres/sizing";
import { redisUrl, renderRedisConfig } from "../../components/local/redis/config";
import { renderVcl } from "../../components/local/varnish/vcl";
import { perfbedHome } from "../../core/home";
import { variablesFile } from "./shell-text";

/** Loopback ports of the plain environment. */
export interface PlainPorts {
  readonly primary: number;
  readonly replica: number;
  readonly writerPool: number;
  readonly readerPool: number;
  readonly redis: number;
  readonly app: number;
  readonly balancer: number;
  readonly edge: number;
  readonly edgeAdmin: number;
}

export interface PlainFilesOptions {
  readonly folder: string;
  readonly ports: PlainPorts;
  readonly application: Application;
  readonly sizing: Sizing;
  readonly postgresProgram: string;
}

const password = (): string => randomBytes(32).toString("base64url");

/** Varnish's settings beside its addresses and files, as perfbed starts it. */
export const edgeArguments = ({ edge }: Sizing): string[] => [
  ...["-s", `malloc,${edge.memoryMiB}m`],
  ...["-t", String(edge.defaultTtlSeconds)],
  ...["-p", `default_grace=${edge.graceSeconds}`],
  ...["-p", "vsl_space=16m"],
];

/** Writes what the plain script copies into place: the texts that perfbed itself would write, with passwords of its own. */
export async function writePlainFiles(
  options: PlainFilesOptions,
): Promise<{ readonly redisPassword: string }> {
  const { folder, ports, application, sizing } = options;
  const { database } = sizing;
  const config = join(folder, "config");
  for (const path of [config, join(folder, "logs")]) mkdirSync(path, { mode: 0o700 });
  const write = (name: string, text: string): void =>
    writeFileSync(join(config, name), text, { mode: 0o600 });

  const passwords = {
    superuser: password(),
    application: password(),
    replication: password(),
    monitor: password(),
  };
  write("superuser-password", passwords.superuser);
  write(
    "pgpass",
    `127.0.0.1:*:*:${ROLES.superuser}:${passwords.superuser}\n127.0.0.1:*:*:${ROLES.application}:${passwords.application}\n`,
  );
  write("roles.sql", `${(await roleStatements(passwords)).join(";\n")};\n`);
  const statementStatistics = await hasLibrary(options.postgresProgram, "pg_stat_statements");
  write("extensions.sql", statementStatistics ? "CREATE EXTENSION pg_stat_statements;\n" : "");
  const settings = postgresSettings(database);
  write(
    "database-primary.conf",
    renderPostgresConfig({ port: ports.primary, settings, statementStatistics }),
  );
  const upstream = {
    port: ports.primary,
    user: ROLES.replication,
    password: passwords.replication,
    applicationName: "database-replica",
  };
  write(
    "database-replica.conf",
    renderPostgresConfig({ port: ports.replica, settings, statementStatistics, upstream }),
  );
  write("pg_hba.conf", renderHba({ replication: ROLES.replication }));

  write(
    "users.txt",
    renderUserList([
      { name: ROLES.application, password: passwords.application },
      { name: ROLES.monitor, password: passwords.monitor },
    ]),
  );
  const pool = (name: string, port: number, serverPort: number): void =>
    write(
      `pool-${name}.ini`,
      renderPgbouncerConfig({
        port,
        database: APPLICATION_DATABASE,
        serverPort,
        poolSize: database.poolSize,
        maxClientConnections: database.maxClientConnections,
        userListPath: join(folder, `database-pool-${name}`, "users.txt"),
        statsUser: ROLES.monitor,
      }),
    );
  pool("writer", ports.writerPool, ports.primary);
  pool("reader", ports.readerPool, ports.replica);

  const redisPassword = password();
  write(
    "redis.conf",
    renderRedisConfig({
      port: ports.redis,
      password: redisPassword,
      memoryMiB: sizing.cache.memoryMiB,
      folder: join(folder, "cache"),
    }),
  );
  const balancer = renderHaproxyConfig({
    listenPort: ports.balancer,
    statsSocketPath: join(folder, "balancer", "api.sock"),
    readyPath: application.readyPath,
    drainSeconds: Math.ceil(application.drainSeconds),
  });
  // perfbed's autoscaler adds instances at run time; a script that starts one writes it down.
  write("haproxy.cfg", `${balancer}  server app-1 127.0.0.1:${ports.app}\n`);
  write(
    "edge.vcl",
    renderVcl({ originHost: "127.0.0.1", originPort: ports.balancer, healthPath: application.readyPath }),
  );
  write("admin-secret", randomBytes(32).toString("hex"));

  const urlOf = (port: number): string =>
    postgresUrl(ROLES.application, passwords.application, port, APPLICATION_DATABASE);
  const cacheUrl = redisUrl(redisPassword, ports.redis);
  const instance = instanceProcessSpec(
    {
      environmentId: "plain",
      perfbedHome: perfbedHome(),
      folder,
      application,
      sizing: sizing.app,
      databaseUrl: urlOf(ports.writerPool),
      databaseReplicaUrls: [urlOf(ports.readerPool)],
      cacheUrl,
      balancer: { socketPath: join(folder, "balancer", "api.sock") },
      statusPort: ports.app,
    },
    "app-1",
    ports.app,
  );
  const variables = (name: string, values: Readonly<Record<string, string>>): void =>
    writeFileSync(join(folder, name), variablesFile(values), { mode: 0o600 });
  variables("app-variables.sh", instance.env);
  variables("setup-variables.sh", {
    NODE_ENV: "production",
    ...application.environment,
    DATABASE_URL: urlOf(ports.primary),
    DATABASE_REPLICA_URLS: urlOf(ports.primary),
    DATABASE_ADMIN_URL: urlOf(ports.primary),
    REDIS_URL: cacheUrl,
    APP_VERSION: application.version,
  });
  return { redisPassword };
}
