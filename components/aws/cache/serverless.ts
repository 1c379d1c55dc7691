import * as elasticache from "@pulumi/aws/elasticache";
import type { CacheSizing } from "../../contracts";
import { awsTags, physicalName } from "../context";
import { CACHE_NAME_LENGTH, CACHE_USER, type CacheContext, type CacheServer } from "./server";

const ENGINE = "valkey";
const MAJOR_VERSION = "8";
/** Simple commands that one core serves in a second. One of up to 1 KiB is one ECPU. */
const ECPU_PER_CORE = 100_000;
const ECPU_LIMITS = { min: 1_000, max: 15_000_000 };
const STORAGE_LIMITS_GIB = { min: 1, max: 5_000 };

const clamp = (value: number, { min, max }: { readonly min: number; readonly max: number }): number =>
  Math.min(max, Math.max(min, value));

/**
 * What the cache may cost at most. Memory is rounded up to whole GiB; a core counts as 100 000 simple commands a second, which is about what
 * one thread of Valkey serves. Beyond the limits AWS throttles, so that a sizing means much the same here as on nodes.
 */
export function usageLimits(sizing: CacheSizing): {
  readonly storageGiB: number;
  readonly ecpuPerSecond: number;
} {
  return {
    storageGiB: clamp(Math.ceil(sizing.memoryMiB / 1024), STORAGE_LIMITS_GIB),
    ecpuPerSecond: clamp(Math.round(sizing.cpu * ECPU_PER_CORE), ECPU_LIMITS),
  };
}

/**
 * Valkey without nodes, paid by data and commands. It differs from nodes in what is measured: it evicts only keys with a time to live, and
 * commands on several keys must stay within one hash slot.
 */
export function serverlessCache(context: CacheContext): CacheServer {
  const { name, environment, sizing, ground, token, options } = context;
  const tags = awsTags(environment, "cache");
  const identifier = physicalName(environment, "cache", CACHE_NAME_LENGTH);
  const user = new elasticache.User(
    `${name}-user`,
    {
      userId: identifier,
      userName: CACHE_USER,
      engine: ENGINE,
      accessString: "on ~* &* +@all",
      authenticationMode: { type: "password", passwords: [token] },
      tags,
    },
    options,
  );
  const group = new elasticache.UserGroup(
    `${name}-users`,
    { userGroupId: identifier, engine: ENGINE, userIds: [user.userId], tags },
    options,
  );
  const limits = usageLimits(sizing);
  const cache = new elasticache.ServerlessCache(
    `${name}-serverless`,
    {
      name: identifier,
      description: `Cache of perfbed environment ${environment.id}`,
      engine: ENGINE,
      majorEngineVersion: MAJOR_VERSION,
      cacheUsageLimits: {
        dataStorage: { maximum: limits.storageGiB, unit: "GB" },
        ecpuPerSeconds: [{ maximum: limits.ecpuPerSecond }],
      },
      subnetIds: ground.subnets.isolatedIds,
      securityGroupIds: [ground.securityGroups.cache],
      userGroupId: group.userGroupId,
      // No snapshots: a cache is filled again, and teardown leaves nothing.
      snapshotRetentionLimit: 0,
      tags,
    },
    options,
  );
  return { host: cache.endpoints.apply(([endpoint]) => endpoint?.address ?? "") };
}
