import * as rds from "@pulumi/aws/rds";
import * as pulumi from "@pulumi/pulumi";
import { awsTags, physicalName } from "../context";
import { DATABASE_NAME, USERNAME } from "./credentials";
import { engineVersionOf } from "./engine-version";
import { parameterGroupFamily, serverParameters } from "./parameters";
import { encryptedHost, observation, type ServerContext, type Servers, subnetGroup, zoneOf } from "./servers";
import { POSTGRES_PORT } from "./urls";

/** What is the same for the primary and its replicas. */
function commonArgs(context: ServerContext) {
  const { settings, plan, ground } = context;
  return {
    instanceClass: plan.instanceClass,
    port: POSTGRES_PORT,
    storageType: "gp3",
    ...(settings.iops === undefined ? {} : { iops: settings.iops }),
    storageEncrypted: true,
    publiclyAccessible: false,
    vpcSecurityGroupIds: [ground.securityGroups.database],
    // Nothing may change by itself between two runs, and what the user changes shall hold in the next one.
    autoMinorVersionUpgrade: false,
    applyImmediately: true,
    // Teardown leaves nothing.
    skipFinalSnapshot: true,
    deleteAutomatedBackups: true,
    deletionProtection: false,
    ...observation(context),
  };
}

/** Where the data comes from: made empty, or a snapshot with its own user, database and size of storage. */
function origin({ settings, password }: ServerContext) {
  if (settings.snapshotIdentifier !== undefined) {
    return { password, snapshotIdentifier: settings.snapshotIdentifier };
  }
  return {
    username: USERNAME,
    password,
    dbName: settings.databaseName ?? DATABASE_NAME,
    allocatedStorage: settings.storageGiB,
  };
}

function primaryInstance(
  context: ServerContext,
  common: ReturnType<typeof commonArgs>,
  parameterGroup: rds.ParameterGroup,
): rds.Instance {
  const { name, environment, settings, sizing, options } = context;
  return new rds.Instance(
    `${name}-primary`,
    {
      ...common,
      ...origin(context),
      identifier: physicalName(environment, "primary"),
      engine: "postgres",
      engineVersion: engineVersionOf(settings),
      dbSubnetGroupName: subnetGroup(context).name,
      parameterGroupName: parameterGroup.name,
      multiAz: settings.multiAz,
      // With a standby RDS places both itself.
      ...(settings.multiAz ? {} : { availabilityZone: zoneOf(context)(0) }),
      // Replicas need automated backups. Without replicas there are none: a backup in the middle of a run would be measured.
      backupRetentionPeriod: sizing.replicas > 0 ? 1 : 0,
      tags: awsTags(environment, "primary"),
    },
    options,
  );
}

/** The name of the database as users know it; of a snapshot's server that was made without one, PostgreSQL's own. */
function databaseNameOf({ settings }: ServerContext, primary: rds.Instance): pulumi.Output<string> {
  if (settings.databaseName !== undefined) return pulumi.output(settings.databaseName);
  return primary.dbName.apply((made) => (made === "" ? "postgres" : made));
}

/** RDS for PostgreSQL: one primary, and replicas that stream from it into storage of their own. */
export function rdsServers(context: ServerContext): Servers {
  const { name, environment, settings, sizing, plan, options } = context;
  const parameterGroup = new rds.ParameterGroup(
    `${name}-parameters`,
    {
      description: `Database of perfbed environment ${environment.id}`,
      family: parameterGroupFamily(settings.engine, engineVersionOf(settings)),
      parameters: serverParameters(settings, plan.maxConnections).map((parameter) => ({ ...parameter })),
      tags: awsTags(environment, "database"),
    },
    options,
  );
  const common = commonArgs(context);
  const primary = primaryInstance(context, common, parameterGroup);
  const zone = zoneOf(context);
  const replicas = Array.from({ length: sizing.replicas }, (_, index) => {
    const label = `replica-${index + 1}`;
    // Subnet group, version, user and size of storage are the primary's; RDS refuses to be told them again.
    return new rds.Instance(
      `${name}-${label}`,
      {
        ...common,
        identifier: physicalName(environment, label),
        replicateSourceDb: primary.identifier,
        parameterGroupName: parameterGroup.name,
        availabilityZone: zone(index + 1),
        multiAz: false,
        backupRetentionPeriod: 0,
        tags: awsTags(environment, label),
      },
      options,
    );
  });
  return {
    username: primary.username,
    databaseName: databaseNameOf(context, primary),
    writerHost: pulumi
      .all([primary.address, primary.storageEncrypted])
      .apply(([host, encrypted]) => encryptedHost(host, encrypted)),
    readerHosts: replicas.map(({ address }) => address),
    proxyTarget: { dbInstanceIdentifier: primary.identifier },
  };
}
