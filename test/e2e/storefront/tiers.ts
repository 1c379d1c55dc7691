import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { ensureTools, type ResolvedTool, Tool } from "../../../toolchain";
import { account, CHILD_ENV, Child, eventually, freePort } from "./child";

/**
 * Real tiers for the sample application: primary, streaming replica, a pool in front of each, cache. Started without perfbed's own
 * components, so that a fault there does not show up here.
 */

const PASSWORD = randomBytes(12).toString("hex");

function ownFolder(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if (account !== undefined) chownSync(path, account.uid, account.gid);
  return path;
}

function program(tools: ReadonlyMap<Tool, ResolvedTool>, tool: Tool, name: string): string {
  const path = tools.get(tool)?.executables[name];
  if (path === undefined) throw new Error(`${tool} has no program ${name}`);
  return path;
}

const url = (port: number, database: string): string =>
  `postgres://shop:${PASSWORD}@127.0.0.1:${port}/${database}`;

export class Tiers {
  readonly children = new Map<string, Child>();
  private constructor(
    readonly folder: string,
    private readonly tools: ReadonlyMap<Tool, ResolvedTool>,
    private readonly ports: {
      primary: number;
      replica: number;
      writerPool: number;
      readerPool: number;
      redis: number;
    },
  ) {}

  static async start(): Promise<Tiers> {
    const tools = await ensureTools([Tool.Postgres, Tool.Pgbouncer, Tool.Redis]);
    const folder = mkdtempSync(join(tmpdir(), "storefront-e2e-"));
    chmodSync(folder, 0o711);
    const ports = {
      primary: await freePort(),
      replica: await freePort(),
      writerPool: await freePort(),
      readerPool: await freePort(),
      redis: await freePort(),
    };
    const tiers = new Tiers(folder, tools, ports);
    try {
      await tiers.startServers();
    } catch (error) {
      await tiers.stop();
      const printed = [...tiers.children].map(
        ([name, child]) => `--- ${name}\n${child.output.slice(-2_000)}`,
      );
      throw new Error([String(error), ...printed].join("\n"));
    }
    return tiers;
  }

  /** Straight to the primary. */
  adminUrl(database = "shop"): string {
    return url(this.ports.primary, database);
  }

  /** What an instance is given. */
  environment(): Record<string, string> {
    return {
      DATABASE_URL: url(this.ports.writerPool, "shop"),
      DATABASE_REPLICA_URLS: url(this.ports.readerPool, "shop"),
      REDIS_URL: `redis://:${PASSWORD}@127.0.0.1:${this.ports.redis}`,
    };
  }

  async query<Row extends object>(sql: string, values: unknown[] = [], database = "shop"): Promise<Row[]> {
    return this.queryAt(this.adminUrl(database), sql, values);
  }

  /** Runs on the replica, straight. */
  async queryReplica<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return this.queryAt(url(this.ports.replica, "shop"), sql, values);
  }

  async stop(): Promise<void> {
    for (const child of [...this.children.values()].reverse())
      await child.stop(child === this.children.get("redis") ? "SIGTERM" : "SIGINT");
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async queryAt<Row extends object>(
    connectionString: string,
    sql: string,
    values: unknown[],
  ): Promise<Row[]> {
    const client = new Client({ connectionString, connectionTimeoutMillis: 1_000 });
    await client.connect();
    try {
      return (await client.query<Row>(sql, values)).rows;
    } finally {
      await client.end();
    }
  }

  private async startServers(): Promise<void> {
    const primary = join(ownFolder(join(this.folder, "primary")), "data");
    const replica = join(ownFolder(join(this.folder, "replica")), "data");
    this.initialise(primary);
    cpSync(primary, replica, { recursive: true });
    writeFileSync(join(replica, "standby.signal"), "");
    appendFileSync(
      join(replica, "postgresql.conf"),
      `primary_conninfo = 'host=127.0.0.1 port=${this.ports.primary} user=shop password=${PASSWORD}'\n`,
    );
    this.giveAway(replica);
    this.startPostgres("primary", primary, this.ports.primary);
    await this.answers("primary", this.adminUrl("postgres"));
    await this.query("CREATE DATABASE shop", [], "postgres");
    this.startPostgres("replica", replica, this.ports.replica);
    this.startPool("writer-pool", this.ports.writerPool, this.ports.primary);
    this.startPool("reader-pool", this.ports.readerPool, this.ports.replica);
    this.startRedis();
    await this.answers("reader pool", url(this.ports.readerPool, "shop"));
    await this.answers("writer pool", url(this.ports.writerPool, "shop"));
  }

  private initialise(data: string): void {
    const passwordFile = join(this.folder, "primary", "password");
    writeFileSync(passwordFile, PASSWORD, { mode: 0o600 });
    if (account !== undefined) chownSync(passwordFile, account.uid, account.gid);
    const who = account === undefined ? {} : { uid: account.uid, gid: account.gid };
    const args = [
      "-D",
      data,
      "-U",
      "shop",
      "--auth=scram-sha-256",
      `--pwfile=${passwordFile}`,
      "-E",
      "UTF8",
      "--no-locale",
      "-N",
    ];
    const made = spawnSync(program(this.tools, Tool.Postgres, "initdb"), args, {
      env: CHILD_ENV,
      cwd: join(this.folder, "primary"),
      encoding: "utf8",
      ...who,
    });
    if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
  }

  /** The copy was made by this process, which may be root. */
  private giveAway(folder: string): void {
    if (account === undefined) return;
    const changed = spawnSync("chown", ["-R", `${account.uid}:${account.gid}`, folder], { encoding: "utf8" });
    if (changed.status !== 0) throw new Error(`chown failed: ${changed.stderr}`);
  }

  private startPostgres(name: string, data: string, port: number): void {
    const settings = [
      "listen_addresses=127.0.0.1",
      `port=${port}`,
      "unix_socket_directories=",
      "fsync=off",
      "hot_standby=on",
    ];
    const args = ["-D", data, ...settings.flatMap((setting) => ["-c", setting])];
    this.children.set(name, Child.start(program(this.tools, Tool.Postgres, "postgres"), args, { cwd: data }));
  }

  private startPool(name: string, port: number, serverPort: number): void {
    const folder = ownFolder(join(this.folder, name));
    const users = join(folder, "users.txt");
    const config = join(folder, "pgbouncer.ini");
    writeFileSync(users, `"shop" "${PASSWORD}"\n`);
    writeFileSync(
      config,
      `[databases]\nshop = host=127.0.0.1 port=${serverPort} dbname=shop\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = ${port}\n` +
        `unix_socket_dir =\npool_mode = transaction\ndefault_pool_size = 12\nauth_type = scram-sha-256\nauth_file = ${users}\nserver_login_retry = 1\n`,
    );
    for (const file of [users, config]) {
      chmodSync(file, 0o600);
      if (account !== undefined) chownSync(file, account.uid, account.gid);
    }
    this.children.set(
      name,
      Child.start(program(this.tools, Tool.Pgbouncer, "pgbouncer"), [config], { cwd: folder }),
    );
  }

  startRedis(): void {
    const folder = ownFolder(join(this.folder, "redis"));
    const config = join(folder, "redis.conf");
    writeFileSync(config, `port ${this.ports.redis}\nbind 127.0.0.1\nsave ""\nrequirepass ${PASSWORD}\n`);
    this.children.set(
      "redis",
      Child.start(program(this.tools, Tool.Redis, "redis-server"), [config], { cwd: folder, own: false }),
    );
  }

  private answers(what: string, connectionString: string): Promise<true> {
    return eventually(what, async () => {
      await this.queryAt(connectionString, "SELECT 1", []);
      return true as const;
    });
  }
}
