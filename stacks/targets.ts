import { Target } from "../components/contracts";
import type { TargetRegistry } from "../components/environment";
import { createLocalTiers } from "../components/local";
import type { StackEnvironment } from "./config";
import { findLocalTools } from "./local-tools";

/** The tiers that an environment of a stack is made of. AWS is loaded only where it is asked for. */
export async function targetsFor({ args, aws }: StackEnvironment): Promise<TargetRegistry> {
  if (args.target === Target.Local)
    return { [Target.Local]: createLocalTiers({ tools: await findLocalTools() }) };
  if (aws === undefined) return {};
  const { createAwsTiers } = await import("../components/aws");
  return { [Target.Aws]: createAwsTiers({ settings: aws }) };
}
