import * as fc from "fast-check";
import { isAlive, ownProcess, processIdentity } from "../../../components/local/supervisor";
import { requireLinux } from "../../../components/local/supervisor/platform";
import { hasEnded, listProcesses, parseStat } from "../../../components/local/supervisor/process-table";

/** Fields 3 to 22 of a stat line. */
const fields = (overrides: Record<number, string | number> = {}): string =>
  Array.from({ length: 50 }, (_, index) => {
    const values: Record<number, string | number> = {
      3: "S",
      4: 17,
      6: 99,
      7: 34816,
      9: 4194560,
      22: 123456,
      ...overrides,
    };
    return String(values[index + 3] ?? 0);
  }).join(" ");

test("reads parent, session, terminal and start from their fields", () => {
  expect(parseStat(`4711 (postgres) ${fields()}`)).toEqual({
    pid: 4711,
    command: "postgres",
    state: "S",
    parentPid: 17,
    sessionId: 99,
    terminal: 34816,
    kernelThread: false,
    startTicks: 123456,
  });
});

test("a command with any spaces and parentheses cannot shift the fields", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ maxLength: 15 }), fc.constantFrom("a) S 1 1 1", "((", ") (", "tmux: server")),
      (command) => {
        const stat = parseStat(`12 (${command}) ${fields()}`);
        expect(stat).toMatchObject({ pid: 12, command, parentPid: 17, startTicks: 123456 });
      },
    ),
  );
});

test.each(["", "12", "12 (sh", "12 (sh) S 1", "x (sh) R"])("%j is no stat line", (line) => {
  expect(parseStat(line)).toBeUndefined();
});

test("kernel threads are told by their flag and zombies by their state", () => {
  expect(parseStat(`2 (kthreadd) ${fields({ 9: 0x00208040 })}`)?.kernelThread).toBe(true);
  const zombie = parseStat(`9 (sh) ${fields({ 3: "Z" })}`);
  expect(zombie && hasEnded(zombie)).toBe(true);
});

test("this process is alive by its own identity, and not by one with another start time", () => {
  const own = ownProcess();
  expect(own.pid).toBe(process.pid);
  expect(isAlive(own)).toBe(true);
  expect(isAlive({ ...own, startTicks: own.startTicks + 1 })).toBe(false);
  expect(processIdentity(process.pid, "pb-test")).toEqual({ ...own, environmentId: "pb-test" });
  expect(listProcesses().get(process.pid)?.parentPid).toBe(process.ppid);
});

test("another operating system is refused with a reason instead of a wrong answer", () => {
  expect(() => requireLinux("darwin")).toThrow(
    expect.objectContaining({ code: "PERFBED_PLATFORM_UNSUPPORTED", exitCode: 5 }),
  );
});
