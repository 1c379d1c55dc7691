import { type ChildProcess, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const REPOSITORY = resolve(__dirname, "../../..");

/** A small checkout with the real scripts, a program that tells what it was given, and a toolchain that has everything. */
let checkout: string;
/** The same, compiled once; every test starts from a copy. */
let template: string;
const running: ChildProcess[] = [];

const PROGRAM = `
declare const process: any, console: any, require: any, module: any, setTimeout: any, setInterval: any;
const finish = (code: number, text: string) => { console.log(text); process.exit(code); };
let interrupts = 0;
process.on("SIGINT", () => { interrupts += 1; setTimeout(() => finish(130, "interrupts " + interrupts), 300); });
const main = require.main === module;
const args = process.argv.slice(2);
if (args.includes("wait")) { console.log("waiting"); setInterval(() => undefined, 1000); }
else finish(args.includes("fail") ? 3 : 0, JSON.stringify({ main, args }));
`;

beforeAll(async () => {
  template = mkdtempSync(join(tmpdir(), "perfbed-template-"));
  checkout = template;
  cpSync(join(REPOSITORY, "scripts"), join(checkout, "scripts"), { recursive: true });
  cpSync(join(REPOSITORY, "test/support"), join(checkout, "test/support"), { recursive: true });
  cpSync(join(REPOSITORY, "jest.config.js"), join(checkout, "jest.config.js"));
  write("package.json", "{}");
  write("package-lock.json", '{ "packages": {} }');
  write("node_modules/.package-lock.json", '{ "packages": {} }');
  for (const name of readdirSync(join(REPOSITORY, "node_modules"))) {
    if (!name.startsWith(".")) {
      symlinkSync(join(REPOSITORY, "node_modules", name), join(checkout, "node_modules", name));
    }
  }
  write(
    "tsconfig.json",
    JSON.stringify({
      compilerOptions: {
        target: "ES2022",
        module: "commonjs",
        outDir: "dist",
        rootDir: ".",
        incremental: true,
        tsBuildInfoFile: "dist/.tsbuildinfo",
        strict: true,
        types: [],
      },
      include: ["core", "cli", "bench", "inventory", "toolchain"],
    }),
  );
  write("core/errors.ts", "export const formatProblem = String;\n");
  write("inventory/aws/expiry/handler.ts", "export const handler = (): void => undefined;\n");
  write("cli/main.ts", `${PROGRAM}export {};\n`);
  write("bench/demo/main.ts", `${PROGRAM}export {};\n`);
  write(
    "toolchain/index.ts",
    "export const Tool = {};\nexport const LOCAL_TARGET_TOOLS = [];\nexport const ensureTools = async () => ({});\n",
  );
  const { code, err } = await finished("install");
  if (code !== 0) throw new Error(err);
});
afterAll(() => rmSync(template, { recursive: true, force: true }));

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), "perfbed-checkout-"));
  cpSync(template, checkout, { recursive: true, verbatimSymlinks: true });
});
afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
  rmSync(checkout, { recursive: true, force: true });
});
/** Brings the checkout back to before its first compilation. */
const forgetCompiled = (): void => rmSync(join(checkout, "dist"), { recursive: true });

function write(path: string, content: string): void {
  mkdirSync(dirname(join(checkout, path)), { recursive: true });
  writeFileSync(join(checkout, path), content);
}

function start(...args: string[]) {
  const child = spawn(process.execPath, [join(checkout, "scripts/bootstrap.js"), ...args], {
    // Jest's own variables would make an inner jest think that it is a worker.
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.push(child);
  const output = { out: "", err: "", all: "" };
  child.stdout.on("data", (data) => {
    output.out += String(data);
    output.all += String(data);
  });
  child.stderr.on("data", (data) => {
    output.err += String(data);
    output.all += String(data);
  });
  const closed = new Promise<number | null>((done) => child.once("close", (code) => done(code)));
  return { child, output, closed };
}

async function finished(...args: string[]) {
  const run = start(...args);
  const code = await run.closed;
  return { code, ...run.output };
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`timed out waiting until ${what}`);
    await delay(20);
  }
}

jest.setTimeout(90_000);

test("start compiles, runs the program as the main module with its arguments, and passes its exit code on", async () => {
  forgetCompiled();
  const first = await finished("start", "--set", "a=1", "fail");
  expect(first.err).toContain("compiling TypeScript");
  expect(JSON.parse(first.out)).toEqual({ main: true, args: ["campaign", "--set", "a=1", "fail"] });
  expect(first.code).toBe(3);

  const startedAt = Date.now();
  const second = await finished("start");
  expect(second).toMatchObject({ code: 0, err: "" });
  expect(Date.now() - startedAt).toBeLessThan(2_000);
});

test("a changed source is compiled again; an error is reported, not run, and not forgotten", async () => {
  write("cli/main.ts", "declare const console: any;\nconsole.log('changed');\nexport {};\n");
  expect((await finished("start")).out).toBe("changed\n");
  write("cli/main.ts", "export const n: number = 'text';\n");
  for (let attempt = 0; attempt < 2; attempt++) {
    const broken = await finished("start");
    expect(broken).toMatchObject({ code: 1, out: "" });
    expect(broken.err).toContain("cli/main.ts(1,14): error TS2322");
  }
});

test("of two starts at once one compiles and the other waits", async () => {
  forgetCompiled();
  const runs = await Promise.all([finished("start"), finished("start")]);
  expect(runs.map((run) => run.code)).toEqual([0, 0]);
  expect(runs.filter((run) => run.err.includes("compiling TypeScript"))).toHaveLength(1);
  expect(runs.filter((run) => run.err.includes("waiting for process"))).toHaveLength(1);
  expect(existsSync(join(checkout, "dist/.bootstrap.lock"))).toBe(false);
});

test.each([
  ["a process that is gone", "999999999 1"],
  ["another process that now has the pid", `${process.pid} 1`],
])("the lock of %s does not block", async (_name, holder) => {
  forgetCompiled();
  write("dist/.bootstrap.lock", holder);
  const run = await finished("start");
  expect(run.code).toBe(0);
  expect(run.err).not.toContain("waiting");
});

test("an interrupted start leaves no lock", async () => {
  forgetCompiled();
  const run = start("start");
  await until("the compiler runs", () => run.output.err.includes("compiling"));
  run.child.kill("SIGINT");
  expect(await run.closed).not.toBe(0);
  expect(existsSync(join(checkout, "dist/.bootstrap.lock"))).toBe(false);
  expect((await finished("start")).code).toBe(0);
});

test("an interrupt reaches the program exactly once, and its exit code comes back", async () => {
  const run = start("start", "wait");
  await until("the program runs", () => run.output.out.includes("waiting"));
  run.child.kill("SIGINT");
  expect(await run.closed).toBe(130);
  expect(run.output.out).toContain("interrupts 1\n");
});

test("bench runs the named benchmark, and an unknown one is a usage error", async () => {
  expect(JSON.parse((await finished("bench", "demo", "x")).out)).toEqual({ main: true, args: ["x"] });
  const unknown = await finished("bench", "../cli");
  expect(unknown.code).toBe(2);
  expect(unknown.err).toContain('there is no benchmark "../cli"');
});

test("an unknown command is a usage error", async () => {
  expect(await finished("dance")).toMatchObject({ code: 2, out: "" });
});

describe("test", () => {
  const lastLine = (text: string): string => text.trimEnd().split("\n").at(-1) ?? "";
  const unit = (body: string): void => write("test/unit/a.test.ts", body);

  test("closes with the totals of all runs, and exits with 0 when nothing failed", async () => {
    unit("test('a', () => {}); test('b', () => {}); test.skip('c', () => {});");
    write("test/e2e/b.test.ts", "test('d', () => {}); test.todo('e');");
    const before = temporaryFolders();
    const run = await finished("test");
    expect(temporaryFolders().filter((name) => !before.includes(name))).toEqual([]);
    expect(lastLine(run.all)).toBe("3 passed, 0 failed, 2 skipped");
    expect(run.code).toBe(0);
  });

  test("a failure in one run is not hidden by the other", async () => {
    unit("test('a', () => { throw new Error('no'); });");
    write("test/e2e/b.test.ts", "test('d', () => {});");
    const run = await finished("test");
    expect(lastLine(run.all)).toBe("1 passed, 1 failed, 0 skipped");
    expect(run.code).toBe(1);
  });

  test("a test file that cannot be loaded counts as failed", async () => {
    unit("import './nothing-here';");
    const run = await finished("test");
    expect(lastLine(run.all)).toBe("0 passed, 1 failed, 0 skipped");
    expect(run.code).toBe(1);
  });

  test("no test at all is a failure", async () => {
    unit("test('a', () => {});");
    const run = await finished("test", "--testPathPatterns", "nothing-matches-this");
    expect(run.err).toContain("no test ran");
    expect(lastLine(run.all)).toBe("0 passed, 0 failed, 0 skipped");
    expect(run.code).toBe(1);
  });

  test("a broken test configuration counts as failed, once for every run that it broke", async () => {
    write("jest.config.js", "throw new Error('broken');");
    const run = await finished("test");
    expect(run.code).toBe(1);
    expect(lastLine(run.all)).toMatch(/^0 passed, [1-9]\d* failed, 0 skipped$/);
  });
});

const temporaryFolders = (): string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith("perfbed-tests-"));

test("the stamp notices a new file, a changed file and a removed file", () => {
  const { sourcesStamp } = jest.requireActual<{ sourcesStamp(root: string): string }>(
    "../../../scripts/bootstrap/sources.js",
  );
  const stamps = [sourcesStamp(checkout)];
  write("core/deep/new.ts", "export {};\n");
  stamps.push(sourcesStamp(checkout));
  write("core/deep/new.ts", "export const a = 1;\n");
  stamps.push(sourcesStamp(checkout));
  rmSync(join(checkout, "core/deep"), { recursive: true });
  expect(new Set(stamps).size).toBe(3);
  expect(sourcesStamp(checkout)).toBe(stamps[0]);
  expect(readFileSync(join(checkout, "package.json"), "utf8")).toBe("{}");
});
