import { execFileSync } from "node:child_process";
import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import {
  ProbeKind,
  type ProcessSpec,
  reservePorts,
  runOnce,
  startProcess,
  stopProcess,
  sweepEnvironment,
  takeInventory,
} from "../../../components/local/supervisor";
import { standingEnvironment } from "./support/specs";
import { eventually, listens, processesMentioning, runs, temporaryHome } from "./support/world";

const ID = "postgres-test";
const world = temporaryHome();
jest.setTimeout(60_000);

const BIN = ["18", "17", "16", "15", "14"]
  .map((version) => `/usr/lib/postgresql/${version}/bin`)
  .find((folder) => existsSync(join(folder, "postgres")));
const isRoot = process.getuid?.() === 0;
/** PostgreSQL refuses to run as root. */
const USER = isRoot ? { runAs: { uid: 65_534, gid: 65_534 } } : {};
const withPostgres = BIN === undefined ? test.skip : test;

afterEach(async () => {
  await sweepEnvironment(ID);
});
afterAll(() => world.remove());

async function startPostgres(limits: Pick<ProcessSpec, "limits"> = {}) {
  const folder = await standingEnvironment(ID);
  const [port = 0] = await reservePorts(ID, 1);
  const cwd = join(folder, "database-primary");
  mkdirSync(cwd, { mode: 0o700 });
  const passwordFile = join(cwd, "password");
  writeFileSync(passwordFile, "test-password", { mode: 0o600 });
  if (isRoot) for (const path of [cwd, passwordFile]) chownSync(path, 65_534, 65_534);
  const common = { environmentId: ID, tier: "database", cwd, env: {}, ...USER } as const;
  const stop = { signal: "SIGINT", graceMs: 5_000 } as const;
  await runOnce({
    ...common,
    name: "database-initdb",
    command: `${BIN}/initdb`,
    args: [
      "-D",
      join(cwd, "data"),
      "-U",
      "perfbed",
      "-A",
      "scram-sha-256",
      "--pwfile",
      passwordFile,
      "--no-sync",
    ],
    ports: [],
    ready: { kind: ProbeKind.Exit, timeoutMs: 40_000 },
    stop,
  });
  const url = `postgres://perfbed:test-password@127.0.0.1:${port}/postgres`;
  const record = await startProcess({
    ...common,
    ...limits,
    name: "database-primary",
    command: `${BIN}/postgres`,
    args: [
      "-D",
      join(cwd, "data"),
      "-p",
      String(port),
      "-h",
      "127.0.0.1",
      "-k",
      cwd,
      "-c",
      "fsync=off",
      "-c",
      "dynamic_shared_memory_type=mmap",
    ],
    ports: [port],
    ready: { kind: ProbeKind.Postgres, endpoint: url, timeoutMs: 20_000 },
    stop,
  });
  const client = new Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
  return { folder, port, record, client, backend: rows[0]?.pid ?? 0 };
}

const named = BIN === undefined ? " (skipped: no PostgreSQL in /usr/lib/postgresql)" : "";

withPostgres(`a real PostgreSQL is swept completely while a client is connected${named}`, async () => {
  const { folder, port, record, client, backend } = await startPostgres({
    limits: { cpu: 1, memoryMiB: 256 },
  });
  // What makes this hard: each backend leads a session of its own and has overwritten its variables with a title.
  expect(readFileSync(`/proc/${backend}/environ`, "latin1")).not.toContain(`PERFBED_ENVIRONMENT_ID=${ID}`);
  const before = await takeInventory(ID);
  const backends = before.processes.map(({ pid }) => pid);
  expect(backends).toEqual(expect.arrayContaining([record.pid, backend]));
  expect(before.processes.every(({ name }) => name === "database-primary")).toBe(true);
  expect(before.unixSockets).toEqual([join(folder, "database-primary", `.s.PGSQL.${port}`)]);

  const result = await sweepEnvironment(ID);
  expect(result.proved).toBe(true);
  expect(result.removed.killed).toBe(0);
  expect(backends.filter(runs)).toEqual([]);
  expect(listens(port)).toBe(false);
  expect(existsSync(folder)).toBe(false);
  expect(processesMentioning(world.home)).toEqual([]);
  await client.end().catch(() => undefined);
});

withPostgres(`backends that a killed postmaster left behind are ended by its stop${named}`, async () => {
  const { record, client, backend } = await startPostgres();
  const children = execFileSync("ps", ["-o", "pid=", "--ppid", String(record.pid)], { encoding: "utf8" })
    .trim()
    .split(/\s+/)
    .map(Number);
  expect(children).toContain(backend);
  // A stopped process cannot notice that its parent has died.
  for (const pid of children) process.kill(pid, "SIGSTOP");
  const segments = (await takeInventory(ID)).sharedMemory;
  expect(segments).toHaveLength(1);
  process.kill(record.pid, "SIGKILL");
  await eventually("the postmaster is gone", () => !runs(record.pid));
  expect(children.filter(runs)).toEqual(children);
  expect(await stopProcess(record)).toBe("killed");
  expect(children.filter(runs)).toEqual([]);
  const table = readFileSync("/proc/sysvipc/shm", "utf8");
  expect(segments.filter((id) => new RegExp(`^ *\\d+ +${id} `, "m").test(table))).toEqual([]);
  await client.end().catch(() => undefined);
});
