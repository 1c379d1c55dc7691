import * as sdk from "@aws-sdk/client-cloudwatch-logs";
import { type Aws, one } from "../api";
import type { Props } from "../props";
import type { ResourceType, ResourceTypes } from "../resource-type";
import { updateTags } from "./tags";

const client = (aws: Aws): sdk.CloudWatchLogsClient => aws.client(sdk.CloudWatchLogsClient);

async function setRetention(logGroupName: string, inputs: Props, aws: Aws): Promise<void> {
  const retentionInDays = inputs.maybeNumber("retentionInDays") ?? 0;
  // 0 means for ever.
  if (retentionInDays === 0) await client(aws).send(new sdk.DeleteRetentionPolicyCommand({ logGroupName }));
  else await client(aws).send(new sdk.PutRetentionPolicyCommand({ logGroupName, retentionInDays }));
}

const logGroup: ResourceType = {
  naming: { property: "name", longest: 512 },
  replaceOn: ["name", "namePrefix", "logGroupClass"],
  async create(inputs, aws, made) {
    const logGroupName = inputs.text("name");
    await client(aws).send(
      new sdk.CreateLogGroupCommand({
        logGroupName,
        kmsKeyId: inputs.maybeText("kmsKeyId"),
        tags: inputs.map("tags"),
      }),
    );
    made(logGroupName);
    if (inputs.has("retentionInDays")) await setRetention(logGroupName, inputs, aws);
    return logGroupName;
  },
  async read(id, state, aws) {
    const answer = await client(aws).send(new sdk.DescribeLogGroupsCommand({ logGroupNamePrefix: id }));
    const found = one(
      answer.logGroups?.filter(({ logGroupName }) => logGroupName === id),
      id,
    );
    const resourceArn = aws.arn("logs", `log-group:${id}`);
    const { tags } = await client(aws).send(new sdk.ListTagsForResourceCommand({ resourceArn }));
    return {
      arn: resourceArn,
      ...(state.has("retentionInDays") ? { retentionInDays: found.retentionInDays ?? 0 } : {}),
      tags: tags ?? {},
    };
  },
  async update(id, news, olds, aws) {
    await setRetention(id, news, aws);
    const resourceArn = aws.arn("logs", `log-group:${id}`);
    await updateTags(news, olds, {
      set: (tags) => {
        const map = Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
        return client(aws).send(new sdk.TagResourceCommand({ resourceArn, tags: map }));
      },
      remove: (tagKeys) => client(aws).send(new sdk.UntagResourceCommand({ resourceArn, tagKeys })),
    });
  },
  async delete(id, _state, aws) {
    await client(aws).send(new sdk.DeleteLogGroupCommand({ logGroupName: id }));
  },
};

export const types: ResourceTypes = { "aws:cloudwatch/logGroup:LogGroup": logGroup };
