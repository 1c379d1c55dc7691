import { DescribeDBClustersCommand, type RDSClient } from "@aws-sdk/client-rds";
import {
  removeScaledReaders,
  type ScaledReaderOptions,
} from "../../../components/aws/database/scaled-readers";
import type { AwsClients } from "./clients";
import { clusterIdentifier } from "./databases";
import { isAwsError, withAws } from "./errors";

async function hasCluster(identifier: string, rds: RDSClient): Promise<boolean> {
  try {
    await rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: identifier }));
    return true;
  } catch (error) {
    if (isAwsError(error, "DBClusterNotFoundFault")) return false;
    throw error;
  }
}

/**
 * Removes the readers that autoscaling added to an environment's database. No stack knows of them, AWS keeps them, and refuses to delete their
 * cluster. Of an environment without a cluster nothing more is asked.
 * @returns how many there were
 * @throws EnvironmentError when some stay, or AWS does not let us
 */
export async function clearScaledReaders(
  environmentId: string,
  { rds, applicationAutoScaling: scaling }: Pick<AwsClients, "rds" | "applicationAutoScaling">,
  options: ScaledReaderOptions = {},
): Promise<number> {
  const cluster = clusterIdentifier(environmentId);
  return withAws("removing readers that autoscaling added", async () =>
    (await hasCluster(cluster, rds)) ? removeScaledReaders(cluster, { rds, scaling }, options) : 0,
  );
}
