import * as pulumi from "@pulumi/pulumi";
import { LocalKind } from "../provider/kinds";
import { LocalResource, type ResourceArgs } from "../provider/resource";
import type { EnvironmentInputs } from "./environment";

/** The folder of an environment, with its ledger and its watchdog. */
export class EnvironmentFolder extends LocalResource {
  declare readonly folder: pulumi.Output<string>;

  constructor(name: string, args: ResourceArgs<EnvironmentInputs>, opts: pulumi.CustomResourceOptions) {
    super(LocalKind.Environment, name, args, ["folder", "leasedAt"], opts);
  }
}

export interface CredentialArgs {
  readonly environmentId: pulumi.Input<string>;
  readonly home: pulumi.Input<string>;
  /** What the password is for, unique within the environment. */
  readonly account: pulumi.Input<string>;
}

/** A generated password: secret, and kept for as long as the environment stands. */
export class Credential extends LocalResource {
  declare readonly password: pulumi.Output<string>;

  constructor(name: string, args: CredentialArgs, opts: pulumi.CustomResourceOptions) {
    super(
      LocalKind.Credential,
      name,
      args,
      ["password"],
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["password"] }),
    );
  }
}
