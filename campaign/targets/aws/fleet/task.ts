import { DescribeSecurityGroupsCommand, DescribeSubnetsCommand, type EC2Client } from "@aws-sdk/client-ec2";
import { DescribeTasksCommand, type ECSClient, RunTaskCommand, StopTaskCommand } from "@aws-sdk/client-ecs";
import type { GeneratorLocation } from "../../../../components/aws/fleet/locations";
import { GENERATOR_CONTAINER, TASK_STOP_SECONDS } from "../../../../components/aws/fleet/tasks";
import { shellQuote } from "../../../../components/aws/instances/shell";
import { RESERVED_TAG_PREFIX } from "../../../../components/tagging";
import { EnvironmentError } from "../../../../core/errors";
import type { RemoteGenerator, RemoteState } from "./remote";

/** ECS may not know a task yet that it has just started. */
const UNKNOWN_FOR_MS = 60_000;

/** Where tasks of the fleet stand in the environment's network. */
export interface TaskNetwork {
  readonly subnetIds: readonly string[];
  readonly securityGroupId: string;
}

/** Private subnets and the fleet's security group, by their tags. */
export async function taskNetwork(ec2: EC2Client, environmentId: string): Promise<TaskNetwork> {
  const Filters = [{ Name: `tag:${RESERVED_TAG_PREFIX}environment`, Values: [environmentId] }];
  const [{ Subnets = [] }, { SecurityGroups = [] }] = await Promise.all([
    ec2.send(new DescribeSubnetsCommand({ Filters })),
    ec2.send(new DescribeSecurityGroupsCommand({ Filters })),
  ]);
  const subnetIds = Subnets.filter(
    ({ Tags }) =>
      tagOf(Tags, "SubnetType") === "Private" || tagOf(Tags, "Name") === `${environmentId}-private`,
  ).flatMap(({ SubnetId }) => SubnetId ?? []);
  const group = SecurityGroups.find(({ Tags }) => tagOf(Tags, "Name") === `${environmentId}-fleet`)?.GroupId;
  if (subnetIds.length === 0 || group === undefined) {
    throw new EnvironmentError(
      "PERFBED_GENERATOR_MISSING",
      `The network of environment ${environmentId} has no place for tasks of the fleet`,
      { hint: "Its provisioning did not finish. Destroy the environment and make it again." },
    );
  }
  return { subnetIds, securityGroupId: group };
}

const tagOf = (
  tags: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined,
  name: string,
): string | undefined => tags?.find(({ Key }) => Key === name)?.Value;

/** A generator as a task of Fargate, started for one run. */
export class TaskGenerator implements RemoteGenerator {
  #taskArn: string | undefined;
  #startedAtMs = 0;

  constructor(
    readonly name: string,
    private readonly location: Extract<GeneratorLocation, { kind: "ecs" }>,
    private readonly network: TaskNetwork,
    private readonly ecs: ECSClient,
  ) {}

  get place(): string {
    return this.#taskArn?.split("/").at(-1) ?? `${this.location.taskDefinition}#${this.location.index}`;
  }

  /** Nothing but the script itself ends a task of Fargate after a time. */
  async start(script: string, limitSeconds: number): Promise<void> {
    const limited = `exec timeout --foreground -k ${TASK_STOP_SECONDS} ${Math.ceil(limitSeconds)} bash -c ${shellQuote(script)}`;
    const { clusterName, taskDefinition } = this.location;
    const { tasks = [], failures = [] } = await this.ecs.send(
      new RunTaskCommand({
        cluster: clusterName,
        taskDefinition,
        launchType: "FARGATE",
        count: 1,
        propagateTags: "TASK_DEFINITION",
        startedBy: "perfbed",
        networkConfiguration: {
          awsvpcConfiguration: {
            subnets: [...this.network.subnetIds],
            securityGroups: [this.network.securityGroupId],
            assignPublicIp: "DISABLED",
          },
        },
        overrides: {
          containerOverrides: [{ name: GENERATOR_CONTAINER, command: [limited] }],
        },
      }),
    );
    const arn = tasks[0]?.taskArn;
    if (arn === undefined) {
      const reason = failures.map(({ reason: text, detail }) => detail ?? text ?? "").join("; ");
      throw new EnvironmentError("PERFBED_GENERATOR_FAILED", `${this.name} cannot run: ${reason}`);
    }
    this.#taskArn = arn;
    this.#startedAtMs = performance.now();
  }

  async state(): Promise<RemoteState> {
    if (this.#taskArn === undefined) return { running: false, succeeded: false, said: "it was not started" };
    const { tasks = [] } = await this.ecs.send(
      new DescribeTasksCommand({ cluster: this.location.clusterName, tasks: [this.#taskArn] }),
    );
    const [task] = tasks;
    if (task === undefined) {
      if (performance.now() < this.#startedAtMs + UNKNOWN_FOR_MS) return { running: true };
      return { running: false, succeeded: false, said: "the task is gone" };
    }
    if (task.lastStatus !== "STOPPED") return { running: true };
    const container = task.containers?.find(({ name }) => name === GENERATOR_CONTAINER);
    return {
      running: false,
      succeeded: container?.exitCode === 0,
      said:
        container?.reason ?? task.stoppedReason ?? `it ended with code ${container?.exitCode ?? "unknown"}`,
    };
  }

  /** TERM reaches the script, which has two minutes to store its samples. */
  async stop(): Promise<void> {
    await this.kill();
  }

  async kill(): Promise<void> {
    if (this.#taskArn === undefined) return;
    await this.ecs.send(
      new StopTaskCommand({
        cluster: this.location.clusterName,
        task: this.#taskArn,
        reason: "perfbed ends the run",
      }),
    );
  }
}
