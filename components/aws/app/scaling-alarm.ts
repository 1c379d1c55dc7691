import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as pulumi from "@pulumi/pulumi";
import type { EnvironmentIdentity, ScalingMetric } from "../../contracts";
import { awsTags, physicalName } from "../context";
import { type ScalingSource, type StepDirection, termHead, termsOf } from "./scaling-policies";

export interface StepAlarm {
  readonly environment: EnvironmentIdentity;
  readonly metric: ScalingMetric;
  readonly source: ScalingSource;
  readonly direction: StepDirection;
  /** Policy that the alarm sets off. */
  readonly actionArn: pulumi.Input<string>;
}

/** The alarm of one direction of a step policy. Without figures it does nothing: an environment that is being made has none yet. */
export function createStepAlarm(
  name: string,
  alarm: StepAlarm,
  options: pulumi.CustomResourceOptions,
): cloudwatch.MetricAlarm {
  const { direction, environment } = alarm;
  const purpose = `app-scale-${direction.direction}`;
  return new cloudwatch.MetricAlarm(
    name,
    {
      // A name of its own: IAM knows no tags where alarms are removed.
      name: physicalName(environment, purpose, 255),
      alarmDescription: `Sets off the scale-${direction.direction} of the app tier`,
      comparisonOperator: direction.comparison,
      threshold: direction.threshold,
      evaluationPeriods: direction.evaluationPeriods,
      metricQueries: termsOf(alarm.metric, alarm.source).map((term) => ({
        ...termHead(term),
        ...(term.metric === undefined
          ? {}
          : {
              metric: {
                namespace: term.metric.namespace,
                metricName: term.metric.name,
                dimensions: { ...term.metric.dimensions },
                period: direction.periodSeconds,
                stat: term.stat ?? "Average",
              },
            }),
      })),
      treatMissingData: "missing",
      alarmActions: [alarm.actionArn],
      tags: awsTags(environment, purpose),
    },
    options,
  );
}
