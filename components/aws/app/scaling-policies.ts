import type * as inputs from "@pulumi/aws/types/input";
import type * as pulumi from "@pulumi/pulumi";
import { ScalingMetric, type ScalingPolicy, type ScalingStep } from "../../contracts";
import type { AppSettings } from "../settings";

type TargetTracking = inputs.autoscaling.PolicyTargetTrackingConfiguration;
type CustomMetric = inputs.autoscaling.PolicyTargetTrackingConfigurationCustomizedMetricSpecificationMetric;
type PredictiveScaling = inputs.autoscaling.PolicyPredictiveScalingConfiguration;

/** AWS measures instances and balancers by the minute; nothing shorter is to be had from its own metrics. */
export const METRIC_PERIOD_SECONDS = 60;

/** A metric of CloudWatch with its dimensions. */
export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, pulumi.Input<string>>>;
}

/** What is measured about the app tier, whether its instances are EC2's or tasks of Fargate. */
export interface ScalingSource {
  /** CPU used, percent of all instances. */
  readonly cpu: Metric;
  /** How many instances are in service. */
  readonly instances: Metric;
  /** `app/<name>/<id>` */
  readonly loadBalancerSuffix: pulumi.Input<string>;
  /** `targetgroup/<name>/<id>` */
  readonly targetGroupSuffix: pulumi.Input<string>;
  /** `<load balancer>/<target group>`, as predefined metrics want it. */
  readonly resourceLabel: pulumi.Input<string>;
}

/** One term of a metric expression. */
export interface Term {
  readonly id: string;
  readonly metric?: Metric;
  readonly stat?: "Sum" | "Average";
  readonly expression?: string;
  readonly label: string;
  /** The one term whose value is looked at. */
  readonly result: boolean;
}

/**
 * Requests in flight per instance. AWS does not count them, but Little's law does: the mean number in a system is the rate of arrival times
 * the mean time in it. So: requests a second × response time of the targets, divided by the instances in service. A minute without a
 * request has no figures at all and counts as 0.
 */
export function inFlightTerms(source: ScalingSource): readonly Term[] {
  const balancer = (name: string): Metric => ({
    namespace: "AWS/ApplicationELB",
    name,
    dimensions: { LoadBalancer: source.loadBalancerSuffix, TargetGroup: source.targetGroupSuffix },
  });
  return [
    { id: "requests", metric: balancer("RequestCount"), stat: "Sum", label: "requests", result: false },
    {
      id: "seconds",
      metric: balancer("TargetResponseTime"),
      stat: "Average",
      label: "response time",
      result: false,
    },
    {
      id: "instances",
      metric: source.instances,
      stat: "Average",
      label: "instances in service",
      result: false,
    },
    {
      id: "inflight",
      expression: "FILL(requests, 0) / PERIOD(requests) * FILL(seconds, 0) / instances",
      label: "requests in flight per instance",
      result: true,
    },
  ];
}

/** One metric, as the terms of an expression. */
export const cpuTerms = (source: ScalingSource): readonly Term[] => [
  { id: "cpu", metric: source.cpu, stat: "Average", label: "CPU", result: true },
];

/** What a policy of that metric looks at. */
export const termsOf = (metric: ScalingMetric, source: ScalingSource): readonly Term[] =>
  metric === ScalingMetric.CpuUtilization ? cpuTerms(source) : inFlightTerms(source);

/** The part of a term that policies and alarms write alike; each has its own way of writing a metric. */
export const termHead = ({ id, label, result, expression }: Term) => ({
  id,
  label,
  returnData: result,
  ...(expression === undefined ? {} : { expression }),
});

const trackedTerm = (term: Term): CustomMetric => ({
  ...termHead(term),
  ...(term.metric === undefined
    ? {}
    : {
        metricStat: {
          metric: {
            namespace: term.metric.namespace,
            metricName: term.metric.name,
            dimensions: Object.entries(term.metric.dimensions).map(([name, value]) => ({ name, value })),
          },
          stat: term.stat ?? "Average",
        },
      }),
});

/**
 * Target tracking as AWS does it, which the sizing's semantics are taken from. AWS alone decides how long the metric must stay above (three
 * minutes) or below (fifteen) before it acts; the sizing's periods do not count here.
 *
 * `settings.requestsPerTargetPerMinute` wins over the sizing's metric.
 * @param cpuMetric predefined metric of the CPU: EC2's and ECS's have different names
 */
export function targetTracking(
  policy: ScalingPolicy,
  settings: Pick<AppSettings, "requestsPerTargetPerMinute">,
  source: ScalingSource,
  cpuMetric: string,
): TargetTracking {
  const { disableScaleIn } = policy;
  const { requestsPerTargetPerMinute } = settings;
  if (requestsPerTargetPerMinute !== undefined) {
    return {
      targetValue: requestsPerTargetPerMinute,
      disableScaleIn,
      predefinedMetricSpecification: {
        predefinedMetricType: "ALBRequestCountPerTarget",
        resourceLabel: source.resourceLabel,
      },
    };
  }
  if (policy.metric === ScalingMetric.CpuUtilization) {
    return {
      targetValue: policy.targetValue,
      disableScaleIn,
      predefinedMetricSpecification: { predefinedMetricType: cpuMetric },
    };
  }
  return {
    targetValue: policy.targetValue,
    disableScaleIn,
    customizedMetricSpecification: { metrics: inFlightTerms(source).map(trackedTerm) },
  };
}

/** Forecast by the same figure that the policy keeps at its target. */
export function predictiveScaling(
  policy: ScalingPolicy,
  settings: Pick<AppSettings, "requestsPerTargetPerMinute">,
  source: ScalingSource,
): PredictiveScaling {
  const requests = settings.requestsPerTargetPerMinute;
  return {
    mode: "ForecastAndScale",
    maxCapacityBreachBehavior: "HonorMaxCapacity",
    metricSpecification:
      requests === undefined
        ? {
            targetValue: policy.targetValue,
            predefinedMetricPairSpecification: { predefinedMetricType: "ASGCPUUtilization" },
          }
        : {
            targetValue: requests,
            predefinedMetricPairSpecification: {
              predefinedMetricType: "ALBRequestCount",
              resourceLabel: source.resourceLabel,
            },
          },
  };
}

/** One direction of a step policy: an alarm, and steps relative to the alarm's threshold. */
export interface StepDirection {
  readonly direction: "out" | "in";
  readonly threshold: number;
  readonly comparison: "GreaterThanOrEqualToThreshold" | "LessThanThreshold";
  readonly periodSeconds: number;
  readonly evaluationPeriods: number;
  readonly steps: readonly {
    readonly metricIntervalLowerBound?: string;
    readonly metricIntervalUpperBound?: string;
    readonly scalingAdjustment: number;
  }[];
}

/** Length and number of an alarm's periods: as long as asked for, in AWS's whole minutes. */
export function alarmWindow(
  periodSeconds: number,
  periods: number,
): Pick<StepDirection, "periodSeconds" | "evaluationPeriods"> {
  const period = METRIC_PERIOD_SECONDS * Math.max(1, Math.ceil(periodSeconds / METRIC_PERIOD_SECONDS));
  return {
    periodSeconds: period,
    evaluationPeriods: Math.max(1, Math.ceil((periodSeconds * periods) / period)),
  };
}

const lower = (step: ScalingStep): number => step.lowerBound ?? -Infinity;
const upper = (step: ScalingStep): number => step.upperBound ?? Infinity;
const ascending = (steps: readonly ScalingStep[]): ScalingStep[] =>
  [...steps].sort((a, b) => lower(a) - lower(b));

/**
 * A step policy as AWS wants it: one alarm and one policy for what adds instances, and one each for what removes them. An alarm's threshold
 * is where its first step begins, and bounds are relative to that.
 */
export function stepDirections(policy: ScalingPolicy): StepDirection[] {
  const steps = ascending(policy.steps ?? []);
  const out = steps.filter(({ adjustment }) => adjustment > 0);
  const back = steps.filter(({ adjustment }) => adjustment < 0);
  const relative = (step: ScalingStep, origin: number): StepDirection["steps"][number] => ({
    scalingAdjustment: step.adjustment,
    ...(step.lowerBound === undefined ? {} : { metricIntervalLowerBound: String(step.lowerBound - origin) }),
    ...(step.upperBound === undefined ? {} : { metricIntervalUpperBound: String(step.upperBound - origin) }),
  });
  const directions: StepDirection[] = [];
  const first = out[0]?.lowerBound;
  if (first !== undefined) {
    directions.push({
      direction: "out",
      threshold: policy.targetValue + first,
      comparison: "GreaterThanOrEqualToThreshold",
      ...alarmWindow(policy.periodSeconds, policy.scaleOutPeriods),
      steps: out.map((step) => relative(step, first)),
    });
  }
  const last = back.at(-1)?.upperBound;
  if (last !== undefined) {
    directions.push({
      direction: "in",
      threshold: policy.targetValue + last,
      comparison: "LessThanThreshold",
      ...alarmWindow(policy.periodSeconds, policy.scaleInPeriods),
      steps: back.map((step) => relative(step, last)),
    });
  }
  return directions;
}

/** What AWS would refuse about the steps, in words for the user; empty when nothing. */
export function stepProblems(policy: ScalingPolicy): string[] {
  const steps = ascending(policy.steps ?? []);
  const out = steps.filter(({ adjustment }) => adjustment > 0);
  const back = steps.filter(({ adjustment }) => adjustment < 0);
  const problems: string[] = [];
  if (out.length > 0 && (out[0]?.lowerBound === undefined || out.at(-1)?.upperBound !== undefined)) {
    problems.push(
      "steps that add instances: the lowest with a lower bound, the highest without an upper one",
    );
  }
  if (back.length > 0 && (back.at(-1)?.upperBound === undefined || back[0]?.lowerBound !== undefined)) {
    problems.push(
      "steps that remove instances: the highest with an upper bound, the lowest without a lower one",
    );
  }
  const gap = (some: readonly ScalingStep[]): boolean =>
    some.slice(1).some((step, index) => lower(step) !== upper(some[index] ?? step));
  if (gap(out) || gap(back)) problems.push("steps of one direction without gaps between them");
  return problems;
}
