import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  cpuQuotaSupport,
  startProcess,
  stopProcess,
  sweepEnvironment,
  takeInventory,
} from "../../../components/local/supervisor";
import { Escape, escapeArguments } from "./support/escapees";
import { shell, standingEnvironment, writtenPid } from "./support/specs";
import {
  controlGroupsMentioning,
  eventually,
  processesMentioning,
  runs,
  temporaryHome,
} from "./support/world";

const ID = "escape-test";
const world = temporaryHome();
const quotas = cpuQuotaSupport().supported;
let serial = 0;

beforeEach(() => standingEnvironment(ID));
afterEach(async () => {
  await sweepEnvironment(ID);
});
afterAll(() => world.remove());

async function startEscapee(way: Escape, limited: boolean) {
  serial += 1;
  const pidFile = join(world.home, `escaped-${serial}.pid`);
  const record = await startProcess(
    shell(ID, "runaway", "", {
      command: "perl",
      args: escapeArguments(way, pidFile),
      stop: { signal: "SIGTERM", graceMs: 300 },
      ...(limited ? { limits: { cpu: 0.5 } } : {}),
    }),
  );
  let escaped = 0;
  await eventually("it has escaped", () => {
    escaped = writtenPid(pidFile) ?? 0;
    return escaped > 0;
  });
  expect(runs(escaped)).toBe(true);
  if (way !== Escape.Daemon) {
    await eventually(
      "its variables are overwritten",
      () => !readFileSync(`/proc/${escaped}/environ`, "latin1").includes(ID),
    );
  }
  return { record, escaped };
}

describe.each([
  [Escape.Daemon, false],
  [Escape.Renamed, false],
  ...(quotas ? [[Escape.Vanished, true] as const] : []),
] as const)("a process that %s", (way, limited) => {
  test("is in the inventory", async () => {
    const { record, escaped } = await startEscapee(way, limited);
    const { processes } = await takeInventory(ID);
    expect(processes.map(({ pid }) => pid).sort()).toEqual([record.pid, escaped].sort());
  });

  test("ends with the process that started it", async () => {
    const { record, escaped } = await startEscapee(way, limited);
    expect(await stopProcess(record)).toBe("killed");
    expect([runs(record.pid), runs(escaped)]).toEqual([false, false]);
    expect(controlGroupsMentioning(`/${ID}.`)).not.toContainEqual(expect.stringContaining("runaway"));
    expect(await stopProcess(record)).toBe("already-gone");
  });

  test("ends even if the process that started it was killed from outside", async () => {
    const { record, escaped } = await startEscapee(way, limited);
    process.kill(record.pid, "SIGKILL");
    await eventually("the parent is gone", () => !runs(record.pid));
    expect(await stopProcess(record)).toBe("killed");
    expect(runs(escaped)).toBe(false);
  });

  test("is ended by a sweep, which proves it", async () => {
    const { record, escaped } = await startEscapee(way, limited);
    process.kill(record.pid, "SIGKILL");
    const result = await sweepEnvironment(ID);
    expect(result.proved).toBe(true);
    expect(result.removed.killed).toBeGreaterThan(0);
    expect(runs(escaped)).toBe(false);
    expect(processesMentioning(world.home)).toEqual([]);
    expect(controlGroupsMentioning(`/${ID}.`)).toEqual([]);
  });
});

(quotas ? test : test.skip)(
  "where control groups are writable: a CPU limit holds for the process and its children, and its group goes with it",
  async () => {
    const record = await startProcess(
      shell(ID, "busy", "while :; do :; done & while :; do :; done & echo up; wait", {
        limits: { cpu: 0.2 },
      }),
    );
    const group = controlGroupsMentioning(`/${ID}.`).find((path) => path.endsWith("/busy"));
    if (group === undefined) throw new Error("no control group was made");
    const pids = readFileSync(join(group, "cgroup.procs"), "utf8").trim().split("\n").map(Number);
    expect(pids).toContain(record.pid);
    expect(pids).toHaveLength(3);
    const throttled = (): number =>
      Number(/nr_throttled (\d+)/.exec(readFileSync(join(group, "cpu.stat"), "utf8"))?.[1]);
    await eventually("the kernel has throttled it", () => throttled() >= 5);
    expect(await stopProcess(record)).toBe("stopped");
    expect(controlGroupsMentioning(`/${ID}.`).filter((path) => path.endsWith("/busy"))).toEqual([]);
    expect(pids.some(runs)).toBe(false);
  },
);
