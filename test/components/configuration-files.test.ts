import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { resolveReferences } from "../../components/local/application/variables";
import { renderPgbouncerConfig, renderUserList } from "../../components/local/pgbouncer/config";
import { renderHba, renderPostgresConfig } from "../../components/local/postgres/config";
import { postgresUrl, roleStatements, scramVerifier } from "../../components/local/postgres/roles";
import { postgresSettings } from "../../components/local/postgres/sizing";
import { findAccount } from "../../components/local/provider/account";
import { renderRedisConfig } from "../../components/local/redis/config";
import { renderVcl } from "../../components/local/varnish/vcl";

/** The settings of a postgresql.conf. */
const settingsOf = (conf: string): Map<string, string> =>
  new Map(
    conf
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => {
        const [name = "", ...value] = line.split(" = ");
        return [name, value.join(" = ")];
      }),
  );

describe("PostgreSQL", () => {
  test.each([
    [
      { memoryMiB: 256, poolSize: 20 },
      {
        sharedBuffersMiB: 64,
        effectiveCacheSizeMiB: 192,
        workMemMiB: 3,
        maintenanceWorkMemMiB: 16,
        maxConnections: 100,
        maxWalSenders: 10,
      },
    ],
    [
      { memoryMiB: 128, poolSize: 50 },
      {
        sharedBuffersMiB: 32,
        effectiveCacheSizeMiB: 96,
        workMemMiB: 1,
        maintenanceWorkMemMiB: 16,
        maxConnections: 100,
        maxWalSenders: 10,
      },
    ],
    [
      { memoryMiB: 16_384, poolSize: 200 },
      {
        sharedBuffersMiB: 4_096,
        effectiveCacheSizeMiB: 12_288,
        workMemMiB: 20,
        maintenanceWorkMemMiB: 1_024,
        maxConnections: 220,
        maxWalSenders: 10,
      },
    ],
  ])("memory and connections follow from the sizing %j", (sizing, settings) => {
    expect(postgresSettings(sizing)).toEqual(settings);
  });

  const settings = postgresSettings({ memoryMiB: 256, poolSize: 20 });

  test("a primary listens on loopback only, logs write-ahead for replicas and waits for its disk", () => {
    const conf = settingsOf(renderPostgresConfig({ port: 21_000, settings, statementStatistics: true }));
    expect(Object.fromEntries(conf)).toMatchObject({
      listen_addresses: "'127.0.0.1'",
      unix_socket_directories: "''",
      port: "21000",
      password_encryption: "'scram-sha-256'",
      wal_level: "'replica'",
      fsync: "on",
      synchronous_commit: "on",
      full_page_writes: "on",
      shared_buffers: "64MB",
      shared_preload_libraries: "'pg_stat_statements'",
    });
    expect(conf.has("primary_conninfo")).toBe(false);
  });

  test("no library is preloaded that the installation lacks", () => {
    const conf = renderPostgresConfig({ port: 1, settings, statementStatistics: false });
    expect(conf).not.toContain("pg_stat_statements");
  });

  test("a replica's connection string survives both quotings", () => {
    const upstream = {
      port: 21_000,
      user: "repl",
      password: "it's \\ hard",
      applicationName: "database-replica-1",
    };
    const conf = settingsOf(
      renderPostgresConfig({ port: 1, settings, statementStatistics: false, upstream }),
    );
    expect(conf.get("primary_conninfo")).toBe(
      "'host=''127.0.0.1'' port=''21000'' user=''repl'' password=''it\\\\''s \\\\\\\\ hard'' application_name=''database-replica-1'''",
    );
  });

  test("nobody connects without a password, and nobody from elsewhere", () => {
    const rules = renderHba({ replication: "repl" })
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => line.split(/\s+/));
    expect(rules).toEqual([
      ["host", "replication", "repl", "127.0.0.1/32", "scram-sha-256"],
      ["host", "all", "all", "127.0.0.1/32", "scram-sha-256"],
    ]);
  });

  test("a stored password is the one of RFC 5803, and no statement holds a password itself", async () => {
    const salt = Buffer.from("0123456789abcdef");
    const salted = pbkdf2Sync("pencil", salt, 4096, 32, "sha256");
    const clientKey = createHmac("sha256", salted).update("Client Key").digest();
    const stored = createHash("sha256").update(clientKey).digest("base64");
    const server = createHmac("sha256", salted).update("Server Key").digest("base64");
    expect(await scramVerifier("pencil", salt)).toBe(
      `SCRAM-SHA-256$4096:${salt.toString("base64")}$${stored}:${server}`,
    );
    const passwords = {
      superuser: "pw-super",
      application: "pw-app",
      replication: "pw-repl",
      monitor: "pw-mon",
    };
    const statements = (await roleStatements(passwords)).join(";");
    expect(statements).not.toMatch(/pw-/);
    expect(statements).toMatch(/CREATE ROLE app LOGIN PASSWORD 'SCRAM-SHA-256\$4096:/);
  });

  test("URLs carry any password", () => {
    expect(new URL(postgresUrl("app", "a/b@c:d", 1, "app")).password).toBe("a%2Fb%40c%3Ad");
  });
});

test("PgBouncer pools by transaction in front of one server, for known users only", () => {
  const config = renderPgbouncerConfig({
    port: 21_200,
    database: "app",
    serverPort: 21_000,
    poolSize: 20,
    maxClientConnections: 500,
    userListPath: "/e/users.txt",
    statsUser: "monitor",
  });
  expect(config.split("\n")).toEqual(
    expect.arrayContaining([
      "app = host=127.0.0.1 port=21000 dbname=app",
      "listen_addr = 127.0.0.1",
      "listen_port = 21200",
      "pool_mode = transaction",
      "default_pool_size = 20",
      "max_client_conn = 500",
      "auth_type = scram-sha-256",
      "auth_file = /e/users.txt",
      "stats_users = monitor",
    ]),
  );
  expect(renderUserList([{ name: "app", password: 'a"b' }])).toBe('"app" "a""b"\n');
});

test("Redis is a cache: three quarters of its memory for data, least recently used keys go, nothing on disk", () => {
  const config = renderRedisConfig({ port: 21_300, password: "pw", memoryMiB: 64, folder: "/e/cache" });
  expect(config.split("\n")).toEqual(
    expect.arrayContaining([
      "bind 127.0.0.1",
      "port 21300",
      'requirepass "pw"',
      "set-proc-title no",
      "maxmemory 48mb",
      "maxmemory-policy allkeys-lru",
      'save ""',
      "appendonly no",
    ]),
  );
});

test("the edge's program names the origin and the path that says whether it can serve", () => {
  const vcl = renderVcl({ originHost: "127.0.0.1", originPort: 21_400, healthPath: "/ready" });
  expect(vcl).toContain('.host = "127.0.0.1";');
  expect(vcl).toContain('.port = "21400";');
  expect(vcl).toContain('.url = "/ready";');
});

describe("variables of an application", () => {
  const ref = (name: string): string => `$${`{${name}}`}`;

  test("references are replaced by what the shell has", () => {
    expect(
      resolveReferences({ A: `x-${ref("ONE")}-${ref("TWO")}`, B: "$ONE" }, { ONE: "1", TWO: "" }),
    ).toEqual({
      A: "x-1-",
      B: "$ONE",
    });
  });
  test("every missing one is named at once", () => {
    expect(() => resolveReferences({ A: ref("ONE") + ref("TWO"), B: ref("ONE") }, {})).toThrow(
      expect.objectContaining({
        problems: [
          expect.objectContaining({ field: "application.environment.A", value: ref("ONE") }),
          expect.objectContaining({ field: "application.environment.A", value: ref("TWO") }),
          expect.objectContaining({ field: "application.environment.B", value: ref("ONE") }),
        ],
      }),
    );
  });
});

test("servers run as postgres where there is one, else as nobody, never as root", () => {
  const passwd = "root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n";
  expect(findAccount(passwd)).toEqual({ name: "nobody", uid: 65_534, gid: 65_534 });
  expect(findAccount(`${passwd}postgres:x:101:104::/:/bin/sh\n`)).toEqual({
    name: "postgres",
    uid: 101,
    gid: 104,
  });
  expect(findAccount("postgres:x:0:0::/:/bin/sh\n")).toBeUndefined();
});
