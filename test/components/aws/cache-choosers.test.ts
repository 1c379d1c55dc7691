import * as fc from "fast-check";
import { NODE_TYPES, smallestNodeType } from "../../../components/aws/cache/node-types";
import { cacheParameters, topology } from "../../../components/aws/cache/replication-group";
import { usageLimits } from "../../../components/aws/cache/serverless";
import { cacheProblems, nodeTypeFor } from "../../../components/aws/cache/validation";
import { awsSettings, CacheFlavour, type CacheSettings } from "../../../components/aws/settings";

const settings = (changes: Partial<CacheSettings> = {}): CacheSettings =>
  awsSettings({ region: "eu-west-1", cache: changes }).cache;

describe("the node type", () => {
  test("holds what was asked for, and no smaller one does", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 70, noNaN: true }),
        fc.integer({ min: 16, max: 450_000 }),
        (cpu, memoryMiB) => {
          const chosen = smallestNodeType(cpu, memoryMiB);
          const candidates = NODE_TYPES.filter((one) => one.vcpus >= cpu && one.memoryMiB >= memoryMiB);
          if (chosen === undefined) {
            expect(candidates).toEqual([]);
            return;
          }
          expect(candidates).toContain(chosen);
          for (const other of candidates) {
            expect(other.vcpus).toBeGreaterThanOrEqual(chosen.vcpus);
            expect(other.vcpus > chosen.vcpus || other.memoryMiB >= chosen.memoryMiB).toBe(true);
          }
        },
      ),
    );
  });

  test.each([
    [0.25, 64, "cache.t4g.micro"],
    [1, 1_024, "cache.t4g.small"],
    [2, 4_096, "cache.m7g.large"],
    [2, 10_240, "cache.r7g.large"],
    [4, 10_240, "cache.m7g.xlarge"],
  ])("%s cores and %s MiB: %s", (cpu, memoryMiB, expected) => {
    expect(smallestNodeType(cpu, memoryMiB)?.name).toBe(expected);
  });

  test("names are unique", () => {
    expect(new Set(NODE_TYPES.map(({ name }) => name)).size).toBe(NODE_TYPES.length);
  });

  test("shards share the memory out; a type that is named is taken", () => {
    const sizing = { cpu: 4, memoryMiB: 12_288 };
    expect(nodeTypeFor(settings(), sizing)).toBe("cache.m7g.xlarge");
    expect(nodeTypeFor(settings({ shards: 4 }), sizing)).toBe("cache.t4g.medium");
    expect(nodeTypeFor(settings({ nodeType: "cache.c7gn.large" }), sizing)).toBe("cache.c7gn.large");
  });
});

describe("nodes and their roles", () => {
  test("one node has nothing to fail over to", () => {
    expect(topology(1, 0)).toEqual({
      numCacheClusters: 1,
      automaticFailoverEnabled: false,
      multiAzEnabled: false,
    });
  });
  test("replicas make it fail over, across zones", () => {
    expect(topology(1, 2)).toEqual({
      numCacheClusters: 3,
      automaticFailoverEnabled: true,
      multiAzEnabled: true,
    });
  });
  test("shards are cluster mode, which AWS wants failover for", () => {
    expect(topology(3, 0)).toEqual({
      clusterMode: "enabled",
      numNodeGroups: 3,
      replicasPerNodeGroup: 0,
      automaticFailoverEnabled: true,
      multiAzEnabled: false,
    });
    expect(cacheParameters(3)).toEqual([
      { name: "cluster-enabled", value: "yes" },
      { name: "maxmemory-policy", value: "allkeys-lru" },
    ]);
  });
});

test("serverless limits follow the sizing, within what AWS accepts", () => {
  expect(usageLimits({ cpu: 0.25, memoryMiB: 64 })).toEqual({ storageGiB: 1, ecpuPerSecond: 25_000 });
  expect(usageLimits({ cpu: 2, memoryMiB: 2_049 })).toEqual({ storageGiB: 3, ecpuPerSecond: 200_000 });
  fc.assert(
    fc.property(
      fc.double({ min: 0.001, max: 1_000, noNaN: true }),
      fc.integer({ min: 1, max: 10_000_000 }),
      (cpu, memoryMiB) => {
        const { storageGiB, ecpuPerSecond } = usageLimits({ cpu, memoryMiB });
        expect(Number.isInteger(storageGiB) && storageGiB >= 1 && storageGiB <= 5_000).toBe(true);
        expect(Number.isInteger(ecpuPerSecond) && ecpuPerSecond >= 1_000 && ecpuPerSecond <= 15e6).toBe(true);
      },
    ),
  );
});

describe("problems of the cache's settings", () => {
  const fields = (changes: Partial<CacheSettings>, cpu = 0.25, id = "pb-test"): string[] =>
    cacheProblems(
      {
        environment: { id, owner: "ada", expiresAt: "2030-01-01T00:00:00.000Z", tags: {} },
        sizing: { cpu, memoryMiB: 64 },
      },
      settings(changes),
    ).map(({ field }) => field);

  test.each<[string, Partial<CacheSettings>, string[]]>([
    ["none by default", {}, []],
    ["none by default, serverless", { flavour: CacheFlavour.Serverless }, []],
    ["a type that is none", { nodeType: "m7g.large" }, ["aws.cache.nodeType"]],
    ["no shard", { shards: 0 }, ["aws.cache.shards"]],
    ["more nodes than AWS allows", { shards: 46, replicasPerShard: 1 }, ["aws.cache.shards"]],
    ["as many as AWS allows", { shards: 45, replicasPerShard: 1 }, []],
    ["too many replicas", { replicasPerShard: 6 }, ["aws.cache.replicasPerShard"]],
    [
      "nodes where there are none",
      { flavour: CacheFlavour.Serverless, nodeType: "cache.m7g.large", shards: 2, replicasPerShard: 1 },
      ["aws.cache.nodeType", "aws.cache.shards", "aws.cache.replicasPerShard"],
    ],
  ])("%s", (_what, changes, expected) => {
    expect(fields(changes)).toEqual(expected);
  });

  test("what no node holds, and an id that ElastiCache refuses", () => {
    expect(fields({}, 100, "pb--test")).toEqual(["sizing.cache", "environment.id"]);
  });
});
