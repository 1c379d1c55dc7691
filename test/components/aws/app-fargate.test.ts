import { AppFlavour } from "../../../components/aws/settings";
import { settled } from "../support";
import { inputsOf, registered, statements, tagged } from "./app-fleet-support";
import { CACHE, DATABASE, makeApp, STEPS, VARIABLES, withApplicationFolder } from "./app-support";

withApplicationFolder();

describe("AwsApp on Fargate, as registered with the engine", () => {
  const FARGATE = { flavour: AppFlavour.Fargate, containerImage: "registry.example/shop:1" };

  test("it registers these resources and no others", async () => {
    const { recorded } = await makeApp({ settings: { app: FARGATE } });
    expect(registered(recorded)).toEqual([
      "aws:appautoscaling:Policy shop-app-scaling-target-tracking",
      "aws:appautoscaling:Target shop-app-scaling-target",
      "aws:ecs:Cluster shop-app-cluster",
      "aws:ecs:Service shop-app-service",
      "aws:ecs:TaskDefinition shop-app-task",
      "aws:iam:Role shop-app-execution-role",
      "aws:iam:Role shop-app-task-role",
      "aws:iam:RolePolicy shop-app-execution-role-policy",
      "aws:iam:RolePolicy shop-app-task-role-policy",
      "aws:iam:RolePolicyAttachment shop-app-execution-role-AmazonECSTaskExecutionRolePolicy",
      "aws:lb:Listener shop-app-listener",
      "aws:lb:LoadBalancer shop-app-load-balancer",
      "aws:lb:TargetGroup shop-app-target-group",
      "aws:secretsmanager:Secret shop-app-variables",
      "aws:secretsmanager:SecretVersion shop-app-variables-value",
      "perfbed:aws:App shop-app",
    ]);
  });

  test("the service is steady behind the same balancer, and a failed deployment stays failed", async () => {
    const { recorded, app } = await makeApp({ settings: { app: FARGATE } });
    expect(inputsOf(recorded, "shop-app-target-group")).toMatchObject({
      name: "pb-test-app-ip",
      targetType: "ip",
    });
    expect(inputsOf(recorded, "shop-app-service")).toEqual({
      name: "pb-test-app",
      cluster: "arn:aws:ecs:eu-west-1:123456789012:shop-app-cluster",
      taskDefinition: "arn:aws:ecs:eu-west-1:123456789012:shop-app-task",
      launchType: "FARGATE",
      platformVersion: "1.4.0",
      desiredCount: 2,
      networkConfiguration: {
        subnets: ["private-a", "private-b"],
        securityGroups: ["sg-app"],
        assignPublicIp: false,
      },
      loadBalancers: [
        {
          targetGroupArn: "arn:aws:lb:eu-west-1:123456789012:shop-app-target-group",
          containerName: "app",
          containerPort: 8080,
        },
      ],
      healthCheckGracePeriodSeconds: 50,
      deploymentCircuitBreaker: { enable: true, rollback: false },
      deploymentMinimumHealthyPercent: 100,
      deploymentMaximumPercent: 200,
      enableEcsManagedTags: true,
      propagateTags: "SERVICE",
      waitForSteadyState: true,
      forceDelete: true,
      tags: tagged("app"),
    });
    expect((await settled(app.inService)).value).toBe(2);
  });

  test("a task has the sizing's size and the containers of the application", async () => {
    const { recorded } = await makeApp({ settings: { app: FARGATE } });
    const task = inputsOf(recorded, "shop-app-task");
    expect(task).toMatchObject({
      family: "pb-test-app",
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      cpu: "2048",
      memory: "4096",
      runtimePlatform: { operatingSystemFamily: "LINUX", cpuArchitecture: "ARM64" },
      volumes: [{ name: "database-authorities" }, { name: "setup" }],
      tags: tagged("app"),
    });
    const containers: unknown = JSON.parse(String(task.containerDefinitions));
    expect(containers).toMatchObject([
      { name: "database-authorities" },
      { name: "setup-lock" },
      { name: "setup" },
      { name: "setup-told" },
      {
        name: "app",
        image: "registry.example/shop:1",
        secrets: expect.arrayContaining([{ name: "LOG_LEVEL", valueFrom: `${VARIABLES}:LOG_LEVEL::` }]),
      },
    ]);
  });

  test("starting a task may read the secrets; the task itself may only leave markers", async () => {
    const { recorded } = await makeApp({ settings: { app: FARGATE } });
    expect(statements(inputsOf(recorded, "shop-app-execution-role-policy").policy)).toEqual({
      ReadSecrets: {
        Effect: "Allow",
        Action: ["secretsmanager:GetSecretValue"],
        Resource: [CACHE, DATABASE, VARIABLES],
      },
    });
    expect(Object.keys(statements(inputsOf(recorded, "shop-app-task-role-policy").policy))).toEqual([
      "Markers",
    ]);
  });

  test("its scaling has the sizing's bounds and cool-downs", async () => {
    const { recorded } = await makeApp({
      settings: {
        app: {
          ...FARGATE,
          schedules: [{ name: "morning", recurrence: "0 7 * * MON-FRI", minInstances: 4, maxInstances: 8 }],
        },
      },
    });
    expect(inputsOf(recorded, "shop-app-scaling-target")).toMatchObject({
      serviceNamespace: "ecs",
      scalableDimension: "ecs:service:DesiredCount",
      resourceId: "service/pb-test-app/pb-test-app",
      minCapacity: 2,
      maxCapacity: 6,
    });
    expect(inputsOf(recorded, "shop-app-scaling-target-tracking")).toMatchObject({
      policyType: "TargetTrackingScaling",
      targetTrackingScalingPolicyConfiguration: {
        targetValue: 60,
        predefinedMetricSpecification: { predefinedMetricType: "ECSServiceAverageCPUUtilization" },
        scaleOutCooldown: 30,
        scaleInCooldown: 90,
      },
    });
    expect(inputsOf(recorded, "shop-app-scaling-schedule-morning")).toMatchObject({
      schedule: "cron(0 7 ? * MON-FRI *)",
      scalableTargetAction: { minCapacity: 4, maxCapacity: 8 },
    });
  });

  test("steps have an alarm a direction on the service's figures", async () => {
    const { recorded } = await makeApp({ settings: { app: FARGATE }, sizing: { scaling: STEPS } });
    expect(inputsOf(recorded, "shop-app-scaling-step-in")).toMatchObject({
      policyType: "StepScaling",
      stepScalingPolicyConfiguration: {
        cooldown: 90,
        stepAdjustments: [{ metricIntervalUpperBound: "0", scalingAdjustment: -1 }],
      },
    });
    expect(inputsOf(recorded, "shop-app-scaling-alarm-out")).toMatchObject({
      metricQueries: [
        {
          metric: {
            namespace: "AWS/ECS",
            dimensions: { ClusterName: "pb-test-app", ServiceName: "pb-test-app" },
          },
        },
      ],
    });
  });
});
