import * as sdk from "@aws-sdk/client-elasticache";
import { type Aws, one } from "../api";
import type { Props } from "../props";
import type { ResourceType, ResourceTypes } from "../resource-type";
import { tagMap, updateTags } from "./tags";

const client = (aws: Aws): sdk.ElastiCacheClient => aws.client(sdk.ElastiCacheClient);

async function readTags(arn: string | undefined, aws: Aws): Promise<Record<string, string>> {
  const answer = await client(aws).send(new sdk.ListTagsForResourceCommand({ ResourceName: arn }));
  return tagMap(answer.TagList);
}

async function updateCacheTags(ResourceName: string, news: Props, olds: Props, aws: Aws): Promise<void> {
  await updateTags(news, olds, {
    set: (Tags) => client(aws).send(new sdk.AddTagsToResourceCommand({ ResourceName, Tags })),
    remove: (TagKeys) => client(aws).send(new sdk.RemoveTagsFromResourceCommand({ ResourceName, TagKeys })),
  });
}

const replicationGroup: ResourceType = {
  naming: { property: "replicationGroupId", longest: 40 },
  replaceOn: [
    "replicationGroupId",
    "engine",
    "subnetGroupName",
    "port",
    "atRestEncryptionEnabled",
    "kmsKeyId",
    "networkType",
    "snapshotName",
    "snapshotArns",
  ],
  async create(inputs, aws) {
    const ReplicationGroupId = inputs.text("replicationGroupId");
    await client(aws).send(
      new sdk.CreateReplicationGroupCommand({
        ReplicationGroupId,
        ReplicationGroupDescription: inputs.text("description"),
        Engine: inputs.maybeText("engine"),
        EngineVersion: inputs.maybeText("engineVersion"),
        CacheNodeType: inputs.maybeText("nodeType"),
        NumCacheClusters: inputs.maybeNumber("numCacheClusters"),
        NumNodeGroups: inputs.maybeNumber("numNodeGroups"),
        ReplicasPerNodeGroup: inputs.maybeNumber("replicasPerNodeGroup"),
        AutomaticFailoverEnabled: inputs.maybeFlag("automaticFailoverEnabled"),
        MultiAZEnabled: inputs.maybeFlag("multiAzEnabled"),
        AtRestEncryptionEnabled: inputs.maybeFlag("atRestEncryptionEnabled"),
        TransitEncryptionEnabled: inputs.maybeFlag("transitEncryptionEnabled"),
        TransitEncryptionMode: inputs.maybeChoice("transitEncryptionMode", sdk.TransitEncryptionMode),
        AuthToken: inputs.maybeText("authToken"),
        UserGroupIds: inputs.maybeTexts("userGroupIds"),
        CacheSubnetGroupName: inputs.maybeText("subnetGroupName"),
        CacheParameterGroupName: inputs.maybeText("parameterGroupName"),
        SecurityGroupIds: inputs.maybeTexts("securityGroupIds"),
        Port: inputs.maybeNumber("port"),
        SnapshotRetentionLimit: inputs.maybeNumber("snapshotRetentionLimit"),
        Tags: inputs.tags(),
      }),
    );
    return ReplicationGroupId;
  },
  async read(id, state, aws) {
    const answer = await client(aws).send(
      new sdk.DescribeReplicationGroupsCommand({ ReplicationGroupId: id }),
    );
    const found = one(answer.ReplicationGroups, id);
    // The emulator never gets past "deleting".
    if (found.Status === "deleting") return undefined;
    const [group] = found.NodeGroups ?? [];
    return {
      arn: found.ARN,
      configurationEndpointAddress: found.ConfigurationEndpoint?.Address ?? "",
      primaryEndpointAddress: group?.PrimaryEndpoint?.Address ?? "",
      readerEndpointAddress: group?.ReaderEndpoint?.Address ?? "",
      clusterEnabled: found.ClusterEnabled,
      engineVersionActual: state.maybeText("engineVersion") ?? "8.0.0",
      memberClusters: found.MemberClusters ?? [],
      tags: await readTags(found.ARN, aws),
    };
  },
  async update(id, news, olds, aws) {
    await client(aws).send(
      new sdk.ModifyReplicationGroupCommand({
        ReplicationGroupId: id,
        ReplicationGroupDescription: news.text("description"),
        CacheNodeType: news.maybeText("nodeType"),
        ApplyImmediately: news.flag("applyImmediately"),
      }),
    );
    await updateCacheTags(olds.text("arn"), news, olds, aws);
  },
  async delete(id, state, aws) {
    await client(aws).send(
      new sdk.DeleteReplicationGroupCommand({
        ReplicationGroupId: id,
        FinalSnapshotIdentifier: state.maybeText("finalSnapshotIdentifier"),
      }),
    );
  },
};

const user: ResourceType = {
  // The emulator cannot change a user, so anything needs a new one.
  async create(inputs, aws) {
    const UserId = inputs.text("userId");
    const mode = inputs.object("authenticationMode");
    await client(aws).send(
      new sdk.CreateUserCommand({
        UserId,
        UserName: inputs.text("userName"),
        Engine: inputs.text("engine"),
        AccessString: inputs.text("accessString"),
        NoPasswordRequired: inputs.maybeFlag("noPasswordRequired"),
        Passwords: inputs.maybeTexts("passwords"),
        AuthenticationMode: mode && {
          Type: mode.choice("type", {
            Password: "password",
            None: "no-password-required",
            Iam: "iam",
          } as const),
          Passwords: mode.maybeTexts("passwords"),
        },
        Tags: inputs.tags(),
      }),
    );
    return UserId;
  },
  async read(id, _state, aws) {
    const answer = await client(aws).send(new sdk.DescribeUsersCommand({ UserId: id }));
    return { arn: one(answer.Users, id).ARN };
  },
  async delete(id, _state, aws) {
    await client(aws).send(new sdk.DeleteUserCommand({ UserId: id }));
  },
};

export const types: ResourceTypes = {
  "aws:elasticache/replicationGroup:ReplicationGroup": replicationGroup,
  "aws:elasticache/user:User": user,
};
