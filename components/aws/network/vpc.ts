import * as ec2 from "@pulumi/aws/ec2";
import { type NatGatewayStrategy, Vpc } from "@pulumi/awsx/ec2";
import * as pulumi from "@pulumi/pulumi";
import type { EnvironmentIdentity } from "../../contracts";
import { type AwsSubnets, awsTags } from "../context";
import { NatStrategy, type NetworkSettings } from "../settings";
import { subnetSpecs } from "./subnets";

const NAT_STRATEGIES: Readonly<Record<NatStrategy, NatGatewayStrategy>> = {
  [NatStrategy.Single]: "Single",
  [NatStrategy.OnePerAvailabilityZone]: "OnePerAz",
  [NatStrategy.None]: "None",
};

export interface Network {
  readonly vpcId: pulumi.Output<string>;
  readonly subnets: AwsSubnets;
  /** One a subnet, of all kinds. */
  readonly routeTableIds: pulumi.Output<string[]>;
}

/** Public, private and isolated subnets over the zones. What is in none of the environment's security groups can talk to nobody. */
export function createNetwork(
  name: string,
  environment: EnvironmentIdentity,
  settings: NetworkSettings,
  options: pulumi.CustomResourceOptions,
): Network {
  const vpc = new Vpc(
    `${name}-vpc`,
    {
      cidrBlock: settings.cidrBlock,
      numberOfAvailabilityZones: settings.availabilityZones,
      // Names of endpoints resolve to addresses in the network only with both.
      enableDnsHostnames: true,
      enableDnsSupport: true,
      natGateways: { strategy: NAT_STRATEGIES[settings.nat] },
      subnetStrategy: "Auto",
      subnetSpecs: subnetSpecs(environment, settings.cidrBlock, settings.availabilityZones),
      tags: awsTags(environment, "network"),
    },
    options,
  );
  // AWS makes this group itself, open to all of its members. Taken over without rules it lets nothing through.
  new ec2.DefaultSecurityGroup(
    `${name}-default-group`,
    { vpcId: vpc.vpcId, ingress: [], egress: [], tags: awsTags(environment, "default") },
    options,
  );
  return {
    vpcId: vpc.vpcId,
    subnets: {
      publicIds: vpc.publicSubnetIds,
      privateIds: vpc.privateSubnetIds,
      isolatedIds: vpc.isolatedSubnetIds,
    },
    routeTableIds: vpc.routeTables.apply((tables) => pulumi.all(tables.map(({ id }) => id))),
  };
}
