import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { unprivilegedUser } from "../../../toolchain";

const STOP_DEADLINE_MS = 15_000;
const READY_DEADLINE_MS = 30_000;
export const CHILD_ENV = { PATH: process.env.PATH ?? "", LANG: "C" };

/** PostgreSQL and PgBouncer refuse to run as root. */
export const account = process.getuid?.() === 0 ? unprivilegedUser() : undefined;

export async function eventually<T>(
  what: string,
  check: () => Promise<T | undefined>,
  deadlineMs = READY_DEADLINE_MS,
): Promise<T> {
  const until = Date.now() + deadlineMs;
  for (;;) {
    const value = await check().catch(() => undefined);
    if (value !== undefined) return value;
    if (Date.now() > until) throw new Error(`${what}: not within ${deadlineMs} ms`);
    await delay(20);
  }
}

/** A child process of the test, with all it has printed. */
export class Child {
  output = "";
  private readonly ended: Promise<number | null>;

  constructor(readonly process: ChildProcess) {
    const keep = (chunk: Buffer) => {
      this.output += chunk.toString("utf8");
    };
    process.stdout?.on("data", keep);
    process.stderr?.on("data", keep);
    this.ended = new Promise((resolve) => process.once("exit", (code) => resolve(code)));
  }

  static start(
    command: string,
    args: readonly string[],
    options: { cwd: string; env?: Record<string, string>; own?: boolean },
  ): Child {
    const who = options.own !== false && account !== undefined ? { uid: account.uid, gid: account.gid } : {};
    return new Child(
      spawn(command, [...args], {
        cwd: options.cwd,
        env: { ...CHILD_ENV, ...options.env },
        stdio: ["ignore", "pipe", "pipe"],
        ...who,
      }),
    );
  }

  signal(name: NodeJS.Signals): void {
    this.process.kill(name);
  }

  /** Exit code; null when a signal ended it. */
  exit(): Promise<number | null> {
    return this.ended;
  }

  async stop(name: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return this.process.exitCode;
    this.signal(name);
    const hard = setTimeout(() => this.signal("SIGKILL"), STOP_DEADLINE_MS);
    const code = await this.ended;
    clearTimeout(hard);
    return code;
  }
}

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(address === null || typeof address === "string" ? 0 : address.port));
    });
  });
}
