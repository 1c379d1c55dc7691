import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import {
  type EnvironmentAccess,
  type PerformanceEnvironmentArgs,
  Target,
  TelemetryKind,
} from "../components/contracts";
import { PerformanceEnvironment, type TargetRegistry } from "../components/environment";

/** Outputs of an environment's stack. `telemetry` and the URLs of database and cache hold credentials and are secret. */
export type EnvironmentOutputs = Pick<
  PerformanceEnvironment,
  | "environmentId"
  | "target"
  | "entryUrl"
  | "appUrl"
  | "generators"
  | "telemetry"
  | "databaseUrl"
  | "databaseReplicaUrls"
  | "cacheUrl"
>;

/** Logical name of the one environment of most stacks; logical names are for ever. */
const ENVIRONMENT = "environment";

/**
 * Creates an environment and returns its outputs. Call it inside a Pulumi program.
 * @param name its logical name, of which each in a stack has its own
 */
export function createEnvironment(
  args: PerformanceEnvironmentArgs,
  targets: TargetRegistry,
  name: string = ENVIRONMENT,
): EnvironmentOutputs {
  const environment = new PerformanceEnvironment(name, args, targets);
  return {
    environmentId: environment.environmentId,
    target: environment.target,
    entryUrl: environment.entryUrl,
    appUrl: environment.appUrl,
    generators: environment.generators,
    telemetry: environment.telemetry,
    databaseUrl: environment.databaseUrl,
    databaseReplicaUrls: environment.databaseReplicaUrls,
    cacheUrl: environment.cacheUrl,
  };
}

/**
 * An inline program for the Automation API. Arguments are checked when it runs; use `validateEnvironmentArgs` to check before.
 *
 * @param onStanding called once, as soon as every resource stands: about a second before `stack.up` returns, which reads the outputs back
 * from the backend first. Not called in a preview.
 */
export function environmentProgram(
  args: PerformanceEnvironmentArgs,
  targets: TargetRegistry,
  onStanding?: (access: EnvironmentAccess) => void,
): () => Promise<EnvironmentOutputs> {
  return async () => {
    const outputs = createEnvironment(args, targets);
    if (onStanding !== undefined && !pulumi.runtime.isDryRun()) {
      pulumi.output({ ...outputs }).apply((values) => onStanding(access.parse(values)));
    }
    return outputs;
  };
}

const access = z.object({
  environmentId: z.string(),
  target: z.enum(Target),
  entryUrl: z.url(),
  appUrl: z.url(),
  generators: z.array(z.object({ name: z.string(), location: z.string() })),
  telemetry: z.array(
    z.object({
      kind: z.enum(TelemetryKind),
      name: z.string(),
      tier: z.string(),
      endpoint: z.string(),
    }),
  ),
});

/**
 * The stack's outputs as the Automation API returns them, typed. The result holds secrets.
 * @throws ZodError when they are not those of an environment's stack
 */
export function readAccess(
  outputs: Readonly<Record<string, { readonly value: unknown }>>,
): EnvironmentAccess {
  return access.parse(Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value])));
}
