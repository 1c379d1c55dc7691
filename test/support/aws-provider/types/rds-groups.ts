import * as sdk from "@aws-sdk/client-rds";
import { type Aws, one } from "../api";
import type { Props } from "../props";
import type { ResourceType, ResourceTypes } from "../resource-type";
import { updateRdsTags } from "./rds";
import { tagMap } from "./tags";

const client = (aws: Aws): sdk.RDSClient => aws.client(sdk.RDSClient);

async function readTags(arn: string | undefined, aws: Aws): Promise<Record<string, string>> {
  const answer = await client(aws).send(new sdk.ListTagsForResourceCommand({ ResourceName: arn }));
  return tagMap(answer.TagList);
}

async function createSubnetGroup(inputs: Props, aws: Aws): Promise<string> {
  const DBSubnetGroupName = inputs.text("name");
  await client(aws).send(
    new sdk.CreateDBSubnetGroupCommand({
      DBSubnetGroupName,
      DBSubnetGroupDescription: inputs.maybeText("description") ?? "Managed by Pulumi",
      SubnetIds: inputs.texts("subnetIds"),
      Tags: inputs.tags(),
    }),
  );
  return DBSubnetGroupName;
}

const subnetGroup: ResourceType = {
  naming: { property: "name", longest: 255 },
  replaceOn: ["name", "namePrefix"],
  create: createSubnetGroup,
  async read(id, _state, aws) {
    const answer = await client(aws).send(new sdk.DescribeDBSubnetGroupsCommand({ DBSubnetGroupName: id }));
    const found = one(answer.DBSubnetGroups, id);
    return {
      arn: found.DBSubnetGroupArn,
      vpcId: found.VpcId,
      tags: await readTags(found.DBSubnetGroupArn, aws),
    };
  },
  async update(id, news, olds, aws) {
    if (news.texts("subnetIds").join() !== olds.texts("subnetIds").join()) {
      const SubnetIds = news.texts("subnetIds");
      await client(aws).send(new sdk.ModifyDBSubnetGroupCommand({ DBSubnetGroupName: id, SubnetIds }));
      // The emulator loses a group that is changed.
      await createSubnetGroup(news, aws);
    }
    await updateRdsTags(olds.text("arn"), news, olds, aws);
  },
  async delete(id, _state, aws) {
    await client(aws).send(new sdk.DeleteDBSubnetGroupCommand({ DBSubnetGroupName: id }));
  },
};

function parametersOf(inputs: Props): sdk.Parameter[] {
  return inputs.objects("parameters").map((parameter) => ({
    ParameterName: parameter.text("name"),
    ParameterValue: parameter.text("value"),
    ApplyMethod: parameter.maybeChoice("applyMethod", sdk.ApplyMethod) ?? "immediate",
  }));
}

/** AWS takes at most 20 parameters a call. */
async function inBatches(
  Parameters: sdk.Parameter[],
  send: (batch: sdk.Parameter[]) => Promise<unknown>,
): Promise<void> {
  for (let from = 0; from < Parameters.length; from += 20) await send(Parameters.slice(from, from + 20));
}

const setParameters = (DBParameterGroupName: string, inputs: Props, aws: Aws): Promise<void> =>
  inBatches(parametersOf(inputs), (Parameters) =>
    client(aws).send(new sdk.ModifyDBParameterGroupCommand({ DBParameterGroupName, Parameters })),
  );

const parameterGroup: ResourceType = {
  naming: { property: "name", longest: 255 },
  replaceOn: ["name", "namePrefix", "family", "description"],
  async create(inputs, aws, made) {
    const name = inputs.text("name");
    await client(aws).send(
      new sdk.CreateDBParameterGroupCommand({
        DBParameterGroupName: name,
        DBParameterGroupFamily: inputs.text("family"),
        Description: inputs.maybeText("description") ?? "Managed by Pulumi",
        Tags: inputs.tags(),
      }),
    );
    made(name);
    await setParameters(name, inputs, aws);
    return name;
  },
  async read(id, _state, aws) {
    const answer = await client(aws).send(
      new sdk.DescribeDBParameterGroupsCommand({ DBParameterGroupName: id }),
    );
    const { DBParameterGroupArn: arn } = one(answer.DBParameterGroups, id);
    return { arn, tags: await readTags(arn, aws) };
  },
  async update(id, news, olds, aws) {
    await setParameters(id, news, aws);
    await updateRdsTags(olds.text("arn"), news, olds, aws);
  },
  async delete(id, _state, aws) {
    await client(aws).send(new sdk.DeleteDBParameterGroupCommand({ DBParameterGroupName: id }));
  },
};

const setClusterParameters = (name: string, inputs: Props, aws: Aws): Promise<void> =>
  inBatches(parametersOf(inputs), (Parameters) =>
    client(aws).send(
      new sdk.ModifyDBClusterParameterGroupCommand({ DBClusterParameterGroupName: name, Parameters }),
    ),
  );

const clusterParameterGroup: ResourceType = {
  naming: { property: "name", longest: 255 },
  replaceOn: ["name", "namePrefix", "family", "description"],
  async create(inputs, aws, made) {
    const name = inputs.text("name");
    await client(aws).send(
      new sdk.CreateDBClusterParameterGroupCommand({
        DBClusterParameterGroupName: name,
        DBParameterGroupFamily: inputs.text("family"),
        Description: inputs.maybeText("description") ?? "Managed by Pulumi",
        Tags: inputs.tags(),
      }),
    );
    made(name);
    await setClusterParameters(name, inputs, aws);
    return name;
  },
  async read(id, _state, aws) {
    const answer = await client(aws).send(
      new sdk.DescribeDBClusterParameterGroupsCommand({ DBClusterParameterGroupName: id }),
    );
    return { arn: one(answer.DBClusterParameterGroups, id).DBClusterParameterGroupArn };
  },
  async update(id, news, olds, aws) {
    await setClusterParameters(id, news, aws);
    await updateRdsTags(olds.text("arn"), news, olds, aws);
  },
  async delete(id, _state, aws) {
    await client(aws).send(new sdk.DeleteDBClusterParameterGroupCommand({ DBClusterParameterGroupName: id }));
  },
};

export const types: ResourceTypes = {
  "aws:rds/subnetGroup:SubnetGroup": subnetGroup,
  "aws:rds/parameterGroup:ParameterGroup": parameterGroup,
  "aws:rds/clusterParameterGroup:ClusterParameterGroup": clusterParameterGroup,
};
