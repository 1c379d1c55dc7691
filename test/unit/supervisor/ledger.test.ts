import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { appendLedger, readLedger, startedProcesses } from "../../../components/local/supervisor/ledger";
import {
  LEDGER_VERSION,
  type LedgerEvent,
  parseLedgerLine,
} from "../../../components/local/supervisor/ledger-entries";

const ID = "pb-ledger";
const record = {
  pid: 10,
  startTicks: 20,
  environmentId: ID,
  name: "cache",
  tier: "cache",
  ports: [20001],
  logFile: "/x/cache.log",
  stop: { signal: "SIGTERM", graceMs: 500 },
} as const;
const EVENTS: readonly LedgerEvent[] = [
  { type: "environment-prepared", owner: "me" },
  {
    type: "process-starting",
    name: "cache",
    tier: "cache",
    command: "redis-server",
    cwd: "/x/cache",
    ports: [20001],
    starter: { pid: 1, startTicks: 2 },
  },
  { type: "process-started", record, bootId: "boot-a" },
  { type: "process-ended", name: "cache", process: { pid: 10, startTicks: 20 }, how: "stopped" },
  { type: "cgroup-creating", paths: ["/sys/fs/cgroup/cpu/perfbed/x/cache"] },
  { type: "ports-reserving", ports: [20001, 20002] },
  { type: "ports-released", ports: [20002] },
  { type: "sweep-started", by: { pid: 3, startTicks: 4 } },
];

let home: string;
let file: string;
const previousHome = process.env.PERFBED_HOME;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "pb-ledger-"));
  process.env.PERFBED_HOME = home;
  mkdirSync(join(home, "environments", ID), { recursive: true });
  file = join(home, "environments", ID, "ledger.jsonl");
});
afterEach(() => {
  if (previousHome === undefined) delete process.env.PERFBED_HOME;
  else process.env.PERFBED_HOME = previousHome;
  rmSync(home, { recursive: true, force: true });
});

test("every kind of entry reads back as it was written, in order", async () => {
  for (const event of EVENTS) await appendLedger(ID, event);
  const ledger = await readLedger(ID);
  expect(ledger.unreadableLines).toBe(0);
  expect(ledger.entries.map(({ version: _version, at: _at, ...event }) => event)).toEqual(EVENTS);
  expect(ledger.entries.every(({ version }) => version === LEDGER_VERSION)).toBe(true);
});

test("a line torn by a crash costs that line only, and not the one appended after it", async () => {
  await appendLedger(ID, { type: "environment-prepared", owner: "me" });
  appendFileSync(file, '{"version":1,"at":"2030-01-01T00:00:00Z","type":"process-star');
  await appendLedger(ID, { type: "process-started", record, bootId: "boot-a" });
  const ledger = await readLedger(ID);
  expect(ledger.unreadableLines).toBe(1);
  expect(ledger.entries.map(({ type }) => type)).toEqual(["environment-prepared", "process-started"]);
});

test("appends from many callers at once are whole lines", async () => {
  await Promise.all(
    Array.from({ length: 40 }, (_, port) => appendLedger(ID, { type: "ports-reserving", ports: [port] })),
  );
  const ledger = await readLedger(ID);
  expect(ledger.unreadableLines).toBe(0);
  const ports = ledger.entries.flatMap((entry) => (entry.type === "ports-reserving" ? entry.ports : []));
  expect([...ports].sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, port) => port));
  expect(readFileSync(file, "utf8").endsWith("\n")).toBe(true);
});

test("processes recorded in another boot of the machine are nobody's", async () => {
  await appendLedger(ID, { type: "process-started", record, bootId: "boot-a" });
  await appendLedger(ID, {
    type: "process-started",
    record: { ...record, name: "edge" },
    bootId: "boot-b",
  });
  expect(startedProcesses(await readLedger(ID), "boot-b").map(({ name }) => name)).toEqual(["edge"]);
});

test("an environment without a ledger reads as an empty one", async () => {
  rmSync(join(home, "environments", ID), { recursive: true });
  expect(await readLedger(ID)).toEqual({ entries: [], unreadableLines: 0 });
});

test.each([
  ["a newer version", { version: LEDGER_VERSION + 1, at: "x", type: "environment-prepared", owner: "me" }],
  ["an unknown type", { version: 1, at: "x", type: "rocket-launched" }],
  ["a record without pid", { version: 1, at: "x", type: "process-started", record: {}, bootId: "b" }],
  ["no object", [1]],
])("%s is not read as an entry", (_name, line) => {
  expect(parseLedgerLine(JSON.stringify(line))).toBeUndefined();
});

test("a signal this machine does not have is not taken from a ledger", () => {
  const line = JSON.stringify({
    version: 1,
    at: "x",
    type: "process-started",
    record: { ...record, stop: { signal: "SIGNONSENSE", graceMs: 1 } },
    bootId: "b",
  });
  expect(parseLedgerLine(line)).toBeUndefined();
});
