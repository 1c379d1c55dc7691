import * as sdk from "@aws-sdk/client-application-auto-scaling";
import { type Aws, one } from "../api";
import type { Props } from "../props";
import type { ResourceType, ResourceTypes } from "../resource-type";

const client = (aws: Aws): sdk.ApplicationAutoScalingClient => aws.client(sdk.ApplicationAutoScalingClient);

/** What every call names. */
const subject = (inputs: Props) => ({
  ServiceNamespace: inputs.choice("serviceNamespace", sdk.ServiceNamespace),
  ResourceId: inputs.text("resourceId"),
  ScalableDimension: inputs.choice("scalableDimension", sdk.ScalableDimension),
});

async function registerTarget(
  inputs: Props,
  aws: Aws,
  tags: Record<string, string> | undefined,
): Promise<void> {
  await client(aws).send(
    new sdk.RegisterScalableTargetCommand({
      ...subject(inputs),
      MinCapacity: inputs.number("minCapacity"),
      MaxCapacity: inputs.number("maxCapacity"),
      RoleARN: inputs.maybeText("roleArn"),
      ...(tags === undefined ? {} : { Tags: tags }),
    }),
  );
}

const target: ResourceType = {
  replaceOn: ["resourceId", "scalableDimension", "serviceNamespace", "tags"],
  async create(inputs, aws) {
    await registerTarget(inputs, aws, inputs.map("tags"));
    return inputs.text("resourceId");
  },
  async read(id, state, aws) {
    const { ServiceNamespace, ScalableDimension } = subject(state);
    const answer = await client(aws).send(
      new sdk.DescribeScalableTargetsCommand({ ServiceNamespace, ScalableDimension, ResourceIds: [id] }),
    );
    const found = one(answer.ScalableTargets, id);
    return { arn: found.ScalableTargetARN, minCapacity: found.MinCapacity, maxCapacity: found.MaxCapacity };
  },
  async update(_id, news, _olds, aws) {
    await registerTarget(news, aws, undefined);
  },
  async delete(_id, state, aws) {
    await client(aws).send(new sdk.DeregisterScalableTargetCommand(subject(state)));
  },
};

function trackingOf(found: Props): sdk.TargetTrackingScalingPolicyConfiguration {
  const [predefined, custom] = [
    found.object("predefinedMetricSpecification"),
    found.object("customizedMetricSpecification"),
  ];
  return {
    TargetValue: found.number("targetValue"),
    ScaleInCooldown: found.maybeNumber("scaleInCooldown"),
    ScaleOutCooldown: found.maybeNumber("scaleOutCooldown"),
    DisableScaleIn: found.maybeFlag("disableScaleIn"),
    PredefinedMetricSpecification: predefined && {
      PredefinedMetricType: predefined.choice("predefinedMetricType", sdk.MetricType),
      ResourceLabel: predefined.maybeText("resourceLabel"),
    },
    CustomizedMetricSpecification: custom && {
      MetricName: custom.maybeText("metricName"),
      Namespace: custom.maybeText("namespace"),
      Statistic: custom.maybeChoice("statistic", sdk.MetricStatistic),
      Unit: custom.maybeText("unit"),
      Dimensions: custom
        .objects("dimensions")
        .map((dimension) => ({ Name: dimension.text("name"), Value: dimension.text("value") })),
    },
  };
}

const stepsOf = (found: Props): sdk.StepScalingPolicyConfiguration => ({
  AdjustmentType: found.maybeChoice("adjustmentType", sdk.AdjustmentType),
  Cooldown: found.maybeNumber("cooldown"),
  MetricAggregationType: found.maybeChoice("metricAggregationType", sdk.MetricAggregationType),
  StepAdjustments: found.objects("stepAdjustments").map((step) => ({
    ScalingAdjustment: step.number("scalingAdjustment"),
    MetricIntervalLowerBound: step.maybeNumber("metricIntervalLowerBound"),
    MetricIntervalUpperBound: step.maybeNumber("metricIntervalUpperBound"),
  })),
});

async function putPolicy(inputs: Props, aws: Aws): Promise<void> {
  const [tracking, steps] = [
    inputs.object("targetTrackingScalingPolicyConfiguration"),
    inputs.object("stepScalingPolicyConfiguration"),
  ];
  await client(aws).send(
    new sdk.PutScalingPolicyCommand({
      ...subject(inputs),
      PolicyName: inputs.text("name"),
      PolicyType: inputs.maybeChoice("policyType", sdk.PolicyType) ?? "StepScaling",
      TargetTrackingScalingPolicyConfiguration: tracking && trackingOf(tracking),
      StepScalingPolicyConfiguration: steps && stepsOf(steps),
    }),
  );
}

const policy: ResourceType = {
  naming: { property: "name", longest: 255 },
  replaceOn: ["name", "resourceId", "scalableDimension", "serviceNamespace"],
  async create(inputs, aws) {
    await putPolicy(inputs, aws);
    return inputs.text("name");
  },
  async read(id, state, aws) {
    const answer = await client(aws).send(
      new sdk.DescribeScalingPoliciesCommand({ ...subject(state), PolicyNames: [id] }),
    );
    const found = one(answer.ScalingPolicies, id);
    return { arn: found.PolicyARN, alarmArns: (found.Alarms ?? []).map(({ AlarmARN }) => AlarmARN) };
  },
  async update(_id, news, _olds, aws) {
    await putPolicy(news, aws);
  },
  async delete(id, state, aws) {
    await client(aws).send(new sdk.DeleteScalingPolicyCommand({ ...subject(state), PolicyName: id }));
  },
};

async function putScheduledAction(inputs: Props, aws: Aws): Promise<void> {
  const sizes = inputs.object("scalableTargetAction");
  await client(aws).send(
    new sdk.PutScheduledActionCommand({
      ...subject(inputs),
      ScheduledActionName: inputs.text("name"),
      Schedule: inputs.text("schedule"),
      Timezone: inputs.maybeText("timezone"),
      ScalableTargetAction: sizes && {
        MinCapacity: sizes.maybeNumber("minCapacity"),
        MaxCapacity: sizes.maybeNumber("maxCapacity"),
      },
    }),
  );
}

const scheduledAction: ResourceType = {
  naming: { property: "name", longest: 255 },
  replaceOn: ["name", "resourceId", "scalableDimension", "serviceNamespace"],
  async create(inputs, aws) {
    await putScheduledAction(inputs, aws);
    return inputs.text("name");
  },
  async read(id, state, aws) {
    const answer = await client(aws).send(
      new sdk.DescribeScheduledActionsCommand({ ...subject(state), ScheduledActionNames: [id] }),
    );
    return { arn: one(answer.ScheduledActions, id).ScheduledActionARN };
  },
  async update(_id, news, _olds, aws) {
    await putScheduledAction(news, aws);
  },
  async delete(id, state, aws) {
    await client(aws).send(
      new sdk.DeleteScheduledActionCommand({ ...subject(state), ScheduledActionName: id }),
    );
  },
};

export const types: ResourceTypes = {
  "aws:appautoscaling/target:Target": target,
  "aws:appautoscaling/policy:Policy": policy,
  "aws:appautoscaling/scheduledAction:ScheduledAction": scheduledAction,
};
