import { applicationCron, applicationCronProblem, isCron } from "../../../components/aws/app/cron";
import {
  alarmWindow,
  inFlightTerms,
  predictiveScaling,
  type ScalingSource,
  stepDirections,
  stepProblems,
  targetTracking,
} from "../../../components/aws/app/scaling-policies";
import {
  ScalingMetric,
  type ScalingPolicy,
  ScalingPolicyType,
  type ScalingStep,
} from "../../../components/contracts";

const SOURCE: ScalingSource = {
  cpu: { namespace: "AWS/EC2", name: "CPUUtilization", dimensions: { AutoScalingGroupName: "pb-test-app" } },
  instances: {
    namespace: "AWS/AutoScaling",
    name: "GroupInServiceInstances",
    dimensions: { AutoScalingGroupName: "pb-test-app" },
  },
  loadBalancerSuffix: "app/pb-test-app/1",
  targetGroupSuffix: "targetgroup/pb-test-app-ec2/2",
  resourceLabel: "app/pb-test-app/1/targetgroup/pb-test-app-ec2/2",
};

const policy = (changes: Partial<ScalingPolicy> = {}): ScalingPolicy => ({
  type: ScalingPolicyType.TargetTracking,
  metric: ScalingMetric.CpuUtilization,
  targetValue: 55,
  scaleOutCooldownSeconds: 10,
  scaleInCooldownSeconds: 20,
  instanceWarmupSeconds: 5,
  periodSeconds: 1,
  scaleOutPeriods: 3,
  scaleInPeriods: 15,
  disableScaleIn: false,
  ...changes,
});
const steps = (...some: ScalingStep[]): ScalingPolicy =>
  policy({ type: ScalingPolicyType.Step, targetValue: 60, steps: some });

describe("target tracking", () => {
  test("on CPU it is AWS's own metric of the group", () => {
    expect(targetTracking(policy(), {}, SOURCE, "ASGAverageCPUUtilization")).toEqual({
      targetValue: 55,
      disableScaleIn: false,
      predefinedMetricSpecification: { predefinedMetricType: "ASGAverageCPUUtilization" },
    });
  });

  test("on requests a target and minute it is the balancer's count, and wins over the sizing's metric", () => {
    const tracking = targetTracking(
      policy({ metric: ScalingMetric.InFlightRequests, disableScaleIn: true }),
      { requestsPerTargetPerMinute: 6_000 },
      SOURCE,
      "ASGAverageCPUUtilization",
    );
    expect(tracking).toEqual({
      targetValue: 6_000,
      disableScaleIn: true,
      predefinedMetricSpecification: {
        predefinedMetricType: "ALBRequestCountPerTarget",
        resourceLabel: "app/pb-test-app/1/targetgroup/pb-test-app-ec2/2",
      },
    });
  });

  test("on requests in flight it is Little's law over what the balancer and the group count", () => {
    const balancer = [
      { name: "LoadBalancer", value: "app/pb-test-app/1" },
      { name: "TargetGroup", value: "targetgroup/pb-test-app-ec2/2" },
    ];
    const tracking = targetTracking(
      policy({ metric: ScalingMetric.InFlightRequests, targetValue: 20 }),
      {},
      SOURCE,
      "ASGAverageCPUUtilization",
    );
    expect(tracking).toEqual({
      targetValue: 20,
      disableScaleIn: false,
      customizedMetricSpecification: {
        metrics: [
          {
            id: "requests",
            label: "requests",
            returnData: false,
            metricStat: {
              metric: {
                namespace: "AWS/ApplicationELB",
                metricName: "RequestCount",
                dimensions: balancer,
              },
              stat: "Sum",
            },
          },
          {
            id: "seconds",
            label: "response time",
            returnData: false,
            metricStat: {
              metric: {
                namespace: "AWS/ApplicationELB",
                metricName: "TargetResponseTime",
                dimensions: balancer,
              },
              stat: "Average",
            },
          },
          {
            id: "instances",
            label: "instances in service",
            returnData: false,
            metricStat: {
              metric: {
                namespace: "AWS/AutoScaling",
                metricName: "GroupInServiceInstances",
                dimensions: [{ name: "AutoScalingGroupName", value: "pb-test-app" }],
              },
              stat: "Average",
            },
          },
          {
            id: "inflight",
            label: "requests in flight per instance",
            returnData: true,
            expression: "FILL(requests, 0) / PERIOD(requests) * FILL(seconds, 0) / instances",
          },
        ],
      },
    });
  });

  test("exactly one term of an expression is looked at", () => {
    expect(inFlightTerms(SOURCE).filter(({ result }) => result)).toHaveLength(1);
  });
});

describe("predictive scaling", () => {
  test("forecasts by the figure that the policy tracks", () => {
    expect(predictiveScaling(policy(), {}, SOURCE)).toEqual({
      mode: "ForecastAndScale",
      maxCapacityBreachBehavior: "HonorMaxCapacity",
      metricSpecification: {
        targetValue: 55,
        predefinedMetricPairSpecification: { predefinedMetricType: "ASGCPUUtilization" },
      },
    });
    expect(
      predictiveScaling(policy(), { requestsPerTargetPerMinute: 600 }, SOURCE).metricSpecification,
    ).toEqual({
      targetValue: 600,
      predefinedMetricPairSpecification: {
        predefinedMetricType: "ALBRequestCount",
        resourceLabel: "app/pb-test-app/1/targetgroup/pb-test-app-ec2/2",
      },
    });
  });
});

describe("step scaling", () => {
  test("one alarm adds and one removes; bounds are relative to the alarm's threshold", () => {
    const directions = stepDirections(
      steps(
        { lowerBound: 20, adjustment: 2 },
        { upperBound: -30, adjustment: -1 },
        { lowerBound: 10, upperBound: 20, adjustment: 1 },
      ),
    );
    expect(directions).toEqual([
      {
        direction: "out",
        threshold: 70,
        comparison: "GreaterThanOrEqualToThreshold",
        periodSeconds: 60,
        evaluationPeriods: 1,
        steps: [
          { metricIntervalLowerBound: "0", metricIntervalUpperBound: "10", scalingAdjustment: 1 },
          { metricIntervalLowerBound: "10", scalingAdjustment: 2 },
        ],
      },
      {
        direction: "in",
        threshold: 30,
        comparison: "LessThanThreshold",
        periodSeconds: 60,
        evaluationPeriods: 1,
        steps: [{ metricIntervalUpperBound: "0", scalingAdjustment: -1 }],
      },
    ]);
  });

  test.each([
    [1, 3, 60, 1],
    [1, 61, 60, 2],
    [60, 3, 60, 3],
    [61, 1, 120, 1],
    [90, 4, 120, 3],
  ])("%p s times %p are periods of %p s, %p of them", (period, count, periodSeconds, evaluationPeriods) => {
    expect(alarmWindow(period, count)).toEqual({ periodSeconds, evaluationPeriods });
  });

  test("what AWS takes has no problems", () => {
    expect(
      stepProblems(
        steps(
          { lowerBound: 0, upperBound: 10, adjustment: 1 },
          { lowerBound: 10, adjustment: 3 },
          { upperBound: -20, adjustment: -1 },
        ),
      ),
    ).toEqual([]);
  });

  test.each([
    ["an adding step open below", [{ adjustment: 1 }], /add instances/],
    ["an adding step closed above", [{ lowerBound: 0, upperBound: 9, adjustment: 1 }], /add instances/],
    ["a removing step open above", [{ adjustment: -1 }], /remove instances/],
    ["a removing step closed below", [{ lowerBound: -9, upperBound: 0, adjustment: -1 }], /remove instances/],
    [
      "a gap",
      [
        { lowerBound: 0, upperBound: 5, adjustment: 1 },
        { lowerBound: 6, adjustment: 2 },
      ],
      /without gaps/,
    ],
  ])("%s is refused before AWS does", (_, some, words) => {
    const problems = stepProblems(steps(...some));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(words);
  });
});

describe("schedules", () => {
  test.each([
    ["0 7 * * MON-FRI", "cron(0 7 ? * MON-FRI *)"],
    ["*/10 * 1 * *", "cron(*/10 * 1 * ? *)"],
    ["0 7 * * *", "cron(0 7 * * ? *)"],
  ])("%s is %s for a service", (recurrence, expected) => {
    expect(isCron(recurrence)).toBe(true);
    expect(applicationCronProblem(recurrence)).toBeUndefined();
    expect(applicationCron(recurrence)).toBe(expected);
  });

  test("what a service's schedule cannot say is refused", () => {
    expect(applicationCronProblem("0 7 1 * MON")).toMatch(/not both/);
    expect(applicationCronProblem("0 7 * * 1-5")).toMatch(/by name/);
    expect(isCron("0 7 * *")).toBe(false);
  });
});
