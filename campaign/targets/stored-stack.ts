import { existsSync } from "node:fs";
import { join } from "node:path";
import { PerfbedError } from "../../core/errors";
import { resolveTool, Tool } from "../../toolchain";
import { type EngineStack, openStack, STATE_FOLDER, type StackOptions } from "../engine";
import type { CampaignObserver } from "../observer";

/** The stack whose state lies in an environment's folder, without its program; undefined when the state cannot be used. */
export async function openUsableStack(
  environmentId: string,
  folder: string,
  observer: CampaignObserver,
  options: Pick<StackOptions, "variables"> = {},
): Promise<EngineStack | undefined> {
  try {
    if (!existsSync(join(folder, STATE_FOLDER))) return undefined;
    const pulumi = await resolveTool(Tool.Pulumi);
    if (pulumi === undefined) return undefined;
    return await openStack({
      ...options,
      environmentId,
      folder,
      program: async () => ({}),
      cli: pulumi.executables.pulumi ?? "",
    });
  } catch (error) {
    if (!(error instanceof PerfbedError)) throw error;
    observer.note(`Pulumi's state cannot be used (${error.message}); the sweep does it all`);
    return undefined;
  }
}
