import {
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { DescribeDBInstancesCommand } from "@aws-sdk/client-rds";
import { DescribeInstanceInformationCommand } from "@aws-sdk/client-ssm";
import type { AwsSettings } from "../../../components/aws/settings";
import type { EnvironmentAccess } from "../../../components/contracts";
import type { EnvironmentPlan } from "../../plan";
import { answers, type Check, requireAll } from "../checks";
import { type AwsClients, withClients } from "./clients";
import { awsFailure } from "./errors";
import { locateGenerators } from "./fleet/remote";

/** An edge is known everywhere, and a target healthy, within minutes. */
const DEADLINE_MS = 300_000;
const PAUSE_MS = 5_000;
const REQUEST_MS = 10_000;

/** As many targets in health as the sizing has instances at the least. */
async function healthyTargets(
  { environmentId, sizing }: EnvironmentPlan,
  { loadBalancing }: AwsClients,
): Promise<void> {
  const { TargetGroups = [] } = await loadBalancing.send(
    new DescribeTargetGroupsCommand({ Names: [`${environmentId}-app-ec2`] }),
  );
  const arn = TargetGroups[0]?.TargetGroupArn;
  const { TargetHealthDescriptions = [] } = await loadBalancing.send(
    new DescribeTargetHealthCommand({ TargetGroupArn: arn }),
  );
  const healthy = TargetHealthDescriptions.filter(({ TargetHealth }) => TargetHealth?.State === "healthy");
  if (healthy.length < sizing.app.minInstances) {
    throw new Error(`${healthy.length} healthy targets instead of ${sizing.app.minInstances}`);
  }
}

/** Primary and replicas, each available. */
async function availableDatabases(
  { environmentId, sizing }: EnvironmentPlan,
  { rds }: AwsClients,
): Promise<void> {
  const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({}));
  const own = DBInstances.filter(({ DBInstanceIdentifier }) =>
    DBInstanceIdentifier?.startsWith(`${environmentId}-`),
  );
  const available = own.filter(({ DBInstanceStatus }) => DBInstanceStatus === "available");
  const expected = 1 + sizing.database.replicas;
  if (available.length < expected) {
    throw new Error(`${available.length} database servers are available instead of ${expected}`);
  }
}

/** Generators on instances answer to Systems Manager. */
async function reachableGenerators(access: EnvironmentAccess, clients: AwsClients): Promise<void> {
  const remotes = await locateGenerators(access.generators, clients, access.environmentId);
  const instances = remotes.filter(({ id }) => id.startsWith("i-"));
  if (instances.length === 0) return;
  const { InstanceInformationList = [] } = await clients.ssm.send(
    new DescribeInstanceInformationCommand({
      Filters: [{ Key: "InstanceIds", Values: instances.map(({ id }) => id) }],
    }),
  );
  const online = InstanceInformationList.filter(({ PingStatus }) => PingStatus === "Online");
  if (online.length < instances.length) {
    throw new Error(`${online.length} of ${instances.length} generators answer to Systems Manager`);
  }
}

/**
 * Asks every tier whether it does its work, before any load: the edge by a request, the others through AWS, because nothing behind the edge
 * can be reached from outside.
 * @returns how many checks passed
 * @throws EnvironmentError naming every check that failed
 */
export async function verifyOnAws(
  plan: EnvironmentPlan,
  access: EnvironmentAccess,
  settings: AwsSettings,
  signal: AbortSignal,
  times: { readonly deadlineMs: number; readonly pauseMs: number } = {
    deadlineMs: DEADLINE_MS,
    pauseMs: PAUSE_MS,
  },
): Promise<number> {
  return withClients(settings.region, async (clients) => {
    const onInstances = settings.app.flavour === "ec2";
    const checks: readonly Check[] = [
      {
        what: "the edge passes requests on to the application",
        run: () => answers(`${access.entryUrl}${plan.application.readyPath}`, REQUEST_MS),
      },
      ...(onInstances
        ? [
            {
              what: "the load balancer has its instances in health",
              run: () => healthyTargets(plan, clients),
            },
          ]
        : []),
      { what: "primary and replicas are available", run: () => availableDatabases(plan, clients) },
      { what: "every generator can be reached", run: () => reachableGenerators(access, clients) },
    ];
    return requireAll(checks, {
      ...times,
      signal,
      reasonOf: (error, what) => awsFailure(error, what).message,
      hint: "What instances said while they booted is in the environment's log group in CloudWatch Logs.",
    });
  });
}
