import * as autoscaling from "@pulumi/aws/autoscaling";
import * as ec2 from "@pulumi/aws/ec2";
import type * as pulumi from "@pulumi/pulumi";
import { ApmKind, type ApmSettings } from "../../apm/model";
import type { EnvironmentIdentity } from "../../contracts";
import { groupTags } from "../app/auto-scaling-group";
import { awsTags, physicalName } from "../context";
import { createLaunchTemplate, isBurstable } from "../instances/launch-template";
import { machineImage } from "../instances/machine-image";
import type { AwsSettings } from "../settings";
import { fleetUserData, LAUNCH_HOOK } from "./user-data";

/** Results leave for the bucket; a volume only has to hold those of one run. */
const VOLUME_GIB = 30;

/** Longest that a generator may take to become ready, seconds. */
const LAUNCH_SECONDS = 600;

/** The same in every region: names of groups are regional. */
export const fleetGroupName = (environment: EnvironmentIdentity): string =>
  physicalName(environment, "fleet");

/** Generators send no spans. */
export const withoutTracing = (apm: ApmSettings | undefined): ApmSettings | undefined =>
  apm === undefined ? undefined : { ...apm, agents: apm.agents.filter(({ kind }) => kind !== ApmKind.Xray) };

export interface FleetGroupArgs {
  readonly environment: EnvironmentIdentity;
  readonly settings: AwsSettings;
  /** Where the group is. */
  readonly region: string;
  readonly generators: number;
  readonly apm: ApmSettings | undefined;
  readonly bucketName: pulumi.Output<string>;
  readonly profileArn: pulumi.Output<string>;
  readonly subnetIds: pulumi.Output<string[]>;
  readonly securityGroupId: pulumi.Output<string>;
  /** For what is looked up. */
  readonly parent: pulumi.Resource;
}

/** Generators of one region as a group of a fixed size: AWS replaces an instance that dies between two runs, and moves none during one. */
export function createFleetGroup(
  name: string,
  args: FleetGroupArgs,
  options: pulumi.CustomResourceOptions,
): autoscaling.Group {
  const { environment, settings, region, generators, apm } = args;
  const { fleet } = settings;
  const groupName = fleetGroupName(environment);
  const placement = fleet.placementGroup
    ? new ec2.PlacementGroup(
        `${name}-placement`,
        { name: groupName, strategy: "cluster", tags: awsTags(environment, "fleet") },
        options,
      )
    : undefined;
  const template = createLaunchTemplate(
    `${name}-launch-template`,
    {
      environment,
      title: "generator",
      instanceType: fleet.instanceType,
      image: machineImage(fleet.architecture, undefined, args.parent),
      instanceProfileArn: args.profileArn,
      securityGroupId: args.securityGroupId,
      volumeGiB: VOLUME_GIB,
      userData: args.bucketName.apply((bucketName) =>
        fleetUserData({
          environment,
          architecture: fleet.architecture,
          region: settings.region,
          groupRegion: region,
          bucketName,
          groupName,
          ...(apm === undefined ? {} : { apm }),
        }),
      ),
      ...(placement === undefined ? {} : { placementGroupName: placement.name }),
      unlimitedCredits: isBurstable(fleet.instanceType),
    },
    options,
  );
  return new autoscaling.Group(
    `${name}-group`,
    {
      name: groupName,
      minSize: generators,
      maxSize: generators,
      desiredCapacity: generators,
      // A cluster cannot reach over zones.
      vpcZoneIdentifiers: args.subnetIds.apply((ids) => (fleet.placementGroup ? ids.slice(0, 1) : ids)),
      launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
      healthCheckType: "EC2",
      protectFromScaleIn: true,
      suspendedProcesses: ["AZRebalance"],
      initialLifecycleHooks: [
        {
          name: LAUNCH_HOOK,
          lifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
          heartbeatTimeout: LAUNCH_SECONDS,
          defaultResult: "ABANDON",
        },
      ],
      waitForCapacityTimeout: `${LAUNCH_SECONDS / 60 + 5}m`,
      enabledMetrics: ["GroupInServiceInstances", "GroupTotalInstances"],
      metricsGranularity: "1Minute",
      forceDelete: true,
      tags: groupTags(environment, "generator"),
    },
    options,
  );
}
