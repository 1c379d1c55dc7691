import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as iam from "@pulumi/aws/iam";
import * as rds from "@pulumi/aws/rds";
import type * as pulumi from "@pulumi/pulumi";
import { awsTags, iamPath, physicalName } from "../context";
import { after } from "../ordering";
import { type ServerContext, type Servers, serviceTrust } from "./servers";

/** Seconds a client waits for a connection of the pool before it gets an error. */
const BORROW_TIMEOUT_SECONDS = 30;
const LOG_RETENTION_DAYS = 3;

/** Hosts of the proxy. */
export interface ProxyHosts {
  readonly writer: pulumi.Output<string>;
  /** With Aurora and at least one reader. */
  readonly reader?: pulumi.Output<string>;
}

/** Lets the proxy read one secret and nothing else. */
export const secretReadPolicy = (secretArn: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: secretArn }],
  });

function secretReader(
  { name, environment, options }: ServerContext,
  secretArn: pulumi.Output<string>,
): { readonly role: iam.Role; readonly policy: iam.RolePolicy } {
  const role = new iam.Role(
    `${name}-proxy-role`,
    {
      path: iamPath(environment),
      description: "RDS Proxy reads the database's credentials",
      assumeRolePolicy: serviceTrust("rds.amazonaws.com"),
      tags: awsTags(environment, "database-proxy"),
    },
    options,
  );
  const policy = new iam.RolePolicy(
    `${name}-proxy-role-policy`,
    { role: role.name, policy: secretArn.apply(secretReadPolicy) },
    options,
  );
  return { role, policy };
}

function proxy(context: ServerContext, secretArn: pulumi.Output<string>): rds.Proxy {
  const { name, environment, ground, options } = context;
  const proxyName = physicalName(environment, "proxy");
  // The proxy makes this group if it is not there, and leaves it behind.
  const logs = new cloudwatch.LogGroup(
    `${name}-proxy-logs`,
    {
      name: `/aws/rds/proxy/${proxyName}`,
      retentionInDays: LOG_RETENTION_DAYS,
      tags: awsTags(environment, "database-proxy"),
    },
    options,
  );
  const { role, policy } = secretReader(context, secretArn);
  return new rds.Proxy(
    `${name}-proxy`,
    {
      name: proxyName,
      engineFamily: "POSTGRESQL",
      roleArn: after(role.arn, policy, logs),
      requireTls: true,
      // Statements in the log would hold data; and writing them would be measured.
      debugLogging: false,
      vpcSubnetIds: ground.subnets.isolatedIds,
      // Clients reach the proxy, and the proxy reaches the servers, within the database's own group.
      vpcSecurityGroupIds: [ground.securityGroups.database],
      auths: [
        {
          authScheme: "SECRETS",
          iamAuth: "DISABLED",
          clientPasswordAuthType: "POSTGRES_SCRAM_SHA_256",
          secretArn,
        },
      ],
      tags: awsTags(environment, "database-proxy"),
    },
    options,
  );
}

/**
 * RDS Proxy as the pool, in front of the writer and, with Aurora, of the readers. It has no endpoint for replicas of RDS: those are reached
 * directly, without a pool. `maxClientConnections` of the sizing has no counterpart: the proxy takes as many clients as it has capacity for.
 */
export function databaseProxy(
  context: ServerContext,
  servers: Servers,
  secretArn: pulumi.Output<string>,
): ProxyHosts {
  const { name, environment, plan, ground, options } = context;
  const pool = proxy(context, secretArn);
  const targetGroup = new rds.ProxyDefaultTargetGroup(
    `${name}-proxy-pool`,
    {
      dbProxyName: pool.name,
      connectionPoolConfig: {
        maxConnectionsPercent: plan.proxyConnectionsPercent,
        // Connections are kept once they are open: opening them again would show up in latencies.
        maxIdleConnectionsPercent: plan.proxyConnectionsPercent,
        connectionBorrowTimeout: BORROW_TIMEOUT_SECONDS,
      },
    },
    options,
  );
  const target = new rds.ProxyTarget(
    `${name}-proxy-target`,
    { dbProxyName: pool.name, targetGroupName: targetGroup.name, ...servers.proxyTarget },
    options,
  );
  const writer = after(pool.endpoint, target);
  if (servers.proxyTarget.dbClusterIdentifier === undefined || servers.readerHosts.length === 0) {
    return { writer };
  }
  const readers = new rds.ProxyEndpoint(
    `${name}-proxy-readers`,
    {
      dbProxyEndpointName: physicalName(environment, "proxy-readers"),
      dbProxyName: pool.name,
      targetRole: "READ_ONLY",
      vpcSubnetIds: ground.subnets.isolatedIds,
      vpcSecurityGroupIds: [ground.securityGroups.database],
      tags: awsTags(environment, "database-proxy-readers"),
    },
    options,
  );
  return { writer, reader: after(readers.endpoint, target) };
}
