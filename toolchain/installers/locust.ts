import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CommandFailed, runCommand } from "../run-command";
import { LOCUST_VERSION } from "../versions";
import { withElapsed } from "./elapsed";
import type { CacheInstaller, InstallContext } from "./installer";

const PIP_TIMEOUT_MS = 600_000;
/** The oldest Python that this Locust runs on. */
const PYTHON_MINIMUM = [3, 10] as const;

/** Locust in a virtual environment of its own. */
export const locustVenv: CacheInstaller = {
  kind: "cache",
  name: "Python package",
  version: LOCUST_VERSION,
  origin: `Python package locust==${LOCUST_VERSION}`,
  unavailable: pythonProblem,
  install: installLocust,
};

async function pythonProblem({ settings, signal }: InstallContext): Promise<string | undefined> {
  const [major, minor] = PYTHON_MINIMUM;
  const needed = `Python ${major}.${minor} or later with venv`;
  try {
    await runCommand(
      "python3",
      ["-c", `import ensurepip, sys, venv; sys.exit(sys.version_info < (${major}, ${minor}))`],
      { env: settings.env, signal, timeoutMs: 15_000 },
    );
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof CommandFailed)) throw error;
    // 127: what stands between this process and the command has not found it.
    return /could not be started|exited with 127/.test(error.outcome)
      ? `there is no python3 on PATH: install ${needed} (Debian: apt-get install python3-venv)`
      : `python3 on PATH is no ${needed} (Debian: apt-get install python3-venv)`;
  }
}

/** Finds itself by its own place: the folder is renamed after the installation, and pip writes absolute paths into its programs. */
const START_SCRIPT = `#!/bin/sh
exec "$(dirname "$(readlink -f "$0")")/python" -m locust "$@"
`;

async function installLocust(folder: string, { settings, signal, progress }: InstallContext): Promise<void> {
  await withElapsed(
    `installing Locust ${LOCUST_VERSION} from the Python package index`,
    progress,
    async () => {
      await runCommand("python3", ["-m", "venv", folder], { env: settings.env, signal, timeoutMs: 120_000 });
      await runCommand(
        join(folder, "bin", "python"),
        [
          "-m",
          "pip",
          "install",
          "--quiet",
          "--disable-pip-version-check",
          "--no-input",
          `locust==${LOCUST_VERSION}`,
        ],
        { env: settings.env, signal, timeoutMs: PIP_TIMEOUT_MS },
      );
    },
  );
  const program = join(folder, "bin", "locust");
  await writeFile(program, START_SCRIPT);
  await chmod(program, 0o755);
}
