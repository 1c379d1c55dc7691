import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  reservePorts,
  startProcess,
  sweepEnvironment,
  takeInventory,
} from "../../../components/local/supervisor";
import { compiledSupervisor, server, shell, standingEnvironment } from "./support/specs";
import { eventually, listens, processesMentioning, temporaryHome } from "./support/world";

const ID = "sweep-test";
const world = temporaryHome();
jest.setTimeout(30_000);

let folder: string;
beforeEach(async () => {
  folder = await standingEnvironment(ID);
});
afterEach(async () => {
  await sweepEnvironment(ID);
});
afterAll(() => world.remove());

function expectNothingLeft(ports: readonly number[] = []): void {
  expect(processesMentioning(world.home)).toEqual([]);
  expect(existsSync(folder)).toBe(false);
  expect(ports.filter(listens)).toEqual([]);
  expect(existsSync(join(world.home, "ports")) ? readdirSync(join(world.home, "ports")) : []).toEqual([]);
}

test("ends the tiers in order, each process by its own policy, and reports what it removed and checked", async () => {
  const ports = await reservePorts(ID, 3);
  const [a = 0, b = 0, c = 0] = ports;
  await startProcess(server(ID, "database-primary", a, { tier: "database" }));
  await startProcess(server(ID, "app-1", b, { tier: "app" }));
  await startProcess(server(ID, "edge", c, { tier: "edge" }));
  const before = await takeInventory(ID);
  expect(before.processes.map(({ name }) => name).sort()).toEqual(["app-1", "database-primary", "edge"]);
  expect(before.listening.map(({ port }) => port).sort()).toEqual([...ports].sort());
  expect(before.reservedPorts).toEqual([...ports].sort((x, y) => x - y));
  expect(before.empty).toBe(false);

  const result = await sweepEnvironment(ID);
  expect(result.removed.processes.map((name) => name.replace(/ .*/, ""))).toEqual([
    "edge",
    "app-1",
    "database-primary",
  ]);
  expect(result.removed).toMatchObject({ killed: 0, folder });
  expect(result.checks.map(({ what, found }) => [what, found])).toEqual([
    ["processes", 0],
    ["ports listening", 0],
    ["port reservations", 0],
    ["shared memory", 0],
    ["cgroups", 0],
    ["files", 0],
  ]);
  expect(result.remaining.empty).toBe(true);
  expect(result.proved).toBe(true);
  expectNothingLeft(ports);
});

test("a sweep of an environment that is gone, or never was, is proved and changes nothing", async () => {
  await sweepEnvironment(ID);
  const again = await sweepEnvironment(ID);
  expect(again.proved).toBe(true);
  expect(again.removed).toEqual({ processes: [], killed: 0, ports: [], cgroups: [] });
});

test("two sweeps at once: one waits for the other, and both prove it", async () => {
  await startProcess(
    shell(ID, "slow", 'trap "sleep 0.4; exit 0" TERM; echo up; while :; do sleep 0.05; done'),
  );
  let waited = 0;
  const onWait = (): void => {
    waited += 1;
  };
  const both = await Promise.all([sweepEnvironment(ID, { onWait }), sweepEnvironment(ID, { onWait })]);
  expect(both.map(({ proved }) => proved)).toEqual([true, true]);
  expect(both.filter(({ removed }) => removed.folder !== undefined)).toHaveLength(1);
  expect(waited).toBe(1);
  expectNothingLeft();
});

test("a sweep whose process is killed half-way frees its lock and can be taken over at once", async () => {
  const stubborn = { stop: { signal: "SIGTERM", graceMs: 20_000 } } as const;
  const record = await startProcess(
    shell(ID, "stubborn", 'trap "" TERM; echo up; while :; do sleep 0.05; done', stubborn),
  );
  const first = spawn(
    process.execPath,
    ["-e", `require(${JSON.stringify(compiledSupervisor())}).sweepEnvironment("${ID}")`],
    { env: { PATH: process.env.PATH, PERFBED_HOME: world.home }, cwd: "/", stdio: "ignore" },
  );
  await eventually("it sweeps", () => existsSync(join(folder, "closing")));
  first.kill("SIGKILL");
  await once(first, "exit");
  const started = performance.now();
  const result = await sweepEnvironment(ID, { graceCapMs: 100 });
  expect(performance.now() - started).toBeLessThan(10_000);
  expect(result.proved).toBe(true);
  expect(result.removed.processes.join()).toContain(`stubborn (${record.pid})`);
  expectNothingLeft();
});

test("a sweep works from the world alone: ledger torn or deleted, reservations and groups included", async () => {
  const ports = await reservePorts(ID, 2);
  const [port = 0] = ports;
  await startProcess(server(ID, "cache", port, { tier: "cache", limits: { cpu: 0.5 } }));
  appendFileSync(join(folder, "ledger.jsonl"), '{"version":1,"at":"2030');
  expect((await takeInventory(ID)).processes.map(({ name, tier }) => [name, tier])).toEqual([
    ["cache", "cache"],
  ]);
  rmSync(join(folder, "ledger.jsonl"));
  expect((await takeInventory(ID)).processes).toHaveLength(1);
  expect((await sweepEnvironment(ID)).proved).toBe(true);
  expectNothingLeft(ports);
});

test("processes born while the sweep is under way are ended as well, and none can be started by the supervisor", async () => {
  // Each copy starts the next one when it is told to end.
  const script =
    'trap "if [ ! -e gen3 ]; then touch gen$1; setsid sh -c \\"$0\\" \\"$0\\" $(($1+1)) & fi; exit 0" TERM; echo up; while :; do sleep 0.05; done';
  await startProcess(shell(ID, "hydra", "", { command: "/bin/sh", args: ["-c", script, script, "1"] }));
  const sweeping = sweepEnvironment(ID);
  await eventually("it is closing", () => existsSync(join(folder, "closing")) || !existsSync(folder));
  await expect(startProcess(shell(ID, "late", "echo up; sleep 968"))).rejects.toMatchObject({
    code: expect.stringMatching(/^PERFBED_ENVIRONMENT_(CLOSING|UNKNOWN)$/),
  });
  expect((await sweeping).proved).toBe(true);
  expectNothingLeft();
});

test("a port of the environment that a stranger listens on denies the proof", async () => {
  const [port = 0] = await reservePorts(ID, 1);
  const { createServer } = await import("node:net");
  const stranger = createServer().listen(port, "127.0.0.1");
  await once(stranger, "listening");
  try {
    const result = await sweepEnvironment(ID);
    expect(result.proved).toBe(false);
    expect(result.checks.find(({ what }) => what === "ports listening")).toMatchObject({
      found: 1,
      detail: `127.0.0.1:${port}`,
    });
  } finally {
    stranger.close();
  }
});
