import {
  CancelCommandCommand,
  GetCommandInvocationCommand,
  SendCommandCommand,
  type SSMClient,
} from "@aws-sdk/client-ssm";
import { isAwsError } from "../errors";
import { stopScript } from "./generator-script";
import type { RemoteGenerator, RemoteState } from "./remote";

/** An agent that does not take a command within this time is not there. The least that Systems Manager knows is 30. */
const DELIVERY_SECONDS = 60;
const RUNNING: ReadonlySet<string> = new Set(["Pending", "InProgress", "Delayed"]);

/** A generator on an EC2 instance, reached through Systems Manager alone. */
export class InstanceGenerator implements RemoteGenerator {
  readonly region?: string;
  #commandId: string | undefined;

  /** @param region where it is not the environment's own */
  constructor(
    readonly name: string,
    readonly instanceId: string,
    private readonly ssm: SSMClient,
    region?: string,
  ) {
    if (region !== undefined) this.region = region;
  }

  get place(): string {
    return this.region === undefined ? this.instanceId : `${this.region}/${this.instanceId}`;
  }

  async start(script: string, limitSeconds: number): Promise<void> {
    this.#commandId = await this.#run(script, limitSeconds, "perfbed load generator");
  }

  async state(): Promise<RemoteState> {
    if (this.#commandId === undefined)
      return { running: false, succeeded: false, said: "it was not started" };
    try {
      const { Status, StatusDetails, StandardErrorContent } = await this.ssm.send(
        new GetCommandInvocationCommand({ CommandId: this.#commandId, InstanceId: this.instanceId }),
      );
      if (Status === undefined || RUNNING.has(Status)) return { running: true };
      const said = StandardErrorContent?.trim() ?? "";
      return {
        running: false,
        succeeded: Status === "Success",
        said: said === "" ? (StatusDetails ?? Status) : said,
      };
    } catch (error) {
      // A command is not known everywhere at once.
      if (isAwsError(error, "InvocationDoesNotExist")) return { running: true };
      throw error;
    }
  }

  async stop(folder: string): Promise<void> {
    if (this.#commandId !== undefined)
      await this.#run(stopScript(folder), 60, "perfbed stops a load generator");
  }

  async kill(): Promise<void> {
    if (this.#commandId === undefined) return;
    await this.ssm.send(
      new CancelCommandCommand({ CommandId: this.#commandId, InstanceIds: [this.instanceId] }),
    );
  }

  async #run(script: string, limitSeconds: number, comment: string): Promise<string | undefined> {
    const { Command } = await this.ssm.send(
      new SendCommandCommand({
        DocumentName: "AWS-RunShellScript",
        InstanceIds: [this.instanceId],
        TimeoutSeconds: DELIVERY_SECONDS,
        Comment: comment,
        Parameters: { commands: script.split("\n"), executionTimeout: [String(Math.ceil(limitSeconds))] },
      }),
    );
    return Command?.CommandId;
  }
}
