import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ECSClient, ListTasksCommand } from "@aws-sdk/client-ecs";
import type { FleetProgress, FleetResult } from "../../campaign/fleet";
import type { FleetRequest } from "../../campaign/targets";
import { writeLedger } from "../../campaign/targets/aws/ledger";
import { type AwsSettings, awsSettings, FleetFlavour } from "../../components/aws/settings";
import type { GeneratorSlot } from "../../components/contracts";
import { type AwsStack, openAwsStack } from "../engine/support/aws-stack";
import {
  expectWholeRun,
  fleetPlan,
  k6OfThisMachine,
  processesBelow,
  runTestFleet,
  splitWorkload,
} from "../support/aws-fleet-run";
import { type EmulatedFargate, startEmulatedFargate } from "../support/emulated-fargate";
import { type LoopbackApplication, startLoopbackApplication } from "../support/loopback-application";
import { type MotoServer, startMoto } from "../support/moto-server";
import type { FleetProgram } from "./aws/fargate-fleet-program";

jest.setTimeout(600_000);

/**
 * Emulated: the API of AWS (moto), Fargate (support/emulated-fargate.ts), whose tasks run on this machine without their image, and the
 * provider between engine and API (support/aws-provider). Real: the components that make network, roles and task definition, the Pulumi
 * engine, shipping, scripts, AWS CLI, k6, barrier, watching, stopping, collection.
 */

const REGION = "eu-west-1";
/** Has the name of a kind of subnets in it. */
const ID = "private-fargate";

let moto: MotoServer;
let stack: AwsStack;
let fargate: EmulatedFargate;
let application: LoopbackApplication;
let folder: string;
let tools: FleetRequest["tools"];
let generators: readonly GeneratorSlot[];
const before = { ...process.env };

const settings = (): AwsSettings =>
  awsSettings({
    region: REGION,
    fleet: { flavour: FleetFlavour.Fargate, containerImage: "registry.example/k6:1" },
    guard: { expiryTeardown: false },
  });

beforeAll(async () => {
  const k6 = await k6OfThisMachine();
  tools = k6.tools;
  folder = mkdtempSync(join(tmpdir(), "pbff-"));
  mkdirSync(join(folder, "tasks"));
  [moto, application] = await Promise.all([startMoto(), startLoopbackApplication()]);
  stack = await openAwsStack({ motoUrl: moto.url });
  const { owner, expiresAt } = fleetPlan(ID);
  const args: FleetProgram = {
    environment: { id: ID, owner, expiresAt, tags: {} },
    settings: settings(),
    generators: 2,
  };
  const { outputs } = await stack.up({ module: join(__dirname, "aws/fargate-fleet-program.ts"), args });
  generators = outputs.generators?.value;
  fargate = await startEmulatedFargate({
    awsUrl: moto.url,
    region: REGION,
    folder: join(folder, "tasks"),
    k6Folder: k6.folder,
    clockErrorMs: (number) => (number === 2 ? undefined : 0.7),
  });
  Object.assign(process.env, {
    PERFBED_HOME: join(folder, "home"),
    AWS_ENDPOINT_URL: fargate.url,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  });
  writeLedger({ ...fleetPlan(ID), aws: settings() }, { region: REGION, furtherRegions: [] }, false);
});

afterAll(async () => {
  await fargate?.stop();
  stack?.dispose();
  await application?.stop();
  await moto?.stop();
  process.env = before;
  rmSync(folder, { recursive: true, force: true });
});

const run = (runId: string, more: Parameters<typeof runTestFleet>[2] = {}): Promise<FleetResult> =>
  runTestFleet(
    {
      environmentId: ID,
      settings: settings(),
      generators,
      tools,
      url: application.url,
      remoteRoot: join(folder, "remote"),
    },
    runId,
    more,
  );

const k6Left = (): readonly string[] => processesBelow(join(folder, "remote"));

/** Tasks that the emulator itself takes for running: those that a sweep would have to stop. */
async function tasksRunning(): Promise<readonly string[]> {
  const ecs = new ECSClient({ region: REGION, endpoint: moto.url });
  const { taskArns = [] } = await ecs.send(
    new ListTasksCommand({ cluster: `${ID}-fleet`, desiredStatus: "RUNNING" }),
  );
  ecs.destroy();
  return taskArns;
}

test("two generators start together as emulated tasks of Fargate, and every sample comes back", async () => {
  const seen: FleetProgress[] = [];
  const result = await run("together", {
    workload: splitWorkload(8),
    onProgress: (progress) => seen.push(progress),
  });

  await expectWholeRun(result, { served: application.requests(), seen });
  expect(result.generators.map(({ health }) => health.place).sort()).toEqual([...fargate.tasks].sort());
  // No sample is moved: a task knows how well its clock is synchronised, not how far it is off.
  expect(result.generators.map(({ health }) => health.clockOffsetMs ?? 0)).toEqual([0, 0]);
  // The second task's metadata says that its clock is not synchronised.
  expect(result.clock).toMatchObject({ offsetMs: 0.7, method: expect.stringMatching(/^ECS /) });
  expect(result.clock?.unmeasured).toHaveLength(1);
  expect(k6Left()).toEqual([]);
  expect(await tasksRunning()).toEqual([]);
  expect(
    readdirSync(join(folder, "remote")).flatMap((name) => readdirSync(join(folder, "remote", name))),
  ).toEqual([]);
});

test("a lost task stops the other one, which stores its samples first", async () => {
  let lost = false;
  const result = await run("lost", {
    workload: splitWorkload(30),
    onProgress: ({ elapsedSeconds }) => {
      if (lost || elapsedSeconds < 3) return;
      lost = true;
      fargate.lose(fargate.tasks.at(-1) ?? "");
    },
  });
  expect(result.aborted).toMatchObject({ kind: "generator-lost" });
  expect(result.aborted?.text).toMatch(/was lost \(Essential container in task exited\)/);
  const requests = result.generators.map((generator) => generator.requests).sort((a, b) => a - b);
  expect(requests[0]).toBe(0);
  expect(requests[1]).toBeGreaterThan(20);
  expect(k6Left()).toEqual([]);
  expect(await tasksRunning()).toEqual([]);
});

test("an interrupted run stops every task before it rejects", async () => {
  const controller = new AbortController();
  const began = run("interrupted", {
    signal: controller.signal,
    workload: splitWorkload(60),
    onProgress: ({ elapsedSeconds }) => {
      if (elapsedSeconds > 2) controller.abort(new Error("SIGINT"));
    },
  });
  await expect(began).rejects.toThrow("SIGINT");
  expect(k6Left()).toEqual([]);
  expect(fargate.busy()).toBe(false);
  expect(await tasksRunning()).toEqual([]);
});
