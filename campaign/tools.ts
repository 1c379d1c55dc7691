import { EnvironmentError } from "../core/errors";
import { ensureTools, formatProgress, LOCAL_TARGET_TOOLS, type ResolvedTool, Tool } from "../toolchain";
import { warmUpEngine } from "./engine";
import type { CampaignObserver } from "./observer";
import { timed } from "./phase";

/** Finds or installs every outside program of the local target. */
export async function prepareTools(
  observer: CampaignObserver,
  signal: AbortSignal,
): Promise<ReadonlyMap<Tool, ResolvedTool>> {
  const tools = await timed(
    observer,
    "tools",
    "finding or installing the outside programs",
    () => ensureTools(LOCAL_TARGET_TOOLS, (progress) => observer.note(formatProgress(progress)), signal),
    (found) => [...found.values()].map((tool) => `${tool.tool} ${tool.version}`).join(", "),
  );
  warmUpEngine(programPath(tools, Tool.Pulumi, "pulumi"));
  return tools;
}

/** Absolute path of one program of a tool. */
export function programPath(tools: ReadonlyMap<Tool, ResolvedTool>, tool: Tool, program: string): string {
  const path = tools.get(tool)?.executables[program];
  if (path === undefined) {
    throw new EnvironmentError("PERFBED_TOOL_MISSING", `${tool} has no program ${program}`, {
      hint: "perfbed doctor shows what was found and how to mend it.",
    });
  }
  return path;
}

export function toolVersions(tools: ReadonlyMap<Tool, ResolvedTool>): Record<string, string> {
  return Object.fromEntries([...tools.values()].map((tool) => [tool.tool, tool.version]));
}
