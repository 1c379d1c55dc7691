import type { Problem } from "../../../core/errors";
import { instanceTypeNamed } from "../instance-types";
import { type AwsSettings, FleetFlavour, NatStrategy } from "../settings";
import { furtherRegions } from "./regions";

/** A region that is named and gets no generator would be a load that nobody sends. */
export function generatorCountProblems({ fleet }: AwsSettings, generators: number): readonly Problem[] {
  const named = new Set(fleet.regions).size;
  if (generators >= named) return [];
  return [
    {
      field: "sizing.fleet.generators",
      value: generators,
      allowed: `at least ${named}: one for each region of aws.fleet.regions`,
    },
  ];
}

/** Everything about the fleet that AWS would refuse, or that would fail only at a generator's boot. */
export function fleetProblems(settings: AwsSettings): readonly Problem[] {
  const { fleet, network } = settings;
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
    if (furtherRegions(settings).length > 0) {
      problems.push({
        field: "aws.fleet.regions",
        value: fleet.regions,
        allowed: "none but the environment's own with Fargate",
        hint: "Generators on EC2 can be in several regions.",
      });
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
