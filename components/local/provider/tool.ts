import { cp } from "node:fs/promises";
import { join, relative } from "node:path";
import { z } from "zod";
import { EnvironmentError } from "../../../core/errors";
import { type ServiceAccount, serviceFolder } from "./account";

/** Where an outside program is, as the toolchain resolved it before the Pulumi program began. */
export const localTool = z.object({
  name: z.string(),
  version: z.string(),
  /** Absolute path by program name. */
  executables: z.record(z.string(), z.string()),
  /** Self-contained folder of the tool, if it has one: it runs from any other place. */
  installDir: z.string().optional(),
  /** Whether other users may run the programs where they are. */
  reachableByOthers: z.boolean(),
});
export type LocalTool = z.infer<typeof localTool>;

export function executableOf(tool: LocalTool, program: string): string {
  const path = tool.executables[program];
  if (path === undefined) {
    throw new EnvironmentError(
      "PERFBED_TOOL_MISSING",
      `${tool.name} ${tool.version} has no program ${program}`,
      {
        hint: "`perfbed doctor` shows what was found and how to mend it.",
      },
    );
  }
  return path;
}

/**
 * The tool at a place where its service account can run it: where it is, or a copy within the environment when its folder is closed to
 * other users (tools installed under a closed home, perfbed run as root).
 */
export async function reachableTool(
  environmentId: string,
  service: string,
  tool: LocalTool,
  account: ServiceAccount | undefined,
): Promise<LocalTool> {
  if (account === undefined || tool.reachableByOthers) return tool;
  const { installDir } = tool;
  if (installDir === undefined) {
    throw new EnvironmentError(
      "PERFBED_TOOL_UNREACHABLE",
      `${tool.name} cannot run under the account ${account.name}: its folder is closed to other users`,
      { hint: "Open the folder (chmod o+x), or unset the setting and let perfbed install the tool." },
    );
  }
  const copy = join(serviceFolder(environmentId, service), "program");
  await cp(installDir, copy, { recursive: true, verbatimSymlinks: true });
  const moved = Object.entries(tool.executables).map(([program, path]) => [
    program,
    join(copy, relative(installDir, path)),
  ]);
  return { ...tool, executables: Object.fromEntries(moved), installDir: copy, reachableByOthers: true };
}
