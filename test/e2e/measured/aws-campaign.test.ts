import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { takeAwsInventory } from "../../../inventory/aws";
import { resolveTool, Tool } from "../../../toolchain";
import { type AwsStandIn, startAwsStandIn } from "../../support/aws-provider/stand-in";
import { ROOT } from "../../support/cli";
import { type LoopbackApplication, startLoopbackApplication } from "../../support/loopback-application";
import { type MotoFront, startMotoFront } from "../../support/moto-front";
import { type MotoServer, startMoto } from "../../support/moto-server";
import { type SsmAgent, startSsmAgent } from "../../support/ssm-agent";
import { DRIVER_VARIABLE, type DriverMessage, type DriverSettings } from "./aws/campaign-driver";

jest.setTimeout(600_000);

/**
 * Emulated: AWS (moto), its instances' agents (support/ssm-agent.ts), and the provider between engine and API (support/aws-provider). The
 * edge is a loopback application. Real: the campaign, the Pulumi engine and program, the tiers, k6, storage, judgement, report, sweep and
 * inventory.
 */

const REGION = "eu-west-1";
let moto: MotoServer;
let front: MotoFront;
let agent: SsmAgent;
let standIn: AwsStandIn;
let application: LoopbackApplication;
let folder: string;

beforeAll(async () => {
  const k6 = await resolveTool(Tool.K6);
  if (k6 === undefined) throw new Error("k6 is not installed: run perfbed doctor");
  folder = mkdtempSync(join(tmpdir(), "pbac-"));
  mkdirSync(join(folder, "results"));
  mkdirSync(join(folder, "sweeper"));
  writeFileSync(join(folder, "sweeper/index.js"), "exports.handler = async () => {};\n");
  [moto, application] = await Promise.all([startMoto(), startLoopbackApplication()]);
  front = await startMotoFront({ motoUrl: moto.url });
  standIn = await startAwsStandIn({ motoUrl: moto.url });
  agent = await startSsmAgent({
    awsUrl: front.url,
    folder: join(folder, "instances"),
    k6Folder: dirname(k6.executables.k6 ?? ""),
  });
});

afterAll(async () => {
  await agent?.stop();
  standIn?.stop();
  await front?.stop();
  await application?.stop();
  await moto?.stop();
  rmSync(folder, { recursive: true, force: true });
});

class Driver {
  readonly messages: DriverMessage[] = [];
  readonly child: ChildProcess;
  #stderr = "";

  constructor(name: string) {
    const module = join(__dirname, "aws/campaign-driver.ts");
    const load = `require("jiti").createJiti(${JSON.stringify(module)}).import(${JSON.stringify(module)})`;
    const settings: DriverSettings = {
      name,
      configFile: join(ROOT, "test/fixtures/aws-app/perfbed.config.yaml"),
      resultsDir: join(folder, "results"),
      applicationUrl: application.url,
      remoteRoot: join(folder, "remote"),
      sweeperCode: join(folder, "sweeper"),
    };
    this.child = spawn(process.execPath, ["-e", load], {
      cwd: ROOT,
      env: {
        ...process.env,
        ...standIn.engineVariables,
        PERFBED_HOME: join(folder, "home"),
        AWS_ENDPOINT_URL: agent.url,
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
        [DRIVER_VARIABLE]: JSON.stringify(settings),
      },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      detached: true,
    });
    this.child.stderr?.on("data", (chunk: Buffer) => {
      this.#stderr += chunk.toString();
    });
    this.child.on("message", (message: DriverMessage) => this.messages.push(message));
  }

  phases(): readonly string[] {
    return this.messages.flatMap((message) => (message.kind === "phase" ? [message.phase] : []));
  }

  async until(phase: string): Promise<void> {
    while (!this.phases().includes(phase)) {
      if (this.child.exitCode !== null) throw new Error(`it ended before ${phase}:\n${this.#stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async end(): Promise<Exclude<DriverMessage, { kind: "phase" }>> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, "exit");
    const last = this.messages.find((message) => message.kind !== "phase");
    if (last === undefined) throw new Error(`it said nothing:\n${this.#stderr}`);
    return last;
  }
}

const inventory = (environmentId: string) =>
  takeAwsInventory(environmentId, {
    region: REGION,
    endpoint: front.url,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });

test("a campaign over an emulated AWS provisions, loads with real k6, judges, reports, and leaves an empty account", async () => {
  const driver = new Driver("emulated");
  const end = await driver.end();
  if (end.kind !== "done") throw new Error(end.message);
  expect(driver.phases().filter((phase, index, all) => all.indexOf(phase) === index)).toEqual([
    "tools",
    "provision",
    "verify",
    "warm-up",
    "load",
    "collect",
    "judge",
    "report",
    "destroy",
    "prove",
  ]);
  expect(end.proved).toBe(true);
  expect(application.requests()).toBeGreaterThan(60);
  const report = JSON.parse(readFileSync(end.files.JSON ?? "", "utf8"));
  expect(report.manifest.target).toBe("aws");
  expect(report.manifest.generators.map((one: { place: string }) => one.place)).toEqual(
    [...agent.instances].sort(),
  );
  expect(report.overall.requests).toBeGreaterThan(50);
  // CloudWatch has nothing in the emulator: that is said, and not taken for a pass.
  expect(report.validity.map((one: { code: string }) => one.code)).toContain("telemetry-gap");
  expect((await inventory("emulated")).resources).toEqual([]);
  expect(standIn.kept()).toEqual([]);
  expect(existsSync(join(folder, "home/aws/emulated"))).toBe(false);
});

test("an interruption in the middle of the load leaves nothing in the emulated account and no k6", async () => {
  const driver = new Driver("cut-off");
  await driver.until("load");
  driver.child.kill("SIGINT");
  const end = await driver.end();
  expect(end).toMatchObject({ kind: "failed", code: "PERFBED_INTERRUPTED", exitCode: 130 });
  expect((await inventory("cut-off")).resources).toEqual([]);
  expect(agent.busy()).toBe(false);
  expect(readdirSync(join(folder, "home/aws"))).toEqual([]);
});
