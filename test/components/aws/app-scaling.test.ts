import { inputsOf, tagged } from "./app-fleet-support";
import { makeApp, STEPS, withApplicationFolder } from "./app-support";

withApplicationFolder();

describe("scaling of the app tier on EC2, as registered with the engine", () => {
  test("target tracking on CPU is the group's", async () => {
    const { recorded } = await makeApp();
    expect(inputsOf(recorded, "shop-app-scaling-target-tracking")).toEqual({
      autoscalingGroupName: "pb-test-app",
      policyType: "TargetTrackingScaling",
      targetTrackingConfiguration: {
        targetValue: 60,
        disableScaleIn: false,
        predefinedMetricSpecification: { predefinedMetricType: "ASGAverageCPUUtilization" },
      },
    });
  });

  test("on requests the balancer and its targets are named as AWS wants them", async () => {
    const { recorded } = await makeApp({ settings: { app: { requestsPerTargetPerMinute: 900 } } });
    expect(inputsOf(recorded, "shop-app-scaling-target-tracking")).toMatchObject({
      targetTrackingConfiguration: {
        targetValue: 900,
        predefinedMetricSpecification: {
          predefinedMetricType: "ALBRequestCountPerTarget",
          resourceLabel: "app/pb-test-app/1/targetgroup/pb-test-app/2",
        },
      },
    });
  });

  test("steps have an alarm a direction", async () => {
    const { recorded } = await makeApp({ sizing: { scaling: STEPS } });
    expect(inputsOf(recorded, "shop-app-scaling-step-out")).toEqual({
      autoscalingGroupName: "pb-test-app",
      policyType: "StepScaling",
      adjustmentType: "ChangeInCapacity",
      metricAggregationType: "Average",
      stepAdjustments: [{ metricIntervalLowerBound: "0", scalingAdjustment: 2 }],
    });
    expect(inputsOf(recorded, "shop-app-scaling-alarm-out")).toEqual({
      name: "pb-test-app-scale-out",
      alarmDescription: "Sets off the scale-out of the app tier",
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      threshold: 60,
      evaluationPeriods: 3,
      metricQueries: [
        {
          id: "cpu",
          label: "CPU",
          returnData: true,
          metric: {
            namespace: "AWS/EC2",
            metricName: "CPUUtilization",
            dimensions: { AutoScalingGroupName: "pb-test-app" },
            period: 60,
            stat: "Average",
          },
        },
      ],
      treatMissingData: "missing",
      alarmActions: ["arn:aws:autoscaling:eu-west-1:123456789012:shop-app-scaling-step-out"],
      tags: tagged("app-scale-out"),
    });
    expect(inputsOf(recorded, "shop-app-scaling-alarm-in")).toMatchObject({
      name: "pb-test-app-scale-in",
      comparisonOperator: "LessThanThreshold",
      threshold: 30,
      evaluationPeriods: 15,
    });
  });

  test("schedules move the bounds alone, and a forecast goes by the policy's figure", async () => {
    const { recorded } = await makeApp({
      settings: {
        app: {
          predictiveScaling: true,
          schedules: [{ name: "morning", recurrence: "0 7 * * MON-FRI", minInstances: 4, maxInstances: 8 }],
        },
      },
    });
    expect(inputsOf(recorded, "shop-app-scaling-schedule-morning")).toEqual({
      autoscalingGroupName: "pb-test-app",
      scheduledActionName: "morning",
      recurrence: "0 7 * * MON-FRI",
      timeZone: "Etc/UTC",
      minSize: 4,
      maxSize: 8,
      desiredCapacity: -1,
    });
    expect(inputsOf(recorded, "shop-app-scaling-predictive")).toMatchObject({
      policyType: "PredictiveScaling",
      predictiveScalingConfiguration: {
        mode: "ForecastAndScale",
        metricSpecification: {
          targetValue: 60,
          predefinedMetricPairSpecification: { predefinedMetricType: "ASGCPUUtilization" },
        },
      },
    });
  });
});
