import * as sdk from "@aws-sdk/client-rds";
import { type Aws, given, one } from "../api";
import type { Props } from "../props";
import type { ResourceType, ResourceTypes } from "../resource-type";
import { tagMap, updateTags } from "./tags";

const client = (aws: Aws): sdk.RDSClient => aws.client(sdk.RDSClient);

export async function updateRdsTags(ResourceName: string, news: Props, olds: Props, aws: Aws): Promise<void> {
  await updateTags(news, olds, {
    set: (Tags) => client(aws).send(new sdk.AddTagsToResourceCommand({ ResourceName, Tags })),
    remove: (TagKeys) => client(aws).send(new sdk.RemoveTagsFromResourceCommand({ ResourceName, TagKeys })),
  });
}

/** A refusal of AWS that the emulator does not know: removal without saying what becomes of the data. */
export function requireSnapshotDecision(state: Props): void {
  if (!state.flag("skipFinalSnapshot") && !state.has("finalSnapshotIdentifier")) {
    throw new Error("finalSnapshotIdentifier is required when skipFinalSnapshot is false");
  }
}

const storage = (inputs: Props): { AllocatedStorage?: number; Iops?: number; StorageThroughput?: number } =>
  Object.fromEntries(
    [
      ["AllocatedStorage", inputs.maybeNumber("allocatedStorage")],
      ["Iops", inputs.maybeNumber("iops")],
      ["StorageThroughput", inputs.maybeNumber("storageThroughput")],
    ].filter(([, value]) => value !== undefined),
  );

/** What creation, replication and restoration have in common. */
function instanceSettings(inputs: Props): {
  DBInstanceClass: string;
  DBInstanceIdentifier: string;
} & Partial<sdk.CreateDBInstanceReadReplicaMessage> {
  return {
    DBInstanceIdentifier: inputs.text("identifier"),
    DBInstanceClass: inputs.text("instanceClass"),
    AvailabilityZone: inputs.maybeText("availabilityZone"),
    MultiAZ: inputs.maybeFlag("multiAz"),
    PubliclyAccessible: inputs.flag("publiclyAccessible"),
    DeletionProtection: inputs.flag("deletionProtection"),
    CopyTagsToSnapshot: inputs.maybeFlag("copyTagsToSnapshot"),
    Port: inputs.maybeNumber("port"),
    StorageType: inputs.maybeText("storageType"),
    DBSubnetGroupName: inputs.maybeText("dbSubnetGroupName"),
    DBParameterGroupName: inputs.maybeText("parameterGroupName"),
    VpcSecurityGroupIds: inputs.maybeTexts("vpcSecurityGroupIds"),
    EnableCloudwatchLogsExports: inputs.maybeTexts("enabledCloudwatchLogsExports"),
    EnableIAMDatabaseAuthentication: inputs.maybeFlag("iamDatabaseAuthenticationEnabled"),
    Tags: inputs.tags(),
  };
}

async function makeInstance(inputs: Props, aws: Aws): Promise<sdk.DBInstance | undefined> {
  const settings = instanceSettings(inputs);
  const source = inputs.maybeText("replicateSourceDb");
  const observed = {
    MonitoringInterval: inputs.maybeNumber("monitoringInterval"),
    MonitoringRoleArn: inputs.maybeText("monitoringRoleArn"),
    EnablePerformanceInsights: inputs.maybeFlag("performanceInsightsEnabled"),
  };
  if (source !== undefined) {
    const answer = await client(aws).send(
      new sdk.CreateDBInstanceReadReplicaCommand({
        ...settings,
        ...observed,
        SourceDBInstanceIdentifier: source,
      }),
    );
    return answer.DBInstance;
  }
  const snapshot = inputs.maybeText("snapshotIdentifier");
  if (snapshot !== undefined) {
    const answer = await client(aws).send(
      new sdk.RestoreDBInstanceFromDBSnapshotCommand({ ...settings, DBSnapshotIdentifier: snapshot }),
    );
    return answer.DBInstance;
  }
  const answer = await client(aws).send(
    new sdk.CreateDBInstanceCommand({
      ...settings,
      ...observed,
      ...storage(inputs),
      Engine: inputs.text("engine"),
      EngineVersion: inputs.maybeText("engineVersion"),
      DBName: inputs.maybeText("dbName"),
      MasterUsername: inputs.maybeText("username"),
      MasterUserPassword: inputs.maybeText("password"),
      BackupRetentionPeriod: inputs.maybeNumber("backupRetentionPeriod"),
      StorageEncrypted: inputs.maybeFlag("storageEncrypted"),
      KmsKeyId: inputs.maybeText("kmsKeyId"),
    }),
  );
  return answer.DBInstance;
}

export async function describeInstance(identifier: string, aws: Aws): Promise<sdk.DBInstance> {
  const answer = await client(aws).send(
    new sdk.DescribeDBInstancesCommand({ DBInstanceIdentifier: identifier }),
  );
  return one(answer.DBInstances, identifier);
}

const instance: ResourceType = {
  naming: { property: "identifier", longest: 63 },
  replaceOn: [
    "identifier",
    "identifierPrefix",
    "engine",
    "dbName",
    "username",
    "availabilityZone",
    "storageEncrypted",
    "kmsKeyId",
    "snapshotIdentifier",
    "dbSubnetGroupName",
  ],
  async create(inputs, aws) {
    const made = await makeInstance(inputs, aws);
    // As with the real provider, the id is not the identifier that calls take.
    return given(made?.DbiResourceId, "DbiResourceId");
  },
  async read(_id, state, aws) {
    const found = await describeInstance(state.text("identifier"), aws);
    const [address, port] = [found.Endpoint?.Address, found.Endpoint?.Port];
    return {
      arn: found.DBInstanceArn,
      address,
      port,
      endpoint: `${address}:${port}`,
      hostedZoneId: found.Endpoint?.HostedZoneId,
      resourceId: found.DbiResourceId,
      availabilityZone: found.AvailabilityZone,
      engineVersionActual: found.EngineVersion,
      status: found.DBInstanceStatus,
      instanceClass: found.DBInstanceClass,
      tags: tagMap(found.TagList),
    };
  },
  async update(_id, news, olds, aws) {
    await client(aws).send(
      new sdk.ModifyDBInstanceCommand({
        DBInstanceIdentifier: news.text("identifier"),
        DBInstanceClass: news.text("instanceClass"),
        DBParameterGroupName: news.maybeText("parameterGroupName"),
        MultiAZ: news.maybeFlag("multiAz"),
        BackupRetentionPeriod: news.maybeNumber("backupRetentionPeriod"),
        ...(news.all.password === olds.all.password
          ? {}
          : { MasterUserPassword: news.maybeText("password") }),
        ...storage(news),
        ApplyImmediately: news.flag("applyImmediately"),
      }),
    );
    await updateRdsTags(olds.text("arn"), news, olds, aws);
  },
  async delete(_id, state, aws) {
    requireSnapshotDecision(state);
    await client(aws).send(
      new sdk.DeleteDBInstanceCommand({
        DBInstanceIdentifier: state.text("identifier"),
        SkipFinalSnapshot: state.flag("skipFinalSnapshot"),
        FinalDBSnapshotIdentifier: state.flag("skipFinalSnapshot")
          ? undefined
          : state.maybeText("finalSnapshotIdentifier"),
        DeleteAutomatedBackups: state.maybeFlag("deleteAutomatedBackups") ?? true,
      }),
    );
  },
};

export const types: ResourceTypes = {
  "aws:rds/instance:Instance": instance,
};
