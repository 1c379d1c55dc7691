import { join } from "node:path";
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from "@aws-sdk/client-auto-scaling";
import {
  DescribeAddressesCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeSecurityGroupsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { IAMClient, ListInstanceProfilesCommand } from "@aws-sdk/client-iam";
import { DeleteBucketCommand, ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import {
  GetSecretValueCommand,
  ListSecretsCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { type MotoServer, startMoto } from "../../support/moto-server";
import { type AwsStack, type AwsStackOptions, openAwsStack } from "../support/aws-stack";
import type { Programs } from "./stand-in-program";

jest.setTimeout(300_000);

const REGION = "eu-west-1";

let moto: MotoServer;
let stack: AwsStack;

beforeAll(async () => {
  moto = await startMoto();
});
afterAll(() => moto?.stop());
afterEach(() => stack?.dispose());

async function open(options: Omit<AwsStackOptions, "motoUrl"> = {}): Promise<AwsStack> {
  stack = await openAwsStack({ motoUrl: moto.url, region: REGION, ...options });
  return stack;
}

const settings = () => ({
  region: REGION,
  endpoint: moto.url,
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
});

/** Names and ids of everything in the emulator that a program here makes. */
async function existing(): Promise<Record<string, readonly (string | undefined)[]>> {
  const client = new EC2Client(settings());
  const inUse = { Filters: [{ Name: "tag:purpose", Values: ["stand-in"] }] };
  const [vpcs, groups, templates, addresses] = await Promise.all([
    client.send(new DescribeVpcsCommand(inUse)),
    client.send(new DescribeSecurityGroupsCommand(inUse)),
    client.send(new DescribeLaunchTemplatesCommand({})),
    client.send(new DescribeAddressesCommand({})),
  ]);
  const running = [{ Name: "instance-state-name", Values: ["running", "pending"] }];
  const instances = await client.send(new DescribeInstancesCommand({ Filters: running }));
  const scaling = await new AutoScalingClient(settings()).send(new DescribeAutoScalingGroupsCommand({}));
  const buckets = await new S3Client({ ...settings(), forcePathStyle: true }).send(
    new ListBucketsCommand({}),
  );
  const secrets = await new SecretsManagerClient(settings()).send(new ListSecretsCommand({}));
  return {
    vpcs: (vpcs.Vpcs ?? []).map(({ VpcId }) => VpcId),
    securityGroups: (groups.SecurityGroups ?? []).map(({ GroupId }) => GroupId),
    launchTemplates: (templates.LaunchTemplates ?? []).map(({ LaunchTemplateName }) => LaunchTemplateName),
    addresses: (addresses.Addresses ?? []).map(({ AllocationId }) => AllocationId),
    instances: (instances.Reservations ?? []).flatMap(({ Instances = [] }) =>
      Instances.map((i) => i.InstanceId),
    ),
    scalingGroups: (scaling.AutoScalingGroups ?? []).map(({ AutoScalingGroupName }) => AutoScalingGroupName),
    buckets: (buckets.Buckets ?? []).map(({ Name }) => Name),
    secrets: (secrets.SecretList ?? []).map(({ Name }) => Name),
  };
}

const NOTHING = {
  vpcs: [],
  securityGroups: [],
  launchTemplates: [],
  addresses: [],
  instances: [],
  scalingGroups: [],
  buckets: [],
  secrets: [],
};

const program = (args: Programs) => ({ module: join(__dirname, "stand-in-program.ts"), args });

test("a program is brought up, brought up again, changed, refreshed and removed without leftovers", async () => {
  const { standIn, up, refresh, destroy } = await open();
  const first = await up(program({ name: "network" }));
  expect(first.changes).toEqual({ create: expect.any(Number) });
  expect(first.outputs.vpcCidr?.value).toBe("10.20.0.0/16");
  expect(first.outputs.isolated?.value).toEqual([
    expect.stringMatching(/^subnet-/),
    expect.stringMatching(/^subnet-/),
  ]);
  const made = await existing();
  expect(made.vpcs).toEqual([first.outputs.vpcId?.value]);
  expect(made.scalingGroups).toEqual([first.outputs.scalingGroup?.value]);
  expect(made.instances).toHaveLength(2);
  expect(made.addresses).toHaveLength(1);

  const again = await up(program({ name: "network" }));
  expect(again.changes).toEqual({ same: first.changes.create });

  const changed = await up(program({ name: "network", maxSize: 4, instanceType: "t4g.medium" }));
  expect(changed.changes).toEqual({ same: (first.changes.create ?? 0) - 2, update: 2 });
  const { AutoScalingGroups } = await new AutoScalingClient(settings()).send(
    new DescribeAutoScalingGroupsCommand({}),
  );
  expect(AutoScalingGroups?.[0]).toMatchObject({ MaxSize: 4, LaunchTemplate: { Version: "2" } });

  await refresh({ expectNoChanges: true });
  await destroy();
  expect(await existing()).toEqual(NOTHING);
  expect(standIn.kept()).toEqual([]);
  expect(standIn.callsSeen()).toContainEqual({ service: "autoscaling", action: "UpdateAutoScalingGroup" });
});

test("secrets reach AWS and are encrypted in the state", async () => {
  const { up, storedState, destroy } = await open();
  const { outputs } = await up(program({ name: "network" }));
  const password: unknown = outputs.password?.value;
  expect(password).toMatch(/^[A-Za-z0-9]{24}$/);
  expect(outputs.password?.secret).toBe(true);
  const stored = await new SecretsManagerClient(settings()).send(
    new GetSecretValueCommand({ SecretId: String(outputs.secretArn?.value) }),
  );
  expect(JSON.parse(stored.SecretString ?? "")).toEqual({ user: "app", password });
  expect(storedState()).not.toContain(String(password));
  await destroy();
  expect(await existing()).toEqual(NOTHING);
});

test("a misspelt input is refused by name, before anything is made", async () => {
  const { standIn, up } = await open();
  await expect(up(program({ name: "misspelt" }))).rejects.toThrow(/metadataOptions\.httpToken/);
  await expect(up(program({ name: "unknown-input" }))).rejects.toThrow(/there is no property "cidrBlok"/);
  await expect(up(program({ name: "missing-input" }))).rejects.toThrow(/the property "vpcId" is required/);
  expect(standIn.creates()).toBe(0);
});

test("when the nth resource cannot be made, destroy removes the others", async () => {
  const { standIn, up, destroy, printed } = await open({
    failCreate: { nth: 14, message: "VpcLimitExceeded" },
  });
  await expect(up(program({ name: "network" }))).rejects.toThrow(/VpcLimitExceeded/);
  expect(printed.join("")).toContain("VpcLimitExceeded");
  expect(standIn.creates()).toBeGreaterThanOrEqual(14);
  expect((await existing()).vpcs).toHaveLength(1);
  await destroy();
  expect(await existing()).toEqual(NOTHING);
});

test("what was made half-way is known to the engine, and removed", async () => {
  const { up, destroy, storedState } = await open();
  await expect(up(program({ name: "half-made" }))).rejects.toThrow(/NoSuchEntity/);
  const client = new IAMClient(settings());
  const profiles = async () =>
    (await client.send(new ListInstanceProfilesCommand({}))).InstanceProfiles ?? [];
  const [half] = await profiles();
  expect(half?.InstanceProfileName).toMatch(/^half-/);
  expect(storedState()).toContain(`"id":"${half?.InstanceProfileName}"`);
  await destroy();
  expect(await profiles()).toEqual([]);
});

test("when the providers are gone, an operation fails and does not hang", async () => {
  const { standIn, up } = await open();
  standIn.stop();
  await expect(up(program({ name: "bucket" }))).rejects.toThrow(/provider/);
});

test("throttled calls are tried again, and what is visible late is waited for", async () => {
  const { standIn, up, destroy } = await open({ throttleEvery: 5, lateVisibility: 2 });
  const { changes } = await up(program({ name: "mixed" }));
  expect(changes).toEqual({ create: 5 });
  expect(standIn.throttled()).toBeGreaterThan(0);
  expect(standIn.kept()).toEqual([expect.stringMatching(/^aws:ec2\/placementGroup:PlacementGroup near-/)]);
  await destroy();
  expect(standIn.kept()).toEqual([]);
  expect(await existing()).toEqual(NOTHING);
});

test("drift is found by a refresh", async () => {
  const { up, refresh, destroy } = await open();
  const { outputs } = await up(program({ name: "bucket" }));
  const client = new S3Client({ ...settings(), forcePathStyle: true });
  await client.send(new DeleteBucketCommand({ Bucket: String(outputs.bucket?.value) }));
  expect((await refresh()).changes).toMatchObject({ delete: 1 });
  await destroy();
});
