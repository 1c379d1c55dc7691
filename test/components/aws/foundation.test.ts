import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { AwsFoundation, type AwsFoundationArgs } from "../../../components/aws/foundation";
import { expiryTimes } from "../../../components/aws/guard/expiry";
import { subnetSpecs } from "../../../components/aws/network/subnets";
import { type AwsSettingsInput, awsSettings, NatStrategy } from "../../../components/aws/settings";
import type { EnvironmentIdentity } from "../../../components/contracts";
import { packageRoot } from "../../../core/home";
import { logGroupPattern } from "../../../inventory/aws/kinds/names";
import { isLike } from "../../support/iam-actions";
import { settled } from "../support";
import { inputsOf, listed, named, type Recording, recordResources } from "./mocks";

const ENVIRONMENT: EnvironmentIdentity = {
  id: "pb-test",
  owner: "ada",
  expiresAt: "2030-01-01T00:00:00.000Z",
  tags: { team: "checkout" },
};
const tagged = (title: string): Record<string, string> => ({
  team: "checkout",
  "perfbed:environment": "pb-test",
  "perfbed:owner": "ada",
  "perfbed:expires-at": "2030-01-01T00:00:00.000Z",
  Name: `pb-test-${title}`,
});

interface Stood extends Recording {
  readonly foundation: AwsFoundation;
}

async function stand(
  settings: Omit<AwsSettingsInput, "region"> = {},
  args: Partial<AwsFoundationArgs> = {},
): Promise<Stood> {
  const made: AwsFoundation[] = [];
  const recording = await recordResources(() => {
    const context = { settings: awsSettings({ region: "eu-west-1", ...settings }) };
    made.push(new AwsFoundation("shop", { environment: ENVIRONMENT, ...args }, context, {}));
  });
  const [foundation] = made;
  if (foundation === undefined) throw new Error("there is no foundation");
  return { ...recording, foundation };
}

/** Statements of a policy document, by their Sid. */
function statements(policy: unknown): Record<string, Record<string, unknown>> {
  const document: { Statement: { Sid: string }[] } = JSON.parse(String(policy));
  return Object.fromEntries(document.Statement.map(({ Sid, ...rest }) => [Sid, rest]));
}

const assumeRole = (service: string, condition?: Record<string, unknown>): unknown => ({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Action: "sts:AssumeRole",
      Principal: { Service: service },
      ...(condition === undefined ? {} : { Condition: condition }),
    },
  ],
});

const GUARD = [
  "aws:cloudwatch:LogGroup shop-expiry-logs",
  "aws:iam:Role shop-expiry-function-role",
  "aws:iam:Role shop-expiry-schedule-role",
  "aws:iam:RolePolicy shop-expiry-function-network-policy",
  "aws:iam:RolePolicy shop-expiry-function-policy",
  "aws:iam:RolePolicy shop-expiry-schedule-policy",
  "aws:lambda:Function shop-expiry-function",
  "aws:scheduler:Schedule shop-expiry-schedule-first",
  "aws:scheduler:Schedule shop-expiry-schedule-repeat",
  "aws:scheduler:ScheduleGroup shop-expiry-group",
];
const WITHOUT_GUARD = [
  "aws:cloudwatch:LogGroup shop-logs",
  "aws:ec2:DefaultSecurityGroup shop-default-group",
  "aws:ec2:VpcEndpoint shop-endpoint-s3",
  "aws:s3:Bucket shop-bucket",
  "aws:s3:BucketLifecycleConfiguration shop-bucket-lifecycle",
  "aws:s3:BucketOwnershipControls shop-bucket-ownership",
  "aws:s3:BucketPolicy shop-bucket-policy",
  "aws:s3:BucketPublicAccessBlock shop-bucket-public-access",
  "aws:s3:BucketServerSideEncryptionConfiguration shop-bucket-encryption",
  "awsx:ec2:Vpc shop-vpc",
  "perfbed:aws:Foundation shop",
];
/** What is made, but for the security groups, which have a test file of their own. */
const others = (recording: Recording): string[] =>
  listed(recording).filter(
    (one) => !/SecurityGroup(EgressRule|IngressRule)? /.test(one) || one.includes("Default"),
  );

/** Kinds that AWS has no tags for. */
const UNTAGGABLE = /^(perfbed:|aws:s3\/bucket\w+:|aws:iam\/rolePolicy:|aws:scheduler\/schedule:)/;

describe("the foundation of an environment on AWS, as registered with the engine", () => {
  test("by default it is these resources, and no others", async () => {
    expect(others(await stand())).toEqual([...GUARD, ...WITHOUT_GUARD].sort());
  });

  test("everything belongs to it, waits for what it waits for, and carries the environment's tags", async () => {
    const recording = await stand({
      network: { interfaceEndpoints: ["ssm"], flowLogs: true },
      guard: { monthlyBudgetUsd: 100, alertEmails: ["ada@example.com"] },
    });
    const children = recording.registrations.filter(({ type }) => type !== "perfbed:aws:Foundation");
    expect(new Set(children.map(({ parent }) => parent))).toEqual(new Set(["shop"]));
    const untagged = children
      .filter(({ type }) => !UNTAGGABLE.test(type))
      .filter(
        ({ inputs }) => JSON.stringify(inputs.tags)?.includes('"perfbed:environment":"pb-test"') !== true,
      );
    expect(untagged).toEqual([]);
  });

  test("its ground is what the tiers are made on", async () => {
    const { ground } = (await stand()).foundation;
    const { vpcId, subnets, securityGroups, bucketName, bucketArn, logGroupName } = ground;
    const values = pulumi.output({ vpcId, subnets, securityGroups, bucketName, bucketArn, logGroupName });
    expect((await settled(values)).value).toEqual({
      vpcId: "vpc-1",
      subnets: {
        publicIds: ["subnet-public-1", "subnet-public-2"],
        privateIds: ["subnet-private-1", "subnet-private-2"],
        isolatedIds: ["subnet-isolated-1", "subnet-isolated-2"],
      },
      securityGroups: {
        loadBalancer: "sg-shop-load-balancer-group",
        app: "sg-shop-app-group",
        database: "sg-shop-database-group",
        cache: "sg-shop-cache-group",
        fleet: "sg-shop-fleet-group",
      },
      bucketName: "shop-bucket",
      bucketArn: "arn:aws:s3:::shop-bucket",
      logGroupName: "/perfbed/pb-test",
    });
  });
});

describe("network", () => {
  test("subnets of three kinds over two zones, one NAT gateway", async () => {
    expect(inputsOf(await stand(), "shop-vpc")).toEqual({
      cidrBlock: "10.64.0.0/16",
      numberOfAvailabilityZones: 2,
      enableDnsHostnames: true,
      enableDnsSupport: true,
      natGateways: { strategy: "Single" },
      subnetStrategy: "Auto",
      subnetSpecs: [
        { type: "Private", cidrMask: 18, tags: { Name: "pb-test-private" } },
        { type: "Isolated", cidrMask: 19, tags: { Name: "pb-test-isolated" } },
        { type: "Public", cidrMask: 20, tags: { Name: "pb-test-public" } },
      ],
      tags: tagged("network"),
    });
  });

  test.each([
    [NatStrategy.Single, "Single"],
    [NatStrategy.OnePerAvailabilityZone, "OnePerAz"],
    [NatStrategy.None, "None"],
  ])("NAT %s is awsx's %s", async (nat, strategy) => {
    expect(inputsOf(await stand({ network: { nat } }), "shop-vpc")).toMatchObject({
      natGateways: { strategy },
    });
  });

  test.each([
    ["10.0.0.0/16", 2, [18, 19, 20]],
    ["10.0.0.0/16", 3, [19, 20, 21]],
    ["10.0.0.0/22", 2, [24, 25, 26]],
    ["10.0.0.0/22", 3, [25, 26, 27]],
  ])("of %s over %d zones, private, isolated and public subnets are /%p and fit", (cidr, zones, masks) => {
    const specs = subnetSpecs(ENVIRONMENT, cidr, zones);
    expect(specs.map(({ cidrMask }) => cidrMask)).toEqual(masks);
    const used = zones * masks.reduce((sum, mask) => sum + 2 ** (32 - mask), 0);
    expect(used).toBeLessThanOrEqual(2 ** (32 - Number(cidr.split("/")[1])));
  });

  test("the group that AWS makes itself is left without rules", async () => {
    expect(inputsOf(await stand(), "shop-default-group")).toEqual({
      vpcId: "vpc-1",
      ingress: [],
      egress: [],
      tags: tagged("default"),
    });
  });

  test("S3 is reached from every subnet without NAT", async () => {
    expect(inputsOf(await stand(), "shop-endpoint-s3")).toEqual({
      vpcId: "vpc-1",
      serviceName: "com.amazonaws.eu-west-1.s3",
      vpcEndpointType: "Gateway",
      routeTableIds: ["rtb-1", "rtb-2"],
      tags: tagged("s3"),
    });
  });

  test("interface endpoints stand in the private subnets, under the services' own names, in their own group", async () => {
    const recording = await stand({ network: { interfaceEndpoints: ["ssm", "ecr.api"] } });
    expect(inputsOf(recording, "shop-endpoint-ecr-api")).toEqual({
      vpcId: "vpc-1",
      serviceName: "com.amazonaws.eu-west-1.ecr.api",
      vpcEndpointType: "Interface",
      subnetIds: ["subnet-private-1", "subnet-private-2"],
      securityGroupIds: ["sg-shop-endpoints-group"],
      privateDnsEnabled: true,
      tags: tagged("ecr-api"),
    });
    expect(listed(recording).filter((one) => one.startsWith("aws:ec2:VpcEndpoint"))).toHaveLength(3);
  });

  test("flow logs are kept for three days and written by a role that can do nothing else", async () => {
    const recording = await stand({ network: { flowLogs: true } });
    expect(inputsOf(recording, "shop-flow-logs-group")).toEqual({
      name: "/perfbed/pb-test/flow-logs",
      retentionInDays: 3,
      tags: tagged("flow-logs"),
    });
    const groupArn = "arn:aws:logs:eu-west-1:123456789012:log-group:/perfbed/pb-test/flow-logs";
    expect(inputsOf(recording, "shop-flow-logs")).toEqual({
      vpcId: "vpc-1",
      trafficType: "ALL",
      logDestination: groupArn,
      iamRoleArn: "arn:aws:iam::123456789012:role/shop-flow-logs-role",
      maxAggregationInterval: 60,
      tags: tagged("flow-logs"),
    });
    const { assumeRolePolicy } = inputsOf(recording, "shop-flow-logs-role");
    expect(JSON.parse(String(assumeRolePolicy))).toEqual(assumeRole("vpc-flow-logs.amazonaws.com"));
    const { policy, role } = inputsOf(recording, "shop-flow-logs-policy");
    expect(role).toBe("shop-flow-logs-role");
    expect(statements(policy)).toEqual({
      WriteLogs: {
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
        Resource: [groupArn, `${groupArn}:log-stream:*`],
      },
    });
    expect(named(recording, "shop-flow-logs").dependsOn).toContain("shop-flow-logs-policy");
  });
});

describe("bucket and log group", () => {
  test("the bucket is removed with what is in it, closed to the public, encrypted, and forgets after 30 days", async () => {
    const recording = await stand();
    const bucket = "shop-bucket";
    expect(inputsOf(recording, bucket)).toEqual({
      bucketPrefix: "pb-test-",
      forceDestroy: true,
      tags: tagged("bucket"),
    });
    expect(inputsOf(recording, "shop-bucket-public-access")).toEqual({
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    expect(inputsOf(recording, "shop-bucket-encryption")).toEqual({
      bucket,
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
    });
    expect(inputsOf(recording, "shop-bucket-ownership")).toEqual({
      bucket,
      rule: { objectOwnership: "BucketOwnerEnforced" },
    });
    expect(inputsOf(recording, "shop-bucket-lifecycle")).toEqual({
      bucket,
      rules: [
        {
          id: "expire",
          status: "Enabled",
          filter: { prefix: "" },
          expiration: { days: 30 },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
        },
      ],
    });
  });

  test("its policy refuses connections in the clear and lets the load balancer leave access logs", async () => {
    const recording = await stand();
    expect(statements(inputsOf(recording, "shop-bucket-policy").policy)).toEqual({
      RefuseUnencrypted: {
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: ["arn:aws:s3:::shop-bucket", "arn:aws:s3:::shop-bucket/*"],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
      AccessLogs: {
        Effect: "Allow",
        Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: "arn:aws:s3:::shop-bucket/access-logs/*",
      },
    });
    expect(named(recording, "shop-bucket-policy").dependsOn).toContain("shop-bucket-public-access");
  });

  test("logs are kept for a week", async () => {
    expect(inputsOf(await stand(), "shop-logs")).toEqual({
      name: "/perfbed/pb-test",
      retentionInDays: 7,
      tags: tagged("logs"),
    });
  });
});

describe("guard", () => {
  const groupArn = "arn:aws:scheduler:eu-west-1:123456789012:schedule-group/pb-test-expiry";
  const functionArn = "arn:aws:lambda:eu-west-1:123456789012:function:pb-test-expiry";
  const logsArn = "arn:aws:logs:eu-west-1:123456789012:log-group:/perfbed/pb-test/expiry";

  test("it is left out where nobody wants it", async () => {
    expect(others(await stand({ guard: { expiryTeardown: false } }))).toEqual(WITHOUT_GUARD);
  });

  test("the function is called at the expiry, and every 15 minutes from 15 minutes after it on for a week", async () => {
    const recording = await stand();
    expect(inputsOf(recording, "shop-expiry-group")).toEqual({
      name: "pb-test-expiry",
      tags: tagged("expiry"),
    });
    const common = {
      groupName: "pb-test-expiry",
      flexibleTimeWindow: { mode: "OFF" },
      scheduleExpressionTimezone: "UTC",
      target: {
        arn: functionArn,
        roleArn: "arn:aws:iam::123456789012:role/shop-expiry-schedule-role",
        input: '{"environmentId":"pb-test"}',
        retryPolicy: { maximumRetryAttempts: 5, maximumEventAgeInSeconds: 900 },
      },
    };
    expect(inputsOf(recording, "shop-expiry-schedule-first")).toEqual({
      ...common,
      name: "first",
      scheduleExpression: "at(2030-01-01T00:00:00)",
    });
    expect(inputsOf(recording, "shop-expiry-schedule-repeat")).toEqual({
      ...common,
      name: "repeat",
      scheduleExpression: "rate(15 minutes)",
      startDate: "2030-01-01T00:15:00Z",
      endDate: "2030-01-08T00:00:00Z",
    });
    for (const name of ["shop-expiry-schedule-first", "shop-expiry-schedule-repeat"])
      expect(named(recording, name).dependsOn).toContain("shop-expiry-schedule-policy");
  });

  test("an expiry within a second is rounded up: no environment is ended early", () => {
    expect(expiryTimes("2030-12-31T23:59:59.001Z")).toEqual({
      first: "at(2031-01-01T00:00:00)",
      repeatFrom: "2031-01-01T00:15:00Z",
      repeatUntil: "2031-01-08T00:00:00Z",
    });
  });

  test("the schedules may call the function and nothing else; only these schedules may take the role", async () => {
    const recording = await stand();
    const { assumeRolePolicy } = inputsOf(recording, "shop-expiry-schedule-role");
    expect(JSON.parse(String(assumeRolePolicy))).toEqual(
      assumeRole("scheduler.amazonaws.com", {
        StringEquals: { "aws:SourceAccount": "123456789012", "aws:SourceArn": groupArn },
      }),
    );
    const { role, policy } = inputsOf(recording, "shop-expiry-schedule-policy");
    expect(role).toBe("shop-expiry-schedule-role");
    expect(statements(policy)).toEqual({
      Invoke: { Effect: "Allow", Action: ["lambda:InvokeFunction"], Resource: [functionArn] },
    });
  });

  test("the function is this package's compiled code and knows whose end it is", async () => {
    const recording = await stand();
    const { code, ...inputs } = inputsOf(recording, "shop-expiry-function");
    expect(inputs).toEqual({
      name: "pb-test-expiry",
      description: "Ends perfbed environment pb-test at its expiry",
      runtime: "nodejs22.x",
      architectures: ["arm64"],
      handler: "index.handler",
      role: "arn:aws:iam::123456789012:role/shop-expiry-function-role",
      timeout: 900,
      memorySize: 256,
      environment: {
        variables: {
          PERFBED_ENVIRONMENT_ID: "pb-test",
          PERFBED_EXPIRES_AT: "2030-01-01T00:00:00.000Z",
          PERFBED_BUDGET_NAME: "pb-test-budget",
        },
      },
      loggingConfig: { logFormat: "JSON", logGroup: "/perfbed/pb-test/expiry" },
      tags: tagged("expiry"),
    });
    expect(code).toBeInstanceOf(pulumi.asset.FileArchive);
    expect(await (code as pulumi.asset.FileArchive).path).toBe(
      join(packageRoot(), "dist/inventory/aws/expiry-function"),
    );
    expect(named(recording, "shop-expiry-function").dependsOn).toContain("shop-expiry-function-policy");
  });

  test("its code can be another", async () => {
    const { code } = inputsOf(await stand({}, { sweeperCode: "/srv/sweeper" }), "shop-expiry-function");
    expect(await (code as pulumi.asset.FileArchive).path).toBe("/srv/sweeper");
  });

  test("the function may remove what carries the environment's tag, and by name what has none", async () => {
    const recording = await stand();
    const { assumeRolePolicy } = inputsOf(recording, "shop-expiry-function-role");
    expect(JSON.parse(String(assumeRolePolicy))).toEqual(assumeRole("lambda.amazonaws.com"));
    const { policy } = inputsOf(recording, "shop-expiry-function-policy");
    const { Look, RemoveTagged, RemoveLogGroups, ...named } = statements(policy);
    expect(RemoveTagged).toMatchObject({
      Effect: "Allow",
      Resource: ["*"],
      Condition: { StringEquals: { "aws:ResourceTag/perfbed:environment": "pb-test" } },
    });
    expect(RemoveTagged?.Action).toEqual(
      expect.arrayContaining(["ec2:TerminateInstances", "rds:DeleteDBInstance", "ec2:DeleteNatGateway"]),
    );
    expect(RemoveLogGroups).toMatchObject({ Effect: "Allow", Action: ["logs:DeleteLogGroup"] });
    expect(named).toEqual({
      SeeAndRemoveItself: {
        Effect: "Allow",
        Action: ["lambda:DeleteFunction", "lambda:GetFunction"],
        Resource: [functionArn],
      },
      RemoveRoles: {
        Effect: "Allow",
        Action: [
          "iam:DeleteInstanceProfile",
          "iam:DeleteRole",
          "iam:DeleteRolePolicy",
          "iam:DetachRolePolicy",
          "iam:RemoveRoleFromInstanceProfile",
        ],
        Resource: [
          "arn:aws:iam::123456789012:instance-profile/perfbed/pb-test/*",
          "arn:aws:iam::123456789012:role/perfbed/pb-test/*",
        ],
      },
      RemoveAlarms: {
        Effect: "Allow",
        Action: ["cloudwatch:DeleteAlarms"],
        Resource: [
          "pb-test-app-scale-in",
          "pb-test-app-scale-out",
          "TargetTracking-pb-test-app-Alarm*",
          "TargetTracking-service/pb-test-app/pb-test-app-Alarm*",
          "TargetTracking-cluster:pb-test-database-Alarm*",
        ].map((name) => `arn:aws:cloudwatch:eu-west-1:123456789012:alarm:${name}`),
      },
      RemoveScaledReaders: {
        Effect: "Allow",
        Action: ["rds:DeleteDBInstance"],
        Resource: ["arn:aws:rds:eu-west-1:123456789012:db:application-autoscaling-*"],
        Condition: {
          StringEquals: { "aws:ResourceTag/application-autoscaling:resourceId": "cluster:pb-test-database" },
        },
      },
      RemoveWithoutSnapshot: {
        Effect: "Allow",
        Action: [
          "elasticache:DeleteReplicationGroup",
          "elasticache:DeleteServerlessCache",
          "rds:DeleteDBCluster",
        ],
        Resource: [
          "arn:aws:elasticache:eu-west-1:123456789012:serverlesscachesnapshot:*",
          "arn:aws:elasticache:eu-west-1:123456789012:snapshot:*",
          "arn:aws:rds:eu-west-1:123456789012:cluster-snapshot:*",
        ],
      },
      RemoveTaskDefinitions: {
        Effect: "Allow",
        Action: ["ecs:DeleteTaskDefinitions"],
        Resource: ["app", "fleet"].map(
          (part) => `arn:aws:ecs:eu-west-1:123456789012:task-definition/pb-test-${part}:*`,
        ),
      },
      DeregisterTaskDefinitions: {
        Effect: "Allow",
        Action: ["ecs:DeregisterTaskDefinition"],
        Resource: ["*"],
      },
      RemoveUnusedCachePolicies: {
        Effect: "Allow",
        Action: ["cloudfront:DeleteCachePolicy"],
        Resource: ["arn:aws:cloudfront::123456789012:cache-policy/*"],
      },
      RemoveBucket: {
        Effect: "Allow",
        Action: [
          "s3:DeleteBucket",
          "s3:DeleteBucketPolicy",
          "s3:GetBucketTagging",
          "s3:ListBucket",
          "s3:ListBucketMultipartUploads",
          "s3:ListBucketVersions",
        ],
        Resource: ["arn:aws:s3:::shop-bucket"],
      },
      EmptyBucket: {
        Effect: "Allow",
        Action: ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:DeleteObjectVersion"],
        Resource: ["arn:aws:s3:::shop-bucket/*"],
      },
      RemoveSchedules: {
        Effect: "Allow",
        Action: ["scheduler:DeleteSchedule", "scheduler:DeleteScheduleGroup"],
        Resource: [groupArn, "arn:aws:scheduler:eu-west-1:123456789012:schedule/pb-test-expiry/*"],
      },
      RemoveBudget: {
        Effect: "Allow",
        Action: ["budgets:ModifyBudget", "budgets:ViewBudget"],
        Resource: ["arn:aws:budgets::123456789012:budget/pb-test-budget"],
      },
      WriteLogs: {
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: [`${logsArn}:log-stream:*`],
      },
    });
    expect(Look?.Effect).toBe("Allow");
  });

  test("log groups are named as the inventory knows them, and none is a neighbour's", async () => {
    const { policy } = inputsOf(await stand(), "shop-expiry-function-policy");
    const patterns = [statements(policy).RemoveLogGroups?.Resource].flat().map(String);
    const isRemovable = (name: string): boolean =>
      patterns.some((one) => isLike(one, `arn:aws:logs:eu-west-1:123456789012:log-group:${name}:*`));
    const groupsOf = (id: string): string[] => [
      `/perfbed/${id}`,
      `/perfbed/${id}/expiry`,
      `/aws/lambda/${id}-expiry`,
      `/aws/rds/proxy/${id}-proxy`,
      `/aws/rds/cluster/${id}-database/postgresql`,
      ...["primary", "replica-1", "replica-15", "writer", "reader-1", "reader-15"].map(
        (server) => `/aws/rds/instance/${id}-${server}/postgresql`,
      ),
      ...["app", "fleet"].map((part) => `/aws/ecs/containerinsights/${id}-${part}/performance`),
    ];
    const own = groupsOf("pb-test");
    expect(own.filter((name) => !logGroupPattern("pb-test").test(name))).toEqual([]);
    expect(own.filter((name) => !isRemovable(name))).toEqual([]);
    const others = ["pb-test-a", "pb-test-app", "pb-test-replica", "pb-tes"].flatMap(groupsOf);
    expect(others.filter(isRemovable)).toEqual([]);
  });

  test("once there is a network, the function may remove what lies in it without a tag, and in no other", async () => {
    const { role, policy } = inputsOf(await stand(), "shop-expiry-function-network-policy");
    expect(role).toBe("shop-expiry-function-role");
    const { RemoveInNetwork, ...others } = statements(policy);
    expect(others).toEqual({});
    expect(RemoveInNetwork).toMatchObject({
      Effect: "Allow",
      Resource: ["*"],
      Condition: { ArnEquals: { "ec2:Vpc": "arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-1" } },
    });
    expect(RemoveInNetwork?.Action).toEqual(
      expect.arrayContaining(["ec2:DeleteNetworkInterface", "ec2:DeleteSecurityGroup"]),
    );
  });

  test("its policies fit into its role with the longest id, and the one that lets it remove them is the last by name", async () => {
    const environment = { ...ENVIRONMENT, id: "a".repeat(24) };
    const { registrations } = await stand({}, { environment });
    const own = registrations.filter(
      ({ type, inputs }) =>
        type === "aws:iam/rolePolicy:RolePolicy" && inputs.role === "shop-expiry-function-role",
    );
    // IAM's limit for all of a role's own policies together, white space aside.
    expect(own.map(({ inputs }) => String(inputs.policy)).join("").length).toBeLessThan(10_240);
    const names = own.map(({ name }) => name).sort();
    expect(names).toEqual(["shop-expiry-function-network-policy", "shop-expiry-function-policy"]);
  });

  test("beside what knows neither tags nor names, whatever it may do to all of an account is to look, and at nothing secret", async () => {
    const { policy } = inputsOf(await stand(), "shop-expiry-function-policy");
    const { Look } = statements(policy);
    for (const action of [Look?.Action].flat().map(String)) {
      expect(action).toMatch(/^[a-z0-9-]+:(Get|List|Describe)/);
      expect(action).not.toMatch(
        /GetSecretValue|GetObject|^iam:Get\*|^lambda:|^s3:(?!ListAllMyBuckets$)|^ssm:(?!DescribeParameters$)/,
      );
    }
  });

  test("what costs money is made after the schedules, and removed before them", async () => {
    expect(named(await stand(), "shop-vpc").dependsOn).toEqual([
      "shop-expiry-schedule-first",
      "shop-expiry-schedule-repeat",
    ]);
  });

  test("a budget counts what carries the environment's tag and mails those who are named", async () => {
    const settings = {
      guard: { monthlyBudgetUsd: 250, alertEmails: ["ada@example.com", "ops@example.com"] },
    };
    const notification = (notificationType: string, threshold: number): Record<string, unknown> => ({
      notificationType,
      threshold,
      thresholdType: "PERCENTAGE",
      comparisonOperator: "GREATER_THAN",
      subscriberEmailAddresses: ["ada@example.com", "ops@example.com"],
    });
    expect(inputsOf(await stand(settings), "shop-budget")).toEqual({
      name: "pb-test-budget",
      budgetType: "COST",
      timeUnit: "MONTHLY",
      limitAmount: "250",
      limitUnit: "USD",
      costFilters: [{ name: "TagKeyValue", values: ["user:perfbed:environment$pb-test"] }],
      notifications: [
        notification("ACTUAL", 80),
        notification("ACTUAL", 100),
        notification("FORECASTED", 100),
      ],
      tags: tagged("budget"),
    });
  });
});
