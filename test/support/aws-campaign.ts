import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AwsInventory, takeAwsInventory } from "../../inventory/aws";
import { DRIVER_VARIABLE, type DriverMessage, type DriverSettings } from "./aws-campaign-driver";
import { k6OfThisMachine } from "./aws-fleet-run";
import { type AwsStandIn, startAwsStandIn } from "./aws-provider/stand-in";
import { ROOT } from "./cli";
import { type LoopbackApplication, startLoopbackApplication } from "./loopback-application";
import { type MotoFront, startMotoFront } from "./moto-front";
import { startMoto } from "./moto-server";
import { type SsmAgent, startSsmAgent } from "./ssm-agent";

export const CAMPAIGN_REGION = "eu-west-1";

/**
 * Where whole campaigns run on an emulated AWS. Emulated: AWS (moto), its instances' agents (ssm-agent.ts), and the provider between engine
 * and API (aws-provider). The edge is a loopback application. Real: the campaign, the Pulumi engine and program, the tiers, k6, storage,
 * judgement, report, sweep and inventory.
 */
export interface AwsCampaignWorld {
  readonly folder: string;
  /** `PERFBED_HOME` of its campaigns. */
  readonly home: string;
  readonly application: LoopbackApplication;
  readonly front: MotoFront;
  readonly agent: SsmAgent;
  readonly standIn: AwsStandIn;
  /** Variables with which perfbed's own commands find the emulated AWS and the home. */
  readonly variables: Readonly<Record<string, string>>;
  campaign(name: string): CampaignProcess;
  /** What the emulator has of an environment, read as a sweep reads it. */
  inventory(environmentId: string): Promise<AwsInventory>;
  stop(): Promise<void>;
}

export async function startAwsCampaignWorld(): Promise<AwsCampaignWorld> {
  const k6 = await k6OfThisMachine();
  const folder = mkdtempSync(join(tmpdir(), "pbac-"));
  const home = join(folder, "home");
  mkdirSync(join(folder, "results"));
  mkdirSync(join(folder, "sweeper"));
  writeFileSync(join(folder, "sweeper/index.js"), "exports.handler = async () => {};\n");
  const [moto, application] = await Promise.all([startMoto(), startLoopbackApplication()]);
  const front = await startMotoFront({ motoUrl: moto.url });
  const standIn = await startAwsStandIn({ motoUrl: moto.url });
  const agent = await startSsmAgent({
    awsUrl: front.url,
    folder: join(folder, "instances"),
    k6Folder: k6.folder,
  });
  const variables = {
    PERFBED_HOME: home,
    AWS_ENDPOINT_URL: agent.url,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  };
  const campaigns: CampaignProcess[] = [];
  return {
    folder,
    home,
    application,
    front,
    agent,
    standIn,
    variables,
    campaign(name) {
      const settings: DriverSettings = {
        name,
        configFile: join(ROOT, "test/fixtures/aws-app/perfbed.config.yaml"),
        resultsDir: join(folder, "results"),
        applicationUrl: application.url,
        remoteRoot: join(folder, "remote"),
        sweeperCode: join(folder, "sweeper"),
      };
      const started = new CampaignProcess(settings, { ...standIn.engineVariables, ...variables });
      campaigns.push(started);
      return started;
    },
    inventory: (environmentId) =>
      takeAwsInventory(environmentId, {
        region: CAMPAIGN_REGION,
        endpoint: front.url,
        credentials: { accessKeyId: "test", secretAccessKey: "test" },
      }),
    async stop() {
      for (const campaign of campaigns) campaign.kill();
      await agent.stop();
      standIn.stop();
      await front.stop();
      await application.stop();
      await moto.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A campaign in a process of its own; see aws-campaign-driver.ts. */
export class CampaignProcess {
  readonly messages: DriverMessage[] = [];
  readonly child: ChildProcess;
  #stderr = "";

  constructor(settings: DriverSettings, variables: Readonly<Record<string, string>>) {
    const module = join(__dirname, "aws-campaign-driver.ts");
    const load = `require("jiti").createJiti(${JSON.stringify(module)}).import(${JSON.stringify(module)})`;
    this.child = spawn(process.execPath, ["-e", load], {
      cwd: ROOT,
      env: { ...process.env, ...variables, [DRIVER_VARIABLE]: JSON.stringify(settings) },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      detached: true,
    });
    this.child.stderr?.on("data", (chunk: Buffer) => {
      this.#stderr += chunk.toString();
    });
    this.child.on("message", (message: DriverMessage) => this.messages.push(message));
  }

  /** Its notes, and the engine's words. */
  said(): string {
    return this.#stderr;
  }

  phases(): readonly string[] {
    return this.messages.flatMap((message) => (message.kind === "phase" ? [message.phase] : []));
  }

  /** Until a phase has begun. */
  async until(phase: string): Promise<void> {
    while (!this.phases().includes(phase)) {
      if (this.#isOver()) throw new Error(`it ended before ${phase}:\n${this.#stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** What it said last. */
  async end(): Promise<Exclude<DriverMessage, { kind: "phase" }>> {
    await this.ended();
    const last = this.messages.find((message) => message.kind !== "phase");
    if (last === undefined) throw new Error(`it said nothing:\n${this.#stderr}`);
    return last;
  }

  async ended(): Promise<void> {
    if (!this.#isOver()) await once(this.child, "exit");
  }

  /** Ends it with everything below it. */
  kill(): void {
    if (this.child.pid === undefined || this.#isOver()) return;
    process.kill(-this.child.pid, "SIGKILL");
  }

  #isOver(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }
}
