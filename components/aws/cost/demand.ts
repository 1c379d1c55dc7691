import type { Sizing } from "../../contracts";
import { appInstanceType } from "../app/instance-type";
import { nodeTypeFor } from "../cache/validation";
import { instanceClassNamed, smallestInstanceClass } from "../database/instance-classes";
import { generatorsByRegion } from "../fleet/regions";
import { instanceTypeNamed } from "../instance-types";
import { fargateSize } from "../instances/fargate-size";
import {
  AppFlavour,
  type AwsSettings,
  CacheFlavour,
  CpuArchitecture,
  DatabaseEngine,
  FleetFlavour,
  NatStrategy,
} from "../settings";
import { cacheItem, databaseItem, instanceItem, PriceItem } from "./prices";
import { paidIops, proxyVcpus } from "./rds";

/** Units of one item that an environment pays for by the hour. */
export interface Demand {
  /** For people: `app instances`. */
  readonly what: string;
  readonly item: string;
  /** Where it is paid; absent: in the environment's own region. */
  readonly region?: string;
  /** At the smallest and at the largest size. */
  readonly min: number;
  readonly max: number;
}

/** As the fleet's instances and tasks are made; see components/aws/fleet. */
const GENERATOR_VOLUME_GIB = 30;
const GENERATOR_TASK = { vcpus: 2, memoryMiB: 4_096 };
/** Rules of the edge's firewall. */
const FIREWALL_RULES = 2;

const fixed = (what: string, item: string, count: number): Demand => ({ what, item, min: count, max: count });

/** Everything that an environment pays for by the hour. What is paid by use is not in it; see {@link NOT_INCLUDED}. */
export function hourlyDemand(sizing: Sizing, settings: AwsSettings): readonly Demand[] {
  return [
    ...network(settings),
    ...app(sizing, settings),
    ...database(sizing, settings),
    ...cache(sizing, settings),
    ...edge(settings),
    ...fleet(sizing, settings),
  ].filter(({ max }) => max > 0);
}

export const NOT_INCLUDED =
  "data transfer, requests and capacity units, logs and metrics, objects, secrets, CPU credits, storage and I/O of Aurora, taxes and discounts";

const natGateways = ({ network: { nat, availabilityZones } }: AwsSettings): number =>
  nat === NatStrategy.None ? 0 : nat === NatStrategy.OnePerAvailabilityZone ? availabilityZones : 1;

function network(settings: AwsSettings): Demand[] {
  const { availabilityZones, interfaceEndpoints } = settings.network;
  const gateways = natGateways(settings);
  return [
    fixed("NAT gateways", PriceItem.NatGateway, gateways),
    // One a gateway, and one a zone for the load balancer.
    fixed("public addresses", PriceItem.PublicAddress, gateways + availabilityZones),
    fixed("interface endpoints", PriceItem.InterfaceEndpoint, interfaceEndpoints.length * availabilityZones),
  ];
}

function app({ app: sizing }: Sizing, { app: settings }: AwsSettings): Demand[] {
  const { minInstances: min, maxInstances } = sizing;
  const max = Math.max(maxInstances, ...settings.schedules.map((schedule) => schedule.maxInstances));
  const balancer = fixed("load balancer", PriceItem.LoadBalancer, 1);
  if (settings.flavour === AppFlavour.Fargate) {
    const size = fargateSize(sizing.cpu, sizing.memoryMiB, "sizing.app");
    return [balancer, ...tasks("app", settings.architecture, size.cpu / 1024, size.memoryMiB, min, max)];
  }
  const waiting = settings.warmPool?.minSize ?? 0;
  const running = settings.warmPool?.running === true ? waiting : 0;
  return [
    balancer,
    // Spot instances count as on demand: theirs is a price that moves.
    {
      what: "app instances",
      item: instanceItem(appInstanceType(settings, sizing)),
      min: min + running,
      max: max + running,
    },
    {
      what: "app volumes",
      item: PriceItem.VolumeGiB,
      min: (min + waiting) * settings.volumeGiB,
      max: (max + waiting) * settings.volumeGiB,
    },
  ];
}

function tasks(
  what: string,
  architecture: CpuArchitecture,
  vcpus: number,
  memoryMiB: number,
  min: number,
  max: number,
): Demand[] {
  const arm = architecture === CpuArchitecture.Arm64;
  const gib = memoryMiB / 1024;
  return [
    {
      what: `${what} tasks, vCPUs`,
      item: arm ? PriceItem.FargateArmVcpu : PriceItem.FargateIntelVcpu,
      min: min * vcpus,
      max: max * vcpus,
    },
    {
      what: `${what} tasks, GiB`,
      item: arm ? PriceItem.FargateArmGiB : PriceItem.FargateIntelGiB,
      min: min * gib,
      max: max * gib,
    },
  ];
}

function database({ database: sizing }: Sizing, { database: settings, network }: AwsSettings): Demand[] {
  const { engine, replicaAutoscaling } = settings;
  const instanceClass =
    settings.instanceClass ??
    smallestInstanceClass(engine, sizing.cpu, sizing.memoryMiB)?.name ??
    "none-large-enough";
  const aurora = engine === DatabaseEngine.Aurora;
  const standbys = !aurora && settings.multiAz ? 1 : 0;
  const min = 1 + standbys + sizing.replicas;
  const max = aurora ? Math.max(min, 1 + (replicaAutoscaling?.maxReplicas ?? 0)) : min;
  const demands: Demand[] = [
    { what: "database servers", item: databaseItem(aurora ? "aurora" : "rds", instanceClass), min, max },
  ];
  if (!aurora) {
    const iops = paidIops(settings.storageGiB, settings.iops ?? 0);
    demands.push(
      fixed("database storage", PriceItem.DatabaseGiB, min * settings.storageGiB),
      fixed("database IOPS", PriceItem.DatabaseIops, min * iops),
    );
  }
  if (settings.proxy) {
    // Paid by the vCPUs of what it is in front of: the primary, or all of a cluster. A class that nobody knows has an unknown price anyway.
    const vcpus = proxyVcpus(instanceClassNamed(instanceClass)?.vcpus ?? 0);
    demands.push({
      what: "database proxy, vCPUs",
      item: PriceItem.ProxyVcpu,
      min: aurora ? min * vcpus : vcpus,
      max: aurora ? max * vcpus : vcpus,
    });
    // A proxy has one endpoint for nothing; that of the readers is an interface endpoint like any other.
    if (aurora && sizing.replicas > 0) {
      demands.push(
        fixed("readers' endpoint of the proxy", PriceItem.InterfaceEndpoint, network.availabilityZones),
      );
    }
  }
  return demands;
}

function cache({ cache: sizing }: Sizing, { cache: settings }: AwsSettings): Demand[] {
  if (settings.flavour === CacheFlavour.Serverless) {
    const gib = Math.max(1, Math.ceil(sizing.memoryMiB / 1024));
    return [{ what: "serverless cache, GiB", item: PriceItem.ServerlessCacheGiB, min: 0.1, max: gib }];
  }
  const nodes = settings.shards * (1 + settings.replicasPerShard);
  const nodeType = nodeTypeFor(settings, sizing) ?? "none-large-enough";
  return [fixed("cache nodes", cacheItem(nodeType), nodes)];
}

function edge({ edge: settings }: AwsSettings): Demand[] {
  if (!settings.waf) return [];
  return [
    fixed("firewall", PriceItem.WebAcl, 1),
    fixed("firewall rules", PriceItem.WebAclRule, FIREWALL_RULES),
  ];
}

function fleet({ fleet: { generators } }: Sizing, awsSettings: AwsSettings): Demand[] {
  const { fleet: settings, region: home } = awsSettings;
  if (settings.flavour === FleetFlavour.Fargate) {
    const { vcpus, memoryMiB } = instanceTypeNamed(settings.instanceType) ?? GENERATOR_TASK;
    const size = fargateSize(vcpus, memoryMiB, "aws.fleet.instanceType");
    // Tasks run during a run and not between two.
    return tasks("generator", settings.architecture, size.cpu / 1024, size.memoryMiB, 0, generators);
  }
  return [...generatorsByRegion(awsSettings, generators)].flatMap(([region, count]) => {
    const demands = [
      fixed("generators", instanceItem(settings.instanceType), count),
      fixed("generator volumes", PriceItem.VolumeGiB, count * GENERATOR_VOLUME_GIB),
    ];
    if (region === home) return demands;
    // A network of their own, which they go out of as they do at home.
    const gateways = natGateways(awsSettings);
    const further = [
      ...demands,
      fixed("NAT gateways", PriceItem.NatGateway, gateways),
      fixed("public addresses", PriceItem.PublicAddress, gateways),
    ];
    return further.map((demand) => ({ ...demand, what: `${demand.what} in ${region}`, region }));
  });
}
