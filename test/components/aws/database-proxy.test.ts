import { DatabaseEngine } from "../../../components/aws/settings";
import { settled } from "../support";
import {
  inputsOf,
  listed,
  type Registration,
  registerDatabase,
  tags,
  untagged,
  databaseUrl as url,
} from "./data-tier-support";

const register = (engine: DatabaseEngine, replicas = 1) =>
  registerDatabase({ engine }, { replicas, poolSize: 90 });

const proxyResources = (registrations: readonly Registration[]): string[] =>
  listed(registrations).filter((one) => one.includes("-proxy"));

describe("RDS Proxy in front of RDS, as registered with the engine", () => {
  test("these resources and no others, each with the environment's tags", async () => {
    const { registrations } = await register(DatabaseEngine.Rds);
    expect(proxyResources(registrations)).toEqual(
      [
        "aws:cloudwatch/logGroup:LogGroup shop-database-proxy-logs",
        "aws:iam/role:Role shop-database-proxy-role",
        "aws:iam/rolePolicy:RolePolicy shop-database-proxy-role-policy",
        "aws:rds/proxy:Proxy shop-database-proxy",
        "aws:rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup shop-database-proxy-pool",
        "aws:rds/proxyTarget:ProxyTarget shop-database-proxy-target",
      ].sort(),
    );
    expect(untagged(registrations)).toEqual([]);
  });

  test("the proxy wants TLS and the password of the secret, and is where the database is", async () => {
    const { registrations } = await register(DatabaseEngine.Rds);
    expect(inputsOf(registrations, "shop-database-proxy")).toEqual({
      name: "pb-test-proxy",
      engineFamily: "POSTGRESQL",
      roleArn: "arn:shop-database-proxy-role",
      requireTls: true,
      debugLogging: false,
      vpcSubnetIds: ["isolated-1", "isolated-2"],
      vpcSecurityGroupIds: ["sg-database"],
      auths: [
        {
          authScheme: "SECRETS",
          iamAuth: "DISABLED",
          clientPasswordAuthType: "POSTGRES_SCRAM_SHA_256",
          secretArn: "arn:shop-database-credentials",
        },
      ],
      tags: tags("database-proxy"),
    });
  });

  test("its role may be taken by RDS alone, and reads that secret alone", async () => {
    const { registrations } = await register(DatabaseEngine.Rds);
    const { assumeRolePolicy } = inputsOf(registrations, "shop-database-proxy-role");
    expect(JSON.parse(String(assumeRolePolicy))).toMatchObject({
      Statement: [{ Action: "sts:AssumeRole", Principal: { Service: "rds.amazonaws.com" } }],
    });
    const { role, policy } = inputsOf(registrations, "shop-database-proxy-role-policy");
    expect(role).toBe("shop-database-proxy-role");
    expect(JSON.parse(String(policy))).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Action: "secretsmanager:GetSecretValue",
          Resource: "arn:shop-database-credentials",
        },
      ],
    });
  });

  test("the log group it would leave behind is made before it, and ends", async () => {
    const { registrations } = await register(DatabaseEngine.Rds);
    expect(inputsOf(registrations, "shop-database-proxy-logs")).toEqual({
      name: "/aws/rds/proxy/pb-test-proxy",
      retentionInDays: 3,
      tags: tags("database-proxy"),
    });
    const order = registrations.map(({ name }) => name);
    expect(order.indexOf("shop-database-proxy-logs")).toBeLessThan(order.indexOf("shop-database-proxy"));
  });

  test("the pool is the sizing's share of max_connections, kept open", async () => {
    const { registrations } = await register(DatabaseEngine.Rds);
    expect(inputsOf(registrations, "shop-database-proxy-pool")).toEqual({
      dbProxyName: "pb-test-proxy",
      connectionPoolConfig: {
        maxConnectionsPercent: 10,
        maxIdleConnectionsPercent: 10,
        connectionBorrowTimeout: 30,
      },
    });
    expect(inputsOf(registrations, "shop-database-proxy-target")).toEqual({
      dbProxyName: "pb-test-proxy",
      targetGroupName: "shop-database-proxy-pool",
      dbInstanceIdentifier: "pb-test-primary",
    });
  });

  test("writes go through it; replicas and set-up do not", async () => {
    const { database } = await register(DatabaseEngine.Rds);
    expect((await settled(database.writerUrl)).value).toBe(url("shop-database-proxy.proxy"));
    expect((await settled(database.readerUrls)).value).toEqual([url("shop-database-replica-1.rds")]);
    expect((await settled(database.adminUrl)).value).toBe(url("shop-database-primary.rds"));
  });

  test("without replicas readers go through it as well", async () => {
    const { database } = await register(DatabaseEngine.Rds, 0);
    expect((await settled(database.readerUrls)).value).toEqual([url("shop-database-proxy.proxy")]);
  });
});

describe("RDS Proxy in front of Aurora, as registered with the engine", () => {
  test("it has the cluster as its target, and an endpoint for the readers", async () => {
    const { database, registrations } = await register(DatabaseEngine.Aurora);
    expect(inputsOf(registrations, "shop-database-proxy-target")).toEqual({
      dbProxyName: "pb-test-proxy",
      targetGroupName: "shop-database-proxy-pool",
      dbClusterIdentifier: "pb-test-database",
    });
    expect(inputsOf(registrations, "shop-database-proxy-readers")).toEqual({
      dbProxyEndpointName: "pb-test-proxy-readers",
      dbProxyName: "pb-test-proxy",
      targetRole: "READ_ONLY",
      vpcSubnetIds: ["isolated-1", "isolated-2"],
      vpcSecurityGroupIds: ["sg-database"],
      tags: tags("database-proxy-readers"),
    });
    expect((await settled(database.writerUrl)).value).toBe(url("shop-database-proxy.proxy"));
    expect((await settled(database.readerUrls)).value).toEqual([url("shop-database-proxy-readers.proxy")]);
    expect((await settled(database.adminUrl)).value).toBe(url("shop-database-cluster.writer"));
  });

  test("it has none without readers", async () => {
    const { database, registrations } = await register(DatabaseEngine.Aurora, 0);
    expect(listed(registrations).filter((one) => one.includes("ProxyEndpoint"))).toEqual([]);
    expect((await settled(database.readerUrls)).value).toEqual([url("shop-database-proxy.proxy")]);
  });
});
