import type { ChildProcess } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { awsCliFolder, emulateMachine, signalGroup, startOnMachine } from "./emulated-machine";
import { answerJson, bodyOf, forward, passBack, serveOnLoopback, targetAction } from "./forwarding";

export interface SsmAgentOptions {
  /** Emulated AWS: what is not Systems Manager goes there as it is. */
  readonly awsUrl: string;
  /** Folder for what each instance has of its own. */
  readonly folder: string;
  /** Folder with k6. */
  readonly k6Folder: string;
  /** How far the clock of an instance claims to be ahead, ms. @default 0 */
  readonly clockAheadMs?: (instanceId: string) => number;
}

export interface SsmAgent {
  /** What stands for AWS's endpoint. */
  readonly url: string;
  /** Instances that were sent something, in the order of their first command. */
  readonly instances: readonly string[];
  /** Whether a command still runs anywhere. */
  busy(): boolean;
  /** Ends everything on an instance at once, as losing the instance would. */
  lose(instanceId: string): void;
  stop(): Promise<void>;
}

interface Invocation {
  readonly instanceId: string;
  readonly child: ChildProcess;
  status: "InProgress" | "Success" | "Failed" | "Cancelled";
  code: number;
  stderr: string;
}

/**
 * Plays the agents of Systems Manager on the instances of an emulated AWS: a server in front of the emulator, which takes the commands that
 * are sent through it and runs them on this machine, each instance with an AWS CLI that talks to the emulator, k6, and a `chronyc` that says
 * what the test wants. All instances share this machine's processes, ports and files.
 */
export async function startSsmAgent(options: SsmAgentOptions): Promise<SsmAgent> {
  const agent = new Agent(options, await awsCliFolder());
  const server = await serveOnLoopback((incoming, answer) => agent.serve(incoming, answer));
  return {
    url: server.url,
    instances: agent.instances,
    busy: () => agent.busy(),
    lose: (instanceId) => agent.lose(instanceId),
    async stop() {
      for (const instance of agent.instances) agent.lose(instance);
      await server.stop();
    },
  };
}

class Agent {
  readonly instances: string[] = [];
  readonly #variables = new Map<string, Record<string, string>>();
  readonly #invocations = new Map<string, Invocation>();

  constructor(
    private readonly options: SsmAgentOptions,
    private readonly cliFolder: string,
  ) {}

  busy(): boolean {
    return [...this.#invocations.values()].some(({ status }) => status === "InProgress");
  }

  lose(instanceId: string): void {
    for (const { instanceId: id, child } of this.#invocations.values()) {
      if (id === instanceId) signalGroup(child, "SIGKILL");
    }
  }

  async serve(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const body = await bodyOf(incoming);
    const action = targetAction(incoming, "AmazonSSM") ?? "";
    switch (action) {
      case "SendCommand": {
        const received = await forward(this.options.awsUrl, incoming, body);
        // The emulator, when told of instances, means all of them.
        if (received.status === 200) {
          this.#take(JSON.parse(received.body.toString()).Command.CommandId, JSON.parse(body.toString()));
        }
        passBack(answer, received);
        return;
      }
      case "GetCommandInvocation":
        this.#describe(JSON.parse(body.toString()), answer);
        return;
      case "CancelCommand":
        this.#cancel(JSON.parse(body.toString()), answer);
        return;
      case "DescribeInstanceInformation":
        answerJson(answer, { InstanceInformationList: this.#online(JSON.parse(body.toString())) });
        return;
      default:
        passBack(answer, await forward(this.options.awsUrl, incoming, body));
    }
  }

  /** A command that the emulator has accepted. */
  #take(commandId: string, sent: { InstanceIds: string[]; Parameters: { commands: string[] } }): void {
    for (const instanceId of sent.InstanceIds) {
      const commands = ["bash", "-c", sent.Parameters.commands.join("\n")];
      const child = startOnMachine(commands, this.#folder(instanceId), this.#instance(instanceId));
      const invocation: Invocation = { instanceId, child, status: "InProgress", code: -1, stderr: "" };
      this.#invocations.set(`${commandId} ${instanceId}`, invocation);
      child.stderr?.on("data", (chunk: Buffer) => {
        invocation.stderr += chunk.toString();
      });
      child.once("exit", (code) => {
        if (invocation.status === "InProgress") invocation.status = code === 0 ? "Success" : "Failed";
        invocation.code = code ?? -1;
      });
    }
  }

  #folder(instanceId: string): string {
    return join(this.options.folder, instanceId);
  }

  /** Variables of the processes of an instance, which is made when it is first heard of. */
  #instance(instanceId: string): Record<string, string> {
    const known = this.#variables.get(instanceId);
    if (known !== undefined) return known;
    this.instances.push(instanceId);
    const ahead = this.options.clockAheadMs?.(instanceId) ?? 0;
    // What is still to be corrected is positive when the clock is behind.
    const tracking = `A9FEA97B,169.254.169.123,4,1585141923.1,${-ahead / 1000},0.0,0.0,1.0,0.0,0.1,0.0002,0.0003,16.0,Normal`;
    const variables = {
      ...emulateMachine({
        folder: this.#folder(instanceId),
        programs: [this.options.k6Folder, this.cliFolder],
        awsUrl: this.options.awsUrl,
        scripts: { chronyc: `echo ${tracking}` },
      }),
      AWS_ACCESS_KEY_ID: "instance",
      AWS_SECRET_ACCESS_KEY: "instance",
    };
    this.#variables.set(instanceId, variables);
    return variables;
  }

  #describe(asked: { CommandId: string; InstanceId: string }, answer: ServerResponse): void {
    const found = this.#invocations.get(`${asked.CommandId} ${asked.InstanceId}`);
    if (found === undefined) {
      answerJson(answer, { __type: "InvocationDoesNotExist" }, 400);
      return;
    }
    answerJson(answer, {
      ...asked,
      Status: found.status,
      StatusDetails: found.status,
      ResponseCode: found.code,
      StandardErrorContent: found.stderr,
    });
  }

  #cancel(asked: { CommandId: string; InstanceIds?: string[] }, answer: ServerResponse): void {
    for (const instanceId of asked.InstanceIds ?? []) {
      const found = this.#invocations.get(`${asked.CommandId} ${instanceId}`);
      if (found === undefined || found.status !== "InProgress") continue;
      found.status = "Cancelled";
      signalGroup(found.child, "SIGKILL");
    }
    answerJson(answer, {});
  }

  #online({ Filters = [] }: { Filters?: { Key: string; Values: string[] }[] }): unknown[] {
    const ids = Filters.find(({ Key }) => Key === "InstanceIds")?.Values ?? [];
    return ids.map((InstanceId) => ({ InstanceId, PingStatus: "Online" }));
  }
}
