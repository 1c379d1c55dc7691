import { type FileHandle, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { environmentPath } from "./environment-path";
import { currentBootId } from "./identity";
import { LEDGER_VERSION, type LedgerEntry, type LedgerEvent, parseLedgerLine } from "./ledger-entries";
import { systemErrorCode } from "./platform";
import type { ProcessRecord } from "./types";

export const LEDGER_FILE = "ledger.jsonl";

export interface Ledger {
  readonly entries: readonly LedgerEntry[];
  /** Lines that could not be read: a torn last line after a crash, or a newer version. */
  readonly unreadableLines: number;
}

const NEWLINE = 10;

async function endsTorn(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  await file.read(last, 0, 1, size - 1);
  return last[0] !== NEWLINE;
}

/**
 * Appends one line and returns when it is on disk. Several processes may append at once: each line is one O_APPEND write.
 * A torn line left by a crash is closed first, so that it cannot swallow this one.
 */
export async function appendLedger(environmentId: string, entry: LedgerEvent): Promise<void> {
  const line = JSON.stringify({ version: LEDGER_VERSION, at: new Date().toISOString(), ...entry });
  const file = await open(join(environmentPath(environmentId), LEDGER_FILE), "a+", 0o600);
  try {
    const prefix = (await endsTorn(file)) ? "\n" : "";
    await file.write(`${prefix}${line}\n`);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** Every readable line, oldest first; no ledger reads as an empty one. */
export async function readLedger(environmentId: string): Promise<Ledger> {
  let content: string;
  try {
    content = await readFile(join(environmentPath(environmentId), LEDGER_FILE), "utf8");
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return { entries: [], unreadableLines: 0 };
    throw error;
  }
  const lines = content.split("\n").filter((line) => line.trim() !== "");
  const entries = lines.map(parseLedgerLine).filter((entry) => entry !== undefined);
  return { entries, unreadableLines: lines.length - entries.length };
}

/** Every process the ledger says was started in this boot of the machine, oldest first. They may be gone by now. */
export function startedProcesses(ledger: Ledger, bootId: string = currentBootId()): ProcessRecord[] {
  return ledger.entries.flatMap((entry) =>
    entry.type === "process-started" && entry.bootId === bootId ? [entry.record] : [],
  );
}
