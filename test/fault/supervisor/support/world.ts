import { chmodSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** A look at the machine that shares no code with what is tested. */

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

/** State letter of a process; undefined when there is none. */
export function stateOf(pid: number): string | undefined {
  return /\) (\w) /.exec(read(`/proc/${pid}/stat`))?.[1];
}

export const runs = (pid: number): boolean => ![undefined, "Z", "X"].includes(stateOf(pid));

/** Pids of living processes that mention a text in their variables, arguments, folder or open files. */
export function processesMentioning(text: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && runs(pid))
    .filter((pid) => {
      const proc = `/proc/${pid}`;
      if (`${read(`${proc}/environ`)}${read(`${proc}/cmdline`)}`.includes(text)) return true;
      const links = [`${proc}/cwd`];
      try {
        links.push(...readdirSync(`${proc}/fd`).map((fd) => `${proc}/fd/${fd}`));
      } catch {
        // It has just ended.
      }
      return links.some((path) => link(path).includes(text));
    });
}

/** Control groups whose path holds a text, over all hierarchies. */
export function controlGroupsMentioning(text: string): string[] {
  const found: string[] = [];
  const walk = (folder: string, depth: number): void => {
    if (depth > 6) return;
    let entries: string[];
    try {
      entries = readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => join(folder, entry.name));
    } catch {
      return;
    }
    for (const path of entries) {
      if (path.includes(text)) found.push(path);
      walk(path, depth + 1);
    }
  };
  walk("/sys/fs/cgroup", 0);
  return found;
}

/** Whether anybody on this machine listens on a TCP port. */
export function listens(port: number): boolean {
  const hex = `:${port.toString(16).toUpperCase().padStart(4, "0")} `;
  return ["/proc/net/tcp", "/proc/net/tcp6"].some((table) =>
    read(table)
      .split("\n")
      .some((line) => line.trim().split(/\s+/)[3] === "0A" && line.includes(hex)),
  );
}

/** Waits for a condition of the real world, looking every 10 ms. */
export async function eventually(what: string, condition: () => boolean, withinMs = 10_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await delay(10);
  }
}

/** A PERFBED_HOME of its own for one test file; `remove` also proves that no process is left that knows it. */
export function temporaryHome(): { readonly home: string; remove(): void } {
  const previous = process.env.PERFBED_HOME;
  const home = mkdtempSync(join(tmpdir(), "pbt-"));
  // Tiers of other users must be able to pass through.
  chmodSync(home, 0o711);
  process.env.PERFBED_HOME = home;
  return {
    home,
    remove: () => {
      if (previous === undefined) delete process.env.PERFBED_HOME;
      else process.env.PERFBED_HOME = previous;
      const left = processesMentioning(home);
      for (const pid of left) process.kill(pid, "SIGKILL");
      rmSync(home, { recursive: true, force: true });
      expect(left).toEqual([]);
    },
  };
}
