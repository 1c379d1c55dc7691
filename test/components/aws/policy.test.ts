import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CacheFlavour, DatabaseEngine } from "../../../components/aws";
import { vcpusOf } from "../../../policy/rules/instance-ceiling";
import { environments, violations } from "./policy-support";

/** What a policy sees here is what mocks are asked for; that an engine asks the same is test/engine's to show. */

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pb-policy-"));
  writeFileSync(join(folder, "index.js"), "");
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("environments of perfbed", () => {
  test.each(["small", "medium", "large"] as const)("%s violates nothing", async (size) => {
    expect(await violations(await environments(folder, size, {}))).toEqual([]);
  });

  test("Aurora, tasks, a serverless cache, a firewall, endpoints and flow logs violate nothing", async () => {
    const resources = await environments(folder, "medium", {
      database: { engine: DatabaseEngine.Aurora },
      cache: { flavour: CacheFlavour.Serverless },
      network: { interfaceEndpoints: ["ssm", "logs"], flowLogs: true },
      edge: { waf: true },
    });
    expect(resources.map(({ type }) => type)).toContain("aws:elasticache/serverlessCache:ServerlessCache");
    expect(await violations(resources)).toEqual([]);
  });

  test("every type of theirs that can carry tags is under the policy of expiry", async () => {
    const settings = { edge: { waf: true }, network: { flowLogs: true } };
    const resources = await environments(folder, "medium", settings);
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
      "a template that leaves its volume to the image",
      "aws:ec2/launchTemplate:LaunchTemplate",
      { tags: TAGS, instanceType: "c7g.large" },
      ["encryption: it: its root volume is not encrypted"],
    ],
    [
      "an instance with volumes in the clear",
      "aws:ec2/instance:Instance",
      {
        tags: TAGS,
        rootBlockDevice: { volumeSize: 20 },
        ebsBlockDevices: [
          { deviceName: "/dev/sdf", encrypted: true },
          { deviceName: "/dev/sdg", encrypted: false },
        ],
      },
      [
        "encryption: it: its root volume is not encrypted",
        "encryption: it: its volume /dev/sdg is not encrypted",
      ],
    ],
    [
      "an instance that leaves its volume to the image",
      "aws:ec2/instance:Instance",
      { tags: TAGS },
      ["encryption: it: its root volume is not encrypted"],
    ],
    [
      "an instance whose template says it",
      "aws:ec2/instance:Instance",
      { tags: TAGS, launchTemplate: { version: "1" } },
      [],
    ],
    [
      "a launch configuration with a volume in the clear",
      "aws:ec2/launchConfiguration:LaunchConfiguration",
      { rootBlockDevice: { encrypted: true }, ebsBlockDevices: [{ deviceName: "/dev/sdf" }] },
      ["encryption: it: its volume /dev/sdf is not encrypted"],
    ],
    [
      "a cache without a group and without TLS",
      "aws:elasticache/cluster:Cluster",
      { engine: "memcached", nodeType: "cache.t4g.small" },
      ["encryption: it: transitEncryptionEnabled is not on"],
    ],
    ["a node of a group", "aws:elasticache/cluster:Cluster", { replicationGroupId: "shop" }, []],
    [
      "documents in the clear",
      "aws:docdb/cluster:Cluster",
      {},
      ["encryption: it: storageEncrypted is not on"],
    ],
    [
      "a warehouse in the clear",
      "aws:redshift/cluster:Cluster",
      { encrypted: "false" },
      ["encryption: it: encrypted is not on"],
    ],
    [
      "a rule for everyone",
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      { cidrIpv4: "0.0.0.0/0", fromPort: 22, toPort: 22, tags: { Name: "shop-app-from-internet" } },
      ["open-to-the-world: it: it lets in 0.0.0.0/0"],
    ],
    [
      "a rule that is called an entrance",
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      {
        cidrIpv4: "0.0.0.0/0",
        ipProtocol: "tcp",
        fromPort: 22,
        toPort: 22,
        tags: { Name: "shop-load-balancer-from-internet" },
      },
      ["open-to-the-world: it: it lets in 0.0.0.0/0"],
    ],
    [
      "every protocol, of which AWS takes no port",
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      { cidrIpv6: "::/0", ipProtocol: "-1", fromPort: 443, toPort: 443 },
      ["open-to-the-world: it: it lets in ::/0"],
    ],
    [
      "ports of the web and those between",
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      { cidrIpv4: "0.0.0.0/0", ipProtocol: "tcp", fromPort: 80, toPort: 443 },
      ["open-to-the-world: it: it lets in 0.0.0.0/0"],
    ],
    [
      "a port of the web, which is for the whole stack to judge",
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      { cidrIpv4: "0.0.0.0/0", ipProtocol: "tcp", fromPort: 443, toPort: 443 },
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
      { tags: TAGS, instanceType: "c7g.8xlarge", rootBlockDevice: { encrypted: true } },
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
