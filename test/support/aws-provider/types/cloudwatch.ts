import * as sdk from "@aws-sdk/client-cloudwatch";
import { type Aws, one } from "../api";
import type { Props } from "../props";
import type { ResourceType, ResourceTypes } from "../resource-type";
import { tagMap, updateTags } from "./tags";

const client = (aws: Aws): sdk.CloudWatchClient => aws.client(sdk.CloudWatchClient);

const dimensionsOf = (found: Props): sdk.Dimension[] =>
  Object.entries(found.map("dimensions")).map(([Name, Value]) => ({ Name, Value }));

function metricQuery(query: Props): sdk.MetricDataQuery {
  const metric = query.object("metric");
  return {
    Id: query.text("id"),
    Expression: query.maybeText("expression"),
    Label: query.maybeText("label"),
    ReturnData: query.maybeFlag("returnData"),
    Period: query.maybeNumber("period"),
    MetricStat: metric && {
      Metric: {
        MetricName: metric.text("metricName"),
        Namespace: metric.maybeText("namespace"),
        Dimensions: dimensionsOf(metric),
      },
      Period: metric.number("period"),
      Stat: metric.text("stat"),
      Unit: metric.maybeChoice("unit", sdk.StandardUnit),
    },
  };
}

function alarmInput(inputs: Props): sdk.PutMetricAlarmInput {
  const queries = inputs.objects("metricQueries").map(metricQuery);
  return {
    AlarmName: inputs.text("name"),
    AlarmDescription: inputs.maybeText("alarmDescription"),
    ActionsEnabled: inputs.maybeFlag("actionsEnabled"),
    AlarmActions: inputs.texts("alarmActions"),
    OKActions: inputs.texts("okActions"),
    InsufficientDataActions: inputs.texts("insufficientDataActions"),
    MetricName: inputs.maybeText("metricName"),
    Namespace: inputs.maybeText("namespace"),
    Statistic: inputs.maybeChoice("statistic", sdk.Statistic),
    ExtendedStatistic: inputs.maybeText("extendedStatistic"),
    Dimensions: dimensionsOf(inputs),
    Period: inputs.maybeNumber("period"),
    Unit: inputs.maybeChoice("unit", sdk.StandardUnit),
    EvaluationPeriods: inputs.number("evaluationPeriods"),
    DatapointsToAlarm: inputs.maybeNumber("datapointsToAlarm"),
    Threshold: inputs.maybeNumber("threshold"),
    ThresholdMetricId: inputs.maybeText("thresholdMetricId"),
    ComparisonOperator: inputs.choice("comparisonOperator", sdk.ComparisonOperator),
    TreatMissingData: inputs.maybeText("treatMissingData"),
    ...(queries.length === 0 ? {} : { Metrics: queries }),
    Tags: inputs.tags(),
  };
}

const metricAlarm: ResourceType = {
  naming: { property: "name", longest: 255 },
  replaceOn: ["name"],
  async create(inputs, aws) {
    await client(aws).send(new sdk.PutMetricAlarmCommand(alarmInput(inputs)));
    return inputs.text("name");
  },
  async read(id, _state, aws) {
    const answer = await client(aws).send(new sdk.DescribeAlarmsCommand({ AlarmNames: [id] }));
    const found = one(answer.MetricAlarms, id);
    const { Tags } = await client(aws).send(
      new sdk.ListTagsForResourceCommand({ ResourceARN: found.AlarmArn }),
    );
    return { arn: found.AlarmArn, tags: tagMap(Tags) };
  },
  async update(_id, news, olds, aws) {
    const { Tags: _, ...alarm } = alarmInput(news);
    await client(aws).send(new sdk.PutMetricAlarmCommand(alarm));
    const ResourceARN = olds.text("arn");
    await updateTags(news, olds, {
      set: (Tags) => client(aws).send(new sdk.TagResourceCommand({ ResourceARN, Tags })),
      remove: (TagKeys) => client(aws).send(new sdk.UntagResourceCommand({ ResourceARN, TagKeys })),
    });
  },
  async delete(id, _state, aws) {
    await client(aws).send(new sdk.DeleteAlarmsCommand({ AlarmNames: [id] }));
  },
};

async function putDashboard(inputs: Props, aws: Aws): Promise<void> {
  const [DashboardName, DashboardBody] = [inputs.text("dashboardName"), inputs.text("dashboardBody")];
  await client(aws).send(new sdk.PutDashboardCommand({ DashboardName, DashboardBody }));
}

const dashboard: ResourceType = {
  replaceOn: ["dashboardName"],
  async create(inputs, aws) {
    await putDashboard(inputs, aws);
    return inputs.text("dashboardName");
  },
  async read(id, _state, aws) {
    const found = await client(aws).send(new sdk.GetDashboardCommand({ DashboardName: id }));
    return { dashboardArn: found.DashboardArn };
  },
  async update(_id, news, _olds, aws) {
    await putDashboard(news, aws);
  },
  async delete(id, _state, aws) {
    await client(aws).send(new sdk.DeleteDashboardsCommand({ DashboardNames: [id] }));
  },
};

export const types: ResourceTypes = {
  "aws:cloudwatch/metricAlarm:MetricAlarm": metricAlarm,
  "aws:cloudwatch/dashboard:Dashboard": dashboard,
};
