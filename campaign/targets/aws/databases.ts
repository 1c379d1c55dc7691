import {
  type DBInstance,
  DescribeDBClustersCommand,
  paginateDescribeDBInstances,
  type RDSClient,
} from "@aws-sdk/client-rds";
import { DatabaseEngine } from "../../../components/aws/settings";
import { collect } from "../../../inventory/aws/belonging";
import { databasePattern, partName } from "../../../inventory/aws/kinds/names";

/** A server of an environment's database, as AWS has it. */
export interface DatabaseServer {
  readonly id: string;
  /** Its identifier without the environment's: `primary`, `replica-1`, `reader-1`, `application-autoscaling-…`. */
  readonly name: string;
  /** Follows another one now, whatever its name says: after a failover a writer is a reader. */
  readonly isReplica: boolean;
  readonly instance: DBInstance;
  /** How far it is with the parameters of its cluster, where AWS says so. Aurora alone. */
  readonly clusterParameters?: string;
}

/** Identifier of an environment's Aurora cluster. */
export const clusterIdentifier = (environmentId: string): string => partName(environmentId, "database");

/** Servers of RDS are told by their names: `shop` must not take what belongs to `shop-a`. */
function rdsServers(environmentId: string, instances: readonly DBInstance[]): readonly DatabaseServer[] {
  const pattern = databasePattern(environmentId);
  return instances.flatMap((instance) => {
    const { DBInstanceIdentifier: id = "", ReadReplicaSourceDBInstanceIdentifier: source } = instance;
    if (!pattern.test(id)) return [];
    return [{ id, name: nameOf(environmentId, id), isReplica: source !== undefined, instance }];
  });
}

/** Members of Aurora are told by their cluster: readers that autoscaling added have names of its own. */
async function auroraServers(
  environmentId: string,
  instances: readonly DBInstance[],
  rds: RDSClient,
): Promise<readonly DatabaseServer[]> {
  const cluster = clusterIdentifier(environmentId);
  const { DBClusters = [] } = await rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: cluster }));
  const members = DBClusters[0]?.DBClusterMembers ?? [];
  return instances.flatMap((instance) => {
    const { DBInstanceIdentifier: id, DBClusterIdentifier } = instance;
    if (id === undefined || DBClusterIdentifier !== cluster) return [];
    const member = members.find(({ DBInstanceIdentifier }) => DBInstanceIdentifier === id);
    const clusterParameters = member?.DBClusterParameterGroupStatus;
    return [
      {
        id,
        name: nameOf(environmentId, id),
        isReplica: member?.IsClusterWriter !== true,
        instance,
        ...(clusterParameters === undefined ? {} : { clusterParameters }),
      },
    ];
  });
}

function nameOf(environmentId: string, id: string): string {
  const prefix = partName(environmentId, "");
  return id.startsWith(prefix) ? id.slice(prefix.length) : id;
}

/** Every server of an environment's database, in the order of AWS's list. */
export async function databaseServers(
  environmentId: string,
  engine: DatabaseEngine,
  rds: RDSClient,
): Promise<readonly DatabaseServer[]> {
  const instances = await collect(
    paginateDescribeDBInstances({ client: rds }, {}),
    (page) => page.DBInstances,
  );
  return engine === DatabaseEngine.Aurora
    ? auroraServers(environmentId, instances, rds)
    : rdsServers(environmentId, instances);
}
