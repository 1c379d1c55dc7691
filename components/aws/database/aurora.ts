import * as appautoscaling from "@pulumi/aws/appautoscaling";
import * as rds from "@pulumi/aws/rds";
import * as pulumi from "@pulumi/pulumi";
import { awsTags, physicalName } from "../context";
import { after } from "../ordering";
import type { ReplicaAutoscaling } from "../settings";
import { DATABASE_NAME, USERNAME } from "./credentials";
import { engineVersionOf } from "./engine-version";
import { auroraParameters, parameterGroupFamily, serverParameters } from "./parameters";
import {
  encryptedHost,
  type Observation,
  observation,
  type ServerContext,
  type Servers,
  subnetGroup,
  zoneOf,
} from "./servers";
import { POSTGRES_PORT } from "./urls";

const ENGINE = rds.EngineType.AuroraPostgresql;

interface ParameterGroups {
  readonly cluster: rds.ClusterParameterGroup;
  readonly instance: rds.ParameterGroup;
}

function parameterGroups({ name, environment, settings, plan, options }: ServerContext): ParameterGroups {
  const parameters = auroraParameters(serverParameters(settings, plan.maxConnections));
  const family = parameterGroupFamily(settings.engine, engineVersionOf(settings));
  const description = `Database of perfbed environment ${environment.id}`;
  const tags = awsTags(environment, "database");
  return {
    cluster: new rds.ClusterParameterGroup(
      `${name}-cluster-parameters`,
      { description, family, parameters: parameters.cluster.map((one) => ({ ...one })), tags },
      options,
    ),
    instance: new rds.ParameterGroup(
      `${name}-instance-parameters`,
      { description, family, parameters: parameters.instance.map((one) => ({ ...one })), tags },
      options,
    ),
  };
}

/** Where the data comes from: made empty, or a snapshot with its own user and database. */
function origin({ settings, password }: ServerContext) {
  if (settings.snapshotIdentifier !== undefined) {
    return { masterPassword: password, snapshotIdentifier: settings.snapshotIdentifier };
  }
  return {
    masterUsername: USERNAME,
    masterPassword: password,
    databaseName: settings.databaseName ?? DATABASE_NAME,
  };
}

function storageCluster(context: ServerContext, groups: ParameterGroups): rds.Cluster {
  const { name, environment, settings, ground, options } = context;
  return new rds.Cluster(
    `${name}-cluster`,
    {
      ...origin(context),
      clusterIdentifier: physicalName(environment, "database"),
      engine: ENGINE,
      engineVersion: engineVersionOf(settings),
      port: POSTGRES_PORT,
      dbSubnetGroupName: subnetGroup(context).name,
      dbClusterParameterGroupName: groups.cluster.name,
      vpcSecurityGroupIds: [ground.securityGroups.database],
      storageEncrypted: true,
      // The least Aurora accepts; its backups take nothing from the servers.
      backupRetentionPeriod: 1,
      applyImmediately: true,
      skipFinalSnapshot: true,
      deleteAutomatedBackups: true,
      deletionProtection: false,
      tags: awsTags(environment, "database"),
    },
    options,
  );
}

interface MemberArgs {
  readonly label: string;
  readonly index: number;
  readonly clusterIdentifier: pulumi.Output<string>;
  readonly parameterGroupName: pulumi.Output<string>;
  readonly observed: Observation;
}

function member(context: ServerContext, args: MemberArgs): rds.ClusterInstance {
  const { name, environment, plan, options } = context;
  return new rds.ClusterInstance(
    `${name}-${args.label}`,
    {
      identifier: physicalName(environment, args.label),
      clusterIdentifier: args.clusterIdentifier,
      engine: ENGINE,
      instanceClass: plan.instanceClass,
      dbParameterGroupName: args.parameterGroupName,
      availabilityZone: zoneOf(context)(args.index),
      // The writer first; then readers in their order.
      promotionTier: Math.min(args.index, 15),
      publiclyAccessible: false,
      autoMinorVersionUpgrade: false,
      applyImmediately: true,
      ...args.observed,
      tags: awsTags(environment, args.label),
    },
    options,
  );
}

/**
 * Readers by CPU. AWS does not remove the ones it added when the cluster is to go, and refuses to delete a cluster that still has them: see
 * `removeScaledReaders`.
 */
function scaleReaders(
  { name, environment, options }: ServerContext,
  clusterIdentifier: pulumi.Output<string>,
  scaling: ReplicaAutoscaling,
): void {
  const target = new appautoscaling.Target(
    `${name}-reader-scaling`,
    {
      serviceNamespace: "rds",
      scalableDimension: "rds:cluster:ReadReplicaCount",
      resourceId: pulumi.interpolate`cluster:${clusterIdentifier}`,
      minCapacity: scaling.minReplicas,
      maxCapacity: scaling.maxReplicas,
      tags: awsTags(environment, "reader-scaling"),
    },
    options,
  );
  new appautoscaling.Policy(
    `${name}-reader-scaling-policy`,
    {
      policyType: "TargetTrackingScaling",
      serviceNamespace: target.serviceNamespace,
      scalableDimension: target.scalableDimension,
      resourceId: target.resourceId,
      targetTrackingScalingPolicyConfiguration: {
        predefinedMetricSpecification: { predefinedMetricType: "RDSReaderAverageCPUUtilization" },
        targetValue: scaling.targetCpuPercent,
        // A reader takes minutes to start: out as soon as it can help, in only when it is no longer needed.
        scaleOutCooldown: 60,
        scaleInCooldown: 300,
      },
    },
    options,
  );
}

/** The name of the database as users know it; of a snapshot's cluster that was made without one, PostgreSQL's own. */
function databaseNameOf({ settings }: ServerContext, cluster: rds.Cluster): pulumi.Output<string> {
  if (settings.databaseName !== undefined) return pulumi.output(settings.databaseName);
  return cluster.databaseName.apply((made) => (made === "" ? "postgres" : made));
}

/** Aurora PostgreSQL: one writer and its readers over shared storage. */
export function auroraServers(context: ServerContext): Servers {
  const { settings, sizing } = context;
  const groups = parameterGroups(context);
  const cluster = storageCluster(context, groups);
  const common = { parameterGroupName: groups.instance.name, observed: observation(context) };
  const writer = member(context, {
    ...common,
    label: "writer",
    index: 0,
    clusterIdentifier: cluster.clusterIdentifier,
  });
  // Whichever instance comes up first is the writer: the others wait for it.
  const clusterIdentifier = after(cluster.clusterIdentifier, writer);
  const readers = Array.from({ length: sizing.replicas }, (_, index) =>
    member(context, { ...common, label: `reader-${index + 1}`, index: index + 1, clusterIdentifier }),
  );
  const complete = after(cluster.clusterIdentifier, writer, ...readers);
  if (settings.replicaAutoscaling !== undefined) scaleReaders(context, complete, settings.replicaAutoscaling);
  return {
    username: cluster.masterUsername,
    databaseName: databaseNameOf(context, cluster),
    writerHost: pulumi
      .all([after(cluster.endpoint, writer), cluster.storageEncrypted])
      .apply(([host, encrypted]) => encryptedHost(host, encrypted)),
    readerHosts: readers.length === 0 ? [] : [after(cluster.readerEndpoint, ...readers)],
    proxyTarget: { dbClusterIdentifier: complete },
  };
}
