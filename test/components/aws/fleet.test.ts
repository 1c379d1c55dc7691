import { spawnSync } from "node:child_process";
import { AwsFleet } from "../../../components/aws/fleet";
import {
  formatLocation,
  type GeneratorLocation,
  parseLocation,
} from "../../../components/aws/fleet/locations";
import { fleetProblems } from "../../../components/aws/fleet/problems";
import {
  type AwsSettingsInput,
  awsSettings,
  CpuArchitecture,
  FleetFlavour,
  NatStrategy,
} from "../../../components/aws/settings";
import type { GeneratorSlot } from "../../../components/contracts";
import { ConfigError } from "../../../core/errors";
import { allRegistered, environmentArgs, settled } from "../support";
import {
  contextWith,
  decoded,
  groupTags,
  inputsOf,
  type Recorded,
  recordTier,
  registered,
  statements,
  tagged,
} from "./app-fleet-support";

const { environment } = environmentArgs();

async function makeFleet(
  fleet: AwsSettingsInput["fleet"] = {},
): Promise<{ recorded: Recorded; generators: GeneratorSlot[] }> {
  const recorded = recordTier();
  const tier = new AwsFleet(
    "shop-fleet",
    { environment, sizing: { generators: 2 } },
    contextWith({ fleet }),
    {},
  );
  const { value } = await settled(tier.generators);
  await allRegistered();
  return { recorded, generators: value };
}

describe("AwsFleet on EC2, as registered with the engine", () => {
  test("it registers these resources and no others", async () => {
    const { recorded } = await makeFleet();
    expect(registered(recorded)).toEqual([
      "aws:autoscaling:Group shop-fleet-group",
      "aws:ec2:LaunchTemplate shop-fleet-launch-template",
      "aws:iam:InstanceProfile shop-fleet-instance-profile",
      "aws:iam:Role shop-fleet-instance-role",
      "aws:iam:RolePolicy shop-fleet-instance-role-policy",
      "aws:iam:RolePolicyAttachment shop-fleet-instance-role-AmazonSSMManagedInstanceCore",
      "perfbed:aws:Fleet shop-fleet",
    ]);
  });

  test("the group has as many as the sizing says, in service once they are ready, and moves none", async () => {
    const { recorded } = await makeFleet();
    expect(inputsOf(recorded, "shop-fleet-group")).toEqual({
      name: "pb-test-fleet",
      minSize: 2,
      maxSize: 2,
      desiredCapacity: 2,
      vpcZoneIdentifiers: ["private-a", "private-b"],
      launchTemplate: { id: "shop-fleet-launch-template-id", version: "3" },
      healthCheckType: "EC2",
      protectFromScaleIn: true,
      suspendedProcesses: ["AZRebalance"],
      initialLifecycleHooks: [
        {
          name: "ready",
          lifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
          heartbeatTimeout: 600,
          defaultResult: "ABANDON",
        },
      ],
      waitForCapacityTimeout: "15m",
      enabledMetrics: ["GroupInServiceInstances", "GroupTotalInstances"],
      metricsGranularity: "1Minute",
      forceDelete: true,
      tags: groupTags("generator"),
    });
  });

  test("generators are the instances of the group, by number", async () => {
    const { generators } = await makeFleet();
    expect(generators).toEqual([
      { name: "generator-1", location: "asg:pb-test-fleet#1" },
      { name: "generator-2", location: "asg:pb-test-fleet#2" },
    ]);
  });

  test("instances are closed to the world and reached through Systems Manager alone", async () => {
    const { recorded } = await makeFleet();
    const template = inputsOf(recorded, "shop-fleet-launch-template");
    expect(template).toMatchObject({
      imageId: "ami-1",
      instanceType: "c7g.large",
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      monitoring: { enabled: true },
      networkInterfaces: [
        {
          deviceIndex: 0,
          associatePublicIpAddress: "false",
          deleteOnTermination: "true",
          securityGroups: ["sg-fleet"],
        },
      ],
      blockDeviceMappings: [
        {
          deviceName: "/dev/xvda",
          ebs: { volumeType: "gp3", volumeSize: 30, encrypted: "true", deleteOnTermination: "true" },
        },
      ],
      tags: tagged("generator"),
    });
    expect(template).not.toHaveProperty("keyName");
    expect(template).not.toHaveProperty("placement");
    expect(template).not.toHaveProperty("creditSpecification");
    expect(recorded.calls).toEqual([
      {
        token: "aws:ssm/getParameter:getParameter",
        inputs: { name: "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64" },
      },
    ]);
    expect(inputsOf(recorded, "shop-fleet-instance-role-AmazonSSMManagedInstanceCore").policyArn).toBe(
      "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
    );
  });

  test("they may use two prefixes of the bucket, answer their own group, and no more", async () => {
    const { recorded } = await makeFleet();
    expect(statements(inputsOf(recorded, "shop-fleet-instance-role-policy").policy)).toEqual({
      CampaignAndSamples: {
        Effect: "Allow",
        Action: ["s3:GetObject", "s3:PutObject"],
        Resource: ["arn:aws:s3:::pb-test-bucket/campaign/*", "arn:aws:s3:::pb-test-bucket/samples/*"],
      },
      AnswerLifecycleHooks: {
        Effect: "Allow",
        Action: ["autoscaling:CompleteLifecycleAction"],
        Resource: ["arn:aws:autoscaling:eu-west-1:*:autoScalingGroup:*:autoScalingGroupName/pb-test-fleet"],
      },
    });
  });

  test("user data is bash that makes room, sets the clock, fetches k6 and checks it, and says that it is ready", async () => {
    const { recorded } = await makeFleet({
      architecture: CpuArchitecture.X8664,
      instanceType: "c7i.large",
    });
    const text = decoded(inputsOf(recorded, "shop-fleet-launch-template-x86-64").userData);
    expect(spawnSync("bash", ["-n"], { input: text, encoding: "utf8" })).toMatchObject({
      status: 0,
      stderr: "",
    });
    const lint = spawnSync("shellcheck", ["--severity=warning", "-"], { input: text, encoding: "utf8" });
    // Not installed everywhere.
    if (lint.error === undefined) expect(lint.stdout).toBe("");
    expect(text).toContain("net.ipv4.ip_local_port_range = 10240 65535");
    expect(text).toContain("LimitNOFILE=1048576");
    expect(text).toContain("server 169.254.169.123 prefer iburst");
    expect(text).toMatch(/releases\/download\/v([\d.]+)\/k6-v\1-linux-amd64\.tar\.gz/);
    expect(text).toMatch(/checksums\.txt \| sha256sum --check --strict/);
    expect(text).toContain('"s3://$BUCKET/campaign/generators/ready/$SELF.json"');
    expect(text.indexOf("hook CONTINUE")).toBeGreaterThan(text.indexOf("ready.json"));
  });

  test("a placement group keeps them in one rack, so in one zone", async () => {
    const { recorded } = await makeFleet({ placementGroup: true });
    expect(inputsOf(recorded, "shop-fleet-placement")).toEqual({
      name: "pb-test-fleet",
      strategy: "cluster",
      tags: tagged("fleet"),
    });
    expect(inputsOf(recorded, "shop-fleet-group").vpcZoneIdentifiers).toEqual(["private-a"]);
    expect(inputsOf(recorded, "shop-fleet-launch-template").placement).toEqual({
      groupName: "pb-test-fleet",
    });
  });
});

describe("AwsFleet on Fargate, as registered with the engine", () => {
  const FARGATE = { flavour: FleetFlavour.Fargate, containerImage: "registry.example/k6:1" };

  test("it registers what tasks are started from, and no task", async () => {
    const { recorded } = await makeFleet(FARGATE);
    expect(registered(recorded)).toEqual([
      "aws:ecs:Cluster shop-fleet-cluster",
      "aws:ecs:TaskDefinition shop-fleet-task",
      "aws:iam:Role shop-fleet-execution-role",
      "aws:iam:Role shop-fleet-task-role",
      "aws:iam:RolePolicy shop-fleet-task-role-policy",
      "aws:iam:RolePolicyAttachment shop-fleet-execution-role-AmazonECSTaskExecutionRolePolicy",
      "perfbed:aws:Fleet shop-fleet",
    ]);
  });

  test("a task is as large as the instance would be, and writes to the environment's log group", async () => {
    const { recorded, generators } = await makeFleet(FARGATE);
    const task = inputsOf(recorded, "shop-fleet-task");
    expect(task).toMatchObject({
      family: "pb-test-fleet",
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      cpu: "2048",
      memory: "4096",
      ephemeralStorage: { sizeInGib: 30 },
      runtimePlatform: { operatingSystemFamily: "LINUX", cpuArchitecture: "ARM64" },
      tags: tagged("fleet"),
    });
    expect(JSON.parse(String(task.containerDefinitions))).toEqual([
      {
        name: "generator",
        image: "registry.example/k6:1",
        essential: true,
        entryPoint: ["bash", "-c"],
        command: [expect.stringContaining("exit 64")],
        stopTimeout: 120,
        systemControls: [
          { namespace: "net.ipv4.ip_local_port_range", value: "10240 65535" },
          { namespace: "net.ipv4.tcp_tw_reuse", value: "1" },
          { namespace: "net.ipv4.tcp_fin_timeout", value: "15" },
        ],
        environment: [
          { name: "AWS_DEFAULT_REGION", value: "eu-west-1" },
          { name: "PERFBED_BUCKET", value: "pb-test-bucket" },
          { name: "PERFBED_ENVIRONMENT_ID", value: "pb-test" },
        ],
        ulimits: [{ name: "nofile", softLimit: 1_048_576, hardLimit: 1_048_576 }],
        logConfiguration: {
          logDriver: "awslogs",
          options: {
            "awslogs-group": "/perfbed/pb-test",
            "awslogs-region": "eu-west-1",
            "awslogs-stream-prefix": "fleet",
          },
        },
      },
    ]);
    expect(inputsOf(recorded, "shop-fleet-cluster").settings).toEqual([
      { name: "containerInsights", value: "enabled" },
    ]);
    expect(generators.map(({ location }) => location)).toEqual([
      "ecs:pb-test-fleet/pb-test-fleet:7#1",
      "ecs:pb-test-fleet/pb-test-fleet:7#2",
    ]);
  });
});

describe("what a fleet cannot be", () => {
  const fields = (input: Omit<AwsSettingsInput, "region">): string[] =>
    fleetProblems(awsSettings({ region: "eu-west-1", ...input })).map(({ field }) => field);

  test.each<[string, Omit<AwsSettingsInput, "region">, string[]]>([
    ["the defaults", {}, []],
    ["a type of another processor", { fleet: { instanceType: "c7i.large" } }, ["aws.fleet.instanceType"]],
    ["a type that perfbed does not know", { fleet: { instanceType: "c99.large" } }, []],
    ["Fargate without an image", { fleet: { flavour: FleetFlavour.Fargate } }, ["aws.fleet.containerImage"]],
    [
      "a burstable type in a cluster",
      { fleet: { instanceType: "t4g.large", placementGroup: true } },
      ["aws.fleet.placementGroup"],
    ],
    ["no way out to fetch k6", { network: { nat: NatStrategy.None } }, ["aws.network.nat"]],
  ])("%s", (_, input, expected) => {
    expect(fields(input)).toEqual(expected);
  });

  test("it is refused before anything is registered", () => {
    const recorded = recordTier();
    const make = (): unknown =>
      new AwsFleet(
        "shop-fleet",
        { environment, sizing: { generators: 1 } },
        contextWith({ fleet: { flavour: FleetFlavour.Fargate } }),
        {},
      );
    expect(make).toThrow(ConfigError);
    expect(recorded.registrations).toEqual([]);
  });
});

describe("places of generators", () => {
  test.each<[string, GeneratorLocation]>([
    ["asg:pb-test-fleet#1", { kind: "asg", groupName: "pb-test-fleet", index: 1 }],
    [
      "asg:us-east-2/pb-test-fleet#2",
      { kind: "asg", region: "us-east-2", groupName: "pb-test-fleet", index: 2 },
    ],
    [
      "ecs:pb-test-fleet/pb-test-fleet:7#12",
      { kind: "ecs", clusterName: "pb-test-fleet", taskDefinition: "pb-test-fleet:7", index: 12 },
    ],
  ])("%s reads back as what it was written from", (text, location) => {
    expect(formatLocation(location)).toBe(text);
    expect(parseLocation(text)).toEqual(location);
  });

  test.each(["asg:x#0", "asg:#1", "ecs:x#1", "/folder/generator-1", ""])("%p is refused", (text) => {
    expect(() => parseLocation(text)).toThrow(RangeError);
  });
});
