import { databaseItem, PriceItem, paidIops, paidThroughput, proxyVcpus } from "../../components/aws/cost";
import { type Charge, type Part, part, referred, UNKNOWN, zonesOf } from "./charge";
import { vcpusOf } from "./instance-ceiling";
import { type CheckedResource, count, isTrue } from "./rule";
import { type LinkedResource, referring, type StackResource } from "./stack";
import { mostOf } from "./targets";

const SERVER = "aws:rds/instance:Instance";
const CLUSTER = "aws:rds/cluster:Cluster";
const MEMBER = "aws:rds/clusterInstance:ClusterInstance";
const SCALING_TARGET = "aws:appautoscaling/target:Target";
const PROXY_TARGET = "aws:rds/proxyTarget:ProxyTarget";

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const text = (value: unknown): string => String(value ?? UNKNOWN);

const serverItem = (engine: string, instanceClass: string): string =>
  engine === "postgres" ? databaseItem("rds", instanceClass) : `rds-${engine}:${instanceClass}`;

/** With its standby twice. A replica is what its source is, as far as it does not say otherwise. */
export function server(one: StackResource): Part[] {
  const [source] = referred(one, SERVER);
  const stated = (name: string): unknown => one.props[name] ?? source?.props[name];
  const servers = isTrue(one.props.multiAz) ? 2 : 1;
  const gib = count(stated("allocatedStorage"), 0);
  const iops = count(stated("iops"), 0);
  // What AWS makes of it when nothing is said.
  const type = String(stated("storageType") ?? (iops > 0 ? "io1" : "gp2"));
  const gp3 = type === "gp3";
  const paid = gp3 ? paidIops(gib, iops) : type.startsWith("io") ? iops : 0;
  const throughput = gp3 ? paidThroughput(gib, count(stated("storageThroughput"), 0)) : 0;
  return [
    part(serverItem(text(stated("engine")), text(one.props.instanceClass)), servers),
    // It grows by itself to the second of these.
    part(
      gp3 ? PriceItem.DatabaseGiB : `rds-${type}-gib`,
      servers * Math.max(gib, count(one.props.maxAllocatedStorage, 0)),
    ),
    part(gp3 ? PriceItem.DatabaseIops : `rds-${type}-iops`, servers * paid),
    part(`rds-${type}-throughput-mibps`, servers * throughput),
  ];
}

function memberItem({ props }: CheckedResource): string {
  const instanceClass = text(props.instanceClass);
  return props.engine === "aurora-postgresql"
    ? databaseItem("aurora", instanceClass)
    : `${text(props.engine)}:${instanceClass}`;
}

export const member = (one: StackResource): Part[] => [part(memberItem(one), 1)];

/** Readers that scaling may add to those that a cluster is made with. */
function addedReaders(cluster: LinkedResource, members: number, stack: readonly StackResource[]): number {
  const most = referring(stack, SCALING_TARGET, cluster).map((target) => mostOf(target, stack));
  return Math.max(0, ...most.map((readers) => 1 + readers - members));
}

/** Members of Aurora are resources of their own, but for those that are added while it runs; other engines have none. */
export function cluster(one: StackResource, stack: readonly StackResource[]): Part[] {
  const { props } = one;
  const engine = text(props.engine);
  if (!engine.startsWith("aurora")) {
    return [
      part(`rds-cluster-${engine}:${text(props.dbClusterInstanceClass)}`, 3),
      part("rds-cluster-gib", 3 * count(props.allocatedStorage, 0)),
    ];
  }
  if (props.engineMode === "serverless") return [part(`${engine}:serverless`, 1)];
  const members = referring(stack, MEMBER, one);
  const added = addedReaders(one, members.length, stack);
  const items = members.length === 0 ? [databaseItem("aurora", UNKNOWN)] : members.map(memberItem);
  return [[...new Set(items)].map((item): Charge => ({ item, units: added }))];
}

/** Readers of a cluster that is not in the stack. */
export function readers(target: StackResource, stack: readonly StackResource[]): Part[] {
  if (referred(target, CLUSTER).length > 0) return [];
  return [part(databaseItem("aurora", UNKNOWN), mostOf(target, stack))];
}

const vcpus = ({ props }: CheckedResource): number => proxyVcpus(vcpusOf(String(props.instanceClass)) ?? 0);

/** By the vCPUs of what it is in front of: one server, or all of a cluster at its largest. */
export function proxy(one: StackResource, stack: readonly StackResource[]): Part[] {
  const behind = referring(stack, PROXY_TARGET, one).flatMap(({ refersTo }) => refersTo);
  const servers = behind.filter(({ type }) => type === SERVER);
  const clusters = behind.filter(({ type }) => type === CLUSTER);
  if (servers.length + clusters.length === 0) return [part("rds-proxy:server-outside-the-stack", 1)];
  const ofClusters = clusters.map((each) => {
    const members = referring(stack, MEMBER, each);
    const largest = Math.max(proxyVcpus(0), ...members.map(vcpus));
    return sum(members.map(vcpus)) + addedReaders(each, members.length, stack) * largest;
  });
  return [part(PriceItem.ProxyVcpu, sum(servers.map(vcpus)) + sum(ofClusters))];
}

/** Every endpoint but the first of a proxy, which is not a resource of its own. */
export const proxyEndpoint = (one: StackResource, stack: readonly StackResource[]): Part[] => [
  part(PriceItem.InterfaceEndpoint, zonesOf(one.props.vpcSubnetIds, one, stack)),
];
