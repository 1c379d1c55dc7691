import {
  cacheItem,
  databaseItem,
  instanceItem,
  PriceItem,
  type PriceList,
  priceOf,
} from "../../components/aws/cost";
import { type CheckedResource, isRecord, isTrue, objectsOf } from "./rule";

/** A resource of a stack, with those that it refers to. */
export interface StackResource extends CheckedResource {
  readonly refersTo: readonly CheckedResource[];
}

/** Units of one item. */
export interface Charge {
  readonly item: string;
  readonly units: number;
}

const count = (value: unknown, otherwise: number): number => {
  const parsed = Number(value ?? otherwise);
  return Number.isFinite(parsed) ? parsed : otherwise;
};

const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const TASK = "aws:ecs/taskDefinition:TaskDefinition";

/** At the largest size of the group, with the type that its template or its overrides name. */
function group({ props, refersTo }: StackResource): Charge[] {
  const templates = refersTo.filter(({ type }) => type === TEMPLATE);
  const type = templates.map((template) => template.props.instanceType).find((one) => one !== undefined);
  const units = count(props.maxSize, 0);
  return [
    { item: instanceItem(String(type ?? "unknown")), units },
    ...templates.flatMap((template) =>
      objectsOf(template.props.blockDeviceMappings).flatMap(({ ebs }) =>
        isRecord(ebs) ? [{ item: PriceItem.VolumeGiB, units: units * count(ebs.volumeSize, 0) }] : [],
      ),
    ),
  ];
}

function databaseServer({ props }: CheckedResource): Charge[] {
  const servers = isTrue(props.multiAz) ? 2 : 1;
  return [
    { item: databaseItem("rds", String(props.instanceClass)), units: servers },
    { item: PriceItem.DatabaseGiB, units: servers * count(props.allocatedStorage, 0) },
  ];
}

function cacheNodes({ props }: CheckedResource): Charge[] {
  const shards = count(props.numNodeGroups, 1);
  const perShard = count(props.numCacheClusters, 1 + count(props.replicasPerNodeGroup, 0));
  return [{ item: cacheItem(String(props.nodeType)), units: shards * perShard }];
}

function tasks({ props, refersTo }: StackResource, mostTasks: number): Charge[] {
  return refersTo
    .filter(({ type }) => type === TASK)
    .flatMap((task) => {
      const platform = isRecord(task.props.runtimePlatform) ? task.props.runtimePlatform : {};
      const arm = platform.cpuArchitecture === "ARM64";
      const units = Math.max(count(props.desiredCount, 1), mostTasks);
      return [
        {
          item: arm ? PriceItem.FargateArmVcpu : PriceItem.FargateIntelVcpu,
          units: (units * count(task.props.cpu, 0)) / 1024,
        },
        {
          item: arm ? PriceItem.FargateArmGiB : PriceItem.FargateIntelGiB,
          units: (units * count(task.props.memory, 0)) / 1024,
        },
      ];
    });
}

function endpoint({ props }: CheckedResource): Charge[] {
  if (props.vpcEndpointType !== "Interface") return [];
  const zones = Array.isArray(props.subnetIds) ? props.subnetIds.length : 1;
  return [{ item: PriceItem.InterfaceEndpoint, units: zones }];
}

/** What the resources of a stack are paid for by the hour, at their largest size. */
export function chargesOf(resources: readonly StackResource[]): readonly Charge[] {
  const mostTasks = Math.max(
    0,
    ...resources
      .filter(
        ({ type, props }) => type === "aws:appautoscaling/target:Target" && props.serviceNamespace === "ecs",
      )
      .map(({ props }) => count(props.maxCapacity, 0)),
  );
  return resources.flatMap((one): Charge[] => {
    switch (one.type) {
      case "aws:autoscaling/group:Group":
        return group(one);
      case "aws:ec2/instance:Instance":
        return [{ item: instanceItem(String(one.props.instanceType)), units: 1 }];
      case "aws:rds/instance:Instance":
        return databaseServer(one);
      case "aws:rds/clusterInstance:ClusterInstance":
        return [{ item: databaseItem("aurora", String(one.props.instanceClass)), units: 1 }];
      case "aws:elasticache/replicationGroup:ReplicationGroup":
        return cacheNodes(one);
      case "aws:ecs/service:Service":
        return tasks(one, mostTasks);
      case "aws:lb/loadBalancer:LoadBalancer":
        return [{ item: PriceItem.LoadBalancer, units: 1 }];
      case "aws:ec2/natGateway:NatGateway":
        return [{ item: PriceItem.NatGateway, units: 1 }];
      case "aws:ec2/eip:Eip":
        return [{ item: PriceItem.PublicAddress, units: 1 }];
      case "aws:ec2/vpcEndpoint:VpcEndpoint":
        return endpoint(one);
      case "aws:wafv2/webAcl:WebAcl":
        return [{ item: PriceItem.WebAcl, units: 1 }];
      default:
        return [];
    }
  });
}

/** Everything against a stack under a limit: more than it, and every price that is not known. */
export function costCeiling(
  resources: readonly StackResource[],
  region: string,
  maxHourlyUsd: number,
  prices: PriceList,
): readonly string[] {
  const charges = chargesOf(resources).filter(({ units }) => units > 0);
  const unknown = new Set(
    charges.filter(({ item }) => priceOf(prices, region, item) === undefined).map(({ item }) => item),
  );
  const usd = charges.reduce((sum, { item, units }) => sum + units * (priceOf(prices, region, item) ?? 0), 0);
  return [
    ...[...unknown].map((item) => `the price of ${item} in ${region} is not known`),
    ...(usd > maxHourlyUsd
      ? [`it costs USD ${usd.toFixed(2)} an hour; at most ${maxHourlyUsd} are allowed (${prices.source})`]
      : []),
  ];
}
