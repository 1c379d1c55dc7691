import {
  AttachNetworkInterfaceCommand,
  CreateImageCommand,
  DetachNetworkInterfaceCommand,
  EC2Client,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import { CreateDBSnapshotCommand, ModifyDBInstanceCommand, RDSClient } from "@aws-sdk/client-rds";
import { networkPermissions, sweeperPermissions } from "../../../components/aws/guard/permissions";
import {
  type AwsApiCall,
  type AwsInventory,
  LeftoverReason,
  listAwsEnvironments,
  sweepAws,
  takeAwsInventory,
} from "../../../inventory/aws";
import { AwsClients } from "../../../inventory/aws/clients";
import { iam } from "../../support/iam-actions";
import { emulatedAccount } from "./emulated-account";
import { accessTo, plantEnvironment } from "./planted";

/**
 * Against moto, an emulator: it shows that everything planted is found, removed in an order that the API accepts, and reported when it cannot
 * be. It cannot show how long AWS takes, nor every refusal that AWS makes.
 */
jest.setTimeout(240_000);

const FAST = { firstPauseMs: 20, longestPauseMs: 100, patienceMs: 2_000, deadlineMs: 90_000 };

/** One of those that moto has. */
const IMAGE = "ami-12c6146b";

const account = emulatedAccount({ throttleEvery: 20 });

const ids = ({ resources }: AwsInventory): string[] =>
  resources.map(({ kind, id, region }) => `${kind} ${region} ${id}`);

test("a lost environment is found and removed, throttled calls are repeated, and the neighbour with a longer name stays", async () => {
  const access = accessTo(account.front.url);
  const planted = await plantEnvironment("shop", access);
  await plantEnvironment("shop-app", access, { expiresAt: "2020-01-01T00:00:00.000Z" });
  for (const [type, id] of [
    ["serverlessCache", "shop-cache"],
    ["userGroup", "shop-cache"],
    ["cachePolicy", "shop-edge"],
    ["cachePolicy", "shop-app-edge"],
  ] as const) {
    account.front.plant(type, id);
  }
  account.front.plant("placementGroup", "shop-fleet", {
    tagSet: "<item><key>perfbed:environment</key><value>shop</value></item>",
  });
  account.front.plant("proxyEndpoint", "shop-proxy-readers", { DBProxyName: "shop-proxy" });
  account.front.plant("cacheParameterGroup", "cache-parameters-1", {
    Description: "Cache of perfbed environment shop",
  });
  account.front.plant("cacheSubnetGroup", "cache-subnets-1", {
    CacheSubnetGroupDescription: "Cache of perfbed environment shop",
  });

  const found = await takeAwsInventory("shop", access);
  expect(found.failures).toEqual([]);
  expect(new Set(found.resources.map(({ kind }) => kind))).toEqual(new Set(PLANTED_KINDS));
  expect(ids(found)).toContain(`ec2:network-interface eu-west-1 ${planted.interfaceId}`);
  expect(ids(found)).toContain(`s3:bucket eu-west-1 ${planted.bucket}`);
  const neighbour = await takeAwsInventory("shop-app", access);

  const environments = await listAwsEnvironments(access);
  expect(environments.map(({ environmentId, owner, expired }) => [environmentId, owner, expired])).toEqual([
    ["shop", "ci", false],
    ["shop-app", "ci", true],
  ]);

  const calls: AwsApiCall[] = [];
  const result = await sweepAws("shop", { ...access, onCall: (call) => calls.push(call) }, FAST);
  expect(result.left).toEqual([]);
  expect(result.failures).toEqual([]);
  expect(result.proved).toBe(true);
  expect(result.removed.length).toBeGreaterThanOrEqual(found.resources.length - 4);
  expect(account.front.throttled()).toBeGreaterThan(10);

  expect(ids(await takeAwsInventory("shop", access))).toEqual([]);
  expect(ids(await takeAwsInventory("shop-app", access))).toEqual(ids(neighbour));
  expect(account.front.planted()).toEqual(["cachePolicy shop-app-edge"]);

  const scheduleGroupArn = "arn:aws:scheduler:eu-west-1:123456789012:schedule-group/shop-expiry";
  const granted = [
    ...sweeperPermissions({
      environment: { id: "shop", owner: "ci", expiresAt: "2030-01-01T00:00:00.000Z", tags: {} },
      bucketArn: "arn:aws:s3:::shop-1",
      scheduleGroupArn,
      logGroupArn: "arn:aws:logs:eu-west-1:123456789012:log-group:/perfbed/shop/expiry",
    }),
    ...networkPermissions(scheduleGroupArn, "vpc-1"),
  ].flatMap(({ Action }) => Action);
  const needed = new Set(calls.flatMap(({ service, action }) => iam.iamActions(`${service}:${action}`)));
  expect([...needed].filter((action) => !granted.some((pattern) => iam.covers(pattern, action)))).toEqual([]);
});

test("a protected database, a snapshot and an image are reported with what to do, and the guard stays with them", async () => {
  const access = accessTo(account.front.url);
  await plantEnvironment("kept", access, { deletionProtection: true });
  const clients = new AwsClients(access);
  const rds = clients.client(RDSClient);
  await rds.send(
    new CreateDBSnapshotCommand({
      DBInstanceIdentifier: "kept-primary",
      DBSnapshotIdentifier: "before-masking",
    }),
  );
  await plantImage(clients, "kept");

  const result = await sweepAws("kept", access, FAST);
  expect(result.proved).toBe(false);
  const reasons = Object.fromEntries(
    result.left.map(({ resource, reason, hint }) => [resource.kind, { reason, hint }]),
  );
  expect(reasons["rds:db"]).toEqual({
    reason: LeftoverReason.DeletionProtection,
    hint: expect.stringContaining(
      "aws rds modify-db-instance --db-instance-identifier kept-primary --no-deletion-protection",
    ),
  });
  expect(reasons["rds:snapshot"]?.reason).toBe(LeftoverReason.Retained);
  expect(reasons["tagged:ec2:image"]?.reason).toBe(LeftoverReason.UnknownKind);
  expect(reasons["scheduler:schedule-group"]?.reason).toBe(LeftoverReason.Guard);
  expect(reasons["lambda:function"]?.reason).toBe(LeftoverReason.Guard);
  // What does not hang on the database is gone all the same.
  expect(reasons["autoscaling:autoScalingGroup"]).toBeUndefined();
  expect(reasons["s3:bucket"]).toBeUndefined();

  await rds.send(
    new ModifyDBInstanceCommand({ DBInstanceIdentifier: "kept-primary", DeletionProtection: false }),
  );
  const again = await sweepAws("kept", access, { ...FAST, removeSnapshots: true });
  expect(again.left.map(({ resource, reason }) => [resource.kind, reason])).toEqual([
    ["tagged:ec2:image", LeftoverReason.UnknownKind],
  ]);
  clients.close();
});

test("what credentials may not remove, and what is in use, is said to be so; nothing is proved while a service does not answer", async () => {
  const access = accessTo(account.front.url);
  const planted = await plantEnvironment("denied", access);
  const clients = new AwsClients(access);
  const ec2 = clients.client(EC2Client);
  const { Instances } = await ec2.send(new RunInstancesCommand({ ImageId: IMAGE, MinCount: 1, MaxCount: 1 }));
  const InstanceId = Instances?.[0]?.InstanceId;
  const { AttachmentId } = await ec2.send(
    new AttachNetworkInterfaceCommand({
      NetworkInterfaceId: planted.interfaceId,
      InstanceId,
      DeviceIndex: 1,
    }),
  );
  // As AWS answers while an interface is used, and while it is in the subnet; moto lets both go.
  account.front.refuse("ec2:DeleteNetworkInterface", "InvalidParameterValue");
  account.front.refuse("ec2:DeleteSubnet", "DependencyViolation");
  account.front.refuse("secretsmanager:DeleteSecret", "AccessDeniedException");
  const result = await sweepAws("denied", access, { ...FAST, patienceMs: 200 });
  expect(result.proved).toBe(false);
  const byKind = new Map(result.left.map((one) => [one.resource.kind, one]));
  expect(byKind.get("secretsmanager:secret")).toMatchObject({
    reason: LeftoverReason.AccessDenied,
    detail: "AccessDeniedException: refused by the test",
  });
  expect(byKind.get("ec2:subnet")).toMatchObject({ reason: LeftoverReason.InUse });
  expect(result.left.find(({ resource }) => resource.id === planted.interfaceId)).toMatchObject({
    reason: LeftoverReason.InUse,
    detail: `NetworkInterfaceInUse: in use by ${InstanceId}`,
  });
  for (const action of ["ec2:DeleteNetworkInterface", "ec2:DeleteSubnet", "secretsmanager:DeleteSecret"]) {
    account.front.refuse(action, undefined);
  }
  await ec2.send(new DetachNetworkInterfaceCommand({ AttachmentId }));
  clients.close();

  account.front.refuse("elasticache:DescribeUsers", "AccessDenied");
  const blind = await sweepAws("denied", access, FAST);
  account.front.refuse("elasticache:DescribeUsers", undefined);
  // There may be users: what guards the environment's expiry stays.
  expect(new Set(blind.left.map(({ reason }) => reason))).toEqual(new Set([LeftoverReason.Guard]));
  expect(blind.failures).toEqual([
    { kind: "elasticache:user", region: "eu-west-1", reason: "AccessDenied: refused by the test" },
  ]);
  expect(blind.proved).toBe(false);
});

async function plantImage(clients: AwsClients, environmentId: string): Promise<void> {
  const ec2 = clients.client(EC2Client);
  const { Instances } = await ec2.send(new RunInstancesCommand({ ImageId: IMAGE, MinCount: 1, MaxCount: 1 }));
  await ec2.send(
    new CreateImageCommand({
      InstanceId: Instances?.[0]?.InstanceId,
      Name: "kept-image",
      TagSpecifications: [
        { ResourceType: "image", Tags: [{ Key: "perfbed:environment", Value: environmentId }] },
      ],
    }),
  );
}

const PLANTED_KINDS = [
  "autoscaling:autoScalingGroup",
  "budgets:budget",
  "cloudfront:cache-policy",
  "cloudfront:distribution",
  "cloudwatch:alarm",
  "ec2:elastic-ip",
  "ec2:instance",
  "ec2:internet-gateway",
  "ec2:launch-template",
  "ec2:natgateway",
  "ec2:network-interface",
  "ec2:placement-group",
  "ec2:route-table",
  "ec2:security-group",
  "ec2:subnet",
  "ec2:vpc",
  "ec2:vpc-endpoint",
  "ecs:cluster",
  "ecs:service",
  "ecs:task-definition",
  "elasticache:parametergroup",
  "elasticache:replicationgroup",
  "elasticache:serverlesscache",
  "elasticache:subnetgroup",
  "elasticache:user",
  "elasticache:usergroup",
  "elasticloadbalancing:loadbalancer",
  "elasticloadbalancing:targetgroup",
  "iam:expiry-role",
  "iam:instance-profile",
  "iam:role",
  "lambda:function",
  "logs:expiry-log-group",
  "logs:log-group",
  "rds:db",
  "rds:db-proxy",
  "rds:db-proxy-endpoint",
  "rds:pg",
  "rds:subgrp",
  "s3:bucket",
  "scheduler:schedule-group",
  "secretsmanager:secret",
  "wafv2:webacl",
];
