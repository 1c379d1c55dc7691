import type * as pulumi from "@pulumi/pulumi";
import type { GeneratorSlot } from "../../contracts";
import { LocalKind } from "../provider/kinds";
import { LocalResource, type ResourceArgs } from "../provider/resource";
import type { FleetSlotsInputs } from "./slots";

export class FleetSlots extends LocalResource {
  declare readonly slots: pulumi.Output<GeneratorSlot[]>;

  constructor(name: string, args: ResourceArgs<FleetSlotsInputs>, opts: pulumi.CustomResourceOptions) {
    super(LocalKind.FleetSlots, name, args, ["slots"], opts);
  }
}
