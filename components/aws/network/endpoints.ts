import * as ec2 from "@pulumi/aws/ec2";
import type * as pulumi from "@pulumi/pulumi";
import type { EnvironmentIdentity } from "../../contracts";
import { awsTags } from "../context";
import type { AwsSettings } from "../settings";
import type { Network } from "./vpc";

export interface EndpointsArgs {
  readonly environment: EnvironmentIdentity;
  readonly settings: AwsSettings;
  readonly network: Network;
  /** Group of the interface endpoints; absent when there are none. */
  readonly securityGroupId: pulumi.Output<string> | undefined;
}

/** Ways to services of AWS that do not lead through the internet: S3 always, because it is free and spares NAT; the others by settings. */
export function createEndpoints(
  name: string,
  args: EndpointsArgs,
  options: pulumi.CustomResourceOptions,
): void {
  const { environment, settings, network, securityGroupId } = args;
  const serviceName = (service: string): string => `com.amazonaws.${settings.region}.${service}`;
  new ec2.VpcEndpoint(
    `${name}-endpoint-s3`,
    {
      vpcId: network.vpcId,
      serviceName: serviceName("s3"),
      vpcEndpointType: "Gateway",
      routeTableIds: network.routeTableIds,
      tags: awsTags(environment, "s3"),
    },
    options,
  );
  if (securityGroupId === undefined) return;
  for (const service of settings.network.interfaceEndpoints) {
    const title = service.replace(".", "-");
    new ec2.VpcEndpoint(
      `${name}-endpoint-${title}`,
      {
        vpcId: network.vpcId,
        serviceName: serviceName(service),
        vpcEndpointType: "Interface",
        subnetIds: network.subnets.privateIds,
        securityGroupIds: [securityGroupId],
        privateDnsEnabled: true,
        tags: awsTags(environment, title),
      },
      options,
    );
  }
}
