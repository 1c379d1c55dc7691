import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PolicyResource, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import {
  type AwsSettingsInput,
  awsSizings,
  CacheFlavour,
  createAwsTiers,
  DatabaseEngine,
} from "../../../components/aws";
import { LIST_PRICES } from "../../../components/aws/cost";
import { Target } from "../../../components/contracts";
import { PerformanceEnvironment } from "../../../components/environment";
import { policies } from "../../../policy/policies";
import { chargesOf, costCeiling } from "../../../policy/rules/cost-ceiling";
import { vcpusOf } from "../../../policy/rules/instance-ceiling";
import { APPLICATION, environmentArgs } from "../support";
import { type Registration, recordResources } from "./mocks";

/** What a policy sees here is what mocks are asked for; that an engine asks the same is test/engine's to show. */

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pb-policy-"));
  writeFileSync(join(folder, "index.js"), "");
});
afterAll(() => rmSync(folder, { recursive: true }));

async function environment(
  size: "small" | "medium" | "large",
  settings: Partial<AwsSettingsInput> = {},
): Promise<readonly Registration[]> {
  const args = environmentArgs({
    target: Target.Aws,
    sizing: awsSizings[size],
    application: { ...APPLICATION, workingDirectory: folder },
  });
  const tiers = createAwsTiers({ settings: { region: "us-east-1", ...settings }, sweeperCode: folder });
  const { registrations } = await recordResources(
    () => new PerformanceEnvironment("environment", args, { [Target.Aws]: tiers }),
  );
  return registrations;
}

const resourcePolicies = policies.filter(
  (policy): policy is ResourceValidationPolicy => "validateResource" in policy,
);

/** Every violation, as `policy: message`. */
async function violations(
  resources: readonly Pick<Registration, "type" | "name" | "inputs">[],
  config: Readonly<Record<string, unknown>> = { maxVcpus: 16 },
): Promise<string[]> {
  const found: string[] = [];
  for (const { name: policy, validateResource } of resourcePolicies) {
    for (const validate of [validateResource ?? []].flat()) {
      for (const { type, name, inputs } of resources) {
        await validate(
          {
            type,
            name,
            props: inputs,
            urn: `urn:pulumi:test::perfbed::${type}::${name}`,
            opts: {
              protect: false,
              ignoreChanges: [],
              aliases: [],
              customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
              additionalSecretOutputs: [],
            },
            stackTags: new Map(),
            isType: () => false,
            asType: () => undefined,
            getConfig: <T extends object>() => config as T,
            notApplicable: () => {
              throw new Error("not applicable");
            },
          },
          (message) => found.push(`${policy}: ${message}`),
        );
      }
    }
  }
  return found;
}

describe("environments of perfbed", () => {
  test.each(["small", "medium", "large"] as const)("%s violates nothing", async (size) => {
    expect(await violations(await environment(size))).toEqual([]);
  });

  test("Aurora, tasks, a serverless cache, a firewall, endpoints and flow logs violate nothing", async () => {
    const resources = await environment("medium", {
      database: { engine: DatabaseEngine.Aurora, engineVersion: "16.6" },
      cache: { flavour: CacheFlavour.Serverless },
      network: { interfaceEndpoints: ["ssm", "logs"], flowLogs: true },
      edge: { waf: true },
    });
    expect(resources.map(({ type }) => type)).toContain("aws:elasticache/serverlessCache:ServerlessCache");
    expect(await violations(resources)).toEqual([]);
  });

  test("every type of theirs that can carry tags is under the policy of expiry", async () => {
    const resources = await environment("medium", { edge: { waf: true }, network: { flowLogs: true } });
    const tagged = resources.filter(
      ({ type, inputs }) => type.startsWith("aws:") && inputs.tags !== undefined,
    );
    const bare = tagged.map(({ inputs: { tags: _, ...inputs }, ...one }) => ({ ...one, inputs }));
    const named = new Set((await violations(bare)).map((text) => text.split(": ")[1]));
    // Rules of a security group and taken-over groups go with the network, an object with its bucket, a listener with its balancer.
    const parts =
      /SecurityGroupIngressRule|SecurityGroupEgressRule|DefaultSecurityGroup|BucketObjectv2|appautoscaling|listener:Listener/;
    expect(
      bare.filter(({ name, type }) => !named.has(name) && !parts.test(type)).map(({ type }) => type),
    ).toEqual([]);
  });
});

const TAGS = {
  "perfbed:environment": "shop",
  "perfbed:owner": "ci",
  "perfbed:expires-at": "2030-01-01T00:00:00.000Z",
};

describe("planted violations", () => {
  test.each<[string, string, Record<string, unknown>, string[]]>([
    [
      "no tags",
      "aws:lb/loadBalancer:LoadBalancer",
      {},
      ["expiry: it: it lacks the tags perfbed:environment, perfbed:owner, perfbed:expires-at"],
    ],
    [
      "an expiry that is no time",
      "aws:s3/bucket:Bucket",
      { tags: { ...TAGS, "perfbed:expires-at": "soon" } },
      ["expiry: it: its tag perfbed:expires-at is no time: soon"],
    ],
    [
      "a group whose list of tags has no expiry",
      "aws:autoscaling/group:Group",
      {
        tags: [
          { key: "perfbed:environment", value: "shop" },
          { key: "perfbed:owner", value: "ci" },
        ],
      },
      ["expiry: it: it lacks the tags perfbed:expires-at"],
    ],
    [
      "a public database in the clear",
      "aws:rds/instance:Instance",
      { tags: TAGS, publiclyAccessible: true, instanceClass: "db.m7g.large" },
      ["public-database: it: it is publicly accessible", "encryption: it: storageEncrypted is not on"],
    ],
    [
      "a cache without TLS",
      "aws:elasticache/replicationGroup:ReplicationGroup",
      { tags: TAGS, atRestEncryptionEnabled: true, nodeType: "cache.t4g.small" },
      ["encryption: it: transitEncryptionEnabled is not on"],
    ],
    [
      "a volume in the clear",
      "aws:ec2/launchTemplate:LaunchTemplate",
      { tags: TAGS, blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { encrypted: "false" } }] },
      ["encryption: it: its volume /dev/xvda is not encrypted"],
    ],
    [
      "a rule for everyone",
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      { cidrIpv4: "0.0.0.0/0", fromPort: 22, toPort: 22, tags: { Name: "shop-app-from-internet" } },
      ["open-to-the-world: it: it lets in 0.0.0.0/0"],
    ],
    [
      "the load balancer at another port",
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      { cidrIpv4: "0.0.0.0/0", fromPort: 22, toPort: 22, tags: { Name: "shop-load-balancer-from-internet" } },
      ["open-to-the-world: it: it lets in 0.0.0.0/0"],
    ],
    [
      "the load balancer at its own port",
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      { cidrIpv6: "::/0", fromPort: 443, toPort: 443, tags: { Name: "shop-load-balancer-from-internet" } },
      [],
    ],
    [
      "a group with rules of its own for everyone",
      "aws:ec2/securityGroup:SecurityGroup",
      { tags: TAGS, ingress: [{ cidrBlocks: ["10.0.0.0/8"], ipv6CidrBlocks: ["::/0"] }] },
      ["open-to-the-world: it: it lets in ::/0"],
    ],
    [
      "the older kind of rule",
      "aws:ec2/securityGroupRule:SecurityGroupRule",
      { type: "ingress", cidrBlocks: ["0.0.0.0/0"], fromPort: 5432, toPort: 5432 },
      ["open-to-the-world: it: it lets in 0.0.0.0/0"],
    ],
    [
      "an instance above the ceiling",
      "aws:ec2/instance:Instance",
      { tags: TAGS, instanceType: "c7g.8xlarge" },
      ["instance-ceiling: it: c7g.8xlarge has 32 vCPUs; at most 16 are allowed"],
    ],
    [
      "an override above the ceiling",
      "aws:autoscaling/group:Group",
      {
        tags: Object.entries(TAGS).map(([key, value]) => ({ key, value })),
        mixedInstancesPolicy: {
          launchTemplate: { overrides: [{ instanceType: "m7g.large" }, { instanceType: "z1d.12xlarge" }] },
        },
      },
      ["instance-ceiling: it: z1d.12xlarge has 48 vCPUs; at most 16 are allowed"],
    ],
    [
      "a size that nobody knows",
      "aws:rds/instance:Instance",
      { tags: TAGS, storageEncrypted: true, instanceClass: "db.x9.mega" },
      ["instance-ceiling: it: nobody can tell how many vCPUs db.x9.mega has"],
    ],
  ])("%s", async (_what, type, inputs, expected) => {
    expect(await violations([{ type, name: "it", inputs }])).toEqual(expected);
  });

  test("a database that is fine, and a replica, which is encrypted as its source is", async () => {
    const common = { tags: TAGS, publiclyAccessible: false, instanceClass: "db.t4g.medium" };
    const type = "aws:rds/instance:Instance";
    expect(
      await violations([
        { type, name: "primary", inputs: { ...common, storageEncrypted: true } },
        { type, name: "replica", inputs: { ...common, replicateSourceDb: "primary" } },
      ]),
    ).toEqual([]);
  });

  test("sizes by name", () => {
    expect(["c7g.large", "db.r7g.2xlarge", "cache.t4g.small", "x.xlarge", "x.metal"].map(vcpusOf)).toEqual([
      2,
      8,
      2,
      4,
      undefined,
    ]);
  });
});

describe("the ceiling of the cost", () => {
  const stackPolicy = policies.find((policy): policy is StackValidationPolicy => "validateStack" in policy);

  /** As the engine would hand the stack over: with what a property refers to. */
  function asStack(registrations: readonly Registration[]): PolicyResource[] {
    const resources = registrations.map(
      ({ type, name, inputs }): PolicyResource => ({
        type,
        name,
        props: inputs,
        urn: `urn:pulumi:test::perfbed::${type}::${name}`,
        opts: {
          protect: false,
          ignoreChanges: [],
          aliases: [],
          customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
          additionalSecretOutputs: [],
        },
        dependencies: [],
        propertyDependencies: {},
        isType: () => false,
        asType: () => undefined,
      }),
    );
    for (const one of resources) {
      const names = registrations.find(({ name, type }) => name === one.name && type === one.type)?.dependsOn;
      one.propertyDependencies.any = resources.filter(({ name }) => names?.includes(name));
    }
    return resources;
  }

  async function stackViolations(
    resources: PolicyResource[],
    config: Readonly<Record<string, unknown>>,
  ): Promise<string[]> {
    const found: string[] = [];
    await stackPolicy?.validateStack(
      {
        resources,
        stackTags: new Map(),
        getConfig: <T extends object>() => config as T,
        notApplicable: () => {
          throw new Error("not applicable");
        },
      },
      (message) => found.push(message),
    );
    return found;
  }

  test.each(["small", "medium", "large"] as const)(
    "%s is under ten dollars an hour and over ten cents",
    async (size) => {
      const stack = asStack(await environment(size));
      expect(await stackViolations(stack, { maxHourlyUsd: 10 })).toEqual([]);
      expect(await stackViolations(stack, { maxHourlyUsd: 0.1 })).toEqual([
        expect.stringMatching(
          /^it costs USD \d+\.\d\d an hour; at most 0\.1 are allowed \(AWS public price list/,
        ),
      ]);
      expect(await stackViolations(stack, {})).toEqual([]);
    },
  );

  test("prices that the list does not have are named, not left out", async () => {
    const stack = asStack(await environment("small", { region: "eu-west-1" }));
    expect(await stackViolations(stack, { maxHourlyUsd: 10 })).toContain(
      "the price of ec2:c7g.medium in eu-west-1 is not known",
    );
  });

  test("tasks count at the most that scaling may start", () => {
    const task = {
      type: "aws:ecs/taskDefinition:TaskDefinition",
      name: "task",
      props: { cpu: "1024", memory: "2048", runtimePlatform: { cpuArchitecture: "ARM64" } },
    };
    const resources = [
      { type: "aws:ecs/service:Service", name: "s", props: { desiredCount: 2 }, refersTo: [task] },
      {
        type: "aws:appautoscaling/target:Target",
        name: "t",
        props: { serviceNamespace: "ecs", maxCapacity: 5 },
        refersTo: [],
      },
    ];
    expect(chargesOf(resources)).toEqual([
      { item: "fargate-arm64-vcpu", units: 5 },
      { item: "fargate-arm64-gib", units: 10 },
    ]);
    expect(costCeiling(resources, "us-east-1", 0.1975, LIST_PRICES)).toEqual([]);
    expect(costCeiling(resources, "us-east-1", 0.19, LIST_PRICES)).toHaveLength(1);
  });
});
