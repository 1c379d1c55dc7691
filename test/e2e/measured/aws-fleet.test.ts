import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
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
import { DuckDBInstance } from "@duckdb/node-api";
import { samplesOnCommonClock } from "../../../campaign/clock-correction";
import type { FleetProgress, FleetResult } from "../../../campaign/fleet";
import { silentObserver } from "../../../campaign/observer";
import type { FleetRequest } from "../../../campaign/targets";
import { runAwsFleet } from "../../../campaign/targets/aws/fleet/run-fleet";
import { awsFolder, writeLedger } from "../../../campaign/targets/aws/ledger";
import { type AwsSettings, awsSettings } from "../../../components/aws/settings";
import { awsSizings } from "../../../components/aws/sizings";
import { Target } from "../../../components/contracts";
import { storefront } from "../../../sample/storefront/application";
import { k6SamplesSql } from "../../../scenarios/adapters/k6";
import type { Workload } from "../../../scenarios/model";
import { resolveTool, Tool } from "../../../toolchain";
import { type LoopbackApplication, startLoopbackApplication } from "../../support/loopback-application";
import { type MotoServer, startMoto } from "../../support/moto-server";
import { type SsmAgent, startSsmAgent } from "../../support/ssm-agent";

jest.setTimeout(600_000);

/**
 * Emulated: the API of AWS (moto) and the agents of Systems Manager on its instances (support/ssm-agent.ts), which run on this machine.
 * Real: shipping, scripts, AWS CLI, k6, barrier, watching, collection, clock correction.
 */

const REGION = "eu-west-1";
const ID = "awsfleet";
const BUCKET = `${ID}-bucket`;
const CLOCK_AHEAD_MS = 200;
const TIMES = {
  startUpMs: 180_000,
  // The command line of AWS takes its time on a busy machine.
  leadMs: 8_000,
  heartbeatSeconds: 1,
  pollMs: 300,
  statesEvery: 2,
  lostAfterMs: 20_000,
  storeMs: 120_000,
  stopMs: 60_000,
};

let moto: MotoServer;
let agent: SsmAgent;
let application: LoopbackApplication;
let folder: string;
let tools: FleetRequest["tools"];
/** As generators are numbered: by id. */
let knownInstances: readonly string[] = [];
const before = { ...process.env };

async function makeGroup(): Promise<void> {
  const ec2 = new EC2Client({ region: REGION });
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ["amazon"] }));
  await ec2.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: ID,
      LaunchTemplateData: { ImageId: Images[0]?.ImageId, InstanceType: "t3.micro" },
    }),
  );
  ec2.destroy();
  const autoScaling = new AutoScalingClient({ region: REGION });
  await autoScaling.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: `${ID}-fleet`,
      MinSize: 2,
      MaxSize: 2,
      AvailabilityZones: [`${REGION}a`],
      LaunchTemplate: { LaunchTemplateName: ID },
    }),
  );
  autoScaling.destroy();
}

async function instancesOfGroup(): Promise<readonly string[]> {
  const autoScaling = new AutoScalingClient({ region: REGION });
  const { AutoScalingGroups = [] } = await autoScaling.send(new DescribeAutoScalingGroupsCommand({}));
  autoScaling.destroy();
  return (AutoScalingGroups[0]?.Instances ?? []).flatMap(({ InstanceId }) => InstanceId ?? []).sort();
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
  const k6 = await resolveTool(Tool.K6);
  if (k6 === undefined) throw new Error("k6 is not installed: run perfbed doctor");
  tools = new Map([[Tool.K6, k6]]);
  folder = mkdtempSync(join(tmpdir(), "pbaf-"));
  [moto, application] = await Promise.all([startMoto(), startLoopbackApplication()]);
  agent = await startSsmAgent({
    awsUrl: moto.url,
    folder: join(folder, "instances"),
    k6Folder: dirname(k6.executables.k6 ?? ""),
    clockAheadMs: (instanceId) => (instanceId === knownInstances[1] ? CLOCK_AHEAD_MS : 0),
  });
  Object.assign(process.env, {
    PERFBED_HOME: join(folder, "home"),
    AWS_ENDPOINT_URL: agent.url,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  });
  await Promise.all([makeGroup(), makeBucket()]);
  knownInstances = await instancesOfGroup();
  writeLedger({ ...environment(), aws: settings() }, REGION, false);
});

afterAll(async () => {
  await agent?.stop();
  await application?.stop();
  await moto?.stop();
  process.env = before;
  rmSync(folder, { recursive: true, force: true });
});

const settings = (allowedHosts: readonly string[] = []): AwsSettings =>
  awsSettings({ region: REGION, fleet: { allowedHosts } });

function environment() {
  const { small } = awsSizings;
  if (small === undefined) throw new Error("no sizing small");
  return {
    target: Target.Aws,
    environmentId: ID,
    owner: "test",
    expiresAt: new Date(Date.now() + 600_000).toISOString(),
    application: storefront(),
    sizing: small,
  };
}

const workload: Workload = {
  scenario: "split",
  description: "One journey on two generators.",
  seed: 7,
  warmup: { startRatePerSecond: 20, stages: [{ durationSeconds: 1, ratePerSecond: 20, label: "warm-up" }] },
  arrival: {
    startRatePerSecond: 20,
    stages: [{ durationSeconds: 4, ratePerSecond: 20, label: "hold" }],
  },
  journeys: [
    { name: "read", weight: 1, steps: [{ name: "list", request: { method: "GET", path: "/list" } }] },
  ],
  slos: [],
  parameters: {},
};

function run(
  runId: string,
  more: Partial<Pick<FleetRequest, "workload" | "signal" | "onProgress">> = {},
): Promise<FleetResult> {
  return runAwsFleet(
    {
      plan: environment(),
      access: {
        environmentId: ID,
        target: Target.Aws,
        entryUrl: application.url,
        appUrl: application.url,
        telemetry: [],
        generators: [1, 2].map((index) => ({
          name: `generator-${index}`,
          location: `asg:${ID}-fleet#${index}`,
        })),
      },
      tools,
      tool: "k6",
      workload,
      runId,
      signal: new AbortController().signal,
      observer: silentObserver,
      ...more,
    },
    {
      settings: settings(),
      folder: awsFolder(ID),
      remoteRoot: join(folder, "remote"),
      times: TIMES,
    },
  );
}

/** k6 processes that the agent's instances have left on this machine. */
function k6Left(): readonly string[] {
  return readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const args = readFileSync(`/proc/${pid}/cmdline`, "latin1");
      return args.includes(join(folder, "remote"));
    } catch {
      return false;
    }
  });
}

/** When the first of the samples started, microseconds since the epoch. */
async function firstStartUs(sql: string): Promise<number> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(`SELECT min(startedAtUs)::DOUBLE FROM (${sql})`);
  connection.closeSync();
  instance.closeSync();
  return Number(reader.getRows()[0]?.[0]);
}

test("two generators start together over emulated instances, and every sample comes back on one clock", async () => {
  const seen: FleetProgress[] = [];
  const result = await run("together", { onProgress: (progress) => seen.push(progress) });

  expect(result.aborted).toBeNull();
  expect(result.generators.map(({ health }) => health.exitCode)).toEqual([0, 0]);
  expect(result.generators.map(({ health }) => health.place)).toEqual(knownInstances);
  expect(result.arrivals).toMatchObject({ planned: 80, dropped: 0 });
  expect(result.arrivals.started).toBeGreaterThanOrEqual(79);
  // None is lost on its way, and none comes twice; whether the arrival due at the very end starts is k6's to say.
  expect(result.generators.reduce((sum, { requests }) => sum + requests, 0)).toBe(application.requests());
  expect(application.requests()).toBeGreaterThanOrEqual(98);
  expect(seen.some(({ phase, requestRatePerSecond }) => phase === "load" && requestRatePerSecond > 5)).toBe(
    true,
  );

  const [exact, ahead] = result.generators;
  expect(exact?.health.clockOffsetMs).toBeCloseTo(0);
  expect(ahead?.health.clockOffsetMs).toBe(CLOCK_AHEAD_MS);
  expect(result.clock).toMatchObject({ offsetMs: 0.4 });
  expect(result.clock?.unmeasured).toBeUndefined();
  // On this machine, which has one clock, the generator whose clock claims to be ahead waits that much longer.
  for (const generator of result.generators) {
    expect(Math.abs(generator.health.startSkewMs ?? Number.NaN)).toBeLessThan(150);
    const sql = k6SamplesSql(generator.samples, {
      campaign: "c",
      run: "r",
      side: "single",
      replicate: 1,
      generator: generator.name,
      scenario: "split",
    });
    const corrected = samplesOnCommonClock(sql, generator.clockOffsetUs ?? 0);
    const [own, common] = await Promise.all([firstStartUs(sql), firstStartUs(corrected)]);
    expect(own - common).toBeCloseTo((generator.health.clockOffsetMs ?? 0) * 1000);
    expect(generator.health.cpuMean).not.toBeNull();
    expect(generator.health.memoryMaxMiB).toBeGreaterThan(10);
  }
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
    workload: {
      ...workload,
      arrival: {
        startRatePerSecond: 20,
        stages: [{ durationSeconds: 30, ratePerSecond: 20, label: "hold" }],
      },
    },
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
    workload: {
      ...workload,
      arrival: {
        startRatePerSecond: 20,
        stages: [{ durationSeconds: 60, ratePerSecond: 20, label: "hold" }],
      },
    },
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
    /generator-\d \(i-[0-9a-f]+\) cannot run: .*before its virtual users were ready/,
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
