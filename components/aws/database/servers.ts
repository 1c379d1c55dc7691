import * as ec2 from "@pulumi/aws/ec2";
import * as iam from "@pulumi/aws/iam";
import * as rds from "@pulumi/aws/rds";
import type * as pulumi from "@pulumi/pulumi";
import { EnvironmentError } from "../../../core/errors";
import type { DatabaseSizing, EnvironmentIdentity } from "../../contracts";
import { type AwsGround, awsTags, iamPath } from "../context";
import { after } from "../ordering";
import type { DatabaseSettings } from "../settings";
import type { ServerPlan } from "./connections";

/** What servers of either engine are made from. */
export interface ServerContext {
  /** Logical name of the tier. */
  readonly name: string;
  readonly environment: EnvironmentIdentity;
  readonly settings: DatabaseSettings;
  readonly sizing: DatabaseSizing;
  readonly plan: ServerPlan;
  readonly ground: AwsGround;
  /** Secret. */
  readonly password: pulumi.Output<string>;
  readonly options: pulumi.CustomResourceOptions;
}

/** What RDS Proxy stands in front of. */
export interface ProxyTargetIdentifier {
  readonly dbInstanceIdentifier?: pulumi.Output<string>;
  readonly dbClusterIdentifier?: pulumi.Output<string>;
}

/** Servers of either engine, once made. */
export interface Servers {
  readonly username: pulumi.Output<string>;
  readonly databaseName: pulumi.Output<string>;
  /** Straight to the one that writes. */
  readonly writerHost: pulumi.Output<string>;
  /** RDS: one a replica. Aurora: the cluster's reader endpoint. None without replicas. */
  readonly readerHosts: readonly pulumi.Output<string>[];
  readonly proxyTarget: ProxyTargetIdentifier;
}

/** The subnets servers may be in: those with no way in or out. */
export function subnetGroup(context: ServerContext): rds.SubnetGroup {
  return new rds.SubnetGroup(
    `${context.name}-subnets`,
    {
      description: `Database of perfbed environment ${context.environment.id}`,
      subnetIds: context.ground.subnets.isolatedIds,
      tags: awsTags(context.environment, "database"),
    },
    context.options,
  );
}

/** Zone of the n-th server: round and round the zones of the isolated subnets, so that replicas are not beside their primary. */
export function zoneOf(context: ServerContext): (index: number) => pulumi.Output<string> {
  const { parent } = context.options;
  return (index) => {
    const id = context.ground.subnets.isolatedIds.apply((ids) => ids[index % ids.length] ?? "");
    return ec2.getSubnetOutput({ id }, parent === undefined ? {} : { parent }).availabilityZone;
  };
}

/** Performance Insights and enhanced monitoring, as every server has them. */
export interface Observation {
  readonly performanceInsightsEnabled: boolean;
  readonly performanceInsightsRetentionPeriod?: number;
  readonly monitoringInterval: number;
  readonly monitoringRoleArn?: pulumi.Output<string>;
}

const MONITORING_POLICY_ARN = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole";

/**
 * What is seen of the servers. Enhanced monitoring writes into the log group RDSOSMetrics, which AWS shares among all databases of the
 * account and empties itself after 30 days; it is not the environment's to remove.
 */
export function observation(context: ServerContext): Observation {
  const { performanceInsights, monitoringIntervalSeconds } = context.settings;
  return {
    performanceInsightsEnabled: performanceInsights,
    // The shortest there is, and the one that costs nothing.
    ...(performanceInsights ? { performanceInsightsRetentionPeriod: 7 } : {}),
    monitoringInterval: monitoringIntervalSeconds,
    ...(monitoringIntervalSeconds === 0 ? {} : { monitoringRoleArn: monitoringRole(context) }),
  };
}

function monitoringRole({ name, environment, options }: ServerContext): pulumi.Output<string> {
  const role = new iam.Role(
    `${name}-monitoring`,
    {
      path: iamPath(environment),
      description: "Enhanced monitoring of the database",
      assumeRolePolicy: serviceTrust("monitoring.rds.amazonaws.com"),
      tags: awsTags(environment, "database-monitoring"),
    },
    options,
  );
  const attachment = new iam.RolePolicyAttachment(
    `${name}-monitoring-policy`,
    { role: role.name, policyArn: MONITORING_POLICY_ARN },
    options,
  );
  return after(role.arn, attachment);
}

/** Lets one AWS service take on a role. */
export const serviceTrust = (service: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: service } }],
  });

/**
 * The host of a server that is encrypted. One restored from a snapshot is what the snapshot was, whatever is asked for; production-like
 * data in the clear is not handed to anyone.
 * @throws EnvironmentError when it is not
 */
export function encryptedHost(host: string, encrypted: boolean | undefined): string {
  if (encrypted === true) return host;
  throw new EnvironmentError("PERFBED_DATABASE_NOT_ENCRYPTED", "The database's storage is not encrypted", {
    hint: "Copy the snapshot with a KMS key, and name the copy as aws.database.snapshotIdentifier.",
  });
}
