import type * as pulumi from "@pulumi/pulumi";
import type { TierArgs } from "../contracts";
import type { LocalTool } from "./provider/tool";

/** The outside programs of the local tiers. */
export interface LocalTools {
  readonly postgres: LocalTool;
  readonly pgbouncer: LocalTool;
  readonly redis: LocalTool;
  readonly haproxy: LocalTool;
  readonly varnish: LocalTool;
  /** Only where the agents asked for need it. */
  readonly otelcol?: LocalTool;
}

/** What every local tier is made with. */
export interface LocalContext {
  readonly tools: LocalTools;
  /** Folder of all environments (`PERFBED_HOME`). */
  readonly home: string;
  /** See `EnvironmentInputs.prepared`. */
  readonly prepared: boolean;
}

/** Inputs that every local resource has. */
export const placed = (
  context: LocalContext,
  args: TierArgs,
): { readonly environmentId: string; readonly home: string } => ({
  environmentId: args.environment.id,
  home: context.home,
});

/** Options of a tier's children: they belong to the tier and wait for what it waits for, when made and, in reverse, when removed. */
export function childOptions(
  parent: pulumi.ComponentResource,
  opts: pulumi.ComponentResourceOptions,
): pulumi.CustomResourceOptions {
  return { parent, ...(opts.dependsOn === undefined ? {} : { dependsOn: opts.dependsOn }) };
}
