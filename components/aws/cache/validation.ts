import type { Problem } from "../../../core/errors";
import type { CacheArgs, CacheSizing } from "../../contracts";
import { CacheFlavour, type CacheSettings } from "../settings";
import { nameProblems } from "../settings-checks";
import { smallestNodeType } from "./node-types";

/** Without an increase of the account's quota a cluster has 90 nodes at most. */
const MOST_NODES = 90;
const MOST_REPLICAS_PER_SHARD = 5;

/** The node type that is named, or the smallest that holds one shard's part; undefined when there is none. */
export function nodeTypeFor(settings: CacheSettings, sizing: CacheSizing): string | undefined {
  if (settings.nodeType !== undefined) return settings.nodeType;
  return smallestNodeType(sizing.cpu / settings.shards, sizing.memoryMiB / settings.shards)?.name;
}

const problem = (field: string, value: unknown, allowed: string, hint?: string): Problem => ({
  field,
  value,
  allowed,
  ...(hint === undefined ? {} : { hint }),
});

function serverlessProblems({ nodeType, shards, replicasPerShard }: CacheSettings): Problem[] {
  const allowed = (value: string): string => `${value} with ${CacheFlavour.Serverless}`;
  const found: Problem[] = [];
  if (nodeType !== undefined) found.push(problem("aws.cache.nodeType", nodeType, allowed("nothing")));
  if (shards !== 1) found.push(problem("aws.cache.shards", shards, allowed("1")));
  if (replicasPerShard !== 0) {
    found.push(problem("aws.cache.replicasPerShard", replicasPerShard, allowed("0")));
  }
  return found;
}

function groupProblems(settings: CacheSettings, sizing: CacheSizing): Problem[] {
  const found: Problem[] = [];
  const { nodeType, shards, replicasPerShard } = settings;
  if (nodeType !== undefined && !/^cache\.[a-z0-9-]+\.[a-z0-9-]+$/.test(nodeType)) {
    found.push(problem("aws.cache.nodeType", nodeType, "a node type like cache.m7g.large"));
  }
  const replicasOk =
    Number.isInteger(replicasPerShard) &&
    replicasPerShard >= 0 &&
    replicasPerShard <= MOST_REPLICAS_PER_SHARD;
  if (!replicasOk) {
    found.push(problem("aws.cache.replicasPerShard", replicasPerShard, `0 to ${MOST_REPLICAS_PER_SHARD}`));
  }
  const mostShards = Math.floor(MOST_NODES / (1 + (replicasOk ? replicasPerShard : 0)));
  if (!(Number.isInteger(shards) && shards >= 1 && shards <= mostShards)) {
    found.push(problem("aws.cache.shards", shards, `1 to ${mostShards}`, `${MOST_NODES} nodes in all`));
  } else if (nodeTypeFor(settings, sizing) === undefined) {
    const value = { cpu: sizing.cpu, memoryMiB: sizing.memoryMiB, shards };
    found.push(
      problem("sizing.cache", value, "what one node a shard holds", "More shards: aws.cache.shards."),
    );
  }
  return found;
}

/** Everything wrong with the cache's settings and with what the sizing asks of them. */
export function cacheProblems(args: CacheArgs, settings: CacheSettings): readonly Problem[] {
  return [
    ...(settings.flavour === CacheFlavour.Serverless
      ? serverlessProblems(settings)
      : groupProblems(settings, args.sizing)),
    ...nameProblems(args.environment),
  ];
}
