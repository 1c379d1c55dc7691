import * as appautoscaling from "@pulumi/aws/appautoscaling";
import * as autoscaling from "@pulumi/aws/autoscaling";
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as ec2 from "@pulumi/aws/ec2";
import * as ecs from "@pulumi/aws/ecs";
import * as lb from "@pulumi/aws/lb";
import type * as s3 from "@pulumi/aws/s3";
import * as ssm from "@pulumi/aws/ssm";
import * as pulumi from "@pulumi/pulumi";
import type { Ground, Roles, Tags } from "./ground";

export function balancing({ net, groupIds }: Ground, files: s3.Bucket, tags: Tags) {
  const loadBalancer = new lb.LoadBalancer("front", {
    securityGroups: groupIds,
    subnets: net.publicSubnetIds,
    accessLogs: { bucket: files.bucket, enabled: true, prefix: "alb" },
    dropInvalidHeaderFields: true,
    idleTimeout: 30,
    tags,
  });
  const targetGroup = new lb.TargetGroup("app", {
    vpcId: net.vpcId,
    port: 8080,
    protocol: "HTTP",
    deregistrationDelay: 10,
    slowStart: 30,
    healthCheck: { path: "/ready", interval: 10, timeout: 5, healthyThreshold: 2, matcher: "200" },
    tags,
  });
  const listener = new lb.Listener("http", {
    loadBalancerArn: loadBalancer.arn,
    port: 80,
    protocol: "HTTP",
    defaultActions: [
      {
        type: "fixed-response",
        fixedResponse: { contentType: "text/plain", statusCode: "403", messageBody: "no" },
      },
    ],
    tags,
  });
  new lb.ListenerRule("edge", {
    listenerArn: listener.arn,
    priority: 10,
    conditions: [{ httpHeader: { httpHeaderName: "x-edge", values: ["yes"] } }],
    actions: [{ type: "forward", targetGroupArn: targetGroup.arn }],
    tags,
  });
  return { loadBalancer, targetGroup };
}

export function scaling(
  { net, groupIds }: Ground,
  targetGroup: lb.TargetGroup,
  { profile }: Roles,
  tags: Tags,
): void {
  const imageName = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";
  const template = new ec2.LaunchTemplate("app", {
    imageId: ssm.getParameterOutput({ name: imageName }).insecureValue,
    instanceType: "m7g.large",
    iamInstanceProfile: { arn: profile.arn },
    vpcSecurityGroupIds: groupIds,
    metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
    monitoring: { enabled: true },
    blockDeviceMappings: [
      {
        deviceName: "/dev/xvda",
        ebs: { volumeSize: 20, volumeType: "gp3", encrypted: "true", deleteOnTermination: "true" },
      },
    ],
    tagSpecifications: [
      { resourceType: "instance", tags },
      { resourceType: "volume", tags },
    ],
    updateDefaultVersion: true,
    tags,
  });
  const group = new autoscaling.Group("app", {
    minSize: 0,
    maxSize: 2,
    desiredCapacity: 1,
    vpcZoneIdentifiers: net.privateSubnetIds,
    targetGroupArns: [targetGroup.arn],
    healthCheckType: "ELB",
    healthCheckGracePeriod: 60,
    defaultInstanceWarmup: 30,
    enabledMetrics: ["GroupDesiredCapacity", "GroupInServiceInstances"],
    mixedInstancesPolicy: {
      instancesDistribution: { onDemandBaseCapacity: 1, onDemandPercentageAboveBaseCapacity: 0 },
      launchTemplate: {
        launchTemplateSpecification: { launchTemplateId: template.id, version: "$Latest" },
        overrides: [{ instanceType: "m7g.large" }, { instanceType: "m7g.xlarge" }],
      },
    },
    warmPool: { minSize: 0, poolState: "Stopped" },
    tags: Object.entries(tags).map(([key, value]) => ({ key, value, propagateAtLaunch: true })),
  });
  const autoscalingGroupName = group.name;
  new autoscaling.Policy("cpu", {
    autoscalingGroupName,
    policyType: "TargetTrackingScaling",
    targetTrackingConfiguration: {
      targetValue: 50,
      predefinedMetricSpecification: { predefinedMetricType: "ASGAverageCPUUtilization" },
    },
  });
  new autoscaling.Policy("forecast", {
    autoscalingGroupName,
    policyType: "PredictiveScaling",
    predictiveScalingConfiguration: {
      mode: "ForecastAndScale",
      metricSpecification: {
        targetValue: 50,
        predefinedMetricPairSpecification: { predefinedMetricType: "ASGCPUUtilization" },
      },
    },
  });
  const step = new autoscaling.Policy("step", {
    autoscalingGroupName,
    policyType: "StepScaling",
    adjustmentType: "ChangeInCapacity",
    stepAdjustments: [{ scalingAdjustment: 1, metricIntervalLowerBound: "0" }],
  });
  new cloudwatch.MetricAlarm("step", {
    namespace: "AWS/EC2",
    metricName: "CPUUtilization",
    statistic: "Average",
    period: 60,
    evaluationPeriods: 1,
    threshold: 70,
    comparisonOperator: "GreaterThanThreshold",
    dimensions: { AutoScalingGroupName: autoscalingGroupName },
    alarmActions: [step.arn],
    tags,
  });
  new autoscaling.Schedule("morning", {
    autoscalingGroupName,
    scheduledActionName: "morning",
    recurrence: "0 7 * * MON-FRI",
    minSize: 1,
    maxSize: 2,
    desiredCapacity: -1,
  });
  new autoscaling.LifecycleHook("drain", {
    autoscalingGroupName,
    lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
    defaultResult: "CONTINUE",
    heartbeatTimeout: 60,
  });
  new ec2.PlacementGroup("near", { strategy: "cluster", tags });
  new cloudwatch.Dashboard("board", {
    dashboardName: "catalogue",
    dashboardBody: JSON.stringify({ widgets: [] }),
  });
}

export function containers(
  { net, groupIds }: Ground,
  targetGroup: lb.TargetGroup,
  { instance }: Roles,
  tags: Tags,
): void {
  const logs = new cloudwatch.LogGroup("containers", { retentionInDays: 3, tags });
  const cluster = new ecs.Cluster("app", {
    settings: [{ name: "containerInsights", value: "enabled" }],
    tags,
  });
  const task = new ecs.TaskDefinition("app", {
    family: "catalogue",
    cpu: "256",
    memory: "512",
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    executionRoleArn: instance.arn,
    runtimePlatform: { cpuArchitecture: "ARM64", operatingSystemFamily: "LINUX" },
    containerDefinitions: pulumi.jsonStringify([
      {
        name: "app",
        image: "public.ecr.aws/docker/library/node:20",
        portMappings: [{ containerPort: 8080 }],
        logConfiguration: { logDriver: "awslogs", options: { "awslogs-group": logs.name } },
      },
    ]),
    tags,
  });
  const service = new ecs.Service("app", {
    cluster: cluster.arn,
    taskDefinition: task.arn,
    desiredCount: 1,
    launchType: "FARGATE",
    networkConfiguration: { subnets: net.privateSubnetIds, securityGroups: groupIds },
    loadBalancers: [{ targetGroupArn: targetGroup.arn, containerName: "app", containerPort: 8080 }],
    tags,
  });
  const target = new appautoscaling.Target("service", {
    serviceNamespace: "ecs",
    scalableDimension: "ecs:service:DesiredCount",
    resourceId: pulumi.interpolate`service/${cluster.name}/${service.name}`,
    minCapacity: 1,
    maxCapacity: 2,
  });
  new appautoscaling.ScheduledAction("morning", {
    serviceNamespace: target.serviceNamespace,
    scalableDimension: target.scalableDimension,
    resourceId: target.resourceId,
    schedule: "cron(0 7 * * ? *)",
    scalableTargetAction: { minCapacity: 1, maxCapacity: 2 },
  });
}
