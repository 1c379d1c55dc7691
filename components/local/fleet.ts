import * as pulumi from "@pulumi/pulumi";
import type { FleetArgs, FleetOutputs, GeneratorSlot } from "../contracts";
import { childOptions, type LocalContext, placed } from "./context";
import { FleetSlots } from "./fleet/resource";

/** Places for the load generators. Their processes run only while a scenario does. */
export class LocalFleet extends pulumi.ComponentResource implements FleetOutputs {
  readonly generators: pulumi.Output<GeneratorSlot[]>;

  constructor(name: string, args: FleetArgs, context: LocalContext, opts: pulumi.ComponentResourceOptions) {
    super("perfbed:local:Fleet", name, {}, opts);
    const slots = new FleetSlots(
      `${name}-slots`,
      { ...placed(context, args), generators: args.sizing.generators },
      childOptions(this, opts),
    );
    this.generators = slots.slots;
    this.registerOutputs({ generators: this.generators });
  }
}
