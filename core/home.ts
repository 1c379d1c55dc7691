import { mkdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { EnvironmentError } from "./errors";

const isRoot = (): boolean => process.getuid?.() === 0;

const fromSetting = (value: string | undefined): string | undefined =>
  value === undefined || value === "" ? undefined : isAbsolute(value) ? value : resolve(value);

/**
 * Folder of everything perfbed keeps between commands: one folder an environment, port reservations, locks.
 * `PERFBED_HOME`, else `/var/lib/perfbed` for root (other users' processes must be able to traverse it, root's own home is closed to them),
 * else `$XDG_STATE_HOME/perfbed`, else `~/.local/state/perfbed`.
 */
export function perfbedHome(env: NodeJS.ProcessEnv = process.env): string {
  return (
    fromSetting(env.PERFBED_HOME) ??
    (isRoot()
      ? "/var/lib/perfbed"
      : join(fromSetting(env.XDG_STATE_HOME) ?? join(homedir(), ".local/state"), "perfbed"))
  );
}

/** Folder of installed outside programs. `PERFBED_TOOLS_DIR`, else `/var/cache/perfbed/tools` for root, else the user's cache folder. */
export function toolsDir(env: NodeJS.ProcessEnv = process.env): string {
  return (
    fromSetting(env.PERFBED_TOOLS_DIR) ??
    (isRoot()
      ? "/var/cache/perfbed/tools"
      : join(fromSetting(env.XDG_CACHE_HOME) ?? join(homedir(), ".cache"), "perfbed/tools"))
  );
}

/** Folder of one environment. Short on purpose: unix socket paths inside it must stay under 108 bytes. */
export function environmentDir(environmentId: string, home: string = perfbedHome()): string {
  return join(home, "environments", environmentId);
}

/**
 * Creates a folder that others may traverse but not list, and refuses one that somebody else could have prepared.
 */
export function ensureOwnDir(dir: string, mode = 0o711): string {
  mkdirSync(dir, { recursive: true, mode });
  const stat = statSync(dir);
  const uid = process.getuid?.();
  if (uid !== undefined && stat.uid !== uid) {
    throw new EnvironmentError(
      "PERFBED_HOME_FOREIGN",
      `${dir} belongs to uid ${stat.uid}, not to this user (${uid})`,
      {
        hint: "Set PERFBED_HOME to a folder of your own.",
      },
    );
  }
  return dir;
}

/** Root of the installed package (the folder with package.json), from compiled and from source modules alike. */
export function packageRoot(): string {
  // dist/core/home.js or core/home.ts
  const here = resolve(__dirname, "..");
  return here.endsWith("/dist") ? resolve(here, "..") : here;
}

/** Absolute path of a compiled module, e.g. `compiledModule("components/local/watchdog/main")`. */
export function compiledModule(path: string): string {
  return join(packageRoot(), "dist", `${path}.js`);
}
