import { DatabaseEngine, type DatabaseSettings } from "../../../components/aws/settings";
import { secret, settled } from "../support";
import { inputsOf, listed, registerDatabase, tags, untagged, databaseUrl as url } from "./data-tier-support";

const register = (settings: Partial<DatabaseSettings> = {}, replicas = 2) =>
  registerDatabase({ engine: DatabaseEngine.Aurora, proxy: false, ...settings }, { replicas });

describe("Aurora PostgreSQL, as registered with the engine", () => {
  test("these resources and no others, each with the environment's tags", async () => {
    const { registrations } = await register();
    expect(listed(registrations)).toEqual(
      [
        "perfbed:aws:Database shop-database",
        "random:index/randomPassword:RandomPassword shop-database-password",
        "aws:secretsmanager/secret:Secret shop-database-credentials",
        "aws:secretsmanager/secretVersion:SecretVersion shop-database-credentials-value",
        "aws:rds/subnetGroup:SubnetGroup shop-database-subnets",
        "aws:rds/clusterParameterGroup:ClusterParameterGroup shop-database-cluster-parameters",
        "aws:rds/parameterGroup:ParameterGroup shop-database-instance-parameters",
        "aws:iam/role:Role shop-database-monitoring",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment shop-database-monitoring-policy",
        "aws:rds/cluster:Cluster shop-database-cluster",
        "aws:rds/clusterInstance:ClusterInstance shop-database-writer",
        "aws:rds/clusterInstance:ClusterInstance shop-database-reader-1",
        "aws:rds/clusterInstance:ClusterInstance shop-database-reader-2",
      ].sort(),
    );
    expect(untagged(registrations)).toEqual([]);
  });

  test("the cluster is encrypted, in the database's group, and leaves nothing", async () => {
    const { registrations } = await register();
    expect(inputsOf(registrations, "shop-database-cluster")).toEqual({
      clusterIdentifier: "pb-test-database",
      engine: "aurora-postgresql",
      engineVersion: "16",
      port: 5432,
      databaseName: "app",
      masterUsername: "app",
      masterPassword: secret("secret-of-shop-database-password"),
      dbSubnetGroupName: "shop-database-subnets",
      dbClusterParameterGroupName: "shop-database-cluster-parameters",
      vpcSecurityGroupIds: ["sg-database"],
      storageEncrypted: true,
      backupRetentionPeriod: 1,
      deleteAutomatedBackups: true,
      skipFinalSnapshot: true,
      deletionProtection: false,
      applyImmediately: true,
      tags: tags("database"),
    });
  });

  test("writer and readers are over the zones; a failover goes to the first reader first", async () => {
    const { registrations } = await register();
    const common = {
      clusterIdentifier: "pb-test-database",
      engine: "aurora-postgresql",
      instanceClass: "db.t4g.large",
      dbParameterGroupName: "shop-database-instance-parameters",
      publiclyAccessible: false,
      autoMinorVersionUpgrade: false,
      applyImmediately: true,
      performanceInsightsEnabled: true,
      performanceInsightsRetentionPeriod: 7,
      monitoringInterval: 10,
      monitoringRoleArn: "arn:shop-database-monitoring",
    };
    expect(inputsOf(registrations, "shop-database-writer")).toEqual({
      ...common,
      identifier: "pb-test-writer",
      availabilityZone: "zone-of-isolated-1",
      promotionTier: 0,
      tags: tags("writer"),
    });
    expect(inputsOf(registrations, "shop-database-reader-1")).toEqual({
      ...common,
      identifier: "pb-test-reader-1",
      availabilityZone: "zone-of-isolated-2",
      promotionTier: 1,
      tags: tags("reader-1"),
    });
    expect(inputsOf(registrations, "shop-database-reader-2")).toMatchObject({
      availabilityZone: "zone-of-isolated-1",
      promotionTier: 2,
    });
  });

  test("the writer is made before the readers: whichever is first writes", async () => {
    const { registrations } = await register();
    const order = registrations.map(({ name }) => name);
    for (const reader of ["shop-database-reader-1", "shop-database-reader-2"]) {
      expect(order.indexOf(reader)).toBeGreaterThan(order.indexOf("shop-database-writer"));
    }
  });

  test("its two parameter groups are of its family", async () => {
    const { registrations } = await register();
    expect(inputsOf(registrations, "shop-database-cluster-parameters")).toMatchObject({
      family: "aurora-postgresql16",
      parameters: expect.arrayContaining([
        { name: "rds.force_ssl", value: "1", applyMethod: "pending-reboot" },
        {
          name: "shared_preload_libraries",
          value: "pg_stat_statements,auto_explain",
          applyMethod: "pending-reboot",
        },
      ]),
    });
    expect(inputsOf(registrations, "shop-database-instance-parameters")).toMatchObject({
      family: "aurora-postgresql16",
      parameters: [{ name: "max_connections", value: "901", applyMethod: "pending-reboot" }],
    });
  });

  test("readers have one URL, whatever their number; without any the writer reads", async () => {
    const { database } = await register();
    expect((await settled(database.writerUrl)).value).toBe(url("shop-database-cluster.writer"));
    expect((await settled(database.adminUrl)).value).toBe(url("shop-database-cluster.writer"));
    expect((await settled(database.readerUrls)).value).toEqual([url("shop-database-cluster.readers")]);
    const alone = await register({}, 0);
    expect((await settled(alone.database.readerUrls)).value).toEqual([url("shop-database-cluster.writer")]);
  });

  test("readers scale by CPU when asked to", async () => {
    const { registrations } = await register({
      replicaAutoscaling: { minReplicas: 1, maxReplicas: 6, targetCpuPercent: 55 },
    });
    const scaled = {
      serviceNamespace: "rds",
      scalableDimension: "rds:cluster:ReadReplicaCount",
      resourceId: "cluster:pb-test-database",
    };
    expect(inputsOf(registrations, "shop-database-reader-scaling")).toEqual({
      ...scaled,
      minCapacity: 1,
      maxCapacity: 6,
      tags: tags("reader-scaling"),
    });
    expect(inputsOf(registrations, "shop-database-reader-scaling-policy")).toEqual({
      ...scaled,
      policyType: "TargetTrackingScaling",
      targetTrackingScalingPolicyConfiguration: {
        predefinedMetricSpecification: { predefinedMetricType: "RDSReaderAverageCPUUtilization" },
        targetValue: 55,
        scaleOutCooldown: 60,
        scaleInCooldown: 300,
      },
    });
    expect(untagged(registrations)).toEqual([]);
  });

  test("from a snapshot come user and database; the password is new", async () => {
    const { registrations } = await register({ snapshotIdentifier: "prod", engineVersion: "15" });
    const cluster = inputsOf(registrations, "shop-database-cluster");
    expect(cluster).toMatchObject({
      snapshotIdentifier: "prod",
      engineVersion: "15",
      storageEncrypted: true,
    });
    for (const group of ["shop-database-cluster-parameters", "shop-database-instance-parameters"]) {
      expect(inputsOf(registrations, group)).toMatchObject({ family: "aurora-postgresql15" });
    }
    expect(cluster).toHaveProperty("masterPassword");
    for (const own of ["masterUsername", "databaseName"]) expect(cluster).not.toHaveProperty(own);
  });
});
