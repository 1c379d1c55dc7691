import { setTimeout as sleep } from "node:timers/promises";
import {
  type ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  RegisterScalableTargetCommand,
  ScalableDimension,
  ServiceNamespace,
} from "@aws-sdk/client-application-auto-scaling";
import {
  DBClusterNotFoundFault,
  DBInstanceNotFoundFault,
  DeleteDBInstanceCommand,
  DescribeDBClustersCommand,
  InvalidDBInstanceStateFault,
  type RDSClient,
} from "@aws-sdk/client-rds";
import { EnvironmentError } from "../../../core/errors";

/** How Application Auto Scaling begins the names of readers it adds. */
const SCALED_PREFIX = "application-autoscaling-";

export interface ScaledReaderClients {
  readonly rds: RDSClient;
  readonly scaling: ApplicationAutoScalingClient;
}

export interface ScaledReaderOptions {
  /** Seconds until readers that are still there count as stuck. @default 1800 */
  readonly deadlineSeconds?: number;
  /** Seconds between two looks. @default 15 */
  readonly pollSeconds?: number;
}

/**
 * Removes the readers that autoscaling added to an Aurora cluster. AWS leaves them when scaling ends and refuses to delete a cluster that has
 * them, so teardown calls this before anything else. Scaling is suspended first; otherwise it would put them back. Safe to repeat.
 *
 * @returns how many there were
 * @throws EnvironmentError when some are still there at the deadline
 */
export async function removeScaledReaders(
  clusterIdentifier: string,
  { rds, scaling }: ScaledReaderClients,
  { deadlineSeconds = 1_800, pollSeconds = 15 }: ScaledReaderOptions = {},
): Promise<number> {
  await suspendScaling(clusterIdentifier, scaling);
  const deadline = Date.now() + deadlineSeconds * 1_000;
  const seen = new Set<string>();
  for (;;) {
    const readers = await scaledReaders(clusterIdentifier, rds);
    if (readers.length === 0) return seen.size;
    if (Date.now() >= deadline) {
      throw new EnvironmentError(
        "PERFBED_SCALED_READERS_LEFT",
        `Aurora still has readers that autoscaling added: ${readers.join(", ")}`,
        { hint: "Delete them in the console, then repeat the teardown." },
      );
    }
    for (const reader of readers) {
      seen.add(reader);
      await removeReader(reader, rds);
    }
    await sleep(pollSeconds * 1_000);
  }
}

async function suspendScaling(
  clusterIdentifier: string,
  scaling: ApplicationAutoScalingClient,
): Promise<void> {
  const resourceId = `cluster:${clusterIdentifier}`;
  const target = {
    ServiceNamespace: ServiceNamespace.RDS,
    ScalableDimension: ScalableDimension.RDSClusterReadReplicaCount,
  };
  const { ScalableTargets } = await scaling.send(
    new DescribeScalableTargetsCommand({ ...target, ResourceIds: [resourceId] }),
  );
  // Registering is also how a target is changed; without one it would make one.
  if (ScalableTargets?.length !== 1) return;
  await scaling.send(
    new RegisterScalableTargetCommand({
      ...target,
      ResourceId: resourceId,
      MinCapacity: 0,
      SuspendedState: {
        DynamicScalingInSuspended: true,
        DynamicScalingOutSuspended: true,
        ScheduledScalingSuspended: true,
      },
    }),
  );
}

async function scaledReaders(clusterIdentifier: string, rds: RDSClient): Promise<string[]> {
  const members = await clusterMembers(clusterIdentifier, rds);
  return members.filter((identifier) => identifier.startsWith(SCALED_PREFIX));
}

async function clusterMembers(clusterIdentifier: string, rds: RDSClient): Promise<string[]> {
  try {
    const { DBClusters } = await rds.send(
      new DescribeDBClustersCommand({ DBClusterIdentifier: clusterIdentifier }),
    );
    return (DBClusters?.[0]?.DBClusterMembers ?? []).flatMap(({ DBInstanceIdentifier: id }) => id ?? []);
  } catch (error) {
    if (error instanceof DBClusterNotFoundFault) return [];
    throw error;
  }
}

/** One that is on its way up or down already cannot be deleted now; the next look sees to it. */
async function removeReader(identifier: string, rds: RDSClient): Promise<void> {
  try {
    await rds.send(
      new DeleteDBInstanceCommand({ DBInstanceIdentifier: identifier, SkipFinalSnapshot: true }),
    );
  } catch (error) {
    if (error instanceof InvalidDBInstanceStateFault || error instanceof DBInstanceNotFoundFault) return;
    throw error;
  }
}
