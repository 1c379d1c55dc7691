import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ProbeKind,
  readLedger,
  reservePorts,
  runOnce,
  startProcess,
  stopProcess,
  sweepEnvironment,
} from "../../../components/local/supervisor";
import { server, shell, standingEnvironment } from "./support/specs";
import { eventually, listens, processesMentioning, runs, temporaryHome } from "./support/world";

const ID = "start-test";
const NOBODY = { uid: 65_534, gid: 65_534 };
const isRoot = process.getuid?.() === 0;
const world = temporaryHome();
let folder: string;

beforeAll(async () => {
  folder = await standingEnvironment(ID);
});
afterEach(() => {
  expect(processesMentioning(world.home)).toEqual([]);
});
afterAll(async () => {
  expect((await sweepEnvironment(ID)).proved).toBe(true);
  world.remove();
});

test("a process that ends before it is ready is reported at once, with its last words and without its secrets", async () => {
  const started = performance.now();
  const failure = startProcess(
    shell(
      ID,
      "broken",
      "echo connecting to postgres://app:hunter22@db/shop; echo no such table >&2; exit 3",
      {
        env: { DATABASE_URL: "postgres://app:hunter22@db/shop" },
        ready: { kind: ProbeKind.Tcp, endpoint: "127.0.0.1:1", timeoutMs: 60_000 },
      },
    ),
  );
  await expect(failure).rejects.toMatchObject({
    code: "PERFBED_PROCESS_EXITED",
    exitCode: 5,
    message: expect.stringMatching(/^broken exited with code 3 [\s\S]*app:\*\*\*@db[\s\S]*no such table/),
  });
  await expect(failure).rejects.not.toMatchObject({ message: expect.stringContaining("hunter22") });
  expect(performance.now() - started).toBeLessThan(10_000);
});

test("a process that never becomes ready is stopped with its children when its time is up", async () => {
  const failure = startProcess(
    shell(ID, "sleeper", "sleep 987 & sleep 988", {
      ready: { kind: ProbeKind.Tcp, endpoint: "127.0.0.1:1", timeoutMs: 200 },
    }),
  );
  await expect(failure).rejects.toMatchObject({
    code: "PERFBED_NOT_READY",
    message: expect.stringContaining("ECONNREFUSED"),
  });
});

test("a program that does not exist is named", async () => {
  await expect(startProcess(shell(ID, "absent", "", { command: "/nowhere/serverd" }))).rejects.toMatchObject({
    code: "PERFBED_PROCESS_EXITED",
    hint: expect.stringContaining("/nowhere/serverd"),
  });
});

test("a port somebody listens on is refused before anything is started, naming the holder", async () => {
  const holder = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => holder.once("listening", done));
  const address = holder.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  try {
    await expect(startProcess(server(ID, "late", port))).rejects.toMatchObject({
      code: "PERFBED_PORT_TAKEN",
      message: expect.stringContaining(`port ${port} is taken by process ${process.pid}`),
    });
  } finally {
    holder.close();
  }
});

test("a program that finds its port taken at the last moment is reported as that, not as a crash", async () => {
  const [port = 0] = await reservePorts(ID, 1);
  const script = `
    const net = require("node:net");
    net.createServer().listen(${port}, "127.0.0.1", () => net.createServer().listen(${port}, "127.0.0.1"));`;
  await expect(
    startProcess(
      server(ID, "double", port, {
        args: ["-e", script],
        ready: { kind: ProbeKind.Log, endpoint: "never", timeoutMs: 10_000 },
      }),
    ),
  ).rejects.toMatchObject({
    code: "PERFBED_PORT_TAKEN",
    message: expect.stringContaining(`port ${port}`),
  });
});

test("a full disk, as the kernel reports it to the process, is recognised", async () => {
  await expect(startProcess(shell(ID, "writer", "cat /proc/uptime > /dev/full"))).rejects.toMatchObject({
    code: "PERFBED_DISK_FULL",
    hint: expect.stringContaining("PERFBED_HOME"),
  });
});

(isRoot ? test : test.skip)(
  "as root, on a small file system: a disk that is full already is reported the same way, and nothing is left",
  async () => {
    const small = mkdtempSync(join(tmpdir(), "pbt-full-"));
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=128k", "perfbed-test", small]);
    process.env.PERFBED_HOME = small;
    try {
      await standingEnvironment("full-test");
      expect(() => writeFileSync(join(small, "ballast"), Buffer.alloc(1_000_000))).toThrow();
      await expect(
        startProcess(
          shell("full-test", "unlucky", "echo up; sleep 986", {
            ready: { kind: ProbeKind.Log, endpoint: "up", timeoutMs: 300 },
          }),
        ),
      ).rejects.toMatchObject({ code: "PERFBED_DISK_FULL" });
      expect(processesMentioning(small)).toEqual([]);
      expect((await sweepEnvironment("full-test")).proved).toBe(true);
    } finally {
      process.env.PERFBED_HOME = world.home;
      execFileSync("umount", [small]);
      rmdirSync(small);
    }
  },
);

test("giving up from outside stops what was started", async () => {
  const controller = new AbortController();
  const failure = startProcess(shell(ID, "endless", "echo started; sleep 985"), {
    signal: controller.signal,
  });
  const log = join(folder, "logs", "endless.log");
  await eventually("it runs", () => processesMentioning(log).length > 0);
  controller.abort();
  await expect(failure).rejects.toMatchObject({ name: "AbortError" });
});

test("a process sees its environment's variables and none of its starter's, and its log is private", async () => {
  process.env.PERFBED_TEST_LEAK = "leak";
  try {
    const record = await startProcess(
      shell(ID, "printer", "env; echo up; exec sleep 984", { env: { PORT: "1" } }),
    );
    const variables = readFileSync(record.logFile, "utf8");
    expect(variables).toContain(`PERFBED_ENVIRONMENT_ID=${ID}\n`);
    expect(variables).toContain("PERFBED_PROCESS_NAME=printer\n");
    expect(variables).toContain(`PERFBED_HOME=${world.home}\n`);
    expect(variables).toContain("PORT=1\n");
    expect(variables).not.toContain("PERFBED_TEST_LEAK");
    expect(statSync(record.logFile).mode & 0o777).toBe(0o600);
    await expect(startProcess(shell(ID, "printer", "echo up; sleep 983"))).rejects.toMatchObject({
      code: "PERFBED_PROCESS_NAME_TAKEN",
    });
    expect(await stopProcess(record)).toBe("stopped");
  } finally {
    delete process.env.PERFBED_TEST_LEAK;
  }
});

test("a run-once command must end with 0, and what it leaves running is ended", async () => {
  const once = { ready: { kind: ProbeKind.Exit, timeoutMs: 10_000 } };
  const pidFile = join(world.home, "left.pid");
  await runOnce(shell(ID, "seed", `setsid sleep 982 & echo $! > ${pidFile}; exit 0`, once));
  await expect(runOnce(shell(ID, "seed-bad", "echo duplicate key; exit 4", once))).rejects.toMatchObject({
    code: "PERFBED_PROCESS_EXITED",
    message: expect.stringContaining("duplicate key"),
  });
  await expect(
    runOnce(shell(ID, "seed-slow", "sleep 981", { ready: { kind: ProbeKind.Exit, timeoutMs: 100 } })),
  ).rejects.toMatchObject({ code: "PERFBED_NOT_READY" });
});

test("the ledger names a process before it exists and its identity before it runs its program", async () => {
  const record = await startProcess(
    shell(ID, "ordered", "echo up; cat ../ledger.jsonl > looking; mv looking seen; exec sleep 980"),
  );
  const seen = join(folder, "ordered", "seen");
  // The shell makes a file before it fills it; only the renamed one is whole.
  await eventually("it has looked", () => existsSync(seen));
  await stopProcess(record);
  const own = readFileSync(seen, "utf8")
    .split("\n")
    .filter((line) => line.includes('"ordered"'));
  expect(own.map((line) => /"type":"([a-z-]+)"/.exec(line)?.[1])).toEqual([
    "process-starting",
    "process-started",
  ]);
  expect(own[1]).toContain(`"pid":${record.pid},"startTicks":${record.startTicks}`);
  const { entries } = await readLedger(ID);
  expect(entries.at(-1)).toMatchObject({ type: "process-ended", name: "ordered", how: "stopped" });
});

test("bad specs are refused with every problem at once", async () => {
  await expect(
    startProcess(shell(ID, "../evil", "", { cwd: "relative", limits: { cpu: 0 } })),
  ).rejects.toMatchObject({
    code: "PERFBED_CONFIG",
    problems: [{ field: "name" }, { field: "cwd" }, { field: "limits.cpu" }],
  });
  await expect(startProcess(shell("no-such-env", "x", "echo up"))).rejects.toMatchObject({
    code: "PERFBED_ENVIRONMENT_UNKNOWN",
  });
});

(isRoot ? test : test.skip)(
  "as root: a process of another user owns its folder and can reopen its log",
  async () => {
    mkdirSync(join(folder, "foreign-parent"), { recursive: true, mode: 0o711 });
    const record = await startProcess(
      shell(
        ID,
        "foreign",
        "id -u; pwd; touch inside; echo reopened >> /dev/stderr; echo up; exec sleep 979",
        {
          runAs: NOBODY,
          cwd: join(folder, "foreign-parent", "work"),
        },
      ),
    );
    expect(readFileSync(record.logFile, "utf8").split("\n").slice(0, 4)).toEqual([
      "65534",
      join(folder, "foreign-parent", "work"),
      "reopened",
      "up",
    ]);
    expect(statSync(join(folder, "foreign-parent", "work", "inside")).uid).toBe(NOBODY.uid);
    expect(await stopProcess(record)).toBe("stopped");
    expect(runs(record.pid)).toBe(false);
  },
);

(isRoot ? test : test.skip)(
  "as root: a folder closed to the process's user is named before anything is started",
  async () => {
    const closed = join(world.home, "closed");
    mkdirSync(closed, { mode: 0o700 });
    await expect(
      startProcess(shell(ID, "shut-out", "echo up; sleep 978", { runAs: NOBODY, cwd: join(closed, "work") })),
    ).rejects.toMatchObject({ code: "PERFBED_FOLDER_CLOSED", message: expect.stringContaining(closed) });
  },
);

test("a server is ready only once it listens, and its port is free after its stop", async () => {
  const [port = 0] = await reservePorts(ID, 1);
  const record = await startProcess(server(ID, "web", port));
  expect(listens(port)).toBe(true);
  expect(await stopProcess(record)).toBe("stopped");
  expect(listens(port)).toBe(false);
});
