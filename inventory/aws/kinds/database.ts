import {
  type DBCluster,
  DeleteDBClusterCommand,
  DeleteDBInstanceCommand,
  DeleteDBProxyCommand,
  DeleteDBProxyEndpointCommand,
  paginateDescribeDBClusters,
  paginateDescribeDBInstances,
  paginateDescribeDBProxies,
  paginateDescribeDBProxyEndpoints,
  RDSClient,
} from "@aws-sdk/client-rds";
import { arnPattern, belongs, collect, pickFound } from "../belonging";
import type { ResourceKind, World } from "../kind";
import { FoundBy } from "../model";
import { isProtectedHint } from "./kept";
import { databasePattern, partName } from "./names";

const rds = (world: World): RDSClient => world.clients.client(RDSClient);

const protectedCluster = (id: string) =>
  isProtectedHint(`aws rds modify-db-cluster --db-cluster-identifier ${id} --no-deletion-protection`);

async function clusters(world: World): Promise<{ readonly one: DBCluster; readonly foundBy: FoundBy }[]> {
  const all = await collect(
    paginateDescribeDBClusters({ client: rds(world) }, {}),
    (page) => page.DBClusters,
  );
  const name = partName(world.environmentId, "database");
  return all.flatMap((one) => {
    const foundBy = belongs(world, one.TagList, one.DBClusterIdentifier === name && FoundBy.Name);
    return foundBy === undefined ? [] : { one, foundBy };
  });
}

export const cluster: ResourceKind = {
  kind: "rds:cluster",
  waitsFor: ["rds:db"],
  arn: arnPattern("rds", "cluster:"),
  async list(world) {
    return (await clusters(world)).map(({ one, foundBy }) => {
      const { DBClusterIdentifier: id = "", Status: state = "" } = one;
      return {
        id,
        region: world.region,
        foundBy,
        state,
        going: state === "deleting",
        ...(one.DeletionProtection === true ? { kept: protectedCluster(id) } : {}),
      };
    });
  },
  async remove({ id }, world) {
    await rds(world).send(
      new DeleteDBClusterCommand({
        DBClusterIdentifier: id,
        SkipFinalSnapshot: true,
        DeleteAutomatedBackups: true,
      }),
    );
  },
};

/** Servers of RDS and members of an Aurora cluster, also those that autoscaling has added. */
export const server: ResourceKind = {
  kind: "rds:db",
  waitsFor: ["application-autoscaling:scalable-target"],
  arn: arnPattern("rds", "db:"),
  async list(world) {
    const [servers, ours] = await Promise.all([
      collect(paginateDescribeDBInstances({ client: rds(world) }, {}), (page) => page.DBInstances),
      clusters(world),
    ]);
    const pattern = databasePattern(world.environmentId);
    return pickFound(servers, (one) => {
      const { DBInstanceIdentifier: id = "", DBInstanceStatus: state = "" } = one;
      const owner = ours.find((other) => other.one.DBClusterIdentifier === one.DBClusterIdentifier)?.one;
      const otherwise = owner === undefined ? pattern.test(id) && FoundBy.Name : FoundBy.Owner;
      const foundBy = belongs(world, one.TagList, otherwise);
      if (foundBy === undefined) return undefined;
      const kept =
        one.DeletionProtection === true
          ? isProtectedHint(
              `aws rds modify-db-instance --db-instance-identifier ${id} --no-deletion-protection`,
            )
          : // Without its servers a protected cluster would be there and of no use.
            owner?.DeletionProtection === true
            ? protectedCluster(owner.DBClusterIdentifier ?? "")
            : undefined;
      return {
        // A slash tells members of Aurora, which have no backups of their own.
        id: owner === undefined ? id : `${owner.DBClusterIdentifier}/${id}`,
        region: world.region,
        foundBy,
        state,
        going: state === "deleting",
        ...(kept === undefined ? {} : { kept }),
      };
    });
  },
  async remove({ id }, world) {
    const [identifier = "", ...cluster] = id.split("/").reverse();
    await rds(world).send(
      new DeleteDBInstanceCommand({
        DBInstanceIdentifier: identifier,
        SkipFinalSnapshot: true,
        ...(cluster.length === 0 ? { DeleteAutomatedBackups: true } : {}),
      }),
    );
  },
};

export const proxyEndpoint: ResourceKind = {
  kind: "rds:db-proxy-endpoint",
  waitsFor: [],
  arn: arnPattern("rds", "db-proxy-endpoint:"),
  async list(world) {
    const pages = paginateDescribeDBProxyEndpoints({ client: rds(world) }, {});
    const endpoints = await collect(pages, (page) => page.DBProxyEndpoints);
    const proxyName = partName(world.environmentId, "proxy");
    return pickFound(endpoints, (one) => {
      // The first endpoint of a proxy goes with the proxy.
      if (one.DBProxyName !== proxyName || one.IsDefault === true) return undefined;
      const { DBProxyEndpointName: id = "", Status: state = "" } = one;
      return { id, region: world.region, foundBy: FoundBy.Owner, state, going: state === "deleting" };
    });
  },
  async remove({ id }, world) {
    await rds(world).send(new DeleteDBProxyEndpointCommand({ DBProxyEndpointName: id }));
  },
};

export const proxy: ResourceKind = {
  kind: "rds:db-proxy",
  waitsFor: ["rds:db-proxy-endpoint"],
  arn: arnPattern("rds", "db-proxy:"),
  async list(world) {
    const all = await collect(
      paginateDescribeDBProxies({ client: rds(world) }, {}),
      (page) => page.DBProxies,
    );
    const name = partName(world.environmentId, "proxy");
    return pickFound(all, ({ DBProxyName: id = "", DBProxyArn = "", Status: state = "" }) => {
      const foundBy = world.taggedArns.includes(DBProxyArn) ? FoundBy.Tag : FoundBy.Name;
      if (foundBy === FoundBy.Name && id !== name) return undefined;
      return { id, region: world.region, foundBy, state, going: state === "deleting" };
    });
  },
  async remove({ id }, world) {
    await rds(world).send(new DeleteDBProxyCommand({ DBProxyName: id }));
  },
};
