import * as pulumi from "@pulumi/pulumi";
import type { TierArgs } from "../contracts";
import { childOptions, type LocalContext, placed } from "./context";
import { EnvironmentFolder } from "./foundation/resources";

/** What the local tiers stand on: the environment's folder, its ledger, and the watchdog that ends it after its expiry. */
export class LocalFoundation extends pulumi.ComponentResource {
  readonly folder: pulumi.Output<string>;

  constructor(name: string, args: TierArgs, context: LocalContext, opts: pulumi.ComponentResourceOptions) {
    super("perfbed:local:Foundation", name, {}, opts);
    const { owner, expiresAt, tags } = args.environment;
    const environment = new EnvironmentFolder(
      `${name}-environment`,
      { ...placed(context, args), owner, expiresAt, tags: { ...tags }, prepared: context.prepared },
      childOptions(this, opts),
    );
    this.folder = environment.folder;
    this.registerOutputs({ folder: this.folder });
  }
}
