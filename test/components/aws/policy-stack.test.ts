import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AppFlavour,
  type AwsSettingsInput,
  awsSettings,
  awsSizings,
  CacheFlavour,
  DatabaseEngine,
} from "../../../components/aws";
import { estimateHourlyCost, LIST_PRICES, type PriceList } from "../../../components/aws/cost";
import { chargesOf } from "../../../policy/rules/charges";
import { costCeiling, hourlyUsd } from "../../../policy/rules/cost-ceiling";
import { stackResources } from "../../../policy/rules/stack";
import type { Registration } from "./mocks";
import { asStack, environments, type PlantedInStack, type Size, stackViolations } from "./policy-support";

/** A stack here is what mocks are asked for, or planted; that an engine hands over the same is test/engine's to show. */

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pb-policy-"));
  writeFileSync(join(folder, "index.js"), "");
});
afterAll(() => rmSync(folder, { recursive: true }));

const US = LIST_PRICES.regions["us-east-1"] ?? {};

/** A provider of a region, which everything planted beside it is in. */
const provider = (region: string): PlantedInStack => ({
  type: "pulumi:providers:aws",
  name: region,
  inputs: { region },
});

/** What planted resources are paid for, as `units item`; of several ways that it may turn out, all. */
const charged = (...planted: readonly PlantedInStack[]): string[] =>
  chargesOf(stackResources(asStack([provider("us-east-1"), ...planted]))).map(({ oneOf }) =>
    oneOf.map(({ item, units }) => `${units} ${item}`).join(" or "),
  );

const usdOf = (registrations: readonly Registration[], prices: PriceList): number =>
  hourlyUsd(chargesOf(stackResources(asStack(registrations))), prices);

describe("what environments of perfbed cost", () => {
  test.each(["small", "medium", "large"] as const)(
    "%s is under ten dollars an hour and over ten cents",
    async (size) => {
      const stack = asStack(await environments(folder, size, {}));
      expect(await stackViolations("cost-ceiling", stack, { maxHourlyUsd: 10 })).toEqual([]);
      expect(await stackViolations("cost-ceiling", stack, { maxHourlyUsd: 0.1 })).toEqual([
        expect.stringMatching(
          /^it costs USD \d+\.\d\d an hour; at most 0\.1 are allowed \(AWS public price list/,
        ),
      ]);
      expect(await stackViolations("cost-ceiling", stack)).toEqual([]);
    },
  );

  const schedules = [{ name: "day", recurrence: "0 7 * * MON-FRI", minInstances: 1, maxInstances: 12 }];
  test.each<[string, Size, Partial<AwsSettingsInput>]>([
    ["the defaults", "small", {}],
    [
      "a standby, fast storage and a cache that fails over",
      "medium",
      { database: { multiAz: true, storageGiB: 400, iops: 20_000 }, cache: { replicasPerShard: 1 } },
    ],
    [
      "Aurora that scales, shards and a firewall",
      "large",
      {
        database: {
          engine: DatabaseEngine.Aurora,
          replicaAutoscaling: { minReplicas: 2, maxReplicas: 6, targetCpuPercent: 60 },
        },
        cache: { shards: 3, replicasPerShard: 1 },
        edge: { waf: true },
      },
    ],
    [
      "tasks on a schedule, a serverless cache and endpoints",
      "medium",
      {
        app: { flavour: AppFlavour.Fargate, containerImage: "registry.example.com/shop:1", schedules },
        cache: { flavour: CacheFlavour.Serverless },
        network: { interfaceEndpoints: ["ssm", "logs"] },
      },
    ],
    ["a warm pool that runs", "small", { app: { warmPool: { minSize: 2, running: true } } }],
    ["a warm pool that is stopped", "small", { app: { warmPool: { minSize: 3, running: false } } }],
    [
      "spot instances on a schedule",
      "medium",
      { app: { spot: { onDemandBase: 1, onDemandPercentAboveBase: 0, instanceTypes: [] }, schedules } },
    ],
  ])("is what the estimate says, to a hundredth of a cent: %s", async (_what, size, settings) => {
    const estimate = estimateHourlyCost(awsSizings[size], awsSettings({ region: "us-east-1", ...settings }));
    // The mock of awsx makes no NAT gateway, which has an address.
    const nat = (US["nat-gateway"] ?? 0) + (US["public-ipv4"] ?? 0);
    const usd = usdOf(await environments(folder, size, settings), LIST_PRICES);
    expect(usd).toBeCloseTo(estimate.maxUsd - nat, 4);
  });
});

describe("regions", () => {
  test("prices that the list does not have are named, not left out", async () => {
    const stack = asStack(await environments(folder, "small", { region: "eu-west-1" }));
    expect(await stackViolations("cost-ceiling", stack, { maxHourlyUsd: 10 })).toContain(
      "the price of ec2:c7g.medium in eu-west-1 is not known",
    );
  });

  test("two environments in two regions have each the prices of its own", async () => {
    const dear = Object.fromEntries(Object.entries(US).map(([item, usd]) => [item, 3 * usd]));
    const prices = { ...LIST_PRICES, regions: { "us-east-1": US, "eu-west-1": dear } };
    const both = await environments(folder, "small", { region: "us-east-1" }, { region: "eu-west-1" });
    const alone = usdOf(await environments(folder, "small", { region: "us-east-1" }), prices);
    expect(usdOf(both, prices)).toBeCloseTo(4 * alone, 6);
    const found = await stackViolations("cost-ceiling", asStack(both), { maxHourlyUsd: 100 });
    expect(found).toContain("the price of alb in eu-west-1 is not known");
    expect(found.filter((text) => text.includes("us-east-1"))).toEqual([]);
  });

  test("the firewall of CloudFront, which is made in us-east-1, has the price of where the stack is", async () => {
    const settings = { region: "eu-west-1", edge: { waf: true } };
    const stack = stackResources(asStack(await environments(folder, "small", settings)));
    const prices = { ...LIST_PRICES, regions: { "eu-west-1": US } };
    expect(costCeiling(stack, 100, prices)).toEqual([]);
  });

  test("without a provider it is the zone or the ARN that says it, and else nobody knows", () => {
    const type = "aws:ec2/natGateway:NatGateway";
    const stack = stackResources(
      asStack([
        { type, name: "a", inputs: { availabilityZone: "us-west-2b" } },
        { type, name: "b", inputs: { arn: "arn:aws:ec2:us-east-2:123456789012:natgateway/nat-1" } },
        { type, name: "c", inputs: {} },
      ]),
    );
    expect(stack.map(({ region }) => region)).toEqual(["us-west-2", "us-east-2", undefined]);
    expect(costCeiling(stack, 100, LIST_PRICES)).toEqual([
      "the price of nat-gateway in an unknown region is not known",
    ]);
  });
});

describe("planted resources", () => {
  const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
  const GROUP = "aws:autoscaling/group:Group";
  const template: PlantedInStack = {
    type: TEMPLATE,
    name: "template",
    inputs: { instanceType: "c7g.large", blockDeviceMappings: [{ ebs: { volumeSize: 10 } }] },
  };
  const group = (inputs: Record<string, unknown>): PlantedInStack => ({
    type: GROUP,
    name: "group",
    inputs,
    refersTo: [`${TEMPLATE}::template`],
  });

  test("of the types of a mixed group the dearest counts, a heavy one for several", () => {
    const overrides = [{ instanceType: "m7g.large" }, { instanceType: "r7g.xlarge", weightedCapacity: "2" }];
    const mixed = group({ maxSize: 5, mixedInstancesPolicy: { launchTemplate: { overrides } } });
    expect(charged(template, mixed)).toEqual(["5 ec2:m7g.large or 3 ec2:r7g.xlarge", "50 gp3-gib"]);
    const stack = stackResources(asStack([provider("us-east-1"), template, mixed]));
    const volumes = 50 * (US["gp3-gib"] ?? 0);
    expect(hourlyUsd(chargesOf(stack), LIST_PRICES)).toBeCloseTo(3 * 0.2142 + volumes, 6);
    expect(costCeiling(stack, 10, { ...LIST_PRICES, regions: { "us-east-1": { "gp3-gib": 1 } } })).toEqual([
      "the price of ec2:m7g.large in us-east-1 is not known",
      "the price of ec2:r7g.xlarge in us-east-1 is not known",
      `it costs USD 50.00 an hour; at most 10 are allowed (${LIST_PRICES.source})`,
    ]);
  });

  test("types that AWS picks by requirements, and templates from elsewhere, have no known price", () => {
    const overrides = [{ instanceRequirements: { vcpuCount: { min: 2 } } }];
    const mixed = group({ maxSize: 1, mixedInstancesPolicy: { launchTemplate: { overrides } } });
    expect(charged(template, mixed)).toContain("1 ec2:unknown");
    expect(charged({ type: GROUP, name: "group", inputs: { maxSize: 2 } })).toEqual(["2 ec2:unknown"]);
  });

  test("a warm pool has volumes, and instances where they run; schedules may be larger than a group", () => {
    const pool = (warmPool: object) => charged(template, group({ maxSize: 4, warmPool }));
    expect(pool({ minSize: 2 })).toEqual(["4 ec2:c7g.large", "60 gp3-gib"]);
    expect(pool({ minSize: 2, poolState: "Running" })).toEqual(["6 ec2:c7g.large", "60 gp3-gib"]);
    expect(pool({ maxGroupPreparedCapacity: 7, poolState: "Running" })).toEqual([
      "7 ec2:c7g.large",
      "70 gp3-gib",
    ]);
    const schedule = {
      type: "aws:autoscaling/schedule:Schedule",
      name: "day",
      inputs: { maxSize: 9 },
      refersTo: [`${GROUP}::group`],
    };
    expect(charged(template, group({ maxSize: 4 }), schedule)).toEqual(["9 ec2:c7g.large", "90 gp3-gib"]);
  });

  test("instances have volumes and addresses, and what their template says where they say nothing", () => {
    const instance = (inputs: Record<string, unknown>): PlantedInStack => ({
      type: "aws:ec2/instance:Instance",
      name: "instance",
      inputs,
      refersTo: [`${TEMPLATE}::template`],
    });
    expect(charged(template, instance({}))).toEqual(["1 ec2:c7g.large", "10 gp3-gib"]);
    expect(
      charged(
        template,
        instance({
          instanceType: "m7g.large",
          associatePublicIpAddress: true,
          rootBlockDevice: { volumeSize: 30, volumeType: "gp3", iops: 4_000, throughput: 225 },
          ebsBlockDevices: [{ volumeSize: 100, volumeType: "io2", iops: 5_000 }],
        }),
      ),
    ).toEqual([
      "1 ec2:m7g.large",
      "30 gp3-gib",
      "1000 gp3-iops",
      "100 gp3-throughput-mibps",
      "100 io2-gib",
      "5000 io2-iops",
      "1 public-ipv4",
    ]);
  });

  test("databases: engines, replicas, storage that grows, IOPS that gp3 has not, members and proxies", () => {
    const RDS = "aws:rds/instance:Instance";
    const primary = {
      type: RDS,
      name: "primary",
      inputs: {
        engine: "postgres",
        instanceClass: "db.m7g.large",
        storageType: "gp3",
        allocatedStorage: 100,
        maxAllocatedStorage: 300,
        iops: 5_000,
        multiAz: true,
      },
    };
    const replica = {
      type: RDS,
      name: "replica",
      inputs: { instanceClass: "db.m7g.large" },
      refersTo: [`${RDS}::primary`],
    };
    expect(charged(primary, replica)).toEqual([
      "2 rds-postgresql:db.m7g.large",
      "600 rds-gp3-gib",
      "4000 rds-gp3-iops",
      "1 rds-postgresql:db.m7g.large",
      "100 rds-gp3-gib",
      "2000 rds-gp3-iops",
    ]);
    const mysql = { engine: "mysql", instanceClass: "db.m7g.large", allocatedStorage: 20 };
    expect(charged({ type: RDS, name: "mysql", inputs: mysql })).toEqual([
      "1 rds-mysql:db.m7g.large",
      "20 rds-gp2-gib",
    ]);
    const PROXY = "aws:rds/proxy:Proxy";
    const proxy = { type: PROXY, name: "proxy", inputs: {} };
    const target = {
      type: "aws:rds/proxyTarget:ProxyTarget",
      name: "target",
      inputs: {},
      refersTo: [`${PROXY}::proxy`, `${RDS}::primary`],
    };
    expect(charged(primary, proxy, target)).toContain("2 rds-proxy-vcpu");
    expect(charged(proxy)).toEqual(["1 rds-proxy:server-outside-the-stack"]);
  });

  test("Aurora counts with the readers that scaling may add, and its proxy with their vCPUs", () => {
    const CLUSTER = "aws:rds/cluster:Cluster";
    const cluster = { type: CLUSTER, name: "cluster", inputs: { engine: "aurora-postgresql" } };
    const member = (name: string, instanceClass: string): PlantedInStack => ({
      type: "aws:rds/clusterInstance:ClusterInstance",
      name,
      inputs: { engine: "aurora-postgresql", instanceClass },
      refersTo: [`${CLUSTER}::cluster`],
    });
    const scaling = (refersTo: readonly string[]): PlantedInStack => ({
      type: "aws:appautoscaling/target:Target",
      name: "readers",
      inputs: { serviceNamespace: "rds", maxCapacity: 5 },
      refersTo,
    });
    const proxy = { type: "aws:rds/proxy:Proxy", name: "proxy", inputs: {} };
    const target = {
      type: "aws:rds/proxyTarget:ProxyTarget",
      name: "target",
      inputs: {},
      refersTo: ["aws:rds/proxy:Proxy::proxy", `${CLUSTER}::cluster`],
    };
    const members = [member("writer", "db.r7g.xlarge"), member("reader", "db.r7g.large")];
    expect(charged(cluster, ...members, scaling([`${CLUSTER}::cluster`]), proxy, target)).toEqual([
      "4 aurora-postgresql:db.r7g.xlarge or 4 aurora-postgresql:db.r7g.large",
      "1 aurora-postgresql:db.r7g.xlarge",
      "1 aurora-postgresql:db.r7g.large",
      "22 rds-proxy-vcpu",
    ]);
    expect(charged(scaling([]))).toEqual(["5 aurora-postgresql:unknown"]);
  });

  test("caches: engines, nodes however they are said, and what is serverless at its limit", () => {
    const cache = (type: string, inputs: Record<string, unknown>) =>
      charged({ type: `aws:elasticache/${type}`, name: "cache", inputs });
    const nodes = { engine: "valkey", nodeType: "cache.m7g.large" };
    const replication = "replicationGroup:ReplicationGroup";
    expect(cache(replication, { ...nodes, numCacheClusters: 2 })).toEqual([
      "2 elasticache-valkey:cache.m7g.large",
    ]);
    const shards = { numNodeGroups: 3, replicasPerNodeGroup: 1, numCacheClusters: 6 };
    expect(cache(replication, { ...nodes, ...shards })).toEqual(["6 elasticache-valkey:cache.m7g.large"]);
    const memcached = { engine: "memcached", nodeType: "cache.t4g.small", numCacheNodes: 3 };
    expect(cache("cluster:Cluster", memcached)).toEqual(["3 elasticache-memcached:cache.t4g.small"]);
    const limits = { cacheUsageLimits: { dataStorage: { maximum: 8, unit: "GB" } } };
    const serverless = "serverlessCache:ServerlessCache";
    expect(cache(serverless, { engine: "valkey", ...limits })).toEqual([
      "8 elasticache-serverless-valkey-gib",
    ]);
    expect(cache(serverless, { engine: "redis" })).toEqual(["5000 elasticache-serverless-redis-gib"]);
  });

  test("tasks count at the most that scaling or a schedule may start, those of another service not", () => {
    const SERVICE = "aws:ecs/service:Service";
    const TARGET = "aws:appautoscaling/target:Target";
    const task = {
      type: "aws:ecs/taskDefinition:TaskDefinition",
      name: "task",
      inputs: { cpu: "1024", memory: "2048", runtimePlatform: { cpuArchitecture: "ARM64" } },
    };
    const service = (name: string, inputs: Record<string, unknown>): PlantedInStack => ({
      type: SERVICE,
      name,
      inputs,
      refersTo: ["aws:ecs/taskDefinition:TaskDefinition::task"],
    });
    const target = {
      type: TARGET,
      name: "target",
      inputs: { serviceNamespace: "ecs", maxCapacity: 5 },
      refersTo: [`${SERVICE}::shop`],
    };
    const schedule = {
      type: "aws:appautoscaling/scheduledAction:ScheduledAction",
      name: "day",
      inputs: { scalableTargetAction: { maxCapacity: 7 } },
      refersTo: [`${TARGET}::target`],
    };
    const shop = service("shop", { desiredCount: 2 });
    expect(charged(task, shop, target)).toEqual(["5 fargate-arm64-vcpu", "10 fargate-arm64-gib"]);
    expect(charged(task, shop, target, schedule)).toContain("7 fargate-arm64-vcpu");
    expect(charged(task, service("other", {}), shop, target)).toEqual([
      "1 fargate-arm64-vcpu",
      "2 fargate-arm64-gib",
      "5 fargate-arm64-vcpu",
      "10 fargate-arm64-gib",
    ]);
    expect(charged(task, service("shop", { launchType: "EC2" }))).toEqual([]);
  });

  test("balancers have an address in each zone, and none within", () => {
    const balancer = (inputs: Record<string, unknown>) =>
      charged({ type: "aws:lb/loadBalancer:LoadBalancer", name: "balancer", inputs });
    expect(balancer({ subnets: ["a", "b", "c"] })).toEqual(["1 alb", "3 public-ipv4"]);
    expect(balancer({ subnets: ["a", "b"], internal: true })).toEqual(["1 alb"]);
    expect(balancer({ subnets: ["a"], loadBalancerType: "network" })).toContain("1 network-load-balancer");
  });

  test("what a preview does not know yet is taken to be in every zone that the stack has subnets in", () => {
    const subnet = (name: string, availabilityZone: string): PlantedInStack => ({
      type: "aws:ec2/subnet:Subnet",
      name,
      inputs: { availabilityZone },
    });
    const inputs = { vpcEndpointType: "Interface" };
    const unknown = (): never => {
      throw new Error("not known in a preview");
    };
    Object.defineProperty(inputs, "subnetIds", { enumerable: true, get: unknown });
    const endpoint = { type: "aws:ec2/vpcEndpoint:VpcEndpoint", name: "endpoint", inputs };
    const zones = ["us-east-1a", "us-east-1b", "us-east-1a"];
    expect(charged(endpoint, ...zones.map((zone, index) => subnet(`${index}`, zone)))).toEqual([
      "2 interface-endpoint",
    ]);
  });

  test.each([
    "aws:opensearch/domain:Domain",
    "aws:redshift/cluster:Cluster",
    "aws:msk/cluster:Cluster",
    "aws:eks/cluster:Cluster",
    "aws:docdb/clusterInstance:ClusterInstance",
    "aws:memorydb/cluster:Cluster",
    "aws:mq/broker:Broker",
    "aws:sagemaker/notebookInstance:NotebookInstance",
  ])("%s has no price, unless a list of one's own has it by its type", async (type) => {
    const stack = asStack([provider("us-east-1"), { type, name: "it", inputs: {} }]);
    expect(await stackViolations("cost-ceiling", stack, { maxHourlyUsd: 1_000 })).toEqual([
      `the price of ${type} in us-east-1 is not known`,
    ]);
    const prices = { ...LIST_PRICES, regions: { "us-east-1": { [type]: 2 } } };
    expect(costCeiling(stackResources(stack), 2, prices)).toEqual([]);
    expect(costCeiling(stackResources(stack), 1, prices)).toHaveLength(1);
  });

  test("what costs nothing by the hour is not in it", () => {
    expect(
      charged(
        { type: "aws:s3/bucket:Bucket", name: "bucket", inputs: {} },
        { type: "aws:ec2/vpcEndpoint:VpcEndpoint", name: "s3", inputs: { vpcEndpointType: "Gateway" } },
        { type: "aws:iam/role:Role", name: "role", inputs: {} },
      ),
    ).toEqual([]);
  });
});

describe("ports of the web", () => {
  const GROUP = "aws:ec2/securityGroup:SecurityGroup";
  const group = (inputs: Record<string, unknown> = {}): PlantedInStack => ({
    type: GROUP,
    name: "entrance",
    inputs,
  });
  const rule: PlantedInStack = {
    type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    name: "everyone",
    inputs: { cidrIpv4: "0.0.0.0/0", ipProtocol: "tcp", fromPort: 443, toPort: 443 },
    refersTo: [`${GROUP}::entrance`],
  };
  const balancer = (inputs: Record<string, unknown> = {}): PlantedInStack => ({
    type: "aws:lb/loadBalancer:LoadBalancer",
    name: "balancer",
    inputs,
    refersTo: [`${GROUP}::entrance`],
  });
  const instance: PlantedInStack = {
    type: "aws:ec2/instance:Instance",
    name: "instance",
    inputs: {},
    refersTo: [`${GROUP}::entrance`],
  };
  const found = (...planted: readonly PlantedInStack[]) =>
    stackViolations("open-web-ports", asStack(planted));
  const violation = (name: string, address = "0.0.0.0/0"): string =>
    `${name}: it lets in ${address}, and is not the entrance of a load balancer alone`;

  test("are open at a load balancer that faces the internet", async () => {
    expect(await found(group(), rule, balancer())).toEqual([]);
    const web = { protocol: "tcp", fromPort: 80, toPort: 80, ipv6CidrBlocks: ["::/0"] };
    expect(await found(group({ ingress: [web] }), balancer({ internal: false }))).toEqual([]);
    // A component is handed the group as well.
    const component = { ...instance, type: "shop:index:Entrance" };
    expect(await found(group(), rule, balancer(), component)).toEqual([]);
  });

  test("are not open anywhere else, whatever the group is called", async () => {
    const tags = { Name: "shop-load-balancer-from-internet" };
    expect(await found(group({ tags }), { ...rule, inputs: { ...rule.inputs, tags } })).toEqual([
      violation("everyone"),
    ]);
    expect(await found(group(), rule, instance)).toEqual([violation("everyone")]);
    expect(await found(group(), rule, balancer({ internal: true }))).toEqual([violation("everyone")]);
    expect(await found({ ...rule, refersTo: [] }, balancer())).toEqual([violation("everyone")]);
    const ingress = [{ protocol: "tcp", fromPort: 443, toPort: 443, ipv6CidrBlocks: ["::/0"] }];
    expect(
      await found({
        type: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        name: "default",
        inputs: { ingress },
      }),
    ).toEqual([violation("default", "::/0")]);
  });

  test("are not open where the balancer shares its group with an instance", async () => {
    expect(await found(group(), rule, balancer(), instance)).toEqual([violation("everyone")]);
  });

  test("are open to CloudFront alone in environments of perfbed", async () => {
    expect(await found(...(await environments(folder, "small", {})))).toEqual([]);
  });
});
