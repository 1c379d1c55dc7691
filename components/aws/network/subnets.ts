import type { types } from "@pulumi/awsx";
import type { EnvironmentIdentity } from "../../contracts";

/** Shares of a zone's range: a half, a quarter, an eighth. In this order no space is lost to alignment. */
const SHARES = [
  { type: "Private", bits: 1 },
  { type: "Isolated", bits: 2 },
  { type: "Public", bits: 3 },
] as const;

/**
 * The subnets of one zone. Most addresses go where instances are; the load balancer and the NAT gateway need few. Of a /22 over three zones a
 * public subnet still has 32 addresses, and a load balancer needs 8 free ones.
 */
export function subnetSpecs(
  environment: EnvironmentIdentity,
  cidrBlock: string,
  availabilityZones: number,
): types.input.ec2.SubnetSpecArgs[] {
  const zoneMask = Number(cidrBlock.split("/")[1]) + Math.ceil(Math.log2(availabilityZones));
  return SHARES.map(({ type, bits }) => ({
    type,
    cidrMask: zoneMask + bits,
    tags: { Name: `${environment.id}-${type.toLowerCase()}` },
  }));
}
