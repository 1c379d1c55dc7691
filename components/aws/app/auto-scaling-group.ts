import * as autoscaling from "@pulumi/aws/autoscaling";
import type * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";
import type { Application, AppSizing, EnvironmentIdentity } from "../../contracts";
import { awsTags } from "../context";
import type { AppSettings, SpotSettings } from "../settings";
import { BOOT_ALLOWANCE_SECONDS, LAUNCH_HOOK, TERMINATION_HOOK } from "./lifecycle-script";
import type { Balancer } from "./load-balancer";
import { SETUP_WAIT_MARGIN_SECONDS } from "./setup-lock";

/** Bounds of a hook's time in AWS, seconds. */
const HOOK_SECONDS = { min: 30, max: 7_200 };

const ENABLED_METRICS = [
  "GroupDesiredCapacity",
  "GroupInServiceInstances",
  "GroupMaxSize",
  "GroupMinSize",
  "GroupPendingInstances",
  "GroupStandbyInstances",
  "GroupTerminatingInstances",
  "GroupTotalInstances",
] as const;

/**
 * Longest that a launch may take from the instance's start until it is ready: boot, masking and set-up (its own or another's), start.
 * @param maskingSeconds longest that the masking of restored data may take; 0 without
 */
export function launchSeconds(application: Application, maskingSeconds = 0): number {
  const once = [maskingSeconds, application.setup?.timeoutSeconds ?? 0]
    .filter((seconds) => seconds > 0)
    .reduce((sum, seconds) => sum + seconds + SETUP_WAIT_MARGIN_SECONDS, 0);
  return Math.min(
    HOOK_SECONDS.max,
    Math.ceil(BOOT_ALLOWANCE_SECONDS + once + application.startTimeoutSeconds),
  );
}

/** Draining at the balancer, and as long again for the application to finish what it does beside requests. */
export const terminationSeconds = (application: Application): number =>
  Math.min(HOOK_SECONDS.max, Math.max(HOOK_SECONDS.min, Math.ceil(2 * application.drainSeconds) + 30));

/** Tags of a group are a list, and say of each that instances get it as well. */
export const groupTags = (
  environment: EnvironmentIdentity,
  title: string,
): { key: string; value: string; propagateAtLaunch: boolean }[] =>
  Object.entries(awsTags(environment, title)).map(([key, value]) => ({
    key,
    value,
    propagateAtLaunch: true,
  }));

/** Where instances come from: one launch template, or several types of which a part is spot. */
function source(
  template: ec2.LaunchTemplate,
  instanceType: string,
  spot: SpotSettings | undefined,
): Pick<autoscaling.GroupArgs, "launchTemplate" | "mixedInstancesPolicy"> {
  const version = template.latestVersion.apply(String);
  if (spot === undefined) return { launchTemplate: { id: template.id, version } };
  return {
    mixedInstancesPolicy: {
      instancesDistribution: {
        onDemandAllocationStrategy: "prioritized",
        onDemandBaseCapacity: spot.onDemandBase,
        onDemandPercentageAboveBaseCapacity: spot.onDemandPercentAboveBase,
        spotAllocationStrategy: "price-capacity-optimized",
      },
      launchTemplate: {
        launchTemplateSpecification: { launchTemplateId: template.id, version },
        overrides: [...new Set([instanceType, ...spot.instanceTypes])].map((type) => ({
          instanceType: type,
        })),
      },
    },
  };
}

export interface GroupSettings {
  readonly environment: EnvironmentIdentity;
  /** Known beforehand: instances answer to the group by name. */
  readonly groupName: string;
  readonly sizing: AppSizing;
  readonly application: Application;
  readonly settings: AppSettings;
  /** Longest that the masking of restored data may take; 0 without. */
  readonly maskingSeconds: number;
  readonly template: ec2.LaunchTemplate;
  readonly instanceType: string;
  readonly subnetIds: pulumi.Input<string[]>;
  readonly balancer: Balancer;
}

/**
 * The instances of the app tier. Made when the minimum is in service at the balancer. Its desired size is the autoscaler's from then on and
 * never set here.
 */
export function createAutoScalingGroup(
  name: string,
  args: GroupSettings,
  options: pulumi.CustomResourceOptions,
): autoscaling.Group {
  const { application, balancer, settings, sizing, template } = args;
  const { warmPool, spot } = settings;
  const warmup = Math.ceil(sizing.scaling.instanceWarmupSeconds);
  const launch = launchSeconds(application, args.maskingSeconds);
  const group = new autoscaling.Group(
    name,
    {
      name: args.groupName,
      minSize: sizing.minInstances,
      maxSize: sizing.maxInstances,
      vpcZoneIdentifiers: args.subnetIds,
      ...source(template, args.instanceType, spot),
      ...(spot === undefined ? {} : { capacityRebalance: true }),
      targetGroupArns: [balancer.targetGroup.arn],
      healthCheckType: "ELB",
      healthCheckGracePeriod: Math.ceil(application.startTimeoutSeconds),
      defaultInstanceWarmup: warmup,
      // In service is what the balancer says, and only when the group is made: later the autoscaler may be at any size.
      minElbCapacity: sizing.minInstances,
      waitForCapacityTimeout: `${Math.ceil(launch / 60) + 5}m`,
      initialLifecycleHooks: [
        {
          name: LAUNCH_HOOK,
          lifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
          heartbeatTimeout: launch,
          defaultResult: "ABANDON",
        },
      ],
      instanceRefresh: {
        strategy: "Rolling",
        preferences: {
          instanceWarmup: String(warmup),
          minHealthyPercentage: 100,
          maxHealthyPercentage: 200,
          skipMatching: true,
        },
      },
      enabledMetrics: [...ENABLED_METRICS],
      metricsGranularity: "1Minute",
      terminationPolicies: ["OldestLaunchTemplate", "Default"],
      ...(warmPool === undefined
        ? {}
        : {
            warmPool: {
              minSize: warmPool.minSize,
              poolState: warmPool.running ? "Running" : "Stopped",
              instanceReusePolicy: { reuseOnScaleIn: false },
            },
            forceDeleteWarmPool: true,
          }),
      // The end of an environment does not wait for hooks; AWS ends every instance of a group that is deleted so.
      forceDelete: true,
      tags: groupTags(args.environment, "app"),
    },
    pulumi.mergeOptions(options, { dependsOn: [balancer.listener] }),
  );
  new autoscaling.LifecycleHook(
    `${name}-${TERMINATION_HOOK}`,
    {
      name: TERMINATION_HOOK,
      autoscalingGroupName: group.name,
      lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
      heartbeatTimeout: terminationSeconds(application),
      defaultResult: "CONTINUE",
    },
    options,
  );
  return group;
}
