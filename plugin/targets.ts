import { createAwsTiers } from "../components/aws";
import { Target } from "../components/contracts";
import type { TargetRegistry } from "../components/environment";
import { createLocalTiers, type LocalTools } from "../components/local";
import { PerfbedError } from "../core/errors";
import type { StackEnvironment } from "../stacks/config";
import { findLocalTools } from "../stacks/local-tools";

let localTools: LocalTools | PerfbedError | undefined;

/** Looks for the local target's programs, before a component is made: its constructor cannot wait. That some are missing matters only there. */
export async function prepareTargets(): Promise<void> {
  try {
    localTools = await findLocalTools();
  } catch (error) {
    if (!(error instanceof PerfbedError)) throw error;
    localTools = error;
  }
}

/** The tiers that an environment is made of. @throws EnvironmentError when the local target's programs are missing */
export function targetsOfPlugin({ args, aws }: StackEnvironment): TargetRegistry {
  if (args.target !== Target.Local)
    return aws === undefined ? {} : { [Target.Aws]: createAwsTiers({ settings: aws }) };
  if (localTools === undefined || localTools instanceof PerfbedError) {
    throw localTools ?? new Error("prepareTargets has not been called");
  }
  return { [Target.Local]: createLocalTiers({ tools: localTools }) };
}
