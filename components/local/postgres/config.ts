import type { PostgresSettings } from "./sizing";

/** Where a replica streams from. */
export interface UpstreamOptions {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Name under which the primary lists this replica. */
  readonly applicationName: string;
}

export interface PostgresConfigOptions {
  readonly port: number;
  readonly settings: PostgresSettings;
  /** Collect statement statistics; the installation must have the library. */
  readonly statementStatistics: boolean;
  /** Given for a replica. */
  readonly upstream?: UpstreamOptions;
}

/** A value in postgresql.conf: single quotes doubled, backslashes too. */
const quoted = (value: string): string => `'${value.replace(/\\/g, "\\\\").replace(/'/g, "''")}'`;

/** A value inside a connection string, which has its own quoting. */
const conninfoValue = (value: string | number): string =>
  `'${String(value).replace(/\\/g, "\\\\").replace(/'/g, "\\'")}'`;

function conninfo(upstream: UpstreamOptions): string {
  const values = {
    host: "127.0.0.1",
    port: upstream.port,
    user: upstream.user,
    password: upstream.password,
    application_name: upstream.applicationName,
  };
  return Object.entries(values)
    .map(([key, value]) => `${key}=${conninfoValue(value)}`)
    .join(" ");
}

/**
 * The whole postgresql.conf of a primary or a replica. Durability is that of production (fsync, synchronous commit, full-page writes): a
 * database that does not wait for its disk would answer faster than any that a user runs.
 */
export function renderPostgresConfig(options: PostgresConfigOptions): string {
  const { settings, upstream } = options;
  const lines = [
    "# Connections: loopback only, no unix socket.",
    "listen_addresses = '127.0.0.1'",
    `port = ${options.port}`,
    "unix_socket_directories = ''",
    `max_connections = ${settings.maxConnections}`,
    "password_encryption = 'scram-sha-256'",
    "",
    "# Memory",
    `shared_buffers = ${settings.sharedBuffersMiB}MB`,
    `effective_cache_size = ${settings.effectiveCacheSizeMiB}MB`,
    `work_mem = ${settings.workMemMiB}MB`,
    `maintenance_work_mem = ${settings.maintenanceWorkMemMiB}MB`,
    "# Kept in the data directory: nothing outside the environment's folder is left by a crash.",
    "dynamic_shared_memory_type = 'mmap'",
    "",
    "# Durability as in production",
    "fsync = on",
    "synchronous_commit = on",
    "full_page_writes = on",
    "checkpoint_completion_target = 0.9",
    "max_wal_size = '1GB'",
    "",
    "# Replication",
    "wal_level = 'replica'",
    "hot_standby = on",
    "hot_standby_feedback = on",
    `max_wal_senders = ${settings.maxWalSenders}`,
    "# A replica that falls behind by no more than this needs no new copy.",
    "wal_keep_size = '512MB'",
    "wal_receiver_status_interval = '1s'",
    "wal_retrieve_retry_interval = '200ms'",
    ...(upstream === undefined ? [] : [`primary_conninfo = ${quoted(conninfo(upstream))}`]),
    "",
    "# Figures",
    "track_io_timing = on",
    ...(options.statementStatistics
      ? ["shared_preload_libraries = 'pg_stat_statements'", "pg_stat_statements.max = 1000"]
      : []),
    "",
    "# Log: to the supervisor's file; no statement texts of ordinary work.",
    "logging_collector = off",
    "log_line_prefix = '%m [%p] %q%u@%d '",
    "log_checkpoints = on",
    "log_lock_waits = on",
    "log_timezone = 'UTC'",
    "timezone = 'UTC'",
  ];
  return `${lines.join("\n")}\n`;
}

/** The roles that may connect, and from where: this machine, with a password, each to what it needs. */
export function renderHba(roles: { readonly replication: string }): string {
  return [
    "# TYPE  DATABASE     USER  ADDRESS        METHOD",
    `host    replication  ${roles.replication}  127.0.0.1/32  scram-sha-256`,
    "host    all          all  127.0.0.1/32   scram-sha-256",
    "",
  ].join("\n");
}
