import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { pythonVenv } from "./python-venv";

const AWS_CLI_VERSION = "1.46.3";

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
  const cli = await pythonVenv(`awscli-${AWS_CLI_VERSION}`, [`awscli==${AWS_CLI_VERSION}`]);
  const agent = new Agent(options, join(cli, "bin"));
  const server = createServer((incoming, answer) => {
    agent.serve(incoming, answer).catch((error: unknown) => {
      answer.writeHead(502).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    instances: agent.instances,
    busy: () => agent.busy(),
    lose: (instanceId) => agent.lose(instanceId),
    async stop() {
      for (const instance of agent.instances) agent.lose(instance);
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

class Agent {
  readonly instances: string[] = [];
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
      if (id === instanceId) endGroup(child, "SIGKILL");
    }
  }

  async serve(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
    const body = Buffer.concat(chunks);
    const target = incoming.headers["x-amz-target"];
    const action = typeof target === "string" && target.startsWith("AmazonSSM.") ? target.slice(10) : "";
    switch (action) {
      case "SendCommand": {
        const { status, text } = await this.#forward(incoming, body);
        // The emulator, when told of instances, means all of them.
        if (status === 200) this.#take(JSON.parse(text).Command.CommandId, JSON.parse(body.toString()));
        answer.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(text);
        return;
      }
      case "GetCommandInvocation":
        this.#describe(JSON.parse(body.toString()), answer);
        return;
      case "CancelCommand":
        this.#cancel(JSON.parse(body.toString()), answer);
        return;
      case "DescribeInstanceInformation":
        json(answer, { InstanceInformationList: this.#online(JSON.parse(body.toString())) });
        return;
      default:
        this.#pipe(incoming, body, answer);
    }
  }

  /** A command that the emulator has accepted. */
  #take(commandId: string, sent: { InstanceIds: string[]; Parameters: { commands: string[] } }): void {
    for (const instanceId of sent.InstanceIds) {
      const folder = this.#instance(instanceId);
      const child = spawn("bash", ["-c", sent.Parameters.commands.join("\n")], {
        cwd: folder,
        // A group of its own, so that losing the instance ends all of it.
        detached: true,
        stdio: ["ignore", "ignore", "pipe"],
        env: {
          PATH: [join(folder, "bin"), this.options.k6Folder, this.cliFolder, process.env.PATH].join(
            delimiter,
          ),
          HOME: folder,
          AWS_ENDPOINT_URL: this.options.awsUrl,
          AWS_ACCESS_KEY_ID: "instance",
          AWS_SECRET_ACCESS_KEY: "instance",
        },
      });
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

  #instance(instanceId: string): string {
    const folder = join(this.options.folder, instanceId);
    if (this.instances.includes(instanceId)) return folder;
    this.instances.push(instanceId);
    mkdirSync(join(folder, "bin"), { recursive: true });
    const ahead = this.options.clockAheadMs?.(instanceId) ?? 0;
    const chronyc = join(folder, "bin/chronyc");
    // What is still to be corrected is positive when the clock is behind.
    const line = `A9FEA97B,169.254.169.123,4,1585141923.1,${-ahead / 1000},0.0,0.0,1.0,0.0,0.1,0.0002,0.0003,16.0,Normal`;
    writeFileSync(chronyc, `#!/bin/sh\necho ${line}\n`);
    chmodSync(chronyc, 0o755);
    return folder;
  }

  #describe(asked: { CommandId: string; InstanceId: string }, answer: ServerResponse): void {
    const found = this.#invocations.get(`${asked.CommandId} ${asked.InstanceId}`);
    if (found === undefined) {
      json(answer, { __type: "InvocationDoesNotExist" }, 400);
      return;
    }
    json(answer, {
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
      endGroup(found.child, "SIGKILL");
    }
    json(answer, {});
  }

  #online({ Filters = [] }: { Filters?: { Key: string; Values: string[] }[] }): unknown[] {
    const ids = Filters.find(({ Key }) => Key === "InstanceIds")?.Values ?? [];
    return ids.map((InstanceId) => ({ InstanceId, PingStatus: "Online" }));
  }

  #forward(incoming: IncomingMessage, body: Buffer): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const onward = this.#onward(incoming, body, (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => {
          text += chunk.toString();
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 502, text }));
      });
      onward.on("error", reject);
      onward.end(body);
    });
  }

  #pipe(incoming: IncomingMessage, body: Buffer, answer: ServerResponse): void {
    const onward = this.#onward(incoming, body, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    onward.on("error", (error) => answer.writeHead(502).end(String(error)));
    onward.end(body);
  }

  #onward(incoming: IncomingMessage, body: Buffer, take: (response: IncomingMessage) => void) {
    const { "transfer-encoding": _, ...headers } = incoming.headers;
    return request(
      new URL(incoming.url ?? "/", this.options.awsUrl),
      { method: incoming.method, headers: { ...headers, "content-length": body.length } },
      take,
    );
  }
}

function endGroup({ pid, exitCode, signalCode }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

function json(answer: ServerResponse, body: object, status = 200): void {
  answer.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(body));
}
