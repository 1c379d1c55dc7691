import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ConfigError } from "../../core/errors";
import type { ReportData } from "../../report/model";
import { runFiles } from "../../storage";
import { judgeStoredRun } from "../judge";

/** Depth that runs lie at most below a given folder: results, campaign, run. */
const DEPTH = 3;

async function runFolders(folder: string, depth: number): Promise<string[]> {
  if (existsSync(runFiles(folder).manifest)) return [folder];
  if (depth === 0) return [];
  const entries = await readdir(folder, { withFileTypes: true });
  const below = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith("."));
  const found: string[] = [];
  for (const entry of below) found.push(...(await runFolders(join(folder, entry.name), depth - 1)));
  return found;
}

/** The folders of all runs at or below a folder, sorted by path. @throws ConfigError when there is none */
export async function storedRunFolders(folder: string): Promise<readonly string[]> {
  const given = resolve(folder);
  const found = existsSync(given) ? await runFolders(given, DEPTH) : [];
  if (found.length === 0) {
    throw new ConfigError("There is no stored run", [
      {
        field: "folder",
        value: given,
        allowed: "a run's folder (with run.json), a campaign's, or the results",
      },
    ]);
  }
  return found.sort();
}

/**
 * Judges every stored run below a folder from its samples, one at a time. Warm-ups and controls of comparisons (replicate 0) are no results.
 * @throws ConfigError when there is none
 */
export async function* storedRuns(folder: string): AsyncGenerator<ReportData> {
  for (const run of await storedRunFolders(folder)) {
    const report = await judgeStoredRun(run);
    if (report.manifest.replicate > 0) yield report;
  }
}
