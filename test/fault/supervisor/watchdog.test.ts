import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  extendExpiry,
  ownProcess,
  prepareEnvironment,
  processRef,
  reservePorts,
  setOwnerProcess,
  startProcess,
  sweepEnvironment,
  takeInventory,
} from "../../../components/local/supervisor";
import { compiledSupervisor, server } from "./support/specs";
import { eventually, listens, processesMentioning, runs, temporaryHome } from "./support/world";

const ID = "watchdog-test";
const world = temporaryHome();
jest.setTimeout(40_000);

const inFuture = (ms: number): string => new Date(Date.now() + ms).toISOString();

async function environment(expiresAt: string, ownerProcess?: { pid: number; startTicks: number }) {
  compiledSupervisor();
  const folder = await prepareEnvironment({
    environmentId: ID,
    owner: "test",
    expiresAt,
    watchdog: true,
    ...(ownerProcess === undefined ? {} : { ownerProcess }),
  });
  const [port = 0] = await reservePorts(ID, 1);
  const record = await startProcess(server(ID, "cache", port, { tier: "cache" }));
  const { processes } = await takeInventory(ID);
  const watchdog = processes.find(({ name }) => name === "watchdog")?.pid ?? 0;
  return { folder, port, record, watchdog };
}

afterEach(async () => {
  await sweepEnvironment(ID);
});
afterAll(() => world.remove());

test("ends an expired environment that has no owner process, and then itself", async () => {
  const { folder, port, record, watchdog } = await environment(inFuture(1_500));
  expect(runs(watchdog)).toBe(true);
  await eventually("the folder is gone", () => !existsSync(folder), 20_000);
  await eventually("the watchdog has ended", () => !runs(watchdog));
  expect(runs(record.pid)).toBe(false);
  expect(listens(port)).toBe(false);
  expect(existsSync(join(world.home, "ports", String(port)))).toBe(false);
  expect(processesMentioning(world.home)).toEqual([]);
});

test("leaves an expired environment to its living owner, and ends it when the owner was killed", async () => {
  const owner = spawn("sleep", ["967"], { stdio: "ignore" });
  await once(owner, "spawn");
  const ref = processRef(owner.pid ?? 0);
  if (ref === undefined) throw new Error("no owner");
  const { folder, record, watchdog } = await environment(inFuture(-1_000), ref);
  const log = join(folder, "logs", "watchdog.log");
  await eventually("it has decided to wait", () => readFileSync(log, "utf8").includes("leave-to-owner"));
  expect(runs(record.pid)).toBe(true);
  owner.kill("SIGKILL");
  await eventually("the folder is gone", () => !existsSync(folder), 20_000);
  await eventually("the watchdog has ended", () => !runs(watchdog));
  expect(runs(record.pid)).toBe(false);
});

test("takes a moved expiry and a changed owner into account", async () => {
  const { folder, record } = await environment(inFuture(-1_000), ownProcess());
  const log = join(folder, "logs", "watchdog.log");
  await eventually("it leaves it to the owner", () => readFileSync(log, "utf8").includes("leave-to-owner"));
  await extendExpiry(ID, inFuture(3_600_000));
  await setOwnerProcess(ID, undefined);
  await eventually(
    "it waits again",
    () => readFileSync(log, "utf8").trimEnd().split("\n").at(-1)?.includes(" wait ") === true,
  );
  expect(runs(record.pid)).toBe(true);
  await extendExpiry(ID, inFuture(-1_000));
  await eventually("the folder is gone", () => !existsSync(folder), 20_000);
});

test("ends itself when the environment was swept by somebody else, and weighs little", async () => {
  const { watchdog } = await environment(inFuture(3_600_000));
  const residentKiB = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${watchdog}/status`, "utf8"))?.[1]);
  expect(residentKiB).toBeLessThan(64 * 1024);
  const result = await sweepEnvironment(ID);
  expect(result.removed.processes.at(-1)).toBe(`watchdog (${watchdog})`);
  expect(result.proved).toBe(true);
  expect(runs(watchdog)).toBe(false);
});

test("ends what still runs when somebody has deleted the environment's folder by hand", async () => {
  const { folder, port, record, watchdog } = await environment(inFuture(3_600_000));
  rmSync(folder, { recursive: true, force: true });
  await eventually("the process has ended", () => !runs(record.pid), 15_000);
  await eventually("the watchdog has ended", () => !runs(watchdog), 15_000);
  expect(listens(port)).toBe(false);
  expect(processesMentioning(world.home)).toEqual([]);
});

test("preparing an environment again starts no second watchdog, and another owner is refused", async () => {
  const { watchdog } = await environment(inFuture(3_600_000));
  const options = { environmentId: ID, expiresAt: inFuture(3_600_000), watchdog: true };
  await prepareEnvironment({ ...options, owner: "test" });
  const { processes } = await takeInventory(ID);
  expect(processes.filter(({ name }) => name === "watchdog").map(({ pid }) => pid)).toEqual([watchdog]);
  await expect(prepareEnvironment({ ...options, owner: "somebody else" })).rejects.toMatchObject({
    code: "PERFBED_ENVIRONMENT_EXISTS",
  });
});
