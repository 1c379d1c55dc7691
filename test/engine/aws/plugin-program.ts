import * as pulumi from "@pulumi/pulumi";
import type { PulumiFn } from "@pulumi/pulumi/automation";

/** The component as another language's program has it: by its token, with inputs that nobody has checked. */
class RemoteEnvironment extends pulumi.ComponentResource {
  declare readonly entryUrl: pulumi.Output<string>;

  constructor(name: string, args: pulumi.Inputs) {
    super("perfbed:index:PerformanceEnvironment", name, { ...args, entryUrl: undefined }, {}, true);
  }
}

export default function program(args: pulumi.Inputs): PulumiFn {
  return async () => ({ entryUrl: new RemoteEnvironment("shop", args).entryUrl });
}
