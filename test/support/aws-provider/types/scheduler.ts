import * as sdk from "@aws-sdk/client-scheduler";
import { type Aws, given } from "../api";
import type { Props } from "../props";
import type { ResourceType, ResourceTypes } from "../resource-type";
import { tagMap, updateTags } from "./tags";

const client = (aws: Aws): sdk.SchedulerClient => aws.client(sdk.SchedulerClient);

const scheduleGroup: ResourceType = {
  naming: { property: "name", longest: 64 },
  replaceOn: ["name", "namePrefix"],
  async create(inputs, aws) {
    const Name = inputs.text("name");
    await client(aws).send(new sdk.CreateScheduleGroupCommand({ Name, Tags: inputs.tags() }));
    return Name;
  },
  async read(id, _state, aws) {
    const found = await client(aws).send(new sdk.GetScheduleGroupCommand({ Name: id }));
    if (found.State === "DELETING") return undefined;
    const { Tags } = await client(aws).send(new sdk.ListTagsForResourceCommand({ ResourceArn: found.Arn }));
    return { arn: found.Arn, state: found.State, tags: tagMap(Tags) };
  },
  async update(_id, news, olds, aws) {
    const ResourceArn = olds.text("arn");
    await updateTags(news, olds, {
      set: (Tags) => client(aws).send(new sdk.TagResourceCommand({ ResourceArn, Tags })),
      remove: (TagKeys) => client(aws).send(new sdk.UntagResourceCommand({ ResourceArn, TagKeys })),
    });
  },
  async delete(id, _state, aws) {
    await client(aws).send(new sdk.DeleteScheduleGroupCommand({ Name: id }));
  },
};

const dateOf = (text: string | undefined): Date | undefined =>
  text === undefined ? undefined : new Date(text);

function scheduleInput(inputs: Props): sdk.CreateScheduleInput {
  const target = given(inputs.object("target"), "target");
  const [window, retry, dead] = [
    given(inputs.object("flexibleTimeWindow"), "flexibleTimeWindow"),
    target.object("retryPolicy"),
    target.object("deadLetterConfig"),
  ];
  return {
    Name: inputs.text("name"),
    GroupName: inputs.maybeText("groupName"),
    Description: inputs.maybeText("description"),
    ScheduleExpression: inputs.text("scheduleExpression"),
    ScheduleExpressionTimezone: inputs.maybeText("scheduleExpressionTimezone"),
    State: inputs.maybeChoice("state", sdk.ScheduleState),
    StartDate: dateOf(inputs.maybeText("startDate")),
    EndDate: dateOf(inputs.maybeText("endDate")),
    ActionAfterCompletion: inputs.maybeChoice("actionAfterCompletion", sdk.ActionAfterCompletion),
    FlexibleTimeWindow: {
      Mode: window.choice("mode", sdk.FlexibleTimeWindowMode),
      MaximumWindowInMinutes: window.maybeNumber("maximumWindowInMinutes"),
    },
    Target: {
      Arn: target.text("arn"),
      RoleArn: target.text("roleArn"),
      Input: target.maybeText("input"),
      RetryPolicy: retry && {
        MaximumEventAgeInSeconds: retry.maybeNumber("maximumEventAgeInSeconds"),
        MaximumRetryAttempts: retry.maybeNumber("maximumRetryAttempts"),
      },
      DeadLetterConfig: dead && { Arn: dead.text("arn") },
    },
  };
}

const schedule: ResourceType = {
  naming: { property: "name", longest: 64 },
  replaceOn: ["name", "namePrefix", "groupName"],
  async create(inputs, aws) {
    await client(aws).send(new sdk.CreateScheduleCommand(scheduleInput(inputs)));
    return `${inputs.maybeText("groupName") ?? "default"}/${inputs.text("name")}`;
  },
  async read(id, _state, aws) {
    const [GroupName, Name] = id.split("/");
    const found = await client(aws).send(new sdk.GetScheduleCommand({ GroupName, Name }));
    return { arn: found.Arn };
  },
  async update(_id, news, _olds, aws) {
    await client(aws).send(new sdk.UpdateScheduleCommand(scheduleInput(news)));
  },
  async delete(id, _state, aws) {
    const [GroupName, Name] = id.split("/");
    await client(aws).send(new sdk.DeleteScheduleCommand({ GroupName, Name }));
  },
};

export const types: ResourceTypes = {
  "aws:scheduler/scheduleGroup:ScheduleGroup": scheduleGroup,
  "aws:scheduler/schedule:Schedule": schedule,
};
