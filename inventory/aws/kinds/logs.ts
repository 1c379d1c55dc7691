import {
  CloudWatchLogsClient,
  DeleteLogGroupCommand,
  paginateDescribeLogGroups,
} from "@aws-sdk/client-cloudwatch-logs";
import { arnPattern, collect, pickFound } from "../belonging";
import type { Found, ResourceKind, World } from "../kind";
import { FoundBy } from "../model";
import { expiryLogGroup, logGroupPattern, logGroupPrefixes } from "./names";

/** By name: services write into groups of their own making, which carry no tag, and perfbed's names say whose they are. */
async function logGroups(world: World): Promise<readonly Found[]> {
  const client = world.clients.client(CloudWatchLogsClient);
  const pages = await Promise.all(
    logGroupPrefixes(world.environmentId).map((logGroupNamePrefix) =>
      collect(paginateDescribeLogGroups({ client }, { logGroupNamePrefix }), (page) => page.logGroups),
    ),
  );
  const pattern = logGroupPattern(world.environmentId);
  return pickFound(pages.flat(), ({ logGroupName: id = "" }) =>
    pattern.test(id) ? { id, region: world.region, foundBy: FoundBy.Name } : undefined,
  );
}

const remove: ResourceKind["remove"] = async ({ id }, world) => {
  await world.clients.client(CloudWatchLogsClient).send(new DeleteLogGroupCommand({ logGroupName: id }));
};

export const logGroup: ResourceKind = {
  kind: "logs:log-group",
  // Whoever still writes would make it again.
  waitsFor: [
    "autoscaling:autoScalingGroup",
    "ec2:instance",
    "ec2:vpc-flow-log",
    "ecs:cluster",
    "rds:cluster",
    "rds:db",
    "rds:db-proxy",
  ],
  arn: arnPattern("logs", "log-group:"),
  async list(world) {
    const all = await logGroups(world);
    return all.filter(({ id }) => id !== expiryLogGroup(world.environmentId));
  },
  remove,
};

/** Where the function that ends the environment says what it does: as long as it does it. */
export const expiryLog: ResourceKind = {
  kind: "logs:expiry-log-group",
  waitsFor: ["scheduler:schedule-group"],
  async list(world) {
    const all = await logGroups(world);
    return all.filter(({ id }) => id === expiryLogGroup(world.environmentId));
  },
  remove,
};
