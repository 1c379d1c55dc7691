import type { ChildProcess } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import {
  type ContainerDefinition,
  type ContainerOverride,
  DescribeTaskDefinitionCommand,
  ECSClient,
  type RunTaskRequest,
  StopTaskCommand,
  type Task,
} from "@aws-sdk/client-ecs";
import { awsCliFolder, emulateMachine, signalGroup, startOnMachine } from "./emulated-machine";
import { answerJson, bodyOf, forward, passBack, serveOnLoopback, targetAction } from "./forwarding";

export interface EmulatedFargateOptions {
  /** Emulated AWS: what is not about tasks goes there as it is. */
  readonly awsUrl: string;
  readonly region: string;
  /** Folder for what each task has of its own. */
  readonly folder: string;
  /** Folder with k6. */
  readonly k6Folder: string;
  /** Error bound of a task's clock, as its metadata says, ms; undefined: it says that the clock is not synchronised. @default 0.4 */
  readonly clockErrorMs?: (taskNumber: number) => number | undefined;
}

export interface EmulatedFargate {
  /** What stands for AWS's endpoint. */
  readonly url: string;
  /** Ids of tasks in the order in which they were asked for. */
  readonly tasks: readonly string[];
  /** Whether a task still runs anywhere. */
  busy(): boolean;
  /** Ends a task at once, as losing its machine would. */
  lose(taskId: string): void;
  stop(): Promise<void>;
}

const ECS_TARGET = "AmazonEC2ContainerServiceV20141113";
const METADATA = "/emulated-task-metadata/";
const CREDENTIALS = "/emulated-task-credentials";
/** From the call to the container's start. In AWS it is half a minute. */
const START_MS = 300;

interface EmulatedTask {
  readonly arn: string;
  readonly id: string;
  readonly clusterArn: string;
  readonly container: ContainerDefinition;
  child?: ChildProcess;
  status: "PENDING" | "RUNNING" | "STOPPING" | "STOPPED";
  exitCode?: number;
  stoppedReason?: string;
  /** ECS does not know a task at once: the first look finds nothing. */
  looks: number;
}

/**
 * Plays Fargate: a server in front of an emulated AWS, which keeps tasks but runs none. Each task that is started through it runs the command
 * of its container on this machine, with the entry point, variables and overrides of its definition, an AWS CLI that talks to the emulator,
 * k6, and the container's metadata and credentials at their addresses. Images, sizes, limits and networks are not emulated: all tasks share
 * this machine's processes, ports and files.
 */
export async function startEmulatedFargate(options: EmulatedFargateOptions): Promise<EmulatedFargate> {
  const fargate = new Fargate(options, await awsCliFolder());
  const server = await serveOnLoopback((incoming, answer) => fargate.serve(incoming, answer));
  fargate.url = server.url;
  return {
    url: server.url,
    tasks: fargate.ids,
    busy: () => fargate.busy(),
    lose: (taskId) => fargate.lose(taskId),
    async stop() {
      for (const id of fargate.ids) fargate.lose(id);
      fargate.close();
      await server.stop();
    },
  };
}

class Fargate {
  url = "";
  readonly ids: string[] = [];
  readonly #tasks = new Map<string, EmulatedTask>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #ecs: ECSClient;

  constructor(
    private readonly options: EmulatedFargateOptions,
    private readonly cliFolder: string,
  ) {
    this.#ecs = new ECSClient({
      region: options.region,
      endpoint: options.awsUrl,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
  }

  busy(): boolean {
    return [...this.#tasks.values()].some(({ status }) => status !== "STOPPED");
  }

  lose(taskId: string): void {
    const child = this.#tasks.get(taskId)?.child;
    if (child !== undefined) signalGroup(child, "SIGKILL");
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#ecs.destroy();
  }

  async serve(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { url = "/" } = incoming;
    if (url.startsWith(METADATA)) return answerJson(answer, this.#metadata(url));
    if (url === CREDENTIALS) return answerJson(answer, credentials());
    const body = await bodyOf(incoming);
    const action = targetAction(incoming, ECS_TARGET);
    if (action === "DescribeTasks") return this.#describe(JSON.parse(body.toString()), answer);
    const received = await forward(this.options.awsUrl, incoming, body);
    if (received.status === 200 && action === "RunTask") {
      await this.#run(JSON.parse(body.toString()), JSON.parse(received.body.toString()).tasks);
    }
    if (received.status === 200 && action === "StopTask") this.#stop(JSON.parse(body.toString()));
    passBack(answer, received);
  }

  /** Tasks that the emulator has accepted. */
  async #run({ taskDefinition, overrides }: RunTaskRequest, started: readonly Task[]): Promise<void> {
    const found = await this.#ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
    const [container] = found.taskDefinition?.containerDefinitions ?? [];
    if (container === undefined) throw new Error(`${taskDefinition} has no container`);
    const override = overrides?.containerOverrides?.find(({ name }) => name === container.name);
    for (const { taskArn: arn = "", clusterArn = "" } of started) {
      const id = arn.split("/").at(-1) ?? "";
      const task: EmulatedTask = { arn, id, clusterArn, container, status: "PENDING", looks: 0 };
      this.ids.push(id);
      this.#tasks.set(id, task);
      this.#later(START_MS, () => this.#start(task, override));
    }
  }

  #start(task: EmulatedTask, override: ContainerOverride | undefined): void {
    if (task.status !== "PENDING") return;
    const { container, id } = task;
    const { entryPoint = [], command = [], environment = [] } = container;
    const folder = join(this.options.folder, id);
    const variables = [...environment, ...(override?.environment ?? [])];
    const child = startOnMachine([...entryPoint, ...(override?.command ?? command)], this.options.folder, {
      ...emulateMachine({
        folder,
        programs: [this.options.k6Folder, this.cliFolder],
        awsUrl: this.options.awsUrl,
        // No image of a container has a clock of its own to ask.
        scripts: { chronyc: "exit 1" },
      }),
      ...Object.fromEntries(variables.map(({ name = "", value = "" }) => [name, value])),
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${this.url}${CREDENTIALS}`,
      ECS_CONTAINER_METADATA_URI_V4: `${this.url}${METADATA}${id}`,
    });
    task.child = child;
    task.status = "RUNNING";
    child.stderr?.resume();
    const ended = (code: number, reason: string): void => {
      task.status = "STOPPED";
      task.exitCode = code;
      task.stoppedReason ??= reason;
      // The emulator's own list of running tasks.
      this.#ecs
        .send(new StopTaskCommand({ cluster: task.clusterArn, task: task.arn, reason }))
        .catch(() => {});
    };
    child.once("error", (error) => ended(127, `CannotStartContainerError: ${error.message}`));
    child.once("exit", (code) => ended(code ?? 137, "Essential container in task exited"));
  }

  /** TERM for the container's own process; after its stop timeout, KILL for all of it. */
  #stop({ task: asked = "", reason = "" }: { task?: string; reason?: string }): void {
    const task = this.#tasks.get(asked.split("/").at(-1) ?? "");
    if (task === undefined || task.status === "STOPPED") return;
    task.stoppedReason = reason;
    if (task.child === undefined) {
      task.status = "STOPPED";
      return;
    }
    const { child } = task;
    task.status = "STOPPING";
    child.kill("SIGTERM");
    this.#later((task.container.stopTimeout ?? 30) * 1_000, () => signalGroup(child, "SIGKILL"));
  }

  #describe({ tasks: asked = [] }: { tasks?: string[] }, answer: ServerResponse): void {
    const found: object[] = [];
    const failures: object[] = [];
    for (const arn of asked) {
      const task = this.#tasks.get(arn.split("/").at(-1) ?? "");
      if (task !== undefined) task.looks += 1;
      if (task === undefined || task.looks === 1) failures.push({ arn, reason: "MISSING" });
      else found.push(described(task));
    }
    answerJson(answer, { tasks: found, failures });
  }

  #metadata(url: string): object {
    const number = this.ids.indexOf(url.slice(METADATA.length).split("/")[0] ?? "") + 1;
    const bound = this.options.clockErrorMs === undefined ? 0.4 : this.options.clockErrorMs(number);
    return {
      ClockDrift: {
        ClockErrorBound: bound ?? 12_000,
        ReferenceTimestamp: new Date().toISOString(),
        ClockSynchronizationStatus: bound === undefined ? "NOT_SYNCHRONIZED" : "SYNCHRONIZED",
      },
    };
  }

  #later(delayMs: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, delayMs);
    this.#timers.add(timer);
  }
}

const described = ({ arn, status, stoppedReason, container, exitCode }: EmulatedTask): object => ({
  taskArn: arn,
  lastStatus: status,
  desiredStatus: status === "STOPPED" || status === "STOPPING" ? "STOPPED" : "RUNNING",
  ...(stoppedReason === undefined ? {} : { stoppedReason }),
  containers: [{ name: container.name, lastStatus: status, ...(exitCode === undefined ? {} : { exitCode }) }],
});

const credentials = (): object => ({
  AccessKeyId: "task",
  SecretAccessKey: "task",
  Token: "task",
  Expiration: new Date(Date.now() + 3_600_000).toISOString(),
});
