import type { Problem } from "../../../core/errors";
import { instanceTypeNamed } from "../instance-types";
import { type AwsSettings, FleetFlavour, NatStrategy } from "../settings";

/** Everything about the fleet that AWS would refuse, or that would fail only at a generator's boot. */
export function fleetProblems({ fleet, network }: AwsSettings): readonly Problem[] {
  const problems: Problem[] = [];
  const type = instanceTypeNamed(fleet.instanceType);
  if (type !== undefined && type.architecture !== fleet.architecture) {
    problems.push({
      field: "aws.fleet.instanceType",
      value: fleet.instanceType,
      allowed: `a type with a processor of ${fleet.architecture}`,
      hint: "Set aws.fleet.architecture to match.",
    });
  }
  if (fleet.flavour === FleetFlavour.Fargate) {
    if (fleet.containerImage === undefined) {
      problems.push({
        field: "aws.fleet.containerImage",
        allowed: "a container image with k6 and the AWS CLI, for the Fargate flavour",
      });
    }
    if (fleet.placementGroup) {
      problems.push({ field: "aws.fleet.placementGroup", value: true, allowed: "false with Fargate" });
    }
  } else {
    if (type?.burstable === true && fleet.placementGroup) {
      problems.push({
        field: "aws.fleet.placementGroup",
        value: true,
        allowed: "false with a burstable instance type",
      });
    }
    if (network.nat === NatStrategy.None) {
      problems.push({
        field: "aws.network.nat",
        value: network.nat,
        allowed: "a NAT gateway, for generators on EC2",
        hint: "They fetch k6 from its release. Without NAT, use the Fargate flavour with an image of your own.",
      });
    }
  }
  return problems;
}
