import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { lock } from "proper-lockfile";
import { toolsDir } from "../../core/home";

const run = promisify(execFile);

/**
 * A Python virtual environment with pinned packages from the Python package index, for tests that need a program of another world.
 * Made once in the tools folder, then found again; safe to interrupt and to ask for twice at once.
 * @param name with the version: another one makes another folder
 * @returns its folder; programs are in `bin`
 */
export async function pythonVenv(name: string, requirements: readonly string[]): Promise<string> {
  const folder = join(toolsDir(), "test", name);
  const ready = join(folder, ".ready");
  if (existsSync(ready)) return folder;
  await mkdir(join(toolsDir(), "test"), { recursive: true });
  const release = await lock(folder, {
    realpath: false,
    retries: { retries: 120, maxTimeout: 2000 },
    stale: 30_000,
  });
  try {
    if (existsSync(ready)) return folder;
    // What an interrupted attempt left.
    await rm(folder, { recursive: true, force: true });
    await run("python3", ["-m", "venv", folder]);
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...requirements];
    await run(join(folder, "bin/python"), pip, { maxBuffer: 64 * 1024 * 1024 });
    await writeFile(ready, `${requirements.join("\n")}\n`);
    return folder;
  } finally {
    await release();
  }
}
