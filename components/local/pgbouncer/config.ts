export interface PoolUser {
  readonly name: string;
  readonly password: string;
}

export interface PgbouncerConfigOptions {
  readonly port: number;
  /** Name of the database, for clients and on the server. */
  readonly database: string;
  readonly serverPort: number;
  /** Server connections the pool may open. */
  readonly poolSize: number;
  readonly maxClientConnections: number;
  /** Absolute path of the file from `renderUserList`. */
  readonly userListPath: string;
  /** May read `SHOW …` in the admin console (database `pgbouncer`). */
  readonly statsUser: string;
}

/**
 * One pool in front of one server, in transaction mode: a server connection belongs to a client for one transaction. As with any such pool,
 * clients must not keep session state: no named prepared statements (PgBouncer below 1.21 knows none), no LISTEN, no session variables.
 */
export function renderPgbouncerConfig(options: PgbouncerConfigOptions): string {
  return [
    "[databases]",
    `${options.database} = host=127.0.0.1 port=${options.serverPort} dbname=${options.database}`,
    "",
    "[pgbouncer]",
    "listen_addr = 127.0.0.1",
    `listen_port = ${options.port}`,
    "unix_socket_dir =",
    "pool_mode = transaction",
    `default_pool_size = ${options.poolSize}`,
    `max_client_conn = ${options.maxClientConnections}`,
    "auth_type = scram-sha-256",
    `auth_file = ${options.userListPath}`,
    `stats_users = ${options.statsUser}`,
    "ignore_startup_parameters = extra_float_digits,options",
    "server_login_retry = 1",
    "log_connections = 0",
    "log_disconnections = 0",
    "stats_period = 60",
    "",
  ].join("\n");
}

/** The user list. Clear passwords (in a file of mode 0600): PgBouncer needs them to log in to the server with SCRAM itself. */
export function renderUserList(users: readonly PoolUser[]): string {
  const quoted = (value: string): string => `"${value.replace(/"/g, '""')}"`;
  return users.map(({ name, password }) => `${quoted(name)} ${quoted(password)}\n`).join("");
}
