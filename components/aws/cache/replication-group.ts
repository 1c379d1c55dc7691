import * as elasticache from "@pulumi/aws/elasticache";
import { awsTags, physicalName } from "../context";
import { CACHE_NAME_LENGTH, CACHE_PORT, type CacheContext, type CacheServer } from "./server";

const ENGINE_VERSION = "8.0";
const FAMILY = "valkey8";

/** A cache gives way to what is used more; it is not a store that fills up. */
export function cacheParameters(shards: number): { readonly name: string; readonly value: string }[] {
  return [
    ...(shards > 1 ? [{ name: "cluster-enabled", value: "yes" }] : []),
    { name: "maxmemory-policy", value: "allkeys-lru" },
  ];
}

/** How many nodes of which role. One shard is a plain primary with replicas; more are cluster mode. */
export function topology(shards: number, replicasPerShard: number) {
  const common = {
    // A failover needs a replica to fail over to; in cluster mode AWS wants it on even so.
    automaticFailoverEnabled: shards > 1 || replicasPerShard > 0,
    multiAzEnabled: replicasPerShard > 0,
  };
  if (shards === 1) return { ...common, numCacheClusters: 1 + replicasPerShard };
  return {
    ...common,
    clusterMode: "enabled",
    numNodeGroups: shards,
    replicasPerNodeGroup: replicasPerShard,
  };
}

/** Nodes of Valkey that are paid by the hour. */
export function replicationGroup(context: CacheContext, nodeType: string): CacheServer {
  const { name, environment, settings, ground, token, options } = context;
  const tags = awsTags(environment, "cache");
  const description = `Cache of perfbed environment ${environment.id}`;
  const subnets = new elasticache.SubnetGroup(
    `${name}-subnets`,
    { description, subnetIds: ground.subnets.isolatedIds, tags },
    options,
  );
  const parameters = new elasticache.ParameterGroup(
    `${name}-parameters`,
    { description, family: FAMILY, parameters: cacheParameters(settings.shards), tags },
    options,
  );
  const group = new elasticache.ReplicationGroup(
    `${name}-group`,
    {
      replicationGroupId: physicalName(environment, "cache", CACHE_NAME_LENGTH),
      description,
      engine: "valkey",
      engineVersion: ENGINE_VERSION,
      nodeType,
      port: CACHE_PORT,
      ...topology(settings.shards, settings.replicasPerShard),
      parameterGroupName: parameters.name,
      subnetGroupName: subnets.name,
      securityGroupIds: [ground.securityGroups.cache],
      authToken: token,
      transitEncryptionEnabled: true,
      transitEncryptionMode: "required",
      atRestEncryptionEnabled: true,
      autoMinorVersionUpgrade: false,
      applyImmediately: true,
      // No snapshots: a cache is filled again, and teardown leaves nothing.
      snapshotRetentionLimit: 0,
      tags,
    },
    options,
  );
  return { host: settings.shards > 1 ? group.configurationEndpointAddress : group.primaryEndpointAddress };
}
