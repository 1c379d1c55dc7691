import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { readLedger, reservePorts, sweepEnvironment } from "../../../components/local/supervisor";
import { compiledSupervisor, server, shell, standingEnvironment } from "./support/specs";
import {
  controlGroupsMentioning,
  eventually,
  listens,
  processesMentioning,
  runs,
  temporaryHome,
} from "./support/world";

const ID = "killed-test";
const world = temporaryHome();
jest.setTimeout(60_000);

beforeEach(() => standingEnvironment(ID));
afterEach(async () => {
  await sweepEnvironment(ID);
});
afterAll(() => world.remove());

/** A process of its own that runs `script` with the compiled supervisor as `supervisor`. */
function starter(script: string): ChildProcess {
  const code = `const supervisor = require(${JSON.stringify(compiledSupervisor())}); (async () => { ${script} })().catch((error) => { console.error(error.message); process.exit(1); });`;
  return spawn(process.execPath, ["-e", code], {
    // From outside any environment: only what it starts belongs to it.
    cwd: "/",
    env: { PATH: process.env.PATH, PERFBED_HOME: world.home },
    stdio: ["ignore", "pipe", "inherit"],
  });
}

test("a process whose starter is killed before the ledger knows it never runs its program", async () => {
  const launch = join(compiledSupervisor(), "..", "launch.js");
  const spec = shell(ID, "half-born", "touch ran; echo up; sleep 969");
  const child = starter(`
    const { launchGated, prepareWorkingFolder } = require(${JSON.stringify(launch)});
    const spec = ${JSON.stringify(spec)};
    prepareWorkingFolder(spec);
    const gated = await launchGated(spec);
    console.log(gated.pid);
    setInterval(() => {}, 1000);`);
  const [line]: unknown[] = child.stdout === null ? [] : await once(child.stdout, "data");
  const pid = Number(String(line));
  expect(runs(pid)).toBe(true);
  child.kill("SIGKILL");
  await eventually("the waiting process has ended by itself", () => !runs(pid));
  expect(existsSync(join(spec.cwd, "ran"))).toBe(false);
});

test("a starter killed at any moment leaves nothing that a sweep does not find", async () => {
  const caught = new Set<string>();
  // The moments are fixed steps over the whole length of a start, from before the ledger's line until after readiness.
  for (const afterMs of [0, 3, 6, 9, 12, 16, 20, 25, 30, 40, 60, 100, 160]) {
    await standingEnvironment(ID);
    const [port = 0] = await reservePorts(ID, 1);
    const spec = server(ID, "app-1", port, { limits: { cpu: 1 } });
    const child = starter(`
      console.log("begin");
      await supervisor.startProcess(${JSON.stringify(spec)});
      setInterval(() => {}, 1000);`);
    if (child.stdout !== null) await once(child.stdout, "data");
    await delay(afterMs);
    child.kill("SIGKILL");
    await once(child, "exit");
    const last = (await readLedger(ID)).entries.at(-1)?.type ?? "none";
    caught.add(last);
    const { proved } = await sweepEnvironment(ID);
    expect(proved).toBe(true);
    expect(processesMentioning(world.home)).toEqual([]);
    expect(controlGroupsMentioning(`/${ID}.`)).toEqual([]);
    expect(listens(port)).toBe(false);
    expect(existsSync(join(world.home, "environments", ID))).toBe(false);
    expect(existsSync(join(world.home, "ports", String(port)))).toBe(false);
  }
  // The moments were not all the same one.
  expect(caught.size).toBeGreaterThan(1);
});
