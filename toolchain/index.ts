/**
 * The toolchain finds or installs the outside programs that perfbed drives. For each one: the explicit setting
 * `PERFBED_<TOOL>_PATH`, then PATH and the usual system folders at an accepted version, then the tools folder, then the installers
 * suited to this machine in order.
 */
import { ConfigError } from "../core/errors";
import { toolSpec } from "./catalogue";
import { ensure } from "./ensure-tools";
import { findTool } from "./find-tool";
import { currentSettings } from "./settings";
import type { InstallProgress, OnInstallProgress, ResolvedTool, Tool } from "./tool";

export { type DoctorReport, diagnose, type ToolDiagnosis, type ToolStatus } from "./diagnose";
export {
  type CheckStatus,
  type MachineCheck,
  type UnprivilegedUser,
  unprivilegedUser,
} from "./machine-checks";
export {
  type InstallProgress,
  LOCAL_TARGET_TOOLS,
  type OnInstallProgress,
  type ResolvedTool,
  Tool,
  type ToolSource,
} from "./tool";

/**
 * Where a tool is, or undefined when this machine has none at an accepted version. Installs nothing.
 *
 * @throws ConfigError when the tool's explicit setting does not hold.
 */
export async function resolveTool(tool: Tool): Promise<ResolvedTool | undefined> {
  const found = await findTool(tool, currentSettings());
  if (found.settingProblem) throw new ConfigError("Settings of outside programs", [found.settingProblem]);
  return found.resolved;
}

/**
 * Finds every tool, installs those that are missing, and returns where each one is.
 *
 * @throws ConfigError when explicit settings do not hold; nothing is installed then.
 * @throws EnvironmentError `PERFBED_TOOL_MISSING` with every tool that could not be had, what was tried, and the command that mends it.
 * @throws the signal's reason when aborted; nothing half-installed counts as installed.
 */
export function ensureTools(
  tools: readonly Tool[],
  onProgress?: OnInstallProgress,
  signal?: AbortSignal,
): Promise<ReadonlyMap<Tool, ResolvedTool>> {
  return ensure(tools, {
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** `k6: building with Go (usually 1-2 min), 35 s`. */
export function formatProgress(progress: InstallProgress): string {
  return `${toolSpec(progress.tool).title}: ${progress.text}`;
}

/** The tool's name as its makers write it. */
export function toolTitle(tool: Tool): string {
  return toolSpec(tool).title;
}
