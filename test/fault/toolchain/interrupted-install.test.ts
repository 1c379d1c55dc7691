import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { findTool } from "../../../toolchain/find-tool";
import { Tool } from "../../../toolchain/tool";

// Installs run in processes of their own, through the compiled toolchain (`npm run build`).
const PROGRAM = resolve(__dirname, "../../fixtures/toolchain/install-slow-k6.js");
/** A lock that nobody refreshes is taken over after 8 s. */
const TAKE_OVER_MS = 20_000;

interface InstallEvent {
  readonly build?: number;
  readonly progress?: string;
  readonly installed?: string;
  readonly failed?: string;
}

let toolsDir: string;
const running: ChildProcess[] = [];
beforeEach(() => {
  toolsDir = mkdtempSync(join(tmpdir(), "perfbed-tools-"));
});
afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
  rmSync(toolsDir, { recursive: true, force: true });
});

/** Starts an install in a process of its own. */
function startInstall(buildSeconds: number) {
  const child = spawn(process.execPath, [PROGRAM, toolsDir, String(buildSeconds)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  running.push(child);
  const events: InstallEvent[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => events.push(JSON.parse(line)));
  const closed = new Promise<number | null>((done) => child.once("close", (code) => done(code)));
  return { child, events, closed };
}

async function until<T>(what: string, deadlineMs: number, read: () => T | undefined): Promise<T> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const value = read();
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new Error(`timed out waiting until ${what}`);
    await delay(20);
  }
}

const buildPid = (install: { events: InstallEvent[] }): Promise<number> =>
  until("the build runs", 10_000, () => install.events.find((event) => event.build !== undefined)?.build);

const gone = (pid: number): Promise<true> =>
  until(`process ${pid} is gone`, 10_000, () => (isRunning(pid) ? undefined : true));

/** A process that has ended and only waits to be collected does not run. */
function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3) !== "Z";
  } catch {
    return false;
  }
}

const find = () => findTool(Tool.K6, { env: {}, toolsDir, systemRoot: "/nowhere" });

test("of two installs at once one builds and the other waits, says so, and uses the result", async () => {
  const first = startInstall(2);
  await buildPid(first);
  const second = startInstall(2);
  expect(await Promise.all([first.closed, second.closed])).toEqual([0, 0]);
  const program = join(toolsDir, "k6", "1.8.1", "bin", "k6");
  expect(first.events.at(-1)).toEqual({ installed: program });
  expect(second.events).toEqual([
    { progress: "waiting for another perfbed that is installing it" },
    { installed: program },
  ]);
  expect(execFileSync(program).toString()).toBe("k6 v1.8.1 (slow)\n");
  expect(readdirSync(toolsDir)).toEqual(["k6"]);
}, 30_000);

test("an interrupted install ends its build and leaves nothing", async () => {
  const install = startInstall(60);
  const build = await buildPid(install);
  install.child.kill("SIGTERM");
  expect(await install.closed).toBe(1);
  expect(install.events.at(-1)).toEqual({ failed: "interrupted" });
  await gone(build);
  expect(readdirSync(toolsDir)).toEqual([]);
}, 30_000);

test("after kill -9 in the middle the build ends, nothing half-built is used, and the next install completes", async () => {
  const install = startInstall(60);
  const build = await buildPid(install);
  install.child.kill("SIGKILL");
  await install.closed;
  // The kernel ends the build with its parent.
  if (existsSync("/usr/bin/setpriv")) await gone(build);
  expect(readdirSync(toolsDir).filter((name) => name.startsWith(".unfinished-k6-"))).toHaveLength(1);
  expect((await find()).resolved).toBeUndefined();

  const again = startInstall(0);
  await until("the next install is done", TAKE_OVER_MS, () =>
    again.events.find((event) => event.installed !== undefined),
  );
  expect(await again.closed).toBe(0);
  expect((await find()).resolved?.version).toBe("1.8.1");
  expect(readdirSync(toolsDir)).toEqual(["k6"]);
}, 60_000);

test("a tools folder that cannot be written fails with the folder's name", async () => {
  // A file where the folder should be: holds for root as well, whom modes do not stop.
  const file = join(toolsDir, "file");
  execFileSync("touch", [file]);
  chmodSync(file, 0o400);
  toolsDir = file;
  const install = startInstall(0);
  expect(await install.closed).toBe(1);
  expect(install.events.at(-1)?.failed).toContain(file);
  toolsDir = resolve(file, "..");
}, 30_000);
