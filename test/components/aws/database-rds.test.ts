import { AwsDatabase } from "../../../components/aws/database";
import { secret, settled } from "../support";
import {
  awsContext,
  ENVIRONMENT,
  inputsOf,
  listed,
  recordRegistrations,
  registerDatabase,
  tags,
  untagged,
  databaseUrl as url,
} from "./data-tier-support";

const PASSWORD = secret("secret-of-shop-database-password");

const register: typeof registerDatabase = (settings, sizing, options) =>
  registerDatabase({ proxy: false, ...settings }, sizing, options);

describe("RDS for PostgreSQL, as registered with the engine", () => {
  test("these resources and no others, each with the environment's tags", async () => {
    const { registrations } = await register();
    expect(listed(registrations)).toEqual(
      [
        "perfbed:aws:Database shop-database",
        "random:index/randomPassword:RandomPassword shop-database-password",
        "aws:secretsmanager/secret:Secret shop-database-credentials",
        "aws:secretsmanager/secretVersion:SecretVersion shop-database-credentials-value",
        "aws:rds/subnetGroup:SubnetGroup shop-database-subnets",
        "aws:rds/parameterGroup:ParameterGroup shop-database-parameters",
        "aws:iam/role:Role shop-database-monitoring",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment shop-database-monitoring-policy",
        "aws:rds/instance:Instance shop-database-primary",
        "aws:rds/instance:Instance shop-database-replica-1",
        "aws:rds/instance:Instance shop-database-replica-2",
      ].sort(),
    );
    expect(untagged(registrations)).toEqual([]);
  });

  test("the primary is encrypted, private, watched, and leaves nothing", async () => {
    const { registrations } = await register();
    expect(inputsOf(registrations, "shop-database-primary")).toEqual({
      identifier: "pb-test-primary",
      engine: "postgres",
      engineVersion: "16",
      instanceClass: "db.t4g.large",
      port: 5432,
      dbName: "app",
      username: "app",
      password: PASSWORD,
      allocatedStorage: 50,
      storageType: "gp3",
      storageEncrypted: true,
      publiclyAccessible: false,
      multiAz: false,
      availabilityZone: "zone-of-isolated-1",
      dbSubnetGroupName: "shop-database-subnets",
      parameterGroupName: "shop-database-parameters",
      vpcSecurityGroupIds: ["sg-database"],
      backupRetentionPeriod: 1,
      deleteAutomatedBackups: true,
      skipFinalSnapshot: true,
      deletionProtection: false,
      applyImmediately: true,
      autoMinorVersionUpgrade: false,
      performanceInsightsEnabled: true,
      performanceInsightsRetentionPeriod: 7,
      monitoringInterval: 10,
      monitoringRoleArn: "arn:shop-database-monitoring",
      tags: tags("primary"),
    });
  });

  test("replicas stream from the primary, in the other zones by turns", async () => {
    const { registrations } = await register();
    expect(inputsOf(registrations, "shop-database-replica-1")).toEqual({
      identifier: "pb-test-replica-1",
      replicateSourceDb: "pb-test-primary",
      instanceClass: "db.t4g.large",
      port: 5432,
      storageType: "gp3",
      storageEncrypted: true,
      publiclyAccessible: false,
      multiAz: false,
      availabilityZone: "zone-of-isolated-2",
      parameterGroupName: "shop-database-parameters",
      vpcSecurityGroupIds: ["sg-database"],
      backupRetentionPeriod: 0,
      deleteAutomatedBackups: true,
      skipFinalSnapshot: true,
      deletionProtection: false,
      applyImmediately: true,
      autoMinorVersionUpgrade: false,
      performanceInsightsEnabled: true,
      performanceInsightsRetentionPeriod: 7,
      monitoringInterval: 10,
      monitoringRoleArn: "arn:shop-database-monitoring",
      tags: tags("replica-1"),
    });
    expect(inputsOf(registrations, "shop-database-replica-2")).toMatchObject({
      identifier: "pb-test-replica-2",
      availabilityZone: "zone-of-isolated-1",
    });
  });

  test("it is in the isolated subnets, with the parameters of its version and class", async () => {
    const { registrations } = await register();
    expect(inputsOf(registrations, "shop-database-subnets")).toMatchObject({
      subnetIds: ["isolated-1", "isolated-2"],
    });
    const { family, parameters } = inputsOf(registrations, "shop-database-parameters");
    expect(family).toBe("postgres16");
    expect(parameters).toEqual(
      expect.arrayContaining([
        { name: "rds.force_ssl", value: "1", applyMethod: "pending-reboot" },
        { name: "max_connections", value: "901", applyMethod: "pending-reboot" },
        { name: "auto_explain.log_min_duration", value: "250", applyMethod: "immediate" },
      ]),
    );
  });

  test("enhanced monitoring has a role that RDS alone may take", async () => {
    const { registrations } = await register();
    expect(JSON.parse(String(inputsOf(registrations, "shop-database-monitoring").assumeRolePolicy))).toEqual({
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "monitoring.rds.amazonaws.com" } },
      ],
    });
    expect(inputsOf(registrations, "shop-database-monitoring-policy")).toEqual({
      role: "shop-database-monitoring",
      policyArn: "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole",
    });
  });

  test("the password is generated, travels as a secret, and is stored where nothing of it stays behind", async () => {
    const { registrations } = await register();
    expect(inputsOf(registrations, "shop-database-password")).toEqual({ length: 32, special: false });
    expect(inputsOf(registrations, "shop-database-credentials")).toEqual({
      description: "Database of perfbed environment pb-test",
      recoveryWindowInDays: 0,
      tags: tags("database"),
    });
    expect(inputsOf(registrations, "shop-database-credentials-value")).toEqual({
      secretId: "shop-database-credentials-id",
      secretString: secret(
        JSON.stringify({
          engine: "postgres",
          username: "app",
          password: "secret-of-shop-database-password",
          host: "shop-database-primary.rds",
          port: 5432,
          dbname: "app",
        }),
      ),
    });
  });

  test("URLs refer to the secret: writer and set-up to the primary, one reader a replica", async () => {
    const { database } = await register();
    expect((await settled(database.writerUrl)).value).toBe(url("shop-database-primary.rds"));
    expect((await settled(database.adminUrl)).value).toBe(url("shop-database-primary.rds"));
    expect((await settled(database.readerUrls)).value).toEqual([
      url("shop-database-replica-1.rds"),
      url("shop-database-replica-2.rds"),
    ]);
    expect((await settled(database.telemetry)).value).toEqual([]);
  });

  test("without replicas the writer reads, and no backup can fall into a run", async () => {
    const { database, registrations } = await register({}, { replicas: 0 });
    expect((await settled(database.readerUrls)).value).toEqual([url("shop-database-primary.rds")]);
    expect(inputsOf(registrations, "shop-database-primary")).toMatchObject({ backupRetentionPeriod: 0 });
  });

  test("a standby is placed by RDS; IOPS hold for replicas as well; what is switched off is not made", async () => {
    const { registrations } = await register({
      multiAz: true,
      iops: 12_000,
      storageGiB: 400,
      performanceInsights: false,
      monitoringIntervalSeconds: 0,
    });
    const primary = inputsOf(registrations, "shop-database-primary");
    expect(primary).toMatchObject({
      multiAz: true,
      iops: 12_000,
      allocatedStorage: 400,
      performanceInsightsEnabled: false,
      monitoringInterval: 0,
    });
    expect(primary).not.toHaveProperty("availabilityZone");
    expect(primary).not.toHaveProperty("performanceInsightsRetentionPeriod");
    expect(primary).not.toHaveProperty("monitoringRoleArn");
    expect(inputsOf(registrations, "shop-database-replica-1")).toMatchObject({
      iops: 12_000,
      multiAz: false,
    });
    expect(listed(registrations).filter((one) => one.includes("monitoring"))).toEqual([]);
  });

  test("from a snapshot come user, database and size of storage, its version is given; the password is new", async () => {
    const { database, registrations } = await register(
      { snapshotIdentifier: "prod", engineVersion: "15.8" },
      {},
      {
        state: (type) => (type === "aws:rds/instance:Instance" ? { username: "owner", dbName: "" } : {}),
      },
    );
    const primary = inputsOf(registrations, "shop-database-primary");
    expect(primary).toMatchObject({
      snapshotIdentifier: "prod",
      engineVersion: "15.8",
      password: PASSWORD,
      storageEncrypted: true,
    });
    expect(inputsOf(registrations, "shop-database-parameters")).toMatchObject({ family: "postgres15" });
    for (const own of ["username", "dbName", "allocatedStorage"]) expect(primary).not.toHaveProperty(own);
    expect((await settled(database.writerUrl)).value).toBe(
      url("shop-database-primary.rds", "owner", "postgres"),
    );
  });

  test("the user may name the database, of a snapshot too", async () => {
    const { registrations } = await register({ databaseName: "shop" });
    expect(inputsOf(registrations, "shop-database-primary")).toMatchObject({ dbName: "shop" });
    const { database } = await register({
      databaseName: "shop",
      snapshotIdentifier: "prod",
      engineVersion: "16",
    });
    expect((await settled(database.writerUrl)).value).toBe(url("shop-database-primary.rds", "app", "shop"));
  });

  test("bad settings are refused before anything is made", () => {
    const registrations = recordRegistrations();
    const args = {
      environment: ENVIRONMENT,
      sizing: { cpu: 2, memoryMiB: 8_192, replicas: 1, poolSize: 20, maxClientConnections: 500 },
    };
    const context = awsContext({ database: { engineVersion: "x", storageGiB: 1 } });
    expect(() => new AwsDatabase("shop-database", args, context, {})).toThrow("Database on AWS: 2 problems");
    expect(registrations).toEqual([]);
  });
});
