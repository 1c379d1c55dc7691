import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
} from "@aws-sdk/client-auto-scaling";
import { CreateLaunchTemplateCommand, DescribeImagesCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  CreateBucketCommand,
  ListObjectsV2Command,
  PutBucketTaggingCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import type { FleetProgress, FleetResult } from "../../campaign/fleet";
import type { FleetRequest } from "../../campaign/targets";
import { writeLedger } from "../../campaign/targets/aws/ledger";
import { type AwsSettings, awsSettings } from "../../components/aws/settings";
import type { Workload } from "../../scenarios/model";
import {
  expectWholeRun,
  fleetPlan,
  k6OfThisMachine,
  processesBelow,
  runTestFleet,
  splitWorkload,
} from "../support/aws-fleet-run";
import { type LoopbackApplication, startLoopbackApplication } from "../support/loopback-application";
import { type MotoServer, startMoto } from "../support/moto-server";
import { type SsmAgent, startSsmAgent } from "../support/ssm-agent";

jest.setTimeout(600_000);

/**
 * Emulated: the API of AWS (moto) and the agents of Systems Manager on its instances (support/ssm-agent.ts), which run on this machine.
 * Real: shipping, scripts, AWS CLI, k6, barrier, watching, collection, clock correction.
 */

const REGION = "eu-west-1";
/** Of the second generator. */
const FURTHER = "us-east-2";
const ID = "awsfleet";
const BUCKET = `${ID}-bucket`;
const CLOCK_AHEAD_MS = 200;

let moto: MotoServer;
let agent: SsmAgent;
let application: LoopbackApplication;
let folder: string;
let tools: FleetRequest["tools"];
/** In the order of the generators. */
let knownInstances: readonly string[] = [];
const before = { ...process.env };

/** A group of one, and its instance. */
async function makeGroup(region: string): Promise<string> {
  const ec2 = new EC2Client({ region });
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ["amazon"] }));
  await ec2.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: ID,
      LaunchTemplateData: { ImageId: Images[0]?.ImageId, InstanceType: "t3.micro" },
    }),
  );
  ec2.destroy();
  const autoScaling = new AutoScalingClient({ region });
  await autoScaling.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: `${ID}-fleet`,
      MinSize: 1,
      MaxSize: 1,
      AvailabilityZones: [`${region}a`],
      LaunchTemplate: { LaunchTemplateName: ID },
    }),
  );
  const { AutoScalingGroups = [] } = await autoScaling.send(new DescribeAutoScalingGroupsCommand({}));
  autoScaling.destroy();
  return AutoScalingGroups[0]?.Instances?.[0]?.InstanceId ?? "";
}

async function makeBucket(): Promise<void> {
  const s3 = new S3Client({ region: REGION });
  await s3.send(
    new CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration: { LocationConstraint: REGION } }),
  );
  await s3.send(
    new PutBucketTaggingCommand({
      Bucket: BUCKET,
      Tagging: { TagSet: [{ Key: "perfbed:environment", Value: ID }] },
    }),
  );
  s3.destroy();
}

async function keysBelow(prefix: string): Promise<readonly string[]> {
  const s3 = new S3Client({ region: REGION });
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: prefix }));
  s3.destroy();
  return Contents.flatMap(({ Key }) => Key ?? []);
}

beforeAll(async () => {
  const k6 = await k6OfThisMachine();
  tools = k6.tools;
  folder = mkdtempSync(join(tmpdir(), "pbaf-"));
  [moto, application] = await Promise.all([startMoto(), startLoopbackApplication()]);
  agent = await startSsmAgent({
    awsUrl: moto.url,
    folder: join(folder, "instances"),
    k6Folder: k6.folder,
    clockAheadMs: (instanceId) => (instanceId === knownInstances[1] ? CLOCK_AHEAD_MS : 0),
  });
  Object.assign(process.env, {
    PERFBED_HOME: join(folder, "home"),
    AWS_ENDPOINT_URL: agent.url,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  });
  await makeBucket();
  knownInstances = await Promise.all([makeGroup(REGION), makeGroup(FURTHER)]);
  writeLedger({ ...fleetPlan(ID), aws: settings() }, { region: REGION, furtherRegions: [FURTHER] }, false);
});

afterAll(async () => {
  await agent?.stop();
  await application?.stop();
  await moto?.stop();
  process.env = before;
  rmSync(folder, { recursive: true, force: true });
});

const settings = (allowedHosts: readonly string[] = []): AwsSettings =>
  awsSettings({ region: REGION, fleet: { allowedHosts, regions: [REGION, FURTHER] } });

const workload = splitWorkload(4);

const run = (runId: string, more: Parameters<typeof runTestFleet>[2] = {}): Promise<FleetResult> =>
  runTestFleet(
    {
      environmentId: ID,
      settings: settings(),
      generators: [
        { name: "generator-1", location: `asg:${ID}-fleet#1` },
        { name: "generator-2", location: `asg:${FURTHER}/${ID}-fleet#1` },
      ],
      tools,
      url: application.url,
      remoteRoot: join(folder, "remote"),
    },
    runId,
    { workload, ...more },
  );

const k6Left = (): readonly string[] => processesBelow(join(folder, "remote"));

test("two generators in two regions start together over emulated instances, and every sample comes back on one clock", async () => {
  const seen: FleetProgress[] = [];
  const result = await run("together", {
    workload: splitWorkload(8),
    onProgress: (progress) => seen.push(progress),
  });

  await expectWholeRun(result, { served: application.requests(), seen });
  const [own, elsewhere] = knownInstances;
  expect(result.generators.map(({ health }) => health.place)).toEqual([own, `${FURTHER}/${elsewhere}`]);

  const [exact, ahead] = result.generators;
  expect(exact?.health.clockOffsetMs).toBeCloseTo(0);
  expect(ahead?.health.clockOffsetMs).toBe(CLOCK_AHEAD_MS);
  expect(result.clock).toMatchObject({ offsetMs: 0.4 });
  expect(result.clock?.unmeasured).toBeUndefined();
  // Nothing is left at work, and of the shipments nothing in the bucket.
  expect(k6Left()).toEqual([]);
  expect(existsSync(join(folder, "remote"))).toBe(true);
  expect(
    readdirSync(join(folder, "remote")).flatMap((name) => readdirSync(join(folder, "remote", name))),
  ).toEqual([]);
  expect(await keysBelow("campaign/")).toEqual([]);
});

test("a generator that is lost with its instance stops the fleet, and what the other has measured is kept", async () => {
  let lost = false;
  const result = await run("lost", {
    workload: splitWorkload(30),
    onProgress: ({ elapsedSeconds }) => {
      if (lost || elapsedSeconds < 3) return;
      lost = true;
      agent.lose(knownInstances[1] ?? "");
    },
  });
  expect(result.aborted).toMatchObject({ kind: "generator-lost" });
  expect(result.aborted?.text).toMatch(/^generator-2 was lost/);
  expect(result.generators[0]?.requests).toBeGreaterThan(20);
  expect(result.generators[1]?.health.exitCode).toBeNull();
  expect(k6Left()).toEqual([]);
});

test("an interrupted run ends every k6 on the instances before it rejects", async () => {
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
  expect(agent.busy()).toBe(false);
});

test("a script that k6 refuses on an instance ends the run before any load, with k6's own words", async () => {
  const served = application.requests();
  const began = run("refused", {
    // Only where it runs, k6 is given the generator's number.
    workload: {
      ...workload,
      journeys: [],
      script: script("http.get(__ENV.BASE_URL)", 'if (__ENV.AWS_ENDPOINT_URL) throw new Error("not here");'),
    },
  });
  await expect(began).rejects.toThrow(
    /generator-\d \((us-east-2\/)?i-[0-9a-f]+\) cannot run: .*before its virtual users were ready/,
  );
  expect(application.requests()).toBe(served);
  expect(k6Left()).toEqual([]);
});

test("a script that names a host of somebody else is refused before anything is sent", async () => {
  await expect(
    run("elsewhere", {
      workload: { ...workload, journeys: [], script: script('http.get("https://shop.example.com/")') },
    }),
  ).rejects.toMatchObject({ problems: [expect.objectContaining({ value: "shop.example.com" })] });
});

function script(body: string, top = ""): NonNullable<Workload["script"]> {
  const file = join(folder, "script.js");
  writeFileSync(
    file,
    `import http from "k6/http";\nexport const options = { vus: 1, iterations: 1 };\n${top}\nexport default function () { ${body}; }\n`,
  );
  return { tool: "k6", file, environment: {}, ownArrivals: true };
}
