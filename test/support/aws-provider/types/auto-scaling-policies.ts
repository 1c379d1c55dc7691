import * as sdk from "@aws-sdk/client-auto-scaling";
import { type Aws, one } from "../api";
import { type Props, pascalCased } from "../props";
import type { ResourceType, ResourceTypes } from "../resource-type";
import { isRecord, type PropertyMap } from "../wire";
import { hookSettings } from "./auto-scaling";

const client = (aws: Aws): sdk.AutoScalingClient => aws.client(sdk.AutoScalingClient);

function targetTracking(found: Props): sdk.TargetTrackingConfiguration {
  const [predefined, custom] = [
    found.object("predefinedMetricSpecification"),
    found.object("customizedMetricSpecification"),
  ];
  return {
    TargetValue: found.number("targetValue"),
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
      Dimensions: custom.objects("metricDimensions").map((dimension) => ({
        Name: dimension.text("name"),
        Value: dimension.text("value"),
      })),
    },
  };
}

function scalingPolicyInput(name: string, inputs: Props): sdk.PutScalingPolicyType {
  const tracking = inputs.object("targetTrackingConfiguration");
  const predictive = pascalCased(inputs.object("predictiveScalingConfiguration")?.all);
  return {
    AutoScalingGroupName: inputs.text("autoscalingGroupName"),
    PolicyName: name,
    PolicyType: inputs.maybeText("policyType"),
    AdjustmentType: inputs.maybeText("adjustmentType"),
    ScalingAdjustment: inputs.maybeNumber("scalingAdjustment"),
    Cooldown: inputs.maybeNumber("cooldown"),
    EstimatedInstanceWarmup: inputs.maybeNumber("estimatedInstanceWarmup"),
    MetricAggregationType: inputs.maybeText("metricAggregationType"),
    Enabled: inputs.maybeFlag("enabled"),
    StepAdjustments: inputs.has("stepAdjustments")
      ? inputs.objects("stepAdjustments").map((step) => ({
          ScalingAdjustment: step.number("scalingAdjustment"),
          MetricIntervalLowerBound: step.maybeNumber("metricIntervalLowerBound"),
          MetricIntervalUpperBound: step.maybeNumber("metricIntervalUpperBound"),
        }))
      : undefined,
    TargetTrackingConfiguration: tracking && targetTracking(tracking),
    ...(isRecord(predictive) ? { PredictiveScalingConfiguration: predictiveScaling(predictive) } : {}),
  };
}

/** One metric specification is an object to the provider and a list to AWS. */
function predictiveScaling(found: PropertyMap): sdk.PredictiveScalingConfiguration {
  const { MetricSpecification, ...rest } = found;
  const specifications = isRecord(MetricSpecification) ? [MetricSpecification] : [];
  const metrics = specifications.map((item) => ({ ...item, TargetValue: Number(item.TargetValue) }));
  return { ...rest, MetricSpecifications: metrics };
}

const policy: ResourceType = {
  naming: { property: "name", longest: 255 },
  replaceOn: ["name", "autoscalingGroupName"],
  async create(inputs, aws) {
    const name = inputs.text("name");
    await client(aws).send(new sdk.PutScalingPolicyCommand(scalingPolicyInput(name, inputs)));
    return name;
  },
  async read(id, state, aws) {
    const AutoScalingGroupName = state.text("autoscalingGroupName");
    const answer = await client(aws).send(
      new sdk.DescribePoliciesCommand({ AutoScalingGroupName, PolicyNames: [id] }),
    );
    return { arn: one(answer.ScalingPolicies, id).PolicyARN };
  },
  async update(id, news, _olds, aws) {
    await client(aws).send(new sdk.PutScalingPolicyCommand(scalingPolicyInput(id, news)));
  },
  async delete(id, state, aws) {
    const AutoScalingGroupName = state.text("autoscalingGroupName");
    await client(aws).send(new sdk.DeletePolicyCommand({ AutoScalingGroupName, PolicyName: id }));
  },
};

const schedule: ResourceType = {
  replaceOn: ["scheduledActionName", "autoscalingGroupName"],
  async create(inputs, aws) {
    await putSchedule(inputs, aws);
    return inputs.text("scheduledActionName");
  },
  async read(id, state, aws) {
    const answer = await client(aws).send(
      new sdk.DescribeScheduledActionsCommand({
        AutoScalingGroupName: state.text("autoscalingGroupName"),
        ScheduledActionNames: [id],
      }),
    );
    return { arn: one(answer.ScheduledUpdateGroupActions, id).ScheduledActionARN };
  },
  async update(_id, news, _olds, aws) {
    await putSchedule(news, aws);
  },
  async delete(id, state, aws) {
    const AutoScalingGroupName = state.text("autoscalingGroupName");
    await client(aws).send(
      new sdk.DeleteScheduledActionCommand({ AutoScalingGroupName, ScheduledActionName: id }),
    );
  },
};

async function putSchedule(inputs: Props, aws: Aws): Promise<void> {
  // The provider writes -1 for "leave as it is".
  const size = (key: string): number | undefined => {
    const found = inputs.maybeNumber(key);
    return found === -1 ? undefined : found;
  };
  const time = (key: string): Date | undefined => {
    const found = inputs.maybeText(key);
    return found === undefined ? undefined : new Date(found);
  };
  await client(aws).send(
    new sdk.PutScheduledUpdateGroupActionCommand({
      AutoScalingGroupName: inputs.text("autoscalingGroupName"),
      ScheduledActionName: inputs.text("scheduledActionName"),
      Recurrence: inputs.maybeText("recurrence"),
      TimeZone: inputs.maybeText("timeZone"),
      StartTime: time("startTime"),
      EndTime: time("endTime"),
      MinSize: size("minSize"),
      MaxSize: size("maxSize"),
      DesiredCapacity: size("desiredCapacity"),
    }),
  );
}

const lifecycleHook: ResourceType = {
  naming: { property: "name", longest: 255 },
  replaceOn: ["name", "autoscalingGroupName"],
  async create(inputs, aws) {
    const id = inputs.text("name");
    const AutoScalingGroupName = inputs.text("autoscalingGroupName");
    await client(aws).send(
      new sdk.PutLifecycleHookCommand({
        ...hookSettings(inputs),
        AutoScalingGroupName,
        LifecycleHookName: id,
      }),
    );
    return id;
  },
  async read(id, state, aws) {
    const AutoScalingGroupName = state.text("autoscalingGroupName");
    const answer = await client(aws).send(
      new sdk.DescribeLifecycleHooksCommand({ AutoScalingGroupName, LifecycleHookNames: [id] }),
    );
    one(answer.LifecycleHooks, id);
    return {};
  },
  async update(id, news, _olds, aws) {
    const AutoScalingGroupName = news.text("autoscalingGroupName");
    await client(aws).send(
      new sdk.PutLifecycleHookCommand({ ...hookSettings(news), AutoScalingGroupName, LifecycleHookName: id }),
    );
  },
  async delete(id, state, aws) {
    const AutoScalingGroupName = state.text("autoscalingGroupName");
    await client(aws).send(
      new sdk.DeleteLifecycleHookCommand({ AutoScalingGroupName, LifecycleHookName: id }),
    );
  },
};

export const types: ResourceTypes = {
  "aws:autoscaling/policy:Policy": policy,
  "aws:autoscaling/schedule:Schedule": schedule,
  "aws:autoscaling/lifecycleHook:LifecycleHook": lifecycleHook,
};
