import { toolsDir } from "../core/home";
import type { ToolSpec } from "./catalogue";

/**
 * The environment variables that steer the toolchain:
 *
 * - `PERFBED_<TOOL>_PATH`: use exactly this program (a file, or the folder that holds the tool's programs).
 * - `PERFBED_TOOLS_DIR`: the folder of installed tools (see core/home.ts).
 * - `PERFBED_TOOLS_IGNORE_PATH`: `1` ignores PATH and system folders for every tool that perfbed can install in its own folder;
 *   a comma-separated list (`postgres,k6`) does so for these only. For reproducible machines and for tests.
 * - `PERFBED_K6_RELEASES_URL`: a mirror of k6's GitHub releases.
 */
export interface ToolchainSettings {
  readonly env: NodeJS.ProcessEnv;
  readonly toolsDir: string;
  /** Where the usual system folders begin. `/`, except in tests. */
  readonly systemRoot: string;
}

export function currentSettings(env: NodeJS.ProcessEnv = process.env): ToolchainSettings {
  return { env, toolsDir: toolsDir(env), systemRoot: "/" };
}

/** The explicit path of a tool, if the user gave one. */
export function explicitPath(spec: ToolSpec, settings: ToolchainSettings): string | undefined {
  const value = settings.env[spec.setting];
  return value === undefined || value === "" ? undefined : value;
}

export function ignoresPath(spec: ToolSpec, settings: ToolchainSettings): boolean {
  const value = settings.env.PERFBED_TOOLS_IGNORE_PATH ?? "";
  if (value === "" || value === "0" || !spec.cacheable) return false;
  return value === "1" || value.split(",").some((name) => name.trim() === spec.tool);
}
