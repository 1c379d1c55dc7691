import * as pulumi from "@pulumi/pulumi";
import { childOptions } from "../context";
import { createEndpoints } from "../network/endpoints";
import { createFlowLogs } from "../network/flow-logs";
import { createNetwork } from "../network/vpc";
import { createLoneFleetGroup } from "../security-groups";
import { createFleetGroup, type FleetGroupArgs } from "./group";

export type FurtherRegionArgs = Omit<FleetGroupArgs, "subnetIds" | "securityGroupId" | "parent">;

/**
 * Generators in another region than the environment's: their group in a network of the same form as the environment's, which nothing leads
 * into. They reach the environment as its users do, at its edge. Its provider has to be one of that region.
 */
export class AwsFleetRegion extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  readonly groupName: pulumi.Output<string>;

  constructor(name: string, args: FurtherRegionArgs, opts: pulumi.ComponentResourceOptions) {
    super("perfbed:aws:FleetRegion", name, {}, opts);
    const { environment, region } = args;
    const settings = { ...args.settings, region };
    const options = childOptions(this, opts);
    const network = createNetwork(name, environment, settings.network, options);
    const { vpcId } = network;
    const securityGroupId = createLoneFleetGroup(name, { environment, settings, vpcId }, options);
    createEndpoints(name, { environment, settings, network, securityGroupId: undefined }, options);
    if (settings.network.flowLogs) createFlowLogs(name, environment, vpcId, options);
    const subnetIds = network.subnets.privateIds;
    const group = createFleetGroup(name, { ...args, subnetIds, securityGroupId, parent: this }, options);
    this.vpcId = vpcId;
    this.groupName = group.name;
    this.registerOutputs({ vpcId, groupName: group.name });
  }
}
