import * as ecs from "@pulumi/aws/ecs";
import * as pulumi from "@pulumi/pulumi";
import type { FleetArgs, GeneratorSlot } from "../../contracts";
import { type AwsContext, awsTags, physicalName } from "../context";
import { instanceTypeNamed } from "../instance-types";
import { fargateRuntime } from "../instances/fargate-runtime";
import { fargateSize } from "../instances/fargate-size";
import { createRole } from "../instances/roles";
import { generatorSlots } from "./locations";
import { fleetObjects } from "./permissions";

/** Of a generator whose instance type is not in the catalogue. */
const DEFAULT_TASK = { vcpus: 2, memoryMiB: 4_096 };

/** Name of the container whose command the campaign sets: a script for its entry point, whatever that of the image is. */
export const GENERATOR_CONTAINER = "generator";
const ENTRY_POINT = ["bash", "-c"];
const NO_SCRIPT = "echo 'a campaign starts this task with a script' >&2; exit 64";

/** What a generator that is told to stop has for storing its samples. Fargate gives no more. */
export const TASK_STOP_SECONDS = 120;

/** As much as an instance of the fleet has for the samples of one run. */
const STORAGE_GIB = 30;

/** Many short connections; the part of what instances set that a task has of its own. */
const SYSTEM_CONTROLS = [
  { namespace: "net.ipv4.ip_local_port_range", value: "10240 65535" },
  { namespace: "net.ipv4.tcp_tw_reuse", value: "1" },
  { namespace: "net.ipv4.tcp_fin_timeout", value: "15" },
];

/** The fleet as a task definition; the tasks themselves are started by the campaign and last as long as a run. */
export function createFleetTasks(
  name: string,
  args: FleetArgs,
  context: AwsContext,
  image: string,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<GeneratorSlot[]> {
  const { environment, sizing } = args;
  const { fleet: settings, region } = context.settings;
  const ground = context.ground();
  const { vcpus, memoryMiB } = instanceTypeNamed(settings.instanceType) ?? DEFAULT_TASK;
  const size = fargateSize(vcpus, memoryMiB, "aws.fleet.instanceType");
  const tags = awsTags(environment, "fleet");
  const cluster = new ecs.Cluster(
    `${name}-cluster`,
    {
      name: physicalName(environment, "fleet"),
      settings: [{ name: "containerInsights", value: "enabled" }],
      tags,
    },
    options,
  );
  const common = { environment, service: "ecs-tasks.amazonaws.com", bucketArn: ground.bucketArn };
  const statements = ground.bucketArn.apply((arn) => [fleetObjects(arn)]);
  const task = createRole(
    `${name}-task-role`,
    { ...common, title: "fleet-task", managedPolicies: [], statements },
    options,
  );
  const execution = createRole(
    `${name}-execution-role`,
    {
      ...common,
      title: "fleet-execution",
      managedPolicies: ["service-role/AmazonECSTaskExecutionRolePolicy"],
    },
    options,
  );
  const definition = new ecs.TaskDefinition(
    `${name}-task`,
    {
      family: physicalName(environment, "fleet"),
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      cpu: String(size.cpu),
      memory: String(size.memoryMiB),
      ephemeralStorage: { sizeInGib: STORAGE_GIB },
      runtimePlatform: fargateRuntime(settings.architecture),
      executionRoleArn: execution.role.arn,
      taskRoleArn: task.role.arn,
      containerDefinitions: pulumi.jsonStringify(
        pulumi.all([ground.bucketName, ground.logGroupName]).apply(([bucketName, logGroupName]) => [
          {
            name: GENERATOR_CONTAINER,
            image,
            essential: true,
            entryPoint: ENTRY_POINT,
            command: [NO_SCRIPT],
            stopTimeout: TASK_STOP_SECONDS,
            systemControls: SYSTEM_CONTROLS,
            environment: [
              { name: "AWS_DEFAULT_REGION", value: region },
              { name: "PERFBED_BUCKET", value: bucketName },
              { name: "PERFBED_ENVIRONMENT_ID", value: environment.id },
            ],
            // The most that Fargate gives.
            ulimits: [{ name: "nofile", softLimit: 1_048_576, hardLimit: 1_048_576 }],
            logConfiguration: {
              logDriver: "awslogs",
              options: {
                "awslogs-group": logGroupName,
                "awslogs-region": region,
                "awslogs-stream-prefix": "fleet",
              },
            },
          },
        ]),
      ),
      tags,
    },
    pulumi.mergeOptions(options, { dependsOn: [...execution.policies, ...task.policies] }),
  );
  return pulumi
    .all([cluster.name, definition.family, definition.revision])
    .apply(([clusterName, family, revision]) =>
      generatorSlots(sizing.generators, (index) => ({
        kind: "ecs",
        clusterName,
        taskDefinition: `${family}:${revision}`,
        index,
      })),
    );
}
