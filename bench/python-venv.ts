import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { toolsDir } from "../core/home";

const run = promisify(execFile);
const OPTIONS = { maxBuffer: 64 * 2 ** 20, timeout: 600_000 };

/** Pinned, so that a comparison is the same next year. */
export const PANDAS = ["pandas==2.3.3", "pyarrow==22.0.0", "numpy==2.3.5"];

/**
 * Python with packages from the Python package index in a venv of its own, made once under the tools folder; it appears under its name
 * only when whole.
 * @returns path of the interpreter
 */
export async function benchPython(
  requirements: readonly string[],
  say: (text: string) => void,
): Promise<string> {
  const venv = join(toolsDir(), `bench-${requirements.join("-").replaceAll("==", "-")}`);
  const python = join(venv, "bin", "python");
  if (existsSync(python)) return python;
  await mkdir(toolsDir(), { recursive: true });
  const making = await mkdtemp(`${venv}.making-`);
  try {
    say(`installing ${requirements.join(", ")} from PyPI`);
    await run("python3", ["-m", "venv", making], OPTIONS);
    await run(join(making, "bin", "python"), ["-m", "pip", "install", "--quiet", ...requirements], OPTIONS);
    await rename(making, venv);
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  return python;
}
