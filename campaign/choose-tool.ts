import { Target } from "../components/contracts";
import type { Problem } from "../core/errors";
import { adapterOf } from "../scenarios/adapters";
import { LOAD_TOOLS, type LoadTool, type Workload } from "../scenarios/model";

const isLoadTool = (name: string): name is LoadTool => LOAD_TOOLS.some((tool) => tool === name);

/**
 * The tool that makes the load: a script runs on its own tool, else the command line's choice or the config's. With everything of the
 * workload that it cannot do.
 */
export function chooseTool(
  asked: string | undefined,
  configured: LoadTool,
  workload: Workload | undefined,
): { readonly tool: LoadTool; readonly problems: readonly Problem[] } {
  const wanted = asked ?? configured;
  if (!isLoadTool(wanted)) {
    return {
      tool: configured,
      problems: [{ field: "--tool", value: wanted, allowed: LOAD_TOOLS.join(", ") }],
    };
  }
  const script = workload?.script;
  if (script !== undefined && asked !== undefined && script.tool !== wanted) {
    return {
      tool: script.tool,
      problems: [
        {
          field: "--tool",
          value: wanted,
          allowed: script.tool,
          hint: `${script.file} is a script of ${script.tool}.`,
        },
      ],
    };
  }
  const tool = script?.tool ?? wanted;
  return { tool, problems: workload === undefined ? [] : adapterOf(tool).problems(workload) };
}

/** Generators on AWS have k6 and nothing else. */
export const toolProblems = (tool: LoadTool, target: Target): readonly Problem[] =>
  target !== Target.Aws || tool === "k6"
    ? []
    : [
        {
          field: "tool",
          value: tool,
          allowed: "k6, on AWS",
          hint: "Other load tools run on this machine alone.",
        },
      ];
