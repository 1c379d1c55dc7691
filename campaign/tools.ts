import { ApmKind, apmAgent } from "../components/apm/model";
import { EnvironmentError } from "../core/errors";
import type { LoadTool } from "../scenarios/model";
import { ensureTools, formatProgress, type ResolvedTool, Tool } from "../toolchain";
import { warmUpEngine } from "./engine";
import type { CampaignObserver } from "./observer";
import { timed } from "./phase";
import type { EnvironmentPlan } from "./plan";

/** The collector, where the agents of an environment ask for it. */
export const agentTools = (plans: readonly Pick<EnvironmentPlan, "apm">[]): readonly Tool[] =>
  plans.some(({ apm }) => apmAgent(apm, ApmKind.OpenTelemetry) !== undefined) ? [Tool.Otelcol] : [];

/** The tool that makes the load, as the toolchain knows it. */
export const LOAD_PROGRAMS: Readonly<Record<LoadTool, Tool>> = {
  k6: Tool.K6,
  locust: Tool.Locust,
  gatling: Tool.Gatling,
  jmeter: Tool.Jmeter,
};

/** Finds or installs outside programs; Pulumi is among them. */
export async function ensureCampaignTools(
  needed: readonly Tool[],
  observer: CampaignObserver,
  signal: AbortSignal,
): Promise<ReadonlyMap<Tool, ResolvedTool>> {
  const tools = await timed(
    observer,
    "tools",
    "finding or installing the outside programs",
    () => ensureTools(needed, (progress) => observer.note(formatProgress(progress)), signal),
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

/** Absolute path of the program that makes the load. */
export function loadToolPath(tools: ReadonlyMap<Tool, ResolvedTool>, tool: LoadTool): string {
  return programPath(tools, LOAD_PROGRAMS[tool], tool);
}

export function toolVersions(tools: ReadonlyMap<Tool, ResolvedTool>): Record<string, string> {
  return Object.fromEntries([...tools.values()].map((tool) => [tool.tool, tool.version]));
}
