import * as sdk from "@aws-sdk/client-rds";
import { type Aws, one } from "../api";
import type { Props } from "../props";
import type { ResourceType, ResourceTypes } from "../resource-type";
import { describeInstance, requireSnapshotDecision, updateRdsTags } from "./rds";
import { tagMap } from "./tags";

const client = (aws: Aws): sdk.RDSClient => aws.client(sdk.RDSClient);

function clusterSettings(
  inputs: Props,
): { DBClusterIdentifier: string; Engine: string } & Partial<sdk.CreateDBClusterMessage> {
  const scaling = inputs.object("serverlessv2ScalingConfiguration");
  return {
    DBClusterIdentifier: inputs.text("clusterIdentifier"),
    Engine: inputs.text("engine"),
    EngineVersion: inputs.maybeText("engineVersion"),
    DatabaseName: inputs.maybeText("databaseName"),
    Port: inputs.maybeNumber("port"),
    DBSubnetGroupName: inputs.maybeText("dbSubnetGroupName"),
    DBClusterParameterGroupName: inputs.maybeText("dbClusterParameterGroupName"),
    VpcSecurityGroupIds: inputs.maybeTexts("vpcSecurityGroupIds"),
    AvailabilityZones: inputs.maybeTexts("availabilityZones"),
    DeletionProtection: inputs.flag("deletionProtection"),
    CopyTagsToSnapshot: inputs.maybeFlag("copyTagsToSnapshot"),
    EnableCloudwatchLogsExports: inputs.maybeTexts("enabledCloudwatchLogsExports"),
    EnableIAMDatabaseAuthentication: inputs.maybeFlag("iamDatabaseAuthenticationEnabled"),
    ServerlessV2ScalingConfiguration: scaling && {
      MinCapacity: scaling.number("minCapacity"),
      MaxCapacity: scaling.number("maxCapacity"),
    },
    Tags: inputs.tags(),
  };
}

const cluster: ResourceType = {
  naming: { property: "clusterIdentifier", longest: 63 },
  replaceOn: [
    "clusterIdentifier",
    "clusterIdentifierPrefix",
    "engine",
    "databaseName",
    "masterUsername",
    "storageEncrypted",
    "kmsKeyId",
    "snapshotIdentifier",
    "dbSubnetGroupName",
    "availabilityZones",
  ],
  async create(inputs, aws) {
    const settings = clusterSettings(inputs);
    const snapshot = inputs.maybeText("snapshotIdentifier");
    if (snapshot !== undefined) {
      await client(aws).send(
        new sdk.RestoreDBClusterFromSnapshotCommand({ ...settings, SnapshotIdentifier: snapshot }),
      );
    } else {
      await client(aws).send(
        new sdk.CreateDBClusterCommand({
          ...settings,
          MasterUsername: inputs.maybeText("masterUsername"),
          MasterUserPassword: inputs.maybeText("masterPassword"),
          BackupRetentionPeriod: inputs.maybeNumber("backupRetentionPeriod"),
          StorageEncrypted: inputs.maybeFlag("storageEncrypted"),
          KmsKeyId: inputs.maybeText("kmsKeyId"),
        }),
      );
    }
    return settings.DBClusterIdentifier;
  },
  async read(id, _state, aws) {
    const answer = await client(aws).send(new sdk.DescribeDBClustersCommand({ DBClusterIdentifier: id }));
    const found = one(answer.DBClusters, id);
    return {
      arn: found.DBClusterArn,
      endpoint: found.Endpoint,
      readerEndpoint: found.ReaderEndpoint,
      hostedZoneId: found.HostedZoneId,
      clusterResourceId: found.DbClusterResourceId,
      port: found.Port,
      engineVersionActual: found.EngineVersion,
      tags: tagMap(found.TagList),
    };
  },
  async update(id, news, olds, aws) {
    await client(aws).send(
      new sdk.ModifyDBClusterCommand({
        DBClusterIdentifier: id,
        EngineVersion: news.maybeText("engineVersion"),
        DBClusterParameterGroupName: news.maybeText("dbClusterParameterGroupName"),
        ...(news.all.masterPassword === olds.all.masterPassword
          ? {}
          : { MasterUserPassword: news.maybeText("masterPassword") }),
        ApplyImmediately: news.flag("applyImmediately"),
      }),
    );
    await updateRdsTags(olds.text("arn"), news, olds, aws);
  },
  async delete(id, state, aws) {
    requireSnapshotDecision(state);
    await client(aws).send(
      new sdk.DeleteDBClusterCommand({
        DBClusterIdentifier: id,
        SkipFinalSnapshot: state.flag("skipFinalSnapshot"),
        FinalDBSnapshotIdentifier: state.flag("skipFinalSnapshot")
          ? undefined
          : state.maybeText("finalSnapshotIdentifier"),
      }),
    );
  },
};

const clusterInstance: ResourceType = {
  naming: { property: "identifier", longest: 63 },
  replaceOn: [
    "identifier",
    "identifierPrefix",
    "clusterIdentifier",
    "engine",
    "availabilityZone",
    "dbSubnetGroupName",
  ],
  async create(inputs, aws) {
    const DBInstanceIdentifier = inputs.text("identifier");
    await client(aws).send(
      new sdk.CreateDBInstanceCommand({
        DBInstanceIdentifier,
        DBInstanceClass: inputs.text("instanceClass"),
        DBClusterIdentifier: inputs.text("clusterIdentifier"),
        Engine: inputs.text("engine"),
        EngineVersion: inputs.maybeText("engineVersion"),
        AvailabilityZone: inputs.maybeText("availabilityZone"),
        DBSubnetGroupName: inputs.maybeText("dbSubnetGroupName"),
        DBParameterGroupName: inputs.maybeText("dbParameterGroupName"),
        PubliclyAccessible: inputs.flag("publiclyAccessible"),
        PromotionTier: inputs.maybeNumber("promotionTier"),
        MonitoringInterval: inputs.maybeNumber("monitoringInterval"),
        MonitoringRoleArn: inputs.maybeText("monitoringRoleArn"),
        EnablePerformanceInsights: inputs.maybeFlag("performanceInsightsEnabled"),
        Tags: inputs.tags(),
      }),
    );
    return DBInstanceIdentifier;
  },
  async read(id, _state, aws) {
    const found = await describeInstance(id, aws);
    return {
      arn: found.DBInstanceArn,
      endpoint: found.Endpoint?.Address,
      port: found.Endpoint?.Port,
      availabilityZone: found.AvailabilityZone,
      dbiResourceId: found.DbiResourceId,
      writer: false,
      tags: tagMap(found.TagList),
    };
  },
  async update(id, news, olds, aws) {
    await client(aws).send(
      new sdk.ModifyDBInstanceCommand({
        DBInstanceIdentifier: id,
        DBInstanceClass: news.text("instanceClass"),
        DBParameterGroupName: news.maybeText("dbParameterGroupName"),
        ApplyImmediately: news.flag("applyImmediately"),
      }),
    );
    await updateRdsTags(olds.text("arn"), news, olds, aws);
  },
  async delete(id, _state, aws) {
    await client(aws).send(
      new sdk.DeleteDBInstanceCommand({ DBInstanceIdentifier: id, SkipFinalSnapshot: true }),
    );
  },
};

export const types: ResourceTypes = {
  "aws:rds/cluster:Cluster": cluster,
  "aws:rds/clusterInstance:ClusterInstance": clusterInstance,
};
