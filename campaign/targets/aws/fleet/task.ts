import { DescribeSecurityGroupsCommand, DescribeSubnetsCommand, type EC2Client } from "@aws-sdk/client-ec2";
import { DescribeTasksCommand, type ECSClient, RunTaskCommand, StopTaskCommand } from "@aws-sdk/client-ecs";
import type { GeneratorLocation } from "../../../../components/aws/fleet/locations";
import { GENERATOR_CONTAINER } from "../../../../components/aws/fleet/tasks";
import { RESERVED_TAG_PREFIX } from "../../../../components/tagging";
import { EnvironmentError } from "../../../../core/errors";
import type { RemoteGenerator, RemoteState } from "./remote";

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
  const nameOf = (tags: readonly { Key?: string | undefined; Value?: string | undefined }[] = []): string =>
    tags.find(({ Key }) => Key === "Name")?.Value ?? "";
  const subnetIds = Subnets.filter(({ Tags }) => nameOf(Tags).includes("private")).flatMap(
    ({ SubnetId }) => SubnetId ?? [],
  );
  const group = SecurityGroups.find(({ Tags }) => nameOf(Tags) === `${environmentId}-fleet`)?.GroupId;
  if (subnetIds.length === 0 || group === undefined) {
    throw new EnvironmentError(
      "PERFBED_GENERATOR_MISSING",
      `The network of environment ${environmentId} has no place for tasks of the fleet`,
      { hint: "Its provisioning did not finish. Destroy the environment and make it again." },
    );
  }
  return { subnetIds, securityGroupId: group };
}

/** A generator as a task of Fargate, started for one run. */
export class TaskGenerator implements RemoteGenerator {
  #taskArn: string | undefined;

  constructor(
    readonly name: string,
    private readonly location: Extract<GeneratorLocation, { kind: "ecs" }>,
    private readonly network: TaskNetwork,
    private readonly ecs: ECSClient,
  ) {}

  get id(): string {
    return this.#taskArn?.split("/").at(-1) ?? `${this.location.taskDefinition}#${this.location.index}`;
  }

  async start(script: string): Promise<void> {
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
          containerOverrides: [{ name: GENERATOR_CONTAINER, command: ["bash", "-c", script] }],
        },
      }),
    );
    const arn = tasks[0]?.taskArn;
    if (arn === undefined) {
      const reason = failures.map(({ reason: text, detail }) => detail ?? text ?? "").join("; ");
      throw new EnvironmentError("PERFBED_GENERATOR_FAILED", `${this.name} cannot run: ${reason}`);
    }
    this.#taskArn = arn;
  }

  async state(): Promise<RemoteState> {
    if (this.#taskArn === undefined) return { running: false, succeeded: false, said: "it was not started" };
    const { tasks = [] } = await this.ecs.send(
      new DescribeTasksCommand({ cluster: this.location.clusterName, tasks: [this.#taskArn] }),
    );
    const [task] = tasks;
    if (task === undefined) return { running: false, succeeded: false, said: "the task is gone" };
    if (task.lastStatus !== "STOPPED") return { running: true };
    const container = task.containers?.[0];
    return {
      running: false,
      succeeded: container?.exitCode === 0,
      said:
        container?.reason ?? task.stoppedReason ?? `it ended with code ${container?.exitCode ?? "unknown"}`,
    };
  }

  /** TERM reaches the script, which has 30 s to store its samples. */
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
