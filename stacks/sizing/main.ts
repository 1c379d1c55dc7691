import { stackExpiry, withExpiry } from "../expiry";
import { createEnvironment, type EnvironmentOutputs } from "../program";
import { stackProgram } from "../stack-program";
import { targetsFor } from "../targets";
import { SIZING_KEYS, sizingEnvironments } from "./config";

/** The stack `sizing`: several sizings side by side. Its output `environments` has one entry a sizing, by name. */
export = stackProgram(SIZING_KEYS, async (raw, context) => {
  const { environments, lifetimeHours } = sizingEnvironments(raw, context);
  const expiry = await stackExpiry(lifetimeHours, context.now);
  const outputs: Record<string, EnvironmentOutputs> = {};
  for (const [name, environment] of environments) {
    const args = withExpiry(environment.args, expiry.expiresAt);
    outputs[name] = createEnvironment(args, await targetsFor(environment), name);
  }
  return { environments: outputs, ...expiry };
});
