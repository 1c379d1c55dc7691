import { DeleteSnapshotCommand, EC2Client, paginateDescribeSnapshots } from "@aws-sdk/client-ec2";
import {
  DeleteSnapshotCommand as DeleteCacheSnapshotCommand,
  ElastiCacheClient,
  paginateDescribeSnapshots as paginateDescribeCacheSnapshots,
} from "@aws-sdk/client-elasticache";
import {
  DeleteDBClusterSnapshotCommand,
  DeleteDBInstanceAutomatedBackupCommand,
  DeleteDBSnapshotCommand,
  paginateDescribeDBClusterSnapshots,
  paginateDescribeDBInstanceAutomatedBackups,
  paginateDescribeDBSnapshots,
  RDSClient,
} from "@aws-sdk/client-rds";
import { arnPattern, belongs, collect, pickFound } from "../belonging";
import type { ResourceKind, World } from "../kind";
import { FoundBy } from "../model";
import { tagFilter } from "./ec2-filters";
import { isRetained } from "./kept";
import { databasePattern, partName } from "./names";

/** Copies of data that outlive what they were made from. They cost money, and somebody may want them: they are found and reported. */

const rds = (world: World): RDSClient => world.clients.client(RDSClient);

export const databaseSnapshot: ResourceKind = {
  kind: "rds:snapshot",
  waitsFor: [],
  arn: arnPattern("rds", "snapshot:"),
  async list(world) {
    const pages = paginateDescribeDBSnapshots({ client: rds(world) }, { SnapshotType: "manual" });
    const snapshots = await collect(pages, (page) => page.DBSnapshots);
    const pattern = databasePattern(world.environmentId);
    return pickFound(snapshots, (one) => {
      const named = pattern.test(one.DBInstanceIdentifier ?? "") && FoundBy.Owner;
      const foundBy = belongs(world, one.TagList, named);
      if (foundBy === undefined) return undefined;
      const { DBSnapshotIdentifier: id = "", Status: state = "" } = one;
      return { id, region: world.region, foundBy, state, kept: isRetained("a snapshot of the database") };
    });
  },
  async remove({ id }, world) {
    await rds(world).send(new DeleteDBSnapshotCommand({ DBSnapshotIdentifier: id }));
  },
};

export const clusterSnapshot: ResourceKind = {
  kind: "rds:cluster-snapshot",
  waitsFor: [],
  arn: arnPattern("rds", "cluster-snapshot:"),
  async list(world) {
    const pages = paginateDescribeDBClusterSnapshots({ client: rds(world) }, { SnapshotType: "manual" });
    const snapshots = await collect(pages, (page) => page.DBClusterSnapshots);
    const name = partName(world.environmentId, "database");
    return pickFound(snapshots, (one) => {
      const foundBy = belongs(world, one.TagList, one.DBClusterIdentifier === name && FoundBy.Owner);
      if (foundBy === undefined) return undefined;
      const { DBClusterSnapshotIdentifier: id = "", Status: state = "" } = one;
      return { id, region: world.region, foundBy, state, kept: isRetained("a snapshot of the cluster") };
    });
  },
  async remove({ id }, world) {
    await rds(world).send(new DeleteDBClusterSnapshotCommand({ DBClusterSnapshotIdentifier: id }));
  },
};

/** Backups kept when a server was removed by hand; perfbed removes them with the server. */
export const automatedBackup: ResourceKind = {
  kind: "rds:auto-backup",
  waitsFor: [],
  arn: arnPattern("rds", "auto-backup:"),
  async list(world) {
    const pages = paginateDescribeDBInstanceAutomatedBackups(
      { client: rds(world) },
      { Filters: [{ Name: "status", Values: ["retained"] }] },
    );
    const backups = await collect(pages, (page) => page.DBInstanceAutomatedBackups);
    const pattern = databasePattern(world.environmentId);
    return pickFound(backups, ({ DBInstanceIdentifier = "", DbiResourceId: id = "", Status: state = "" }) =>
      pattern.test(DBInstanceIdentifier) && state === "retained"
        ? {
            id,
            region: world.region,
            foundBy: FoundBy.Owner,
            state,
            kept: isRetained("a backup of the database"),
          }
        : undefined,
    );
  },
  async remove({ id }, world) {
    await rds(world).send(new DeleteDBInstanceAutomatedBackupCommand({ DbiResourceId: id }));
  },
};

export const cacheSnapshot: ResourceKind = {
  kind: "elasticache:snapshot",
  waitsFor: [],
  arn: arnPattern("elasticache", "snapshot:"),
  async list(world) {
    const client = world.clients.client(ElastiCacheClient);
    const snapshots = await collect(paginateDescribeCacheSnapshots({ client }, {}), (page) => page.Snapshots);
    const name = partName(world.environmentId, "cache");
    return pickFound(
      snapshots,
      ({ SnapshotName: id = "", ReplicationGroupId, SnapshotStatus: state = "" }) =>
        ReplicationGroupId === name
          ? {
              id,
              region: world.region,
              foundBy: FoundBy.Owner,
              state,
              kept: isRetained("a snapshot of the cache"),
            }
          : undefined,
    );
  },
  async remove({ id }, world) {
    await world.clients.client(ElastiCacheClient).send(new DeleteCacheSnapshotCommand({ SnapshotName: id }));
  },
};

export const volumeSnapshot: ResourceKind = {
  kind: "ec2:snapshot",
  waitsFor: [],
  arn: arnPattern("ec2", "snapshot/"),
  async list(world) {
    const client = world.clients.client(EC2Client);
    const pages = paginateDescribeSnapshots({ client }, { OwnerIds: ["self"], Filters: [tagFilter(world)] });
    return pickFound(await collect(pages, (page) => page.Snapshots), ({ SnapshotId: id = "" }) => ({
      id,
      region: world.region,
      foundBy: FoundBy.Tag,
      kept: isRetained("a snapshot of a volume"),
    }));
  },
  async remove({ id }, world) {
    await world.clients.client(EC2Client).send(new DeleteSnapshotCommand({ SnapshotId: id }));
  },
};
