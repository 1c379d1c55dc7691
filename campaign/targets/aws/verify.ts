import {
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { DescribeInstanceInformationCommand } from "@aws-sdk/client-ssm";
import { launchSeconds, terminationSeconds } from "../../../components/aws/app/auto-scaling-group";
import { maskingSeconds } from "../../../components/aws/app/masking";
import type { AwsSettings } from "../../../components/aws/settings";
import type { EnvironmentAccess } from "../../../components/contracts";
import { groupBy } from "../../../core/group-by";
import type { EnvironmentPlan } from "../../plan";
import { answers, type Check, FinalFailure, requireAll, UnderWay } from "../checks";
import { type AwsClients, withClients } from "./clients";
import { type DatabaseServer, databaseServers } from "./databases";
import { awsFailure } from "./errors";
import { InstanceGenerator } from "./fleet/instance";
import { locateGenerators } from "./fleet/remote";
import { runsItsVersion } from "./instance-refresh";
import { appGroupName } from "./telemetry/sources";

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

/**
 * Longest that AWS may take to replace every instance: one after the other, each launched, warm, and in the place of one that drains. AWS
 * says itself when it gives up before.
 */
export function refreshMs(
  { application, sizing }: Pick<EnvironmentPlan, "application" | "sizing">,
  { app, database }: Pick<AwsSettings, "app" | "database">,
): number {
  const { maxInstances, scaling } = sizing.app;
  const launch = launchSeconds(application, maskingSeconds(database.masking));
  const each = launch + scaling.instanceWarmupSeconds + terminationSeconds(application);
  return (maxInstances + (app.warmPool?.minSize ?? 0)) * each * 1000;
}

/** Primary and replicas, each available. */
function requireAvailable(servers: readonly DatabaseServer[], expected: number): void {
  const available = servers.filter(({ instance }) => instance.DBInstanceStatus === "available");
  if (available.length < expected) {
    throw new Error(`${available.length} database servers are available instead of ${expected}`);
  }
}

const IN_SYNC = "in-sync";

/** What somebody has to do before a server takes its parameters; undefined where it takes them by itself. */
function whatIsToDo(id: string, status: string): string | undefined {
  switch (status) {
    case "pending-reboot":
      return `${id} takes its changed parameters with a reboot: aws rds reboot-db-instance --db-instance-identifier ${id}`;
    case "pending-database-upgrade":
      return `${id} takes its changed parameters with an upgrade of its engine`;
    case "failed-to-apply":
      return `${id} could not take its parameters: aws rds describe-events --source-type db-instance --source-identifier ${id}`;
    default:
      return undefined;
  }
}

/**
 * Every server has taken the parameters that it was given. One that has not runs with those before, and so would be measured.
 * @throws FinalFailure where somebody has to do something
 */
export function requireParameters(servers: readonly DatabaseServer[]): void {
  const states = servers.flatMap(({ id, instance, clusterParameters }) => {
    const ofServer = (instance.DBParameterGroups ?? []).map(
      ({ ParameterApplyStatus }) => ParameterApplyStatus,
    );
    // Where AWS says nothing, nothing is known to be wrong.
    return [...ofServer, clusterParameters].flatMap((status = IN_SYNC) =>
      status === IN_SYNC ? [] : [{ id, status }],
    );
  });
  const toDo = states.flatMap(({ id, status }) => whatIsToDo(id, status) ?? []);
  if (toDo.length > 0) throw new FinalFailure([...new Set(toDo)].join("; "));
  if (states.length > 0) {
    throw new Error(`parameters of ${states.map(({ id, status }) => `${id} are ${status}`).join(", ")}`);
  }
}

/** Generators on instances answer to Systems Manager. */
async function reachableGenerators(access: EnvironmentAccess, clients: AwsClients): Promise<void> {
  const remotes = await locateGenerators(access.generators, clients, access.environmentId);
  const instances = remotes.filter((remote) => remote instanceof InstanceGenerator);
  for (const [region, members] of groupBy(instances, (one) => one.region ?? clients.region)) {
    const instanceIds = members.map(({ instanceId }) => instanceId);
    const { InstanceInformationList = [] } = await clients
      .in(region)
      .ssm.send(
        new DescribeInstanceInformationCommand({ Filters: [{ Key: "InstanceIds", Values: instanceIds }] }),
      );
    const online = InstanceInformationList.filter(({ PingStatus }) => PingStatus === "Online");
    if (online.length < instanceIds.length) {
      const where = region === clients.region ? "" : ` of ${region}`;
      throw new Error(
        `${online.length} of ${instanceIds.length} generators${where} answer to Systems Manager`,
      );
    }
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
    const servers = () => databaseServers(plan.environmentId, settings.database.engine, clients.rds);
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
            {
              what: "every instance runs the version that was brought up",
              run: () =>
                runsItsVersion(
                  appGroupName(plan.environmentId),
                  clients.autoScaling,
                  refreshMs(plan, settings),
                ),
            },
          ]
        : []),
      {
        what: "primary and replicas are available",
        run: async () => requireAvailable(await servers(), 1 + plan.sizing.database.replicas),
      },
      {
        what: "every database server has taken its parameters",
        run: async () => requireParameters(await servers()),
      },
      { what: "every generator can be reached", run: () => reachableGenerators(access, clients) },
    ];
    return requireAll(checks, {
      ...times,
      signal,
      reasonOf: (error, what) =>
        error instanceof FinalFailure || error instanceof UnderWay
          ? error.message
          : awsFailure(error, what).message,
      hint: "What instances said while they booted is in the environment's log group in CloudWatch Logs.",
    });
  });
}
