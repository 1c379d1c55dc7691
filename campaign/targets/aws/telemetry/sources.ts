import { ListDistributionsCommand } from "@aws-sdk/client-cloudfront";
import {
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { DescribeReplicationGroupsCommand } from "@aws-sdk/client-elasticache";
import { DescribeDBProxiesCommand } from "@aws-sdk/client-rds";
import { instanceClassNamed } from "../../../../components/aws/database/instance-classes";
import {
  AppFlavour,
  type AwsSettings,
  CacheFlavour,
  DatabaseEngine,
} from "../../../../components/aws/settings";
import type { AwsClients } from "../clients";
import { databaseServers } from "../databases";
import { isAwsError } from "../errors";
import {
  AURORA_REPLICA_FIGURES,
  CACHE_FIGURES,
  type CloudFigure,
  cpuCores,
  DATABASE_FIGURES,
  EDGE_FIGURES,
  GROUP_CPU_FIGURES,
  GROUP_FIGURES,
  LOAD_BALANCER_FIGURES,
  PROXY_FIGURES,
  RDS_REPLICA_FIGURES,
  TARGET_GROUP_FIGURES,
} from "./figures";

/** Something that CloudWatch has figures of. */
export interface CloudSource {
  readonly tier: string;
  readonly source: string;
  readonly namespace: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** The first one leads. */
  readonly figures: readonly CloudFigure[];
  /** CloudFront's are in a region of their own. */
  readonly atEdge?: boolean;
}

export interface SourceSurvey {
  readonly sources: readonly CloudSource[];
  /** Sources that should be there and were not found, or could not be asked for. */
  readonly missing: readonly { readonly tier: string; readonly source: string; readonly reason: string }[];
}

/** Name of the app tier's Auto Scaling group. */
export const appGroupName = (environmentId: string): string => `${environmentId}-app`;

type Finder = (
  environmentId: string,
  clients: AwsClients,
  settings: AwsSettings,
) => Promise<readonly CloudSource[]>;

/** The last parts of an ARN are what CloudWatch calls the thing. */
const afterColon = (arn: string, word: string): string => arn.split(`:${word}/`)[1] ?? "";

const loadBalancer: Finder = async (environmentId, { loadBalancing }) => {
  const { LoadBalancers = [] } = await loadBalancing.send(
    new DescribeLoadBalancersCommand({ Names: [`${environmentId}-app`] }),
  );
  const arn = LoadBalancers[0]?.LoadBalancerArn;
  if (arn === undefined) return [];
  const LoadBalancer = afterColon(arn, "loadbalancer");
  const { TargetGroups = [] } = await loadBalancing.send(
    new DescribeTargetGroupsCommand({ LoadBalancerArn: arn }),
  );
  const common = { tier: "app", namespace: "AWS/ApplicationELB" };
  return [
    { ...common, source: "load-balancer", dimensions: { LoadBalancer }, figures: LOAD_BALANCER_FIGURES },
    ...TargetGroups.flatMap(({ TargetGroupArn }) => {
      const name = TargetGroupArn?.split(":").at(-1);
      if (name === undefined) return [];
      const dimensions = { LoadBalancer, TargetGroup: name };
      return [{ ...common, source: "target-group", dimensions, figures: TARGET_GROUP_FIGURES }];
    }),
  ];
};

const autoScaling: Finder = async (environmentId) => {
  const dimensions = { AutoScalingGroupName: appGroupName(environmentId) };
  return [
    { tier: "app", source: "autoscaler", namespace: "AWS/AutoScaling", dimensions, figures: GROUP_FIGURES },
    { tier: "app", source: "instances", namespace: "AWS/EC2", dimensions, figures: GROUP_CPU_FIGURES },
  ];
};

const databases: Finder = async (environmentId, { rds }, { database }) => {
  const replicaFigures =
    database.engine === DatabaseEngine.Aurora ? AURORA_REPLICA_FIGURES : RDS_REPLICA_FIGURES;
  const servers = await databaseServers(environmentId, database.engine, rds);
  return servers.map(({ id, name, isReplica, instance }) => {
    const vcpus = instanceClassNamed(instance.DBInstanceClass ?? "")?.vcpus;
    return {
      tier: "database",
      source: `database-${name}`,
      namespace: "AWS/RDS",
      dimensions: { DBInstanceIdentifier: id },
      figures: [...(isReplica ? replicaFigures : DATABASE_FIGURES), ...cpuCores(vcpus)],
    };
  });
};

const proxy: Finder = async (environmentId, { rds }) => {
  const { DBProxies = [] } = await rds.send(
    new DescribeDBProxiesCommand({ DBProxyName: `${environmentId}-proxy` }),
  );
  return DBProxies.slice(0, 1).map(({ DBProxyName = "" }) => ({
    tier: "database",
    source: "database-pool",
    namespace: "AWS/RDS",
    dimensions: { ProxyName: DBProxyName },
    figures: PROXY_FIGURES,
  }));
};

const cacheNodes: Finder = async (environmentId, { elastiCache }) => {
  const { ReplicationGroups = [] } = await elastiCache.send(
    new DescribeReplicationGroupsCommand({ ReplicationGroupId: `${environmentId}-cache` }),
  );
  return (ReplicationGroups[0]?.MemberClusters ?? []).map((id) => ({
    tier: "cache",
    source: id.slice(environmentId.length + 1),
    namespace: "AWS/ElastiCache",
    dimensions: { CacheClusterId: id },
    figures: CACHE_FIGURES,
  }));
};

const serverlessCache: Finder = async (environmentId) => [
  {
    tier: "cache",
    source: "cache",
    namespace: "AWS/ElastiCache",
    dimensions: { clusterId: `${environmentId}-cache` },
    figures: CACHE_FIGURES,
  },
];

const edge: Finder = async (environmentId, { cloudFront }) => {
  const comment = `Edge of perfbed environment ${environmentId}`;
  let Marker: string | undefined;
  do {
    const { DistributionList } = await cloudFront.send(
      new ListDistributionsCommand(Marker === undefined ? {} : { Marker }),
    );
    const own = DistributionList?.Items?.find(({ Comment }) => Comment === comment)?.Id;
    if (own !== undefined) {
      return [
        {
          tier: "edge",
          source: "edge",
          namespace: "AWS/CloudFront",
          dimensions: { DistributionId: own, Region: "Global" },
          figures: EDGE_FIGURES,
          atEdge: true,
        },
      ];
    }
    Marker = DistributionList?.IsTruncated === true ? DistributionList.NextMarker : undefined;
  } while (Marker !== undefined);
  return [];
};

/** What an environment of these settings has, and who finds it. */
function expected(settings: AwsSettings): readonly { tier: string; source: string; find: Finder }[] {
  return [
    { tier: "edge", source: "edge", find: edge },
    { tier: "app", source: "load-balancer", find: loadBalancer },
    ...(settings.app.flavour === AppFlavour.Ec2
      ? [{ tier: "app", source: "autoscaler", find: autoScaling }]
      : []),
    {
      tier: "cache",
      source: "cache",
      find: settings.cache.flavour === CacheFlavour.Serverless ? serverlessCache : cacheNodes,
    },
    { tier: "database", source: "database", find: databases },
    ...(settings.database.proxy ? [{ tier: "database", source: "database-pool", find: proxy }] : []),
  ];
}

/** Everything of an environment that CloudWatch knows, read from AWS by the names that its parts have. */
export async function surveySources(
  environmentId: string,
  clients: AwsClients,
  settings: AwsSettings,
): Promise<SourceSurvey> {
  const found = await Promise.all(
    expected(settings).map(async ({ tier, source, find }) => {
      try {
        const sources = await find(environmentId, clients, settings);
        if (sources.length > 0) return { sources, missing: [] };
        return { sources, missing: [{ tier, source, reason: "AWS has none" }] };
      } catch (error) {
        const absent = isAwsError(
          error,
          "LoadBalancerNotFoundException",
          "LoadBalancerNotFound",
          "DBClusterNotFoundFault",
          "DBProxyNotFoundFault",
          "ReplicationGroupNotFoundFault",
        );
        const said = error instanceof Error ? error.message : String(error);
        return { sources: [], missing: [{ tier, source, reason: absent ? "AWS has none" : said }] };
      }
    }),
  );
  return {
    sources: found.flatMap(({ sources }) => sources),
    missing: found.flatMap(({ missing }) => missing),
  };
}
