import * as ecs from "@pulumi/aws/ecs";
import * as pulumi from "@pulumi/pulumi";
import { ConfigError } from "../../../core/errors";
import { apmPermissions, apmSecretArns } from "../apm/permissions";
import { awsTags, physicalName } from "../context";
import { FARGATE_PLATFORM, fargateRuntime } from "../instances/fargate-runtime";
import { fargateSize } from "../instances/fargate-size";
import { createRole, objectsBelow, type PolicyStatement, S3_READ_WRITE } from "../instances/roles";
import { NatStrategy } from "../settings";
import { APP_CONTAINER, AUTHORITIES_VOLUME, fargateContainers, SETUP_VOLUME } from "./fargate-containers";
import { createServiceScaling } from "./fargate-scaling";
import { readSecrets } from "./instance-role";
import { createLoadBalancer, TargetType } from "./load-balancer";
import {
  type AppFlavourOutputs,
  type AppParts,
  balancerSource,
  connectionTexts,
  storedVariables,
} from "./parts";
import type { ScalingSource } from "./scaling-policies";
import { secretArns } from "./secret-references";
import { MARKERS_PREFIX } from "./setup-lock";

/**
 * The app tier as a service of ECS on Fargate. Made when its tasks are steady. A deployment that fails ends as failed and is not rolled
 * back: what would then be measured is not the version under test.
 */
export function createFargateService(
  name: string,
  parts: AppParts,
  options: pulumi.CustomResourceOptions,
): AppFlavourOutputs {
  const { args, context } = parts;
  const { application, environment, sizing } = args;
  const settings = context.settings.app;
  const ground = context.ground();
  const image = requiredImage(settings.containerImage);
  const size = fargateSize(sizing.cpu, sizing.memoryMiB, "sizing.app");
  const tags = awsTags(environment, "app");
  const internet = context.settings.network.nat !== NatStrategy.None;

  const balancer = createLoadBalancer(
    name,
    { environment, application, settings, ground, targetType: TargetType.Ip },
    options,
  );
  const cluster = new ecs.Cluster(
    `${name}-cluster`,
    {
      name: physicalName(environment, "app"),
      settings: [{ name: "containerInsights", value: "enabled" }],
      tags,
    },
    options,
  );
  const variablesSecret = storedVariables(name, parts, options);
  const roles = createTaskRoles(name, parts, variablesSecret, options);
  const containers = pulumi
    .all([ground.bucketName, ground.logGroupName, parts.connections, variablesSecret ?? pulumi.output("")])
    .apply(([bucketName, logGroupName, connections, secretArn]) =>
      fargateContainers({
        environment,
        application,
        connections,
        image,
        port: settings.port,
        region: context.settings.region,
        bucketName,
        logGroupName,
        ...(secretArn === "" ? {} : { variables: { names: Object.keys(parts.variables), secretArn } }),
        internet,
        ...(args.apm === undefined ? {} : { apm: args.apm }),
      }),
    );
  const task = new ecs.TaskDefinition(
    `${name}-task`,
    {
      family: physicalName(environment, "app"),
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      cpu: String(size.cpu),
      memory: String(size.memoryMiB),
      runtimePlatform: fargateRuntime(settings.architecture),
      executionRoleArn: roles.execution.role.arn,
      taskRoleArn: roles.task.role.arn,
      volumes: [
        ...(internet ? [{ name: AUTHORITIES_VOLUME }] : []),
        ...(application.setup === undefined ? [] : [{ name: SETUP_VOLUME }]),
      ],
      containerDefinitions: pulumi.jsonStringify(containers),
      tags,
    },
    options,
  );
  const service = new ecs.Service(
    `${name}-service`,
    {
      name: physicalName(environment, "app"),
      cluster: cluster.arn,
      taskDefinition: task.arn,
      launchType: "FARGATE",
      platformVersion: FARGATE_PLATFORM,
      desiredCount: sizing.minInstances,
      networkConfiguration: {
        subnets: ground.subnets.privateIds,
        securityGroups: [ground.securityGroups.app],
        assignPublicIp: false,
      },
      loadBalancers: [
        {
          targetGroupArn: balancer.targetGroup.arn,
          containerName: APP_CONTAINER,
          containerPort: settings.port,
        },
      ],
      healthCheckGracePeriodSeconds: Math.ceil(
        application.startTimeoutSeconds + (application.setup?.timeoutSeconds ?? 0),
      ),
      deploymentCircuitBreaker: { enable: true, rollback: false },
      deploymentMinimumHealthyPercent: 100,
      deploymentMaximumPercent: 200,
      enableEcsManagedTags: true,
      propagateTags: "SERVICE",
      waitForSteadyState: true,
      forceDelete: true,
      tags,
    },
    pulumi.mergeOptions(options, {
      dependsOn: [balancer.listener, ...roles.execution.policies, ...roles.task.policies],
      // The autoscaler's from the first minute on.
      ignoreChanges: ["desiredCount"],
    }),
  );
  const dimensions = { ClusterName: cluster.name, ServiceName: service.name };
  const source: ScalingSource = {
    cpu: { namespace: "AWS/ECS", name: "CPUUtilization", dimensions },
    instances: { namespace: "ECS/ContainerInsights", name: "RunningTaskCount", dimensions },
    ...balancerSource(balancer, service.id),
  };
  createServiceScaling(
    `${name}-scaling`,
    pulumi.interpolate`service/${cluster.name}/${service.name}`,
    { environment, sizing, settings, source },
    options,
  );
  return { url: balancer.url, inService: service.id.apply(() => sizing.minInstances) };
}

function requiredImage(image: string | undefined): string {
  if (image === undefined) {
    throw new ConfigError("AWS app tier", [
      { field: "aws.app.containerImage", allowed: "a container image, for the Fargate flavour" },
    ]);
  }
  return image;
}

/** What the containers of a task may do: leave markers of the set-up, and what agents need. Nothing where there is neither. */
function taskStatements({ args, context }: AppParts): { statements?: pulumi.Output<PolicyStatement[]> } {
  const setup = args.application.setup !== undefined;
  if (!setup && args.apm === undefined) return {};
  const statements = context
    .ground()
    .bucketArn.apply((arn) => [
      ...(setup ? [objectsBelow("Markers", arn, [MARKERS_PREFIX], S3_READ_WRITE)] : []),
      ...apmPermissions(args.apm, arn),
    ]);
  return { statements };
}

type Role = ReturnType<typeof createRole>;

/** One role to start tasks with (image, logs, secrets), one that the containers have themselves. */
function createTaskRoles(
  name: string,
  parts: AppParts,
  variablesSecret: pulumi.Output<string> | undefined,
  options: pulumi.CustomResourceOptions,
): { readonly execution: Role; readonly task: Role } {
  const { environment } = parts.args;
  const { bucketArn } = parts.context.ground();
  const common = { environment, service: "ecs-tasks.amazonaws.com", bucketArn };
  const execution = createRole(
    `${name}-execution-role`,
    {
      ...common,
      title: "app-execution",
      managedPolicies: ["service-role/AmazonECSTaskExecutionRolePolicy"],
      statements: pulumi
        .all([parts.connections, variablesSecret ?? pulumi.output("")])
        .apply(([connections, variablesArn]) => [
          readSecrets([
            ...secretArns(connectionTexts(connections)),
            ...(variablesArn === "" ? [] : [variablesArn]),
            ...apmSecretArns(parts.args.apm),
          ]),
        ]),
    },
    options,
  );
  const task = createRole(
    `${name}-task-role`,
    {
      ...common,
      title: "app-task",
      managedPolicies: [],
      ...taskStatements(parts),
    },
    options,
  );
  return { execution, task };
}
