import type { GeneratorCost } from "../campaign/fleet/sizing";
import type { CliContext } from "./context";
import { withInterruption } from "./interruption";

/** Whether to measure: only what is not known yet, anew, or not at all. */
type Measuring = "unknown" | "again" | "never";

/**
 * What a request costs k6 on this machine: as an earlier calibration found, else measured now, which takes about twelve seconds.
 * @returns undefined where it is not known and nothing was to be measured
 */
export async function generatorCost(
  context: CliContext,
  measuring: "unknown" | "again",
): Promise<GeneratorCost>;
export async function generatorCost(
  context: CliContext,
  measuring: Measuring,
): Promise<GeneratorCost | undefined>;
export async function generatorCost(
  context: CliContext,
  measuring: Measuring,
): Promise<GeneratorCost | undefined> {
  const { calibrateGenerator, storedCost } = await import("../campaign/fleet/calibrate-generator");
  const { ensureTools, formatProgress, resolveTool, Tool } = await import("../toolchain");
  const { programPath } = await import("../campaign/tools");
  const { terminal } = context;
  if (measuring === "never") {
    const found = await resolveTool(Tool.K6);
    return found === undefined ? undefined : storedCost(found.version);
  }
  return withInterruption(context, async (signal) => {
    const tools = await ensureTools(
      [Tool.K6],
      (progress) => terminal.err(`  ${formatProgress(progress)}`),
      signal,
    );
    const version = tools.get(Tool.K6)?.version ?? "";
    const known = measuring === "again" ? undefined : await storedCost(version);
    if (known !== undefined) return known;
    terminal.err("Measuring what a request costs a generator on this machine, about 12 s…");
    return calibrateGenerator(programPath(tools, Tool.K6, "k6"), version, signal);
  });
}
