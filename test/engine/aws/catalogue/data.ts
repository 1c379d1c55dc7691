import * as appautoscaling from "@pulumi/aws/appautoscaling";
import * as ec2 from "@pulumi/aws/ec2";
import * as elasticache from "@pulumi/aws/elasticache";
import * as rds from "@pulumi/aws/rds";
import type * as secretsmanager from "@pulumi/aws/secretsmanager";
import * as pulumi from "@pulumi/pulumi";
import type { Ground, Roles, Tags } from "./ground";

export function relational(
  { net, groupIds }: Ground,
  { instance }: Roles,
  login: secretsmanager.Secret,
  tags: Tags,
): void {
  const subnets = new rds.SubnetGroup("db", { subnetIds: net.isolatedSubnetIds, tags });
  const parameters = new rds.ParameterGroup("db", {
    family: "postgres16",
    parameters: [
      { name: "shared_preload_libraries", value: "pg_stat_statements", applyMethod: "pending-reboot" },
      { name: "log_min_duration_statement", value: "250" },
    ],
    tags,
  });
  const zone = ec2.getSubnetOutput({
    id: net.isolatedSubnetIds.apply((ids) => ids[0] ?? ""),
  }).availabilityZone;
  const primary = new rds.Instance("db", {
    identifier: "catalogue-db",
    engine: "postgres",
    engineVersion: "16",
    instanceClass: "db.m7g.large",
    allocatedStorage: 50,
    storageType: "gp3",
    storageEncrypted: true,
    username: "app",
    password: pulumi.secret("not-a-real-one"),
    dbName: "app",
    dbSubnetGroupName: subnets.name,
    parameterGroupName: parameters.name,
    vpcSecurityGroupIds: groupIds,
    availabilityZone: zone,
    backupRetentionPeriod: 1,
    skipFinalSnapshot: true,
    performanceInsightsEnabled: true,
    tags,
  });
  new rds.Instance("db-replica", {
    identifier: "catalogue-db-replica",
    replicateSourceDb: primary.identifier,
    instanceClass: "db.m7g.large",
    skipFinalSnapshot: true,
    tags,
  });
  const proxy = new rds.Proxy("db", {
    engineFamily: "POSTGRESQL",
    roleArn: instance.arn,
    vpcSubnetIds: net.isolatedSubnetIds,
    vpcSecurityGroupIds: groupIds,
    requireTls: true,
    auths: [{ authScheme: "SECRETS", iamAuth: "DISABLED", secretArn: login.arn }],
  });
  const pool = new rds.ProxyDefaultTargetGroup("db", {
    dbProxyName: proxy.name,
    connectionPoolConfig: { maxConnectionsPercent: 90, connectionBorrowTimeout: 5 },
  });
  new rds.ProxyTarget("db", {
    dbProxyName: proxy.name,
    targetGroupName: pool.name,
    dbInstanceIdentifier: primary.identifier,
  });
  new rds.ProxyEndpoint("db", {
    dbProxyName: proxy.name,
    dbProxyEndpointName: "readers",
    vpcSubnetIds: net.isolatedSubnetIds,
    targetRole: "READ_ONLY",
  });
}

export function aurora({ net, groupIds }: Ground, tags: Tags): void {
  const subnets = new rds.SubnetGroup("aurora", { subnetIds: net.isolatedSubnetIds, tags });
  const parameters = new rds.ClusterParameterGroup("aurora", {
    family: "aurora-postgresql16",
    parameters: [{ name: "log_min_duration_statement", value: "250" }],
    tags,
  });
  const cluster = new rds.Cluster("aurora", {
    engine: "aurora-postgresql",
    engineVersion: "16",
    masterUsername: "app",
    masterPassword: pulumi.secret("not-a-real-one"),
    databaseName: "app",
    dbSubnetGroupName: subnets.name,
    dbClusterParameterGroupName: parameters.name,
    vpcSecurityGroupIds: groupIds,
    storageEncrypted: true,
    skipFinalSnapshot: true,
    tags,
  });
  const member = new rds.ClusterInstance("aurora", {
    clusterIdentifier: cluster.id,
    engine: "aurora-postgresql",
    instanceClass: "db.r7g.large",
    tags,
  });
  const target = new appautoscaling.Target(
    "readers",
    {
      serviceNamespace: "rds",
      scalableDimension: "rds:cluster:ReadReplicaCount",
      resourceId: pulumi.interpolate`cluster:${cluster.clusterIdentifier}`,
      minCapacity: 1,
      maxCapacity: 3,
    },
    { dependsOn: member },
  );
  new appautoscaling.Policy("readers", {
    serviceNamespace: target.serviceNamespace,
    scalableDimension: target.scalableDimension,
    resourceId: target.resourceId,
    policyType: "TargetTrackingScaling",
    targetTrackingScalingPolicyConfiguration: {
      targetValue: 60,
      predefinedMetricSpecification: { predefinedMetricType: "RDSReaderAverageCPUUtilization" },
    },
  });
}

export function caches({ net, groupIds }: Ground, tags: Tags): void {
  const subnets = new elasticache.SubnetGroup("cache", { subnetIds: net.isolatedSubnetIds, tags });
  const parameters = new elasticache.ParameterGroup("cache", {
    family: "valkey8",
    parameters: [{ name: "maxmemory-policy", value: "allkeys-lru" }],
    tags,
  });
  const user = new elasticache.User("cache", {
    userId: "catalogue",
    userName: "default",
    engine: "valkey",
    accessString: "on ~* +@all",
    authenticationMode: { type: "password", passwords: [pulumi.secret("not-a-real-password")] },
  });
  const users = new elasticache.UserGroup("cache", {
    userGroupId: "catalogue",
    engine: "valkey",
    userIds: [user.userId],
    tags,
  });
  new elasticache.ReplicationGroup("cache", {
    replicationGroupId: "catalogue",
    description: "cache",
    engine: "valkey",
    engineVersion: "8.0",
    nodeType: "cache.t4g.small",
    numCacheClusters: 2,
    automaticFailoverEnabled: true,
    subnetGroupName: subnets.name,
    parameterGroupName: parameters.name,
    securityGroupIds: groupIds,
    atRestEncryptionEnabled: true,
    transitEncryptionEnabled: true,
    userGroupIds: [users.userGroupId],
    tags,
  });
  new elasticache.ServerlessCache("cache", {
    engine: "valkey",
    subnetIds: net.isolatedSubnetIds,
    securityGroupIds: groupIds,
    userGroupId: users.userGroupId,
    tags,
  });
}
