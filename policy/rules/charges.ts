import { PriceItem } from "../../components/aws/cost";
import { type Charge, type Part, part, referred, UNKNOWN, zonesOf } from "./charge";
import { cluster, member, proxy, proxyEndpoint, readers, server } from "./database-charges";
import { group, instance, volume } from "./instance-charges";
import { PAID_BY_THE_HOUR } from "./paid-types";
import { count, isTrue, objectAt, objectsOf } from "./rule";
import type { LinkedResource, StackResource } from "./stack";
import { mostOf } from "./targets";

/** A part of what a stack costs. */
export interface StackCharge {
  /** Where it is paid: the first of these that has a price for it. None when nobody can tell. */
  readonly regions: readonly string[];
  /** Of several ways that it may turn out, the dearest counts. */
  readonly oneOf: readonly Charge[];
}

const CACHE_GROUP = "aws:elasticache/replicationGroup:ReplicationGroup";
const SCALING_TARGET = "aws:appautoscaling/target:Target";
const SERVICE = "aws:ecs/service:Service";
const TASK = "aws:ecs/taskDefinition:TaskDefinition";

/** What a serverless cache may grow to when nothing else is said. */
const MOST_SERVERLESS_GIB = 5_000;

const nodeItem = (engine: unknown, nodeType: unknown): string =>
  `elasticache-${engine}:${nodeType ?? UNKNOWN}`;

/** Once it is made, a group says the number of its nodes in all the ways there are. */
function cacheGroup({ props }: StackResource): Part[] {
  const sharded = count(props.numNodeGroups, 1) * (1 + count(props.replicasPerNodeGroup, 0));
  const nodes = Math.max(count(props.numCacheClusters, 1), sharded);
  return [part(nodeItem(props.engine ?? "redis", props.nodeType), nodes)];
}

/** A node that is added to a group is of the group's type. */
function cacheCluster(one: StackResource): Part[] {
  const [ofGroup] = referred(one, CACHE_GROUP);
  const { engine, nodeType } = { ...ofGroup?.props, ...one.props };
  return [part(nodeItem(engine ?? "redis", nodeType), count(one.props.numCacheNodes, 1))];
}

/** As large as its limit lets it become. */
function serverlessCache({ props }: StackResource): Part[] {
  const { maximum } = objectAt(objectAt(props, "cacheUsageLimits"), "dataStorage");
  const item =
    props.engine === "valkey"
      ? PriceItem.ServerlessCacheGiB
      : `elasticache-serverless-${props.engine ?? UNKNOWN}-gib`;
  return [part(item, count(maximum, MOST_SERVERLESS_GIB))];
}

/** The most tasks that a service may be scaled to. A target that refers to no service may be anyone's. */
function mostTasks(service: StackResource, stack: readonly StackResource[]): number {
  const mayScale = (target: StackResource): boolean => {
    const services = referred(target, SERVICE);
    return services.length === 0 || services.some(({ urn }) => urn === service.urn);
  };
  const most = stack
    .filter(({ type, props }) => type === SCALING_TARGET && props.serviceNamespace === "ecs")
    .filter(mayScale)
    .map((target) => mostOf(target, stack));
  return Math.max(count(service.props.desiredCount, 1), ...most);
}

function taskParts({ props }: LinkedResource, tasks: number): Part[] {
  const arm = objectAt(props, "runtimePlatform").cpuArchitecture === "ARM64";
  return [
    part(arm ? PriceItem.FargateArmVcpu : PriceItem.FargateIntelVcpu, (tasks * count(props.cpu, 0)) / 1024),
    part(arm ? PriceItem.FargateArmGiB : PriceItem.FargateIntelGiB, (tasks * count(props.memory, 0)) / 1024),
  ];
}

/** Tasks on Fargate; those on instances or on machines elsewhere are paid for as what they run on. */
function service(one: StackResource, stack: readonly StackResource[]): Part[] {
  if (one.props.launchType === "EC2" || one.props.launchType === "EXTERNAL") return [];
  const tasks = mostTasks(one, stack);
  return referred(one, TASK).flatMap((task) => taskParts(task, tasks));
}

/** One that faces the internet has a public address in each zone. */
function balancer(one: StackResource, stack: readonly StackResource[]): Part[] {
  const { loadBalancerType: type = "application", internal, ipAddressType, subnets } = one.props;
  const addressed = !isTrue(internal) && ipAddressType !== "dualstack-without-public-ipv4";
  const zones = zonesOf(subnets ?? one.props.subnetMappings, one, stack);
  return [
    part(type === "application" ? PriceItem.LoadBalancer : `${type}-load-balancer`, 1),
    part(PriceItem.PublicAddress, addressed ? zones : 0),
  ];
}

function endpoint(one: StackResource, stack: readonly StackResource[]): Part[] {
  const { vpcEndpointType: type = "Gateway", subnetIds } = one.props;
  if (type === "Gateway") return [];
  const item = type === "Interface" ? PriceItem.InterfaceEndpoint : `${type}-endpoint`;
  return [part(item, zonesOf(subnetIds, one, stack))];
}

const firewall = ({ props }: StackResource): Part[] => [
  part(PriceItem.WebAcl, 1),
  part(PriceItem.WebAclRule, objectsOf(props.rules).length),
];

function scalingTarget(one: StackResource, stack: readonly StackResource[]): Part[] {
  return one.props.serviceNamespace === "rds" ? readers(one, stack) : [];
}

type PartsOf = (one: StackResource, stack: readonly StackResource[]) => readonly Part[];

function single(item: string): PartsOf {
  return () => [part(item, 1)];
}

const PARTS: Readonly<Record<string, PartsOf>> = {
  [CACHE_GROUP]: cacheGroup,
  [SCALING_TARGET]: scalingTarget,
  [SERVICE]: service,
  "aws:alb/loadBalancer:LoadBalancer": balancer,
  "aws:autoscaling/group:Group": group,
  "aws:ebs/volume:Volume": volume,
  "aws:ec2/eip:Eip": single(PriceItem.PublicAddress),
  "aws:ec2/instance:Instance": instance,
  "aws:ec2/natGateway:NatGateway": single(PriceItem.NatGateway),
  "aws:ec2/spotInstanceRequest:SpotInstanceRequest": instance,
  "aws:ec2/vpcEndpoint:VpcEndpoint": endpoint,
  "aws:elasticache/cluster:Cluster": cacheCluster,
  "aws:elasticache/serverlessCache:ServerlessCache": serverlessCache,
  "aws:lb/loadBalancer:LoadBalancer": balancer,
  "aws:rds/cluster:Cluster": cluster,
  "aws:rds/clusterInstance:ClusterInstance": member,
  "aws:rds/instance:Instance": server,
  "aws:rds/proxy:Proxy": proxy,
  "aws:rds/proxyEndpoint:ProxyEndpoint": proxyEndpoint,
  "aws:wafv2/webAcl:WebAcl": firewall,
};

/** Types without a price cost one unit of themselves, by which a list of one's own may have them. */
function partsOf(resource: StackResource, stack: readonly StackResource[]): readonly Part[] {
  if (PAID_BY_THE_HOUR.has(resource.type)) return [part(resource.type, 1)];
  return PARTS[resource.type]?.(resource, stack) ?? [];
}

/** What the resources of a stack are paid for by the hour, at their largest size. */
export function chargesOf(stack: readonly StackResource[]): readonly StackCharge[] {
  const everywhere = [...new Set(stack.flatMap(({ region }) => region ?? []))];
  return stack.flatMap((resource) => {
    const own = resource.region === undefined ? [] : [resource.region];
    // What is CloudFront's is made in us-east-1 wherever the stack is, and costs the same everywhere.
    const regions = resource.props.scope === "CLOUDFRONT" ? [...own, ...everywhere] : own;
    return partsOf(resource, stack)
      .map((each) => each.filter(({ units }) => units > 0))
      .filter((each) => each.length > 0)
      .map((oneOf) => ({ regions, oneOf }));
  });
}
