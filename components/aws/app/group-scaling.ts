import * as autoscaling from "@pulumi/aws/autoscaling";
import type * as pulumi from "@pulumi/pulumi";
import { type EnvironmentIdentity, type ScalingPolicy, ScalingPolicyType } from "../../contracts";
import type { AppSettings } from "../settings";
import { createStepAlarm } from "./scaling-alarm";
import { predictiveScaling, type ScalingSource, stepDirections, targetTracking } from "./scaling-policies";

export interface GroupScaling {
  readonly environment: EnvironmentIdentity;
  readonly policy: ScalingPolicy;
  readonly settings: AppSettings;
  readonly source: ScalingSource;
}

/**
 * What makes a group of EC2 instances grow and shrink. Its policies have no cool-downs: instances that are warming up count as capacity that
 * is already asked for, which is what a cool-down is for.
 */
export function createGroupScaling(
  name: string,
  group: autoscaling.Group,
  scaling: GroupScaling,
  options: pulumi.CustomResourceOptions,
): void {
  const { policy, settings, source } = scaling;
  if (policy.type === ScalingPolicyType.TargetTracking) {
    new autoscaling.Policy(
      `${name}-target-tracking`,
      {
        autoscalingGroupName: group.name,
        policyType: "TargetTrackingScaling",
        targetTrackingConfiguration: targetTracking(policy, settings, source, "ASGAverageCPUUtilization"),
      },
      options,
    );
  } else {
    createSteps(name, group, scaling, options);
  }
  if (settings.predictiveScaling) {
    new autoscaling.Policy(
      `${name}-predictive`,
      {
        autoscalingGroupName: group.name,
        policyType: "PredictiveScaling",
        predictiveScalingConfiguration: predictiveScaling(policy, settings, source),
      },
      options,
    );
  }
  for (const schedule of settings.schedules) {
    new autoscaling.Schedule(
      `${name}-schedule-${schedule.name}`,
      {
        autoscalingGroupName: group.name,
        scheduledActionName: schedule.name,
        recurrence: schedule.recurrence,
        timeZone: "Etc/UTC",
        minSize: schedule.minInstances,
        maxSize: schedule.maxInstances,
        // As it is: the bounds alone move it.
        desiredCapacity: -1,
      },
      options,
    );
  }
}

function createSteps(
  name: string,
  group: autoscaling.Group,
  scaling: GroupScaling,
  options: pulumi.CustomResourceOptions,
): void {
  for (const direction of stepDirections(scaling.policy)) {
    const policy = new autoscaling.Policy(
      `${name}-step-${direction.direction}`,
      {
        autoscalingGroupName: group.name,
        policyType: "StepScaling",
        adjustmentType: "ChangeInCapacity",
        metricAggregationType: "Average",
        stepAdjustments: [...direction.steps],
      },
      options,
    );
    createStepAlarm(
      `${name}-alarm-${direction.direction}`,
      { ...scaling, metric: scaling.policy.metric, direction, actionArn: policy.arn },
      options,
    );
  }
}
