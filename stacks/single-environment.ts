import { Target } from "../components/contracts";
import type { StackEnvironment, StackEnvironments } from "./config";
import { type ExpiryOutputs, stackExpiry, withExpiry } from "./expiry";
import { createEnvironment, type EnvironmentOutputs } from "./program";
import type { StackContext } from "./stack-context";
import { targetsFor } from "./targets";

/** Outputs of a stack with one environment: those of `EnvironmentAccess`, and until when it lives. */
export type SingleEnvironmentOutputs = EnvironmentOutputs & Partial<ExpiryOutputs>;

/** Creates the one environment of a stack. On the local target the environment itself keeps its expiry. */
export async function createSingleEnvironment(
  { environments: environment, lifetimeHours }: StackEnvironments<StackEnvironment>,
  { now }: StackContext,
): Promise<SingleEnvironmentOutputs> {
  const targets = await targetsFor(environment);
  if (environment.args.target === Target.Local) return createEnvironment(environment.args, targets);
  const expiry = await stackExpiry(lifetimeHours, now);
  return { ...createEnvironment(withExpiry(environment.args, expiry.expiresAt), targets), ...expiry };
}
