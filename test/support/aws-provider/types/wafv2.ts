import * as sdk from "@aws-sdk/client-wafv2";
import { type Aws, given } from "../api";
import { type Props, pascalCased } from "../props";
import type { ResourceType, ResourceTypes } from "../resource-type";
import { isRecord } from "../wire";
import { tagMap, updateTags } from "./tags";

const client = (aws: Aws): sdk.WAFV2Client => aws.client(sdk.WAFV2Client);

function visibility(found: Props | undefined): sdk.VisibilityConfig {
  const config = given(found, "visibilityConfig");
  return {
    CloudWatchMetricsEnabled: config.flag("cloudwatchMetricsEnabled"),
    SampledRequestsEnabled: config.flag("sampledRequestsEnabled"),
    MetricName: config.text("metricName"),
  };
}

/** Statements nest without end and differ from the API's in their first letters only. */
function rules(inputs: Props): sdk.Rule[] {
  return inputs.objects("rules").map((rule) => {
    const [statement, action, override] = ["statement", "action", "overrideAction"].map((key) => {
      const found = pascalCased(rule.object(key)?.all);
      return isRecord(found) ? found : undefined;
    });
    return {
      Name: rule.text("name"),
      Priority: rule.number("priority"),
      Statement: statement,
      Action: action,
      OverrideAction: override,
      VisibilityConfig: visibility(rule.object("visibilityConfig")),
    };
  });
}

function settings(inputs: Props) {
  return {
    Name: inputs.text("name"),
    Scope: inputs.choice("scope", sdk.Scope),
    Description: inputs.maybeText("description"),
    DefaultAction: inputs.object("defaultAction")?.has("block") ? { Block: {} } : { Allow: {} },
    Rules: rules(inputs),
    VisibilityConfig: visibility(inputs.object("visibilityConfig")),
  };
}

const identity = (id: string, state: Props) => ({
  Id: id,
  Name: state.text("name"),
  Scope: state.choice("scope", sdk.Scope),
});

const webAcl: ResourceType = {
  naming: { property: "name", longest: 128 },
  replaceOn: ["name", "namePrefix", "scope"],
  async create(inputs, aws) {
    // A real refusal that the emulator does not make.
    if (inputs.text("scope") === "CLOUDFRONT" && aws.region !== "us-east-1") {
      throw new Error("WAFInvalidParameterException: the scope CLOUDFRONT is available in us-east-1 only");
    }
    const Tags = inputs.tags();
    const answer = await client(aws).send(
      new sdk.CreateWebACLCommand({ ...settings(inputs), ...(Tags.length === 0 ? {} : { Tags }) }),
    );
    return given(answer.Summary?.Id, "Id");
  },
  async read(id, state, aws) {
    const { WebACL } = await client(aws).send(new sdk.GetWebACLCommand(identity(id, state)));
    const ResourceARN = given(WebACL?.ARN, "ARN");
    const { TagInfoForResource: info } = await client(aws).send(
      new sdk.ListTagsForResourceCommand({ ResourceARN }),
    );
    return { arn: ResourceARN, capacity: WebACL?.Capacity, tags: tagMap(info?.TagList) };
  },
  async update(id, news, olds, aws) {
    const { LockToken } = await client(aws).send(new sdk.GetWebACLCommand(identity(id, news)));
    await client(aws).send(new sdk.UpdateWebACLCommand({ ...settings(news), Id: id, LockToken }));
    const ResourceARN = olds.text("arn");
    await updateTags(news, olds, {
      set: (Tags) => client(aws).send(new sdk.TagResourceCommand({ ResourceARN, Tags })),
      remove: (TagKeys) => client(aws).send(new sdk.UntagResourceCommand({ ResourceARN, TagKeys })),
    });
  },
  async delete(id, state, aws) {
    const { LockToken } = await client(aws).send(new sdk.GetWebACLCommand(identity(id, state)));
    await client(aws).send(new sdk.DeleteWebACLCommand({ ...identity(id, state), LockToken }));
  },
};

export const types: ResourceTypes = { "aws:wafv2/webAcl:WebAcl": webAcl };
