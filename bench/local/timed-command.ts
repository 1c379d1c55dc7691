import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface CommandOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Every line of both outputs, with the ms since the start at which it came. */
  readonly onLine?: (line: string, atMs: number) => void;
}

const KEPT_LINES = 30;

/**
 * Runs a command to its end and says how long it took, ms, as whoever waits for it would measure it. On abort it gets one SIGINT and the
 * time to clean up after itself.
 * @throws Error with its last lines when it fails; the signal's reason when aborted
 */
export function timedCommand(
  program: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  options.signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    // In a session of its own: Ctrl-C in the terminal reaches the benchmark alone, which passes it on once.
    const child = spawn(program, [...args], {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const last: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        last.push(line);
        if (last.length > KEPT_LINES) last.shift();
        options.onLine?.(line, performance.now() - startedAt);
      });
    }
    const interrupt = (): void => {
      child.kill("SIGINT");
    };
    options.signal.addEventListener("abort", interrupt, { once: true });
    let endedAt = startedAt;
    child.once("exit", () => {
      endedAt = performance.now();
    });
    child.once("error", reject);
    child.once("close", (code, signal) => {
      options.signal.removeEventListener("abort", interrupt);
      if (options.signal.aborted) reject(options.signal.reason);
      else if (code === 0) resolve(endedAt - startedAt);
      else {
        const how = signal === null ? `exited with ${code}` : `was ended by ${signal}`;
        reject(new Error([`${[program, ...args].join(" ")} ${how}:`, ...last].join("\n")));
      }
    });
  });
}
