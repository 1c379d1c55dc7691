import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { AwsApp } from "../../../components/aws/app";
import { appProblems } from "../../../components/aws/app/problems";
import {
  AppFlavour,
  type AwsSettingsInput,
  awsSettings,
  CpuArchitecture,
  NatStrategy,
} from "../../../components/aws/settings";
import {
  type Application,
  type AppSizing,
  ScalingMetric,
  type ScalingPolicy,
  ScalingPolicyType,
} from "../../../components/contracts";
import { ConfigError } from "../../../core/errors";
import { APPLICATION, allRegistered, environmentArgs, secret, settled } from "../support";
import {
  contextWith,
  decoded,
  groupTags,
  inputsOf,
  type Recorded,
  recordTier,
  registered,
  statements,
  TAGS,
  tagged,
} from "./app-fleet-support";

const DATABASE = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf";
const CACHE = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:cache-GhIjKl";
const VARIABLES = "arn:aws:secretsmanager:eu-west-1:123456789012:shop-app-variables";
const { environment } = environmentArgs();

const SCALING: ScalingPolicy = {
  type: ScalingPolicyType.TargetTracking,
  metric: ScalingMetric.CpuUtilization,
  targetValue: 60,
  scaleOutCooldownSeconds: 30,
  scaleInCooldownSeconds: 90,
  instanceWarmupSeconds: 45,
  periodSeconds: 60,
  scaleOutPeriods: 3,
  scaleInPeriods: 15,
  disableScaleIn: false,
};
const SIZING: AppSizing = { minInstances: 2, maxInstances: 6, cpu: 2, memoryMiB: 4_096, scaling: SCALING };
const STEPS: ScalingPolicy = {
  ...SCALING,
  type: ScalingPolicyType.Step,
  steps: [
    { lowerBound: 0, adjustment: 2 },
    { upperBound: -30, adjustment: -1 },
  ],
};

let folder: string;
let home: string | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "perfbed-aws-app-"));
  mkdirSync(join(folder, "shop"));
  writeFileSync(join(folder, "shop/server.js"), "listen();\n");
  home = process.env.PERFBED_HOME;
  process.env.PERFBED_HOME = join(folder, "home");
});
afterEach(() => {
  if (home === undefined) delete process.env.PERFBED_HOME;
  else process.env.PERFBED_HOME = home;
  rmSync(folder, { recursive: true, force: true });
});

interface Changes {
  readonly settings?: Omit<AwsSettingsInput, "region">;
  readonly sizing?: Partial<AppSizing>;
  readonly application?: Partial<Application>;
}

function construct({ settings = {}, sizing = {}, application = {} }: Changes): AwsApp {
  return new AwsApp(
    "shop-app",
    {
      environment,
      sizing: { ...SIZING, ...sizing },
      application: { ...APPLICATION, workingDirectory: join(folder, "shop"), ...application },
      databaseUrl: pulumi.output(`postgresql://app:{{secret:${DATABASE}:password}}@proxy:5432/app`),
      databaseReplicaUrls: pulumi.output([
        `postgresql://app:{{secret:${DATABASE}:password}}@replica:5432/app`,
      ]),
      databaseAdminUrl: pulumi.output(`postgresql://app:{{secret:${DATABASE}:password}}@primary:5432/app`),
      cacheUrl: pulumi.output(`rediss://:{{secret:${CACHE}:token}}@cache:6379/0`),
    },
    contextWith(settings),
    {},
  );
}

async function make(changes: Changes = {}): Promise<{ recorded: Recorded; app: AwsApp }> {
  const recorded = recordTier();
  const app = construct(changes);
  await settled(app.inService);
  await allRegistered();
  return { recorded, app };
}

describe("AwsApp on EC2, as registered with the engine", () => {
  test("it registers these resources and no others", async () => {
    const { recorded } = await make();
    expect(registered(recorded)).toEqual([
      "aws:autoscaling:Group shop-app-group",
      "aws:autoscaling:LifecycleHook shop-app-group-drained",
      "aws:autoscaling:Policy shop-app-scaling-target-tracking",
      "aws:ec2:LaunchTemplate shop-app-launch-template",
      "aws:iam:InstanceProfile shop-app-instance-profile",
      "aws:iam:Role shop-app-instance-role",
      "aws:iam:RolePolicy shop-app-instance-role-policy",
      "aws:iam:RolePolicyAttachment shop-app-instance-role-AmazonSSMManagedInstanceCore",
      "aws:lb:Listener shop-app-listener",
      "aws:lb:LoadBalancer shop-app-load-balancer",
      "aws:lb:TargetGroup shop-app-target-group",
      "aws:s3:BucketObjectv2 shop-app-bundle",
      "aws:secretsmanager:Secret shop-app-variables",
      "aws:secretsmanager:SecretVersion shop-app-variables-value",
      "perfbed:aws:App shop-app",
    ]);
  });

  test("its outputs are the balancer's URL and the minimum, and no live source yet", async () => {
    const { app } = await make();
    expect(await settled(app.url)).toEqual({
      value: "http://pb-test-app-1.eu-west-1.elb.amazonaws.com",
      secret: false,
    });
    expect((await settled(app.inService)).value).toBe(2);
    expect((await settled(app.telemetry)).value).toEqual([]);
  });

  test("the balancer is public, drops broken headers, keeps a log, and may be removed", async () => {
    const { recorded } = await make();
    expect(inputsOf(recorded, "shop-app-load-balancer")).toEqual({
      name: "pb-test-app",
      loadBalancerType: "application",
      internal: false,
      subnets: ["public-a", "public-b"],
      securityGroups: ["sg-load-balancer"],
      dropInvalidHeaderFields: true,
      enableHttp2: true,
      enableDeletionProtection: false,
      idleTimeout: 60,
      accessLogs: { enabled: true, bucket: "pb-test-bucket", prefix: "access-logs" },
      tags: tagged("app"),
    });
    expect(inputsOf(recorded, "shop-app-target-group")).toEqual({
      name: "pb-test-app-ec2",
      vpcId: "vpc-1",
      targetType: "instance",
      protocol: "HTTP",
      protocolVersion: "HTTP1",
      port: 8080,
      loadBalancingAlgorithmType: "least_outstanding_requests",
      deregistrationDelay: 5,
      healthCheck: {
        enabled: true,
        protocol: "HTTP",
        path: "/ready",
        matcher: "200",
        interval: 5,
        timeout: 4,
        healthyThreshold: 2,
        unhealthyThreshold: 3,
      },
      tags: tagged("app"),
    });
    expect(inputsOf(recorded, "shop-app-listener")).toMatchObject({
      protocol: "HTTP",
      port: 80,
      defaultActions: [
        { type: "forward", targetGroupArn: "arn:aws:lb:eu-west-1:123456789012:shop-app-target-group" },
      ],
    });
  });

  test("with a certificate it speaks HTTPS and sends HTTP there", async () => {
    const { recorded, app } = await make({
      settings: { app: { certificateArn: "arn:cert", accessLogs: false } },
    });
    expect(inputsOf(recorded, "shop-app-listener")).toMatchObject({
      protocol: "HTTPS",
      port: 443,
      sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
      certificateArn: "arn:cert",
    });
    expect(inputsOf(recorded, "shop-app-redirect")).toMatchObject({
      protocol: "HTTP",
      port: 80,
      defaultActions: [
        { type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } },
      ],
    });
    expect(inputsOf(recorded, "shop-app-load-balancer")).not.toHaveProperty("accessLogs");
    expect((await settled(app.url)).value).toBe("https://pb-test-app-1.eu-west-1.elb.amazonaws.com");
  });

  test("instances have metadata version 2, an encrypted volume, no key and no public address", async () => {
    const { recorded } = await make();
    const { userData, ...template } = inputsOf(recorded, "shop-app-launch-template");
    expect(template).toEqual({
      imageId: "ami-1",
      instanceType: "c7g.large",
      iamInstanceProfile: { arn: "arn:aws:iam:eu-west-1:123456789012:shop-app-instance-profile" },
      updateDefaultVersion: true,
      ebsOptimized: "true",
      instanceInitiatedShutdownBehavior: "terminate",
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      monitoring: { enabled: true },
      networkInterfaces: [
        {
          deviceIndex: 0,
          associatePublicIpAddress: "false",
          deleteOnTermination: "true",
          securityGroups: ["sg-app"],
        },
      ],
      blockDeviceMappings: [
        {
          deviceName: "/dev/xvda",
          ebs: { volumeType: "gp3", volumeSize: 20, encrypted: "true", deleteOnTermination: "true" },
        },
      ],
      tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({
        resourceType,
        tags: tagged("app"),
      })),
      tags: tagged("app"),
    });
    const text = decoded(userData);
    expect(text).toContain("BUCKET='pb-test-bucket'");
    expect(text).toContain("GROUP='pb-test-app'");
    expect(text).toContain(`'${VARIABLES}'`);
    expect(text).toContain(`{{secret:${DATABASE}:password}}@proxy:5432/app`);
  });

  test("type and image may be named; a burstable one is not slowed down half-way", async () => {
    const { recorded } = await make({
      settings: { app: { instanceType: "t4g.large", imageId: "ami-own" } },
    });
    expect(inputsOf(recorded, "shop-app-launch-template")).toMatchObject({
      instanceType: "t4g.large",
      imageId: "ami-own",
      creditSpecification: { cpuCredits: "unlimited" },
    });
    expect(recorded.calls).toEqual([]);
  });

  test("the group waits for its minimum at the balancer and replaces what is not ready", async () => {
    const { recorded } = await make();
    expect(inputsOf(recorded, "shop-app-group")).toEqual({
      name: "pb-test-app",
      minSize: 2,
      maxSize: 6,
      vpcZoneIdentifiers: ["private-a", "private-b"],
      launchTemplate: { id: "shop-app-launch-template-id", version: "3" },
      targetGroupArns: ["arn:aws:lb:eu-west-1:123456789012:shop-app-target-group"],
      healthCheckType: "ELB",
      healthCheckGracePeriod: 20,
      defaultInstanceWarmup: 45,
      minElbCapacity: 2,
      // 240 s of boot, 30 + 60 s of set-up, 20 s of start: 350 s.
      waitForCapacityTimeout: "11m",
      initialLifecycleHooks: [
        {
          name: "ready",
          lifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
          heartbeatTimeout: 350,
          defaultResult: "ABANDON",
        },
      ],
      instanceRefresh: {
        strategy: "Rolling",
        preferences: {
          instanceWarmup: "45",
          minHealthyPercentage: 100,
          maxHealthyPercentage: 200,
          skipMatching: true,
        },
      },
      enabledMetrics: [
        "GroupDesiredCapacity",
        "GroupInServiceInstances",
        "GroupMaxSize",
        "GroupMinSize",
        "GroupPendingInstances",
        "GroupStandbyInstances",
        "GroupTerminatingInstances",
        "GroupTotalInstances",
      ],
      metricsGranularity: "1Minute",
      terminationPolicies: ["OldestLaunchTemplate", "Default"],
      forceDelete: true,
      tags: groupTags("app"),
    });
    expect(inputsOf(recorded, "shop-app-group-drained")).toEqual({
      name: "drained",
      autoscalingGroupName: "pb-test-app",
      lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
      heartbeatTimeout: 40,
      defaultResult: "CONTINUE",
    });
  });

  test("a warm pool waits stopped, and goes with the group", async () => {
    const { recorded } = await make({ settings: { app: { warmPool: { minSize: 2, running: false } } } });
    expect(inputsOf(recorded, "shop-app-group")).toMatchObject({
      warmPool: { minSize: 2, poolState: "Stopped", instanceReusePolicy: { reuseOnScaleIn: false } },
      forceDeleteWarmPool: true,
    });
  });

  test("spot instances come from several types, beyond what is on demand", async () => {
    const { recorded } = await make({
      settings: {
        app: {
          spot: {
            onDemandBase: 1,
            onDemandPercentAboveBase: 25,
            instanceTypes: ["m7g.large", "c7g.large"],
          },
        },
      },
    });
    const group = inputsOf(recorded, "shop-app-group");
    expect(group).not.toHaveProperty("launchTemplate");
    expect(group).toMatchObject({
      capacityRebalance: true,
      mixedInstancesPolicy: {
        instancesDistribution: {
          onDemandAllocationStrategy: "prioritized",
          onDemandBaseCapacity: 1,
          onDemandPercentageAboveBaseCapacity: 25,
          spotAllocationStrategy: "price-capacity-optimized",
        },
        launchTemplate: {
          launchTemplateSpecification: {
            launchTemplateId: "shop-app-launch-template-id",
            version: "3",
          },
          overrides: [{ instanceType: "c7g.large" }, { instanceType: "m7g.large" }],
        },
      },
    });
  });

  test("an instance may read its bundle and its secrets, leave markers and logs, and no more", async () => {
    const { recorded } = await make();
    expect(JSON.parse(String(inputsOf(recorded, "shop-app-instance-role").assumeRolePolicy))).toEqual({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ec2.amazonaws.com" } }],
    });
    const logs = "arn:aws:logs:eu-west-1:*:log-group:/perfbed/pb-test";
    expect(statements(inputsOf(recorded, "shop-app-instance-role-policy").policy)).toEqual({
      ReadBundle: {
        Effect: "Allow",
        Action: ["s3:GetObject"],
        Resource: ["arn:aws:s3:::pb-test-bucket/app/bundles/*"],
      },
      Markers: {
        Effect: "Allow",
        Action: ["s3:GetObject", "s3:PutObject"],
        Resource: ["arn:aws:s3:::pb-test-bucket/app/markers/*"],
      },
      WriteLogs: {
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
        Resource: [logs, `${logs}:log-stream:*`],
      },
      AnswerLifecycleHooks: {
        Effect: "Allow",
        Action: ["autoscaling:CompleteLifecycleAction"],
        Resource: ["arn:aws:autoscaling:eu-west-1:*:autoScalingGroup:*:autoScalingGroupName/pb-test-app"],
      },
      ReadSecrets: {
        Effect: "Allow",
        Action: ["secretsmanager:GetSecretValue"],
        Resource: [CACHE, DATABASE, VARIABLES],
      },
    });
  });

  test("the bundle has its content in its name, and only perfbed's tags", async () => {
    const { recorded } = await make();
    const { source, ...bundle } = inputsOf(recorded, "shop-app-bundle");
    expect(bundle).toEqual({
      bucket: "pb-test-bucket",
      key: expect.stringMatching(/^app\/bundles\/[0-9a-f]{64}\.tar\.gz$/),
      contentType: "application/gzip",
      forceDestroy: true,
      tags: Object.fromEntries(
        Object.entries({ ...TAGS, Name: "pb-test-app-bundle" }).filter(([key]) => key !== "team"),
      ),
    });
    if (!(source instanceof pulumi.asset.FileAsset)) throw new TypeError("the bundle is no file");
    expect(await source.path).toBe(join(folder, "home", bundle.key?.toString().replace("app/", "") ?? ""));
  });

  test("the application's own variables lie in a secret, and references are replaced on the way there", async () => {
    process.env.SHOP_TOKEN = "hunter2";
    const { recorded } = await make({ application: { environment: { TOKEN: "${SHOP_TOKEN}" } } });
    delete process.env.SHOP_TOKEN;
    expect(inputsOf(recorded, "shop-app-variables")).toMatchObject({ recoveryWindowInDays: 0 });
    expect(inputsOf(recorded, "shop-app-variables-value").secretString).toEqual(
      secret(JSON.stringify({ TOKEN: "hunter2" })),
    );
    expect(decoded(inputsOf(recorded, "shop-app-launch-template").userData)).not.toContain("hunter2");
    const without = await make({ application: { environment: {} } });
    expect(registered(without.recorded).join()).not.toContain("secretsmanager");
  });

  test("target tracking on CPU is the group's", async () => {
    const { recorded } = await make();
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
    const { recorded } = await make({ settings: { app: { requestsPerTargetPerMinute: 900 } } });
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
    const { recorded } = await make({ sizing: { scaling: STEPS } });
    expect(inputsOf(recorded, "shop-app-scaling-step-out")).toEqual({
      autoscalingGroupName: "pb-test-app",
      policyType: "StepScaling",
      adjustmentType: "ChangeInCapacity",
      metricAggregationType: "Average",
      stepAdjustments: [{ metricIntervalLowerBound: "0", scalingAdjustment: 2 }],
    });
    expect(inputsOf(recorded, "shop-app-scaling-alarm-out")).toEqual({
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
      comparisonOperator: "LessThanThreshold",
      threshold: 30,
      evaluationPeriods: 15,
    });
  });

  test("schedules move the bounds alone, and a forecast goes by the policy's figure", async () => {
    const { recorded } = await make({
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

describe("AwsApp on Fargate, as registered with the engine", () => {
  const FARGATE = { flavour: AppFlavour.Fargate, containerImage: "registry.example/shop:1" };

  test("it registers these resources and no others", async () => {
    const { recorded } = await make({ settings: { app: FARGATE } });
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
    const { recorded, app } = await make({ settings: { app: FARGATE } });
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
    const { recorded } = await make({ settings: { app: FARGATE } });
    const task = inputsOf(recorded, "shop-app-task");
    expect(task).toMatchObject({
      family: "pb-test-app",
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      cpu: "2048",
      memory: "4096",
      runtimePlatform: { operatingSystemFamily: "LINUX", cpuArchitecture: "ARM64" },
      volumes: [{ name: "setup" }],
      tags: tagged("app"),
    });
    const containers: unknown = JSON.parse(String(task.containerDefinitions));
    expect(containers).toMatchObject([
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
    const { recorded } = await make({ settings: { app: FARGATE } });
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
    const { recorded } = await make({
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
    const { recorded } = await make({ settings: { app: FARGATE }, sizing: { scaling: STEPS } });
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

describe("what an app tier cannot be", () => {
  const fields = ({ settings = {}, sizing = {}, application = {} }: Changes): string[] =>
    appProblems(
      { sizing: { ...SIZING, ...sizing }, application: { ...APPLICATION, ...application } },
      awsSettings({ region: "eu-west-1", ...settings }),
    ).map(({ field }) => field);
  const spot = { onDemandBase: 1, onDemandPercentAboveBase: 0, instanceTypes: ["c7g.medium"] };
  const fargate = { flavour: AppFlavour.Fargate, containerImage: "image" };

  test.each<[string, Changes, string[]]>([
    ["the defaults", {}, []],
    ["more than one instance holds", { sizing: { cpu: 100 } }, ["sizing.app"]],
    ["a type too small", { settings: { app: { instanceType: "c7g.medium" } } }, ["aws.app.instanceType"]],
    [
      "a type of another processor",
      { settings: { app: { instanceType: "m7g.large", architecture: CpuArchitecture.X8664 } } },
      ["aws.app.instanceType"],
    ],
    ["a type that perfbed does not know", { settings: { app: { instanceType: "z99.huge" } } }, []],
    ["a spot type too small", { settings: { app: { spot } } }, ["aws.app.spot.instanceTypes[0]"]],
    [
      "a warm pool of spot instances",
      {
        settings: { app: { spot: { ...spot, instanceTypes: [] }, warmPool: { minSize: 1, running: true } } },
      },
      ["aws.app.warmPool"],
    ],
    [
      "a package that is an option",
      { settings: { app: { packages: ["--installroot=/x"] } } },
      ["aws.app.packages"],
    ],
    [
      "steps that AWS refuses",
      { sizing: { scaling: { ...STEPS, steps: [{ adjustment: 1 }] } } },
      ["sizing.app.scaling.steps"],
    ],
    [
      "requests a target with steps",
      { settings: { app: { requestsPerTargetPerMinute: 10 } }, sizing: { scaling: STEPS } },
      ["aws.app.requestsPerTargetPerMinute"],
    ],
    [
      "a forecast of requests in flight",
      {
        settings: { app: { predictiveScaling: true } },
        sizing: { scaling: { ...SCALING, metric: ScalingMetric.InFlightRequests } },
      },
      ["aws.app.predictiveScaling"],
    ],
    [
      "a schedule that is none",
      {
        settings: {
          app: { schedules: [{ name: "x", recurrence: "daily", minInstances: 3, maxInstances: 2 }] },
        },
      },
      ["aws.app.schedules[0].recurrence", "aws.app.schedules[0]"],
    ],
    [
      "no way out for EC2",
      { settings: { network: { nat: NatStrategy.None } } },
      ["aws.network.interfaceEndpoints"],
    ],
    [
      "endpoints in place of NAT",
      {
        settings: {
          network: { nat: NatStrategy.None, interfaceEndpoints: ["autoscaling", "secretsmanager"] },
        },
      },
      [],
    ],
    [
      "Fargate without an image",
      { settings: { app: { flavour: AppFlavour.Fargate } } },
      ["aws.app.containerImage"],
    ],
    [
      "Fargate with what is EC2's",
      {
        settings: {
          app: { ...fargate, predictiveScaling: true, warmPool: { minSize: 1, running: true }, spot },
        },
      },
      ["aws.app.warmPool", "aws.app.spot", "aws.app.predictiveScaling"],
    ],
    [
      "a long set-up on Fargate",
      { settings: { app: fargate }, application: { setup: { command: ["x"], timeoutSeconds: 121 } } },
      ["application.setup.timeoutSeconds"],
    ],
    ["a task too large for Fargate", { settings: { app: fargate }, sizing: { cpu: 32 } }, ["sizing.app"]],
  ])("%s", (_, changes, expected) => {
    expect(fields(changes)).toEqual(expected);
  });

  test("it is refused before anything is registered", () => {
    const recorded = recordTier();
    expect(() => construct({ settings: { app: { flavour: AppFlavour.Fargate } } })).toThrow(ConfigError);
    expect(recorded.registrations).toEqual([]);
  });
});
