import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** The repository. */
export const ROOT = resolve(__dirname, "../..");
const BIN = join(ROOT, "bin/perfbed.js");

/** A world of its own for one test: perfbed's home, the working folder, the results. */
export interface World {
  readonly dir: string;
  readonly home: string;
  readonly work: string;
  /** Ends whatever a failed test left in it, then removes it. */
  remove(): void;
}

export function createWorld(): World {
  const dir = mkdtempSync(join(tmpdir(), "pbt-"));
  // Service accounts pass through it.
  chmodSync(dir, 0o755);
  const home = join(dir, "home");
  return {
    dir,
    home,
    work: dir,
    remove: () => {
      spawnSync(process.execPath, [BIN, "sweep", "--all"], { env: { ...process.env, PERFBED_HOME: home } });
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export interface CliRun {
  readonly child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Resolves when the text has appeared on standard error; rejects when the process ends first or the deadline passes. */
  sees(text: string | RegExp, deadlineMs?: number): Promise<void>;
  /** Exit code, or the signal's name. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

/** Starts the compiled CLI as a user would. */
export function startCli(world: World, args: readonly string[], env: Record<string, string> = {}): CliRun {
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: world.work,
    env: { ...process.env, PERFBED_HOME: world.home, NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  let over = false;
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const check of waiting) check();
  };
  child.stdout?.on("data", (chunk: Buffer) => {
    out += chunk.toString();
    wake();
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    err += chunk.toString();
    wake();
  });
  const ended = new Promise<number | NodeJS.Signals>((done, fail) => {
    child.once("error", fail);
    child.once("close", (code, signal) => {
      over = true;
      wake();
      done(code ?? signal ?? -1);
    });
  });
  return {
    child,
    stdout: () => out,
    stderr: () => err,
    ended,
    sees: (text, deadlineMs = 60_000) =>
      new Promise((done, fail) => {
        const timer = setTimeout(
          () => finish(new Error(`not seen within ${deadlineMs} ms: ${text}\n${err}\n${out}`)),
          deadlineMs,
        );
        const finish = (error?: Error): void => {
          clearTimeout(timer);
          waiting.delete(check);
          if (error === undefined) done();
          else fail(error);
        };
        const check = (): void => {
          const found = typeof text === "string" ? err.includes(text) : text.test(err);
          if (found) finish();
          else if (over) finish(new Error(`ended before it was seen: ${text}\n${err}\n${out}`));
        };
        waiting.add(check);
        check();
      }),
  };
}

export interface CliResult {
  readonly code: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

export async function cli(
  world: World,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<CliResult> {
  const run = startCli(world, args, env);
  const code = await run.ended;
  return { code, stdout: run.stdout(), stderr: run.stderr() };
}

const read = (file: string): string => {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
};
const link = (file: string): string => {
  try {
    return readlinkSync(file);
  } catch {
    return "";
  }
};
const list = (dir: string): string[] => {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
};

/**
 * An independent look at the world, sharing no code with perfbed: processes whose environment or working folder points into
 * this test's world, and files, reservations and cgroups that perfbed should have removed. Empty when nothing is left.
 */
export function leftovers(world: World, environmentIds: readonly string[] = []): string[] {
  const found: string[] = [];
  for (const pid of list("/proc").filter((name) => /^\d+$/.test(name) && name !== String(process.pid))) {
    const environ = read(`/proc/${pid}/environ`);
    const cwd = link(`/proc/${pid}/cwd`);
    const owned =
      cwd.startsWith(world.home) ||
      environ.split("\0").some((entry) => entry === `PERFBED_HOME=${world.home}`) ||
      environmentIds.some((id) => environ.includes(`PERFBED_ENVIRONMENT_ID=${id}\0`));
    const state = /\) (\S)/.exec(read(`/proc/${pid}/stat`))?.[1];
    if (owned && state !== "Z" && state !== undefined) {
      found.push(`process ${pid}: ${read(`/proc/${pid}/cmdline`).replaceAll("\0", " ")}`);
    }
  }
  for (const kind of ["environments", "ports"]) {
    for (const name of list(join(world.home, kind))) found.push(`${kind}/${name}`);
  }
  for (const controller of ["", "cpu", "memory", "cpu,cpuacct"]) {
    for (const id of environmentIds) {
      const dir = join("/sys/fs/cgroup", controller, "perfbed", id);
      if (list(dir).length > 0) found.push(`cgroup ${dir}`);
    }
  }
  return found;
}
