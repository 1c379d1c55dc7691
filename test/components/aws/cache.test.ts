import { AwsCache } from "../../../components/aws/cache";
import { CacheFlavour, type CacheSettings } from "../../../components/aws/settings";
import { allRegistered, secret, settled } from "../support";
import {
  awsContext,
  ENVIRONMENT,
  inputsOf,
  listed,
  type Registration,
  recordRegistrations,
  tags,
  untagged,
} from "./data-tier-support";

const TOKEN = "secret-of-shop-cache-token";
const url = (host: string): string => `rediss://:{{secret:arn:shop-cache-credentials:token}}@${host}:6379`;

async function register(
  settings: Partial<CacheSettings> = {},
): Promise<{ cache: AwsCache; registrations: Registration[] }> {
  const registrations = recordRegistrations();
  const cache = new AwsCache(
    "shop-cache",
    { environment: ENVIRONMENT, sizing: { cpu: 1, memoryMiB: 1_200 } },
    awsContext({ cache: settings }),
    {},
  );
  await settled(cache.url);
  await allRegistered();
  return { cache, registrations };
}

describe("a replication group of Valkey, as registered with the engine", () => {
  test("these resources and no others, each with the environment's tags", async () => {
    const { registrations } = await register();
    expect(listed(registrations)).toEqual(
      [
        "perfbed:aws:Cache shop-cache",
        "random:index/randomPassword:RandomPassword shop-cache-token",
        "aws:secretsmanager/secret:Secret shop-cache-credentials",
        "aws:secretsmanager/secretVersion:SecretVersion shop-cache-credentials-value",
        "aws:elasticache/subnetGroup:SubnetGroup shop-cache-subnets",
        "aws:elasticache/parameterGroup:ParameterGroup shop-cache-parameters",
        "aws:elasticache/replicationGroup:ReplicationGroup shop-cache-group",
      ].sort(),
    );
    expect(untagged(registrations)).toEqual([]);
  });

  test("one node, encrypted, with a token, without snapshots", async () => {
    const { registrations } = await register();
    expect(inputsOf(registrations, "shop-cache-group")).toEqual({
      replicationGroupId: "pb-test-cache",
      description: "Cache of perfbed environment pb-test",
      engine: "valkey",
      engineVersion: "8.0",
      nodeType: "cache.t4g.small",
      port: 6379,
      numCacheClusters: 1,
      automaticFailoverEnabled: false,
      multiAzEnabled: false,
      parameterGroupName: "shop-cache-parameters",
      subnetGroupName: "shop-cache-subnets",
      securityGroupIds: ["sg-cache"],
      authToken: secret(TOKEN),
      transitEncryptionEnabled: true,
      transitEncryptionMode: "required",
      atRestEncryptionEnabled: true,
      autoMinorVersionUpgrade: false,
      applyImmediately: true,
      snapshotRetentionLimit: 0,
      tags: tags("cache"),
    });
    expect(inputsOf(registrations, "shop-cache-subnets")).toMatchObject({
      subnetIds: ["isolated-1", "isolated-2"],
    });
    expect(inputsOf(registrations, "shop-cache-parameters")).toMatchObject({
      family: "valkey8",
      parameters: [{ name: "maxmemory-policy", value: "allkeys-lru" }],
    });
  });

  test("the token is generated, and stored where nothing of it stays behind", async () => {
    const { registrations } = await register();
    expect(inputsOf(registrations, "shop-cache-token")).toEqual({ length: 32, special: false });
    expect(inputsOf(registrations, "shop-cache-credentials")).toMatchObject({ recoveryWindowInDays: 0 });
    expect(inputsOf(registrations, "shop-cache-credentials-value")).toEqual({
      secretId: "shop-cache-credentials-id",
      secretString: secret(JSON.stringify({ username: "default", token: TOKEN })),
    });
  });

  test("the URL asks for TLS and refers to the token", async () => {
    const { cache } = await register();
    expect((await settled(cache.url)).value).toBe(url("shop-cache-group.primary"));
    expect((await settled(cache.telemetry)).value).toEqual([]);
  });

  test("shards are cluster mode, reached over its configuration endpoint; smaller nodes will do", async () => {
    const { cache, registrations } = await register({ shards: 3, replicasPerShard: 1 });
    const group = inputsOf(registrations, "shop-cache-group");
    expect(group).toMatchObject({
      nodeType: "cache.t4g.micro",
      clusterMode: "enabled",
      numNodeGroups: 3,
      replicasPerNodeGroup: 1,
      automaticFailoverEnabled: true,
      multiAzEnabled: true,
    });
    expect(group).not.toHaveProperty("numCacheClusters");
    expect((await settled(cache.url)).value).toBe(url("shop-cache-group.cluster"));
  });

  test("bad settings are refused before anything is made", () => {
    const registrations = recordRegistrations();
    const args = { environment: ENVIRONMENT, sizing: { cpu: 1, memoryMiB: 1_200 } };
    const context = awsContext({ cache: { shards: 0, replicasPerShard: -1 } });
    expect(() => new AwsCache("shop-cache", args, context, {})).toThrow("Cache on AWS: 2 problems");
    expect(registrations).toEqual([]);
  });
});

describe("serverless Valkey, as registered with the engine", () => {
  test("a cache with limits, and one user with a password", async () => {
    const { cache, registrations } = await register({ flavour: CacheFlavour.Serverless });
    expect(listed(registrations)).toEqual(
      [
        "perfbed:aws:Cache shop-cache",
        "random:index/randomPassword:RandomPassword shop-cache-token",
        "aws:secretsmanager/secret:Secret shop-cache-credentials",
        "aws:secretsmanager/secretVersion:SecretVersion shop-cache-credentials-value",
        "aws:elasticache/user:User shop-cache-user",
        "aws:elasticache/userGroup:UserGroup shop-cache-users",
        "aws:elasticache/serverlessCache:ServerlessCache shop-cache-serverless",
      ].sort(),
    );
    expect(untagged(registrations)).toEqual([]);
    expect(inputsOf(registrations, "shop-cache-serverless")).toEqual({
      name: "pb-test-cache",
      description: "Cache of perfbed environment pb-test",
      engine: "valkey",
      majorEngineVersion: "8",
      cacheUsageLimits: {
        dataStorage: { maximum: 2, unit: "GB" },
        ecpuPerSeconds: [{ maximum: 100_000 }],
      },
      subnetIds: ["isolated-1", "isolated-2"],
      securityGroupIds: ["sg-cache"],
      userGroupId: "pb-test-cache",
      snapshotRetentionLimit: 0,
      tags: tags("cache"),
    });
    expect(inputsOf(registrations, "shop-cache-user")).toEqual({
      userId: "pb-test-cache",
      userName: "default",
      engine: "valkey",
      accessString: "on ~* &* +@all",
      authenticationMode: secret({ type: "password", passwords: [TOKEN] }),
      tags: tags("cache"),
    });
    expect(inputsOf(registrations, "shop-cache-users")).toMatchObject({
      userGroupId: "pb-test-cache",
      engine: "valkey",
      userIds: ["pb-test-cache"],
    });
    expect((await settled(cache.url)).value).toBe(url("shop-cache-serverless.serverless"));
  });
});
