import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  EnvironmentState,
  listEnvironments,
  processRef,
  startProcess,
  stopProcess,
  sweepEnvironment,
  takeInventory,
} from "../../../components/local/supervisor";
import { appendLedger } from "../../../components/local/supervisor/ledger";
import { shell, standingEnvironment } from "./support/specs";
import { eventually, processesMentioning, runs, temporaryHome } from "./support/world";

const ID = "identity-test";
const world = temporaryHome();
const STOP = { signal: "SIGKILL", graceMs: 200 } as const;
const strangers: ChildProcess[] = [];

/** A process that has nothing to do with any environment. */
async function stranger(
  env: NodeJS.ProcessEnv = {},
  cwd = "/",
): Promise<{ pid: number; startTicks: number }> {
  const child = spawn("sleep", ["971"], { env: { PATH: process.env.PATH, ...env }, cwd, stdio: "ignore" });
  strangers.push(child);
  await new Promise((done) => child.once("spawn", done));
  const ref = processRef(child.pid ?? 0);
  if (ref === undefined) throw new Error("the stranger did not start");
  return ref;
}

afterEach(() => {
  for (const child of strangers.splice(0)) child.kill("SIGKILL");
});
afterAll(() => world.remove());

test("a process that was given a recorded pid later is never signalled, by a stop or by a sweep", async () => {
  const folder = await standingEnvironment(ID);
  const other = await stranger();
  const stale = {
    pid: other.pid,
    startTicks: other.startTicks - 1,
    environmentId: ID,
    name: "reused",
    tier: "app",
    ports: [],
    logFile: join(folder, "logs", "reused.log"),
    stop: STOP,
  };
  await appendLedger(ID, { type: "process-started", record: stale, bootId: "this" });
  const { currentBootId } = await import("../../../components/local/supervisor/identity");
  await appendLedger(ID, { type: "process-started", record: stale, bootId: currentBootId() });
  expect(await stopProcess(stale)).toBe("already-gone");
  expect((await takeInventory(ID)).processes).toEqual([]);
  expect((await sweepEnvironment(ID)).proved).toBe(true);
  expect(runs(other.pid)).toBe(true);
});

test("a record of another boot of the machine names nobody, even with a matching start time", async () => {
  const folder = await standingEnvironment(ID);
  const other = await stranger();
  const record = {
    ...other,
    environmentId: ID,
    name: "before-reboot",
    tier: "app",
    ports: [],
    logFile: join(folder, "logs", "x.log"),
    stop: STOP,
  };
  await appendLedger(ID, { type: "process-started", record, bootId: "another-boot" });
  expect(await stopProcess(record)).toBe("already-gone");
  expect((await sweepEnvironment(ID)).removed.processes).toEqual([]);
  expect(runs(other.pid)).toBe(true);
});

test("the same environment id under another PERFBED_HOME is left alone", async () => {
  await standingEnvironment(ID);
  const other = await stranger({ PERFBED_ENVIRONMENT_ID: ID, PERFBED_HOME: join(world.home, "elsewhere") });
  expect((await sweepEnvironment(ID)).proved).toBe(true);
  expect((await listEnvironments()).map(({ environmentId }) => environmentId)).not.toContain(ID);
  expect(runs(other.pid)).toBe(true);
});

test("an unrecorded process that carries the id, such as an engine's, is ended first", async () => {
  await standingEnvironment(ID);
  const record = await startProcess(
    shell(ID, "database-primary", "echo up; exec sleep 970", { tier: "database" }),
  );
  const engine = await stranger({ PERFBED_ENVIRONMENT_ID: ID, PERFBED_HOME: world.home });
  const { removed, proved } = await sweepEnvironment(ID);
  expect(proved).toBe(true);
  expect(removed.processes).toEqual([`sleep (${engine.pid})`, `database-primary (${record.pid})`]);
});

test("processes whose folder is gone are listed as orphans and can be swept", async () => {
  const orphan = await stranger({ PERFBED_ENVIRONMENT_ID: "orphan-test", PERFBED_HOME: world.home });
  expect(await listEnvironments()).toContainEqual(
    expect.objectContaining({
      environmentId: "orphan-test",
      state: EnvironmentState.Orphaned,
      processCount: 1,
    }),
  );
  expect((await sweepEnvironment("orphan-test")).proved).toBe(true);
  await eventually("it is gone", () => !runs(orphan.pid));
  expect(await listEnvironments()).toEqual([]);
});

test("a damaged environment is listed and can be swept", async () => {
  const folder = join(world.home, "environments", "broken-test");
  mkdirSync(join(folder, "logs"), { recursive: true });
  writeFileSync(join(folder, "environment.json"), "{");
  writeFileSync(join(folder, "ledger.jsonl"), "\0\0\0 not a ledger");
  const inside = await stranger({}, join(folder, "logs"));
  expect(await listEnvironments()).toEqual([
    expect.objectContaining({
      environmentId: "broken-test",
      state: EnvironmentState.Broken,
      processCount: 1,
    }),
  ]);
  expect((await sweepEnvironment("broken-test")).proved).toBe(true);
  expect(runs(inside.pid)).toBe(false);
  expect(processesMentioning(world.home)).toEqual([]);
});

test("what a link inside the folder points to, and a link in its place, are not followed", async () => {
  const folder = await standingEnvironment(ID);
  const outside = join(world.home, "precious");
  mkdirSync(outside);
  writeFileSync(join(outside, "data"), "keep");
  const { symlinkSync, existsSync } = await import("node:fs");
  symlinkSync(outside, join(folder, "link"));
  symlinkSync(outside, join(world.home, "environments", "link-test"));
  expect((await sweepEnvironment(ID)).proved).toBe(true);
  expect((await sweepEnvironment("link-test")).proved).toBe(true);
  expect(existsSync(join(outside, "data"))).toBe(true);
  expect(existsSync(folder)).toBe(false);
});
