import * as sdk from "@aws-sdk/client-auto-scaling";
import { type Aws, one } from "../api";
import type { Props } from "../props";
import type { ResourceType, ResourceTypes } from "../resource-type";
import { terminateInstances } from "./ec2-leftovers";

const client = (aws: Aws): sdk.AutoScalingClient => aws.client(sdk.AutoScalingClient);

function groupTags(inputs: Props): sdk.Tag[] {
  return inputs.objects("tags").map((tag) => ({
    ResourceId: inputs.text("name"),
    ResourceType: "auto-scaling-group",
    Key: tag.text("key"),
    Value: tag.text("value"),
    PropagateAtLaunch: tag.flag("propagateAtLaunch"),
  }));
}

function mixedInstances(policy: Props): sdk.MixedInstancesPolicy {
  const [template, distribution] = [policy.object("launchTemplate"), policy.object("instancesDistribution")];
  const specification = template?.object("launchTemplateSpecification");
  return {
    LaunchTemplate: {
      LaunchTemplateSpecification: specification && {
        LaunchTemplateId: specification.maybeText("launchTemplateId"),
        LaunchTemplateName: specification.maybeText("launchTemplateName"),
        Version: specification.maybeText("version"),
      },
      Overrides: template?.objects("overrides").map((item) => ({
        InstanceType: item.maybeText("instanceType"),
        WeightedCapacity: item.maybeText("weightedCapacity"),
      })),
    },
    InstancesDistribution: distribution && {
      OnDemandAllocationStrategy: distribution.maybeText("onDemandAllocationStrategy"),
      OnDemandBaseCapacity: distribution.maybeNumber("onDemandBaseCapacity"),
      OnDemandPercentageAboveBaseCapacity: distribution.maybeNumber("onDemandPercentageAboveBaseCapacity"),
      SpotAllocationStrategy: distribution.maybeText("spotAllocationStrategy"),
    },
  };
}

/** What creation and change have in common. */
function groupSettings(inputs: Props): sdk.UpdateAutoScalingGroupType {
  const [template, mixed] = [inputs.object("launchTemplate"), inputs.object("mixedInstancesPolicy")];
  const maintenance = inputs.object("instanceMaintenancePolicy");
  return {
    AutoScalingGroupName: inputs.text("name"),
    MinSize: inputs.number("minSize"),
    MaxSize: inputs.number("maxSize"),
    DesiredCapacity: inputs.maybeNumber("desiredCapacity"),
    DefaultCooldown: inputs.maybeNumber("defaultCooldown"),
    DefaultInstanceWarmup: inputs.maybeNumber("defaultInstanceWarmup"),
    HealthCheckType: inputs.maybeText("healthCheckType"),
    HealthCheckGracePeriod: inputs.maybeNumber("healthCheckGracePeriod"),
    PlacementGroup: inputs.maybeText("placementGroup"),
    VPCZoneIdentifier: inputs.maybeTexts("vpcZoneIdentifiers")?.join(","),
    TerminationPolicies: inputs.maybeTexts("terminationPolicies"),
    NewInstancesProtectedFromScaleIn: inputs.maybeFlag("protectFromScaleIn"),
    CapacityRebalance: inputs.maybeFlag("capacityRebalance"),
    MaxInstanceLifetime: inputs.maybeNumber("maxInstanceLifetime"),
    InstanceMaintenancePolicy: maintenance && {
      MinHealthyPercentage: maintenance.number("minHealthyPercentage"),
      MaxHealthyPercentage: maintenance.number("maxHealthyPercentage"),
    },
    LaunchTemplate: template && {
      LaunchTemplateId: template.maybeText("id"),
      LaunchTemplateName: template.maybeText("name"),
      Version: template.maybeText("version"),
    },
    MixedInstancesPolicy: mixed && mixedInstances(mixed),
  };
}

async function setWarmPool(inputs: Props, before: Props | undefined, aws: Aws): Promise<void> {
  const AutoScalingGroupName = inputs.text("name");
  const pool = inputs.object("warmPool");
  if (pool !== undefined) {
    await client(aws).send(
      new sdk.PutWarmPoolCommand({
        AutoScalingGroupName,
        MinSize: pool.maybeNumber("minSize"),
        MaxGroupPreparedCapacity: pool.maybeNumber("maxGroupPreparedCapacity"),
        PoolState: pool.maybeChoice("poolState", sdk.WarmPoolState),
        InstanceReusePolicy: pool.has("instanceReusePolicy")
          ? { ReuseOnScaleIn: pool.object("instanceReusePolicy")?.flag("reuseOnScaleIn") }
          : undefined,
      }),
    );
  } else if (before?.has("warmPool") === true) {
    await client(aws).send(new sdk.DeleteWarmPoolCommand({ AutoScalingGroupName, ForceDelete: true }));
  }
}

export function hookSettings(
  hook: Props,
): Omit<sdk.PutLifecycleHookType, "AutoScalingGroupName" | "LifecycleHookName"> {
  return {
    LifecycleTransition: hook.text("lifecycleTransition"),
    DefaultResult: hook.maybeText("defaultResult"),
    HeartbeatTimeout: hook.maybeNumber("heartbeatTimeout"),
    NotificationMetadata: hook.maybeText("notificationMetadata"),
    NotificationTargetARN: hook.maybeText("notificationTargetArn"),
    RoleARN: hook.maybeText("roleArn"),
  };
}

const group: ResourceType = {
  naming: { property: "name", longest: 255 },
  replaceOn: ["name", "namePrefix", "availabilityZones", "initialLifecycleHooks"],
  async create(inputs, aws, made) {
    const name = inputs.text("name");
    await client(aws).send(
      new sdk.CreateAutoScalingGroupCommand({
        ...groupSettings(inputs),
        AutoScalingGroupName: name,
        MinSize: inputs.number("minSize"),
        MaxSize: inputs.number("maxSize"),
        TargetGroupARNs: inputs.maybeTexts("targetGroupArns"),
        Tags: groupTags(inputs),
      }),
    );
    made(name);
    await setWarmPool(inputs, undefined, aws);
    for (const hook of inputs.objects("initialLifecycleHooks")) {
      const LifecycleHookName = hook.text("name");
      await client(aws).send(
        new sdk.PutLifecycleHookCommand({
          ...hookSettings(hook),
          AutoScalingGroupName: name,
          LifecycleHookName,
        }),
      );
    }
    const metrics = inputs.texts("enabledMetrics");
    if (metrics.length > 0) {
      await client(aws).send(
        new sdk.EnableMetricsCollectionCommand({
          AutoScalingGroupName: name,
          Granularity: "1Minute",
          Metrics: metrics,
        }),
      );
    }
    const processes = inputs.texts("suspendedProcesses");
    if (processes.length > 0) {
      await client(aws).send(
        new sdk.SuspendProcessesCommand({ AutoScalingGroupName: name, ScalingProcesses: processes }),
      );
    }
    return name;
  },
  async read(id, _state, aws) {
    const answer = await client(aws).send(
      new sdk.DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [id] }),
    );
    const found = one(answer.AutoScalingGroups, id);
    return {
      arn: found.AutoScalingGroupARN,
      name: found.AutoScalingGroupName,
      minSize: found.MinSize,
      maxSize: found.MaxSize,
      desiredCapacity: found.DesiredCapacity,
      healthCheckType: found.HealthCheckType,
      availabilityZones: found.AvailabilityZones,
    };
  },
  async update(id, news, olds, aws) {
    await client(aws).send(new sdk.UpdateAutoScalingGroupCommand(groupSettings(news)));
    const [before, after] = [olds.texts("targetGroupArns"), news.texts("targetGroupArns")];
    const removed = before.filter((arn) => !after.includes(arn));
    const added = after.filter((arn) => !before.includes(arn));
    const target = { AutoScalingGroupName: id };
    if (removed.length > 0) {
      await client(aws).send(
        new sdk.DetachLoadBalancerTargetGroupsCommand({ ...target, TargetGroupARNs: removed }),
      );
    }
    if (added.length > 0) {
      await client(aws).send(
        new sdk.AttachLoadBalancerTargetGroupsCommand({ ...target, TargetGroupARNs: added }),
      );
    }
    await setWarmPool(news, olds, aws);
    const keys = new Set(groupTags(news).map(({ Key }) => Key));
    const stale = groupTags(olds).filter(({ Key }) => !keys.has(Key));
    if (stale.length > 0) await client(aws).send(new sdk.DeleteTagsCommand({ Tags: stale }));
    const tags = groupTags(news);
    if (tags.length > 0) await client(aws).send(new sdk.CreateOrUpdateTagsCommand({ Tags: tags }));
  },
  async delete(id, state, aws) {
    if (state.has("warmPool")) {
      await client(aws).send(new sdk.DeleteWarmPoolCommand({ AutoScalingGroupName: id, ForceDelete: true }));
    }
    const answer = await client(aws).send(
      new sdk.DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [id] }),
    );
    const instances = answer.AutoScalingGroups?.flatMap(({ Instances = [] }) => Instances) ?? [];
    await client(aws).send(
      new sdk.DeleteAutoScalingGroupCommand({ AutoScalingGroupName: id, ForceDelete: true }),
    );
    await terminateInstances(
      instances.flatMap(({ InstanceId }) => InstanceId ?? []),
      aws,
    );
  },
};

export const types: ResourceTypes = {
  "aws:autoscaling/group:Group": group,
};
