import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";

/** Runs one statement on a connection of its own; rows as arrays. */
export async function sql(url: string, statement: string): Promise<unknown[][]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    return (await client.query<unknown[]>({ text: statement, rowMode: "array" })).rows;
  } finally {
    await client.end();
  }
}

/** Waits until `read` returns the expected value; fails with the last one. */
export async function eventually<T>(read: () => Promise<T>, expected: T, deadlineMs = 10_000): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const value = await read().catch((error: unknown) => error);
    if (JSON.stringify(value) === JSON.stringify(expected)) return;
    if (performance.now() > deadline) {
      throw new Error(
        `still ${value instanceof Error ? value.message : JSON.stringify(value)} after ${deadlineMs} ms`,
      );
    }
    await sleep(50);
  }
}

/** Every file below a folder. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}

/** Files below a folder that hold one of the texts, unencoded or as base64. */
export function filesHolding(folder: string, texts: readonly string[]): string[] {
  const needles = texts.flatMap((text) => [text, Buffer.from(text).toString("base64")]);
  return filesBelow(folder).filter((path) => {
    let content: string;
    try {
      content = readFileSync(path, "latin1");
    } catch {
      // Sockets' locks and temporary files come and go.
      return false;
    }
    return needles.some((needle) => content.includes(needle));
  });
}

/** True if anybody but the owner may read the file. */
export const isOpen = (path: string): boolean => (statSync(path).mode & 0o077) !== 0;

/** The arguments of every process on the machine. */
export function allArguments(): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, "latin1")];
      } catch {
        return [];
      }
    });
}

export const passwordOf = (url: string): string => decodeURIComponent(new URL(url).password);
