import * as autoscaling from "@pulumi/aws/autoscaling";
import * as ec2 from "@pulumi/aws/ec2";
import type * as pulumi from "@pulumi/pulumi";
import { ApmKind, type ApmSettings } from "../../apm/model";
import type { FleetArgs, GeneratorSlot } from "../../contracts";
import { apmPermissions, apmSecretArns } from "../apm/permissions";
import { groupTags } from "../app/auto-scaling-group";
import { readSecrets } from "../app/instance-role";
import { type AwsContext, awsTags, physicalName } from "../context";
import { createLaunchTemplate, isBurstable } from "../instances/launch-template";
import { machineImage } from "../instances/machine-image";
import { createInstanceProfile } from "../instances/roles";
import { generatorSlots } from "./locations";
import { fleetPermissions } from "./permissions";
import { fleetUserData, LAUNCH_HOOK } from "./user-data";

/** Results leave for the bucket; a volume only has to hold those of one run. */
const VOLUME_GIB = 30;

/** Longest that a generator may take to become ready, seconds. */
const LAUNCH_SECONDS = 600;

/** Generators send no spans. */
const withoutTracing = (apm: ApmSettings | undefined): ApmSettings | undefined =>
  apm === undefined ? undefined : { ...apm, agents: apm.agents.filter(({ kind }) => kind !== ApmKind.Xray) };

/** The fleet as a group of a fixed size: AWS replaces an instance that dies between two runs, and moves none during one. */
export function createFleetInstances(
  name: string,
  args: FleetArgs,
  context: AwsContext,
  parent: pulumi.Resource,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<GeneratorSlot[]> {
  const { environment, sizing } = args;
  const { fleet: settings, region } = context.settings;
  const ground = context.ground();
  const groupName = physicalName(environment, "fleet");
  const apm = withoutTracing(args.apm);
  const placement = settings.placementGroup
    ? new ec2.PlacementGroup(
        `${name}-placement`,
        { name: groupName, strategy: "cluster", tags: awsTags(environment, "fleet") },
        options,
      )
    : undefined;
  const profile = createInstanceProfile(
    `${name}-instance`,
    {
      environment,
      title: "fleet",
      bucketArn: ground.bucketArn,
      statements: ground.bucketArn.apply((arn) => [
        ...fleetPermissions(arn, region, groupName),
        ...(apmSecretArns(apm).length === 0 ? [] : [readSecrets(apmSecretArns(apm))]),
        ...apmPermissions(apm, arn),
      ]),
    },
    options,
  );
  const template = createLaunchTemplate(
    `${name}-launch-template`,
    {
      environment,
      title: "generator",
      instanceType: settings.instanceType,
      image: machineImage(settings.architecture, undefined, parent),
      instanceProfileArn: profile.arn,
      securityGroupId: ground.securityGroups.fleet,
      volumeGiB: VOLUME_GIB,
      userData: ground.bucketName.apply((bucketName) =>
        fleetUserData({
          environment,
          architecture: settings.architecture,
          region,
          bucketName,
          groupName,
          ...(apm === undefined ? {} : { apm }),
        }),
      ),
      ...(placement === undefined ? {} : { placementGroupName: placement.name }),
      unlimitedCredits: isBurstable(settings.instanceType),
    },
    options,
  );
  const group = new autoscaling.Group(
    `${name}-group`,
    {
      name: groupName,
      minSize: sizing.generators,
      maxSize: sizing.generators,
      desiredCapacity: sizing.generators,
      // A cluster cannot reach over zones.
      vpcZoneIdentifiers: ground.subnets.privateIds.apply((ids) =>
        settings.placementGroup ? ids.slice(0, 1) : ids,
      ),
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
  return group.id.apply(() =>
    generatorSlots(sizing.generators, (index) => ({ kind: "asg", groupName, index })),
  );
}
