import * as sdk from "@aws-sdk/client-ssm";
import { type Aws, one } from "../api";
import type { Props } from "../props";
import type { ResourceType, ResourceTypes } from "../resource-type";
import { tagMap, updateTags } from "./tags";

const client = (aws: Aws): sdk.SSMClient => aws.client(sdk.SSMClient);

async function put(inputs: Props, Overwrite: boolean, aws: Aws): Promise<void> {
  await client(aws).send(
    new sdk.PutParameterCommand({
      Name: inputs.text("name"),
      Type: inputs.choice("type", sdk.ParameterType),
      Value: inputs.maybeText("value") ?? inputs.maybeText("insecureValue"),
      Description: inputs.maybeText("description"),
      KeyId: inputs.maybeText("keyId"),
      Tier: inputs.maybeChoice("tier", sdk.ParameterTier),
      ...(Overwrite ? { Overwrite } : { Tags: inputs.tags() }),
    }),
  );
}

const parameter: ResourceType = {
  naming: { property: "name", longest: 1011 },
  replaceOn: ["name", "type"],
  async create(inputs, aws) {
    await put(inputs, inputs.flag("overwrite"), aws);
    return inputs.text("name");
  },
  async read(id, _state, aws) {
    const answer = await client(aws).send(new sdk.GetParametersCommand({ Names: [id] }));
    const found = one(answer.Parameters, id);
    const { TagList } = await client(aws).send(
      new sdk.ListTagsForResourceCommand({ ResourceType: "Parameter", ResourceId: id }),
    );
    return { arn: found.ARN, version: found.Version, tags: tagMap(TagList) };
  },
  async update(id, news, olds, aws) {
    await put(news, true, aws);
    const about = { ResourceType: "Parameter", ResourceId: id } as const;
    await updateTags(news, olds, {
      set: (Tags) => client(aws).send(new sdk.AddTagsToResourceCommand({ ...about, Tags })),
      remove: (TagKeys) => client(aws).send(new sdk.RemoveTagsFromResourceCommand({ ...about, TagKeys })),
    });
  },
  async delete(id, _state, aws) {
    await client(aws).send(new sdk.DeleteParameterCommand({ Name: id }));
  },
};

export const types: ResourceTypes = { "aws:ssm/parameter:Parameter": parameter };
