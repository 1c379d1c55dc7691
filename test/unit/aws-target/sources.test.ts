import { DBClusterNotFoundFault } from "@aws-sdk/client-rds";
import { AwsClients } from "../../../campaign/targets/aws/clients";
import { type SourceSurvey, surveySources } from "../../../campaign/targets/aws/telemetry/sources";
import { awsSettings, DatabaseEngine } from "../../../components/aws/settings";
import { answerCalls } from "../../support/aws-answers";

const REGION = "eu-west-1";

/** An account with these databases and nothing else. */
async function survey(
  engine: DatabaseEngine,
  databases: { readonly instances: readonly object[]; readonly clusters?: () => readonly object[] },
): Promise<SourceSurvey> {
  const clients = new AwsClients(REGION);
  const { rds, cloudFront, loadBalancing, elastiCache } = clients;
  answerCalls([rds, cloudFront, loadBalancing, elastiCache], ({ command }) => {
    if (command === "DescribeDBInstancesCommand") return { DBInstances: databases.instances };
    if (command === "DescribeDBClustersCommand") return { DBClusters: databases.clusters?.() ?? [] };
    return {};
  });
  try {
    return await surveySources(
      "shop",
      clients,
      awsSettings({ region: REGION, database: { engine, proxy: false } }),
    );
  } finally {
    clients.close();
  }
}

/** Source, identifier, and the name of the figure of its lag. */
const databasesOf = ({ sources }: SourceSurvey) =>
  sources
    .filter(({ tier }) => tier === "database")
    .map(({ source, dimensions, figures }) => [
      source,
      dimensions.DBInstanceIdentifier,
      figures.find(({ metric }) => metric === "replica_lag_ms")?.name,
    ]);

const member = (id: string, cluster: string) => ({
  DBInstanceIdentifier: id,
  DBClusterIdentifier: cluster,
  DBInstanceClass: "db.r7g.large",
});

test("members of Aurora are told by their cluster, with readers that autoscaling added; who has a lag is what the cluster says after a failover", async () => {
  const found = await survey(DatabaseEngine.Aurora, {
    instances: [
      member("shop-writer", "shop-database"),
      member("shop-reader-1", "shop-database"),
      member("application-autoscaling-7e1", "shop-database"),
      member("shop-a-writer", "shop-a-database"),
      member("application-autoscaling-9f2", "shop-a-database"),
    ],
    clusters: () => [
      {
        DBClusterMembers: [
          { DBInstanceIdentifier: "shop-reader-1", IsClusterWriter: true },
          { DBInstanceIdentifier: "shop-writer", IsClusterWriter: false },
          { DBInstanceIdentifier: "application-autoscaling-7e1", IsClusterWriter: false },
        ],
      },
    ],
  });
  expect(databasesOf(found)).toEqual([
    ["database-writer", "shop-writer", "AuroraReplicaLag"],
    ["database-reader-1", "shop-reader-1", undefined],
    ["database-application-autoscaling-7e1", "application-autoscaling-7e1", "AuroraReplicaLag"],
  ]);
});

test("servers of RDS are told by their whole names, and a replica by what it follows", async () => {
  const found = await survey(DatabaseEngine.Rds, {
    instances: [
      { DBInstanceIdentifier: "shop-primary", DBInstanceClass: "db.m7g.large" },
      { DBInstanceIdentifier: "shop-replica-1", ReadReplicaSourceDBInstanceIdentifier: "shop-primary" },
      { DBInstanceIdentifier: "shop-a-primary" },
    ],
  });
  expect(databasesOf(found)).toEqual([
    ["database-primary", "shop-primary", undefined],
    ["database-replica-1", "shop-replica-1", "ReplicaLag"],
  ]);
});

test("a cluster that is not there is a missing source, and what else is missing is named beside it", async () => {
  const found = await survey(DatabaseEngine.Aurora, {
    instances: [],
    clusters: () => {
      throw new DBClusterNotFoundFault({ $metadata: {}, message: "no such cluster" });
    },
  });
  expect(found.missing).toEqual([
    { tier: "edge", source: "edge", reason: "AWS has none" },
    { tier: "app", source: "load-balancer", reason: "AWS has none" },
    { tier: "cache", source: "cache", reason: "AWS has none" },
    { tier: "database", source: "database", reason: "AWS has none" },
  ]);
});
