import * as appautoscaling from "@pulumi/aws/appautoscaling";
import type * as pulumi from "@pulumi/pulumi";
import { type AppSizing, type EnvironmentIdentity, ScalingPolicyType } from "../../contracts";
import { awsTags } from "../context";
import type { AppSettings } from "../settings";
import { applicationCron } from "./cron";
import { createStepAlarm } from "./scaling-alarm";
import { type ScalingSource, stepDirections, targetTracking } from "./scaling-policies";

export interface ServiceScaling {
  readonly environment: EnvironmentIdentity;
  readonly sizing: AppSizing;
  readonly settings: AppSettings;
  readonly source: ScalingSource;
}

/** What makes a service of Fargate grow and shrink; unlike EC2's policies these have the sizing's cool-downs. */
export function createServiceScaling(
  name: string,
  resourceId: pulumi.Input<string>,
  scaling: ServiceScaling,
  options: pulumi.CustomResourceOptions,
): void {
  const { environment, settings, sizing, source } = scaling;
  const { scaling: policy } = sizing;
  const target = new appautoscaling.Target(
    `${name}-target`,
    {
      serviceNamespace: "ecs",
      scalableDimension: "ecs:service:DesiredCount",
      resourceId,
      minCapacity: sizing.minInstances,
      maxCapacity: sizing.maxInstances,
      tags: awsTags(environment, "app-scaling"),
    },
    options,
  );
  const scaled = {
    serviceNamespace: target.serviceNamespace,
    scalableDimension: target.scalableDimension,
    resourceId: target.resourceId,
  };
  const scaleOutCooldown = Math.ceil(policy.scaleOutCooldownSeconds);
  const scaleInCooldown = Math.ceil(policy.scaleInCooldownSeconds);
  if (policy.type === ScalingPolicyType.TargetTracking) {
    new appautoscaling.Policy(
      `${name}-target-tracking`,
      {
        ...scaled,
        policyType: "TargetTrackingScaling",
        targetTrackingScalingPolicyConfiguration: {
          ...targetTracking(policy, settings, source, "ECSServiceAverageCPUUtilization"),
          scaleOutCooldown,
          scaleInCooldown,
        },
      },
      options,
    );
  } else {
    for (const direction of stepDirections(policy)) {
      const step = new appautoscaling.Policy(
        `${name}-step-${direction.direction}`,
        {
          ...scaled,
          policyType: "StepScaling",
          stepScalingPolicyConfiguration: {
            adjustmentType: "ChangeInCapacity",
            metricAggregationType: "Average",
            cooldown: direction.direction === "out" ? scaleOutCooldown : scaleInCooldown,
            stepAdjustments: [...direction.steps],
          },
        },
        options,
      );
      createStepAlarm(
        `${name}-alarm-${direction.direction}`,
        { environment, metric: policy.metric, source, direction, actionArn: step.arn },
        options,
      );
    }
  }
  for (const schedule of settings.schedules) {
    new appautoscaling.ScheduledAction(
      `${name}-schedule-${schedule.name}`,
      {
        ...scaled,
        schedule: applicationCron(schedule.recurrence),
        timezone: "Etc/UTC",
        scalableTargetAction: { minCapacity: schedule.minInstances, maxCapacity: schedule.maxInstances },
      },
      options,
    );
  }
}
