import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ENVIRONMENT_TAG } from "../../../components/tagging";
import { RESOURCE_KINDS } from "../../../inventory/aws/kinds";
import {
  bucketPattern,
  comment,
  databasePattern,
  iamPath,
  logGroupPattern,
  partName,
} from "../../../inventory/aws/kinds/names";
import { EVERY_PART } from "./every-part";
import type { Registration } from "./mocks";
import { recordEnvironment } from "./whole-environment";

/** The inventory knows names without knowing the components, so that it runs alone in AWS: here one is held against the other. */

const ID = "pb-test";

let folder: string;
let resources: readonly Registration[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "pb-names-"));
  writeFileSync(join(folder, "index.js"), "");
  resources = [
    ...(await recordEnvironment(EVERY_PART.servers, folder)),
    ...(await recordEnvironment(EVERY_PART.managed, folder)),
  ];
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

const named =
  (property: string, ...parts: string[]) =>
  ({ inputs }: Registration): boolean =>
    parts.some((part) => inputs[property] === partName(ID, part));
const matching =
  (property: string, pattern: RegExp) =>
  ({ inputs }: Registration): boolean =>
    pattern.test(String(inputs[property]));
const described =
  (what: Parameters<typeof comment>[0], property = "description") =>
  ({ inputs }: Registration): boolean =>
    inputs[property] === comment(what, ID);

/** How the inventory finds each type without the tagging index. */
const FOUND: Readonly<Record<string, (one: Registration) => boolean>> = {
  "aws:autoscaling/group:Group": named("name", "app", "fleet"),
  "aws:budgets/budget:Budget": named("name", "budget"),
  "aws:cloudfront/cachePolicy:CachePolicy": named("name", "edge"),
  "aws:cloudfront/distribution:Distribution": described("Edge", "comment"),
  "aws:cloudwatch/logGroup:LogGroup": matching("name", logGroupPattern(ID)),
  "aws:ecs/cluster:Cluster": named("name", "app", "fleet"),
  "aws:ecs/service:Service": named("name", "app"),
  "aws:ecs/taskDefinition:TaskDefinition": named("family", "app", "fleet"),
  "aws:elasticache/parameterGroup:ParameterGroup": described("Cache"),
  "aws:elasticache/replicationGroup:ReplicationGroup": named("replicationGroupId", "cache"),
  "aws:elasticache/serverlessCache:ServerlessCache": named("name", "cache"),
  "aws:elasticache/subnetGroup:SubnetGroup": described("Cache"),
  "aws:elasticache/user:User": named("userId", "cache"),
  "aws:elasticache/userGroup:UserGroup": named("userGroupId", "cache"),
  "aws:iam/instanceProfile:InstanceProfile": ({ inputs }) => inputs.path === iamPath(ID),
  "aws:iam/role:Role": ({ inputs }) => inputs.path === iamPath(ID),
  "aws:lambda/function:Function": named("name", "expiry"),
  "aws:lb/loadBalancer:LoadBalancer": named("name", "app"),
  "aws:lb/targetGroup:TargetGroup": named("name", "app-ip", "app-ec2"),
  "aws:rds/cluster:Cluster": named("clusterIdentifier", "database"),
  "aws:rds/clusterInstance:ClusterInstance": matching("identifier", databasePattern(ID)),
  "aws:rds/clusterParameterGroup:ClusterParameterGroup": described("Database"),
  "aws:rds/instance:Instance": matching("identifier", databasePattern(ID)),
  "aws:rds/parameterGroup:ParameterGroup": described("Database"),
  "aws:rds/proxy:Proxy": named("name", "proxy"),
  "aws:rds/proxyEndpoint:ProxyEndpoint": ({ inputs }) => inputs.dbProxyName === partName(ID, "proxy"),
  "aws:rds/subnetGroup:SubnetGroup": described("Database"),
  "aws:scheduler/scheduleGroup:ScheduleGroup": named("name", "expiry"),
  "aws:s3/bucket:Bucket": ({ inputs }) =>
    bucketPattern(ID).test(`${inputs.bucketPrefix}20300101000000123400000001`),
  "aws:wafv2/webAcl:WebAcl": named("name", "edge"),
};

/** AWS is asked for these by tag, or by the network they are in. */
const BY_TAG = [
  "aws:cloudwatch/metricAlarm:MetricAlarm",
  "aws:ec2/flowLog:FlowLog",
  "aws:ec2/launchTemplate:LaunchTemplate",
  "aws:ec2/placementGroup:PlacementGroup",
  "aws:ec2/securityGroup:SecurityGroup",
  "aws:ec2/vpcEndpoint:VpcEndpoint",
  "aws:secretsmanager/secret:Secret",
];

/** Nothing by themselves: they go with what they belong to. */
const PARTS = [
  /^aws:appautoscaling\//,
  /^aws:autoscaling\/(lifecycleHook|policy|schedule):/,
  /^aws:cloudfront\/monitoringSubscription:/,
  /^aws:ec2\/defaultSecurityGroup:/,
  /^aws:iam\/rolePolicy/,
  /^aws:lb\/listener:/,
  /^aws:rds\/proxy(DefaultTargetGroup|Target):/,
  /^aws:s3\/bucket[A-Z]/,
  /^aws:scheduler\/schedule:/,
  /^aws:secretsmanager\/secretVersion:/,
  /^aws:vpc\/securityGroup(In|E)gressRule:/,
];

test("every type that an environment is made of is found by name, by tag, or goes with another", () => {
  const types = [...new Set(resources.map(({ type }) => type))].filter((type) => type.startsWith("aws:"));
  const known = (type: string) =>
    type in FOUND || BY_TAG.includes(type) || PARTS.some((part) => part.test(type));
  expect(types.filter((type) => !known(type))).toEqual([]);
  expect(Object.keys(FOUND).filter((type) => !types.includes(type))).toEqual([]);
});

test("each one's name is what the inventory looks for", () => {
  const missed = resources.filter((one) => FOUND[one.type]?.(one) === false);
  expect(missed.map(({ type, name }) => `${type} ${name}`)).toEqual([]);
});

test("what is found by tag alone carries it", () => {
  const tagged = ({ inputs: { tags } }: Registration) =>
    typeof tags === "object" && tags !== null && Reflect.get(tags, ENVIRONMENT_TAG) === ID;
  const bare = resources.filter((one) => BY_TAG.includes(one.type) && !tagged(one));
  expect(bare.map(({ type, name }) => `${type} ${name}`)).toEqual([]);
});

test("names of one environment are none of a neighbour's whose name begins the same", () => {
  expect(databasePattern("shop").test("shop-app-primary")).toBe(false);
  expect(bucketPattern("shop").test("shop-app-20300101000000123400000001")).toBe(false);
  expect(logGroupPattern("shop").test("/perfbed/shop-app")).toBe(false);
  expect(logGroupPattern("shop").test("/aws/rds/instance/shop-app-primary/postgresql")).toBe(false);
});

test("every kind comes after all that it waits for, and what ends an environment comes last", () => {
  const order = RESOURCE_KINDS.map(({ kind }) => kind);
  expect(new Set(order).size).toBe(order.length);
  for (const { kind, waitsFor } of RESOURCE_KINDS) {
    for (const before of waitsFor) expect(order.indexOf(before)).toBeLessThan(order.indexOf(kind));
  }
  expect(order.slice(-4)).toEqual([
    "scheduler:schedule-group",
    "lambda:function",
    "logs:expiry-log-group",
    "iam:expiry-role",
  ]);
});
