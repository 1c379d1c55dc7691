import {
  ApplicationAutoScalingClient,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  type ScalableDimension,
  ServiceNamespace,
} from "@aws-sdk/client-application-auto-scaling";
import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  paginateDescribeAlarms,
} from "@aws-sdk/client-cloudwatch";
import { arnPattern, collect, escapeRegExp, indexedNames, pickFound } from "../belonging";
import type { Found, ResourceKind, World } from "../kind";
import { FoundBy } from "../model";
import { partName } from "./names";

/** What of the environment AWS scales, and would start again while it is being removed. */
function scaled(environmentId: string) {
  const app = partName(environmentId, "app");
  return [
    { ServiceNamespace: ServiceNamespace.ECS, ResourceIds: [`service/${app}/${app}`] },
    {
      ServiceNamespace: ServiceNamespace.RDS,
      ResourceIds: [`cluster:${partName(environmentId, "database")}`],
    },
  ];
}

export const scalableTarget: ResourceKind = {
  kind: "application-autoscaling:scalable-target",
  waitsFor: [],
  arn: arnPattern("application-autoscaling", "scalable-target/"),
  async list(world) {
    const client = world.clients.client(ApplicationAutoScalingClient);
    const answers = await Promise.all(
      scaled(world.environmentId).map((input) => client.send(new DescribeScalableTargetsCommand(input))),
    );
    const targets = answers.flatMap(({ ScalableTargets = [] }) => ScalableTargets);
    return pickFound(targets, ({ ResourceId = "", ScalableDimension: dimension = "" }) => ({
      id: `${ResourceId} ${dimension}`,
      region: world.region,
      foundBy: FoundBy.Name,
    }));
  },
  async remove({ id }, world) {
    const [ResourceId = "", dimension = ""] = id.split(" ");
    const namespace = dimension.split(":")[0] === "rds" ? ServiceNamespace.RDS : ServiceNamespace.ECS;
    await world.clients.client(ApplicationAutoScalingClient).send(
      new DeregisterScalableTargetCommand({
        ServiceNamespace: namespace,
        ResourceId,
        ScalableDimension: scalableDimension(dimension),
      }),
    );
  },
};

function scalableDimension(text: string): ScalableDimension {
  return text === "rds:cluster:ReadReplicaCount" ? text : "ecs:service:DesiredCount";
}

const ALARM_ARN = arnPattern("cloudwatch", "alarm:");

/** Alarms that AWS makes for target tracking, and leaves behind when what they watch goes in an unusual way. */
const trackingAlarm = (environmentId: string): RegExp => {
  const app = escapeRegExp(partName(environmentId, "app"));
  const cluster = escapeRegExp(partName(environmentId, "database"));
  return new RegExp(`^TargetTracking-(${app}|service/${app}/${app}|cluster:${cluster})-Alarm(High|Low)-`);
};

export const alarm: ResourceKind = {
  kind: "cloudwatch:alarm",
  waitsFor: ["application-autoscaling:scalable-target", "autoscaling:autoScalingGroup"],
  arn: ALARM_ARN,
  async list(world) {
    const client = world.clients.client(CloudWatchClient);
    const tagged = indexedNames(world, ALARM_ARN);
    const byName = await existing(client, tagged);
    const tracking = await collect(
      paginateDescribeAlarms({ client }, { AlarmNamePrefix: "TargetTracking-" }),
      (page) => page.MetricAlarms,
    );
    const pattern = trackingAlarm(world.environmentId);
    const found = (id: string, foundBy: FoundBy): Found => ({ id, region: world.region, foundBy });
    return [
      ...byName.map((id) => found(id, FoundBy.Tag)),
      ...tracking.flatMap(({ AlarmName = "" }) =>
        pattern.test(AlarmName) && !byName.includes(AlarmName) ? found(AlarmName, FoundBy.Name) : [],
      ),
    ];
  },
  async remove({ id }, world: World) {
    await world.clients.client(CloudWatchClient).send(new DeleteAlarmsCommand({ AlarmNames: [id] }));
  },
};

async function existing(client: CloudWatchClient, names: readonly string[]): Promise<string[]> {
  if (names.length === 0) return [];
  const { MetricAlarms = [] } = await client.send(new DescribeAlarmsCommand({ AlarmNames: [...names] }));
  return MetricAlarms.flatMap(({ AlarmName }) => AlarmName ?? []);
}
