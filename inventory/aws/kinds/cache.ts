import {
  DeleteCacheParameterGroupCommand,
  DeleteCacheSubnetGroupCommand,
  DeleteReplicationGroupCommand,
  DeleteServerlessCacheCommand,
  DeleteUserCommand,
  DeleteUserGroupCommand,
  ElastiCacheClient,
  paginateDescribeCacheParameterGroups,
  paginateDescribeCacheSubnetGroups,
  paginateDescribeReplicationGroups,
  paginateDescribeServerlessCaches,
  paginateDescribeUserGroups,
  paginateDescribeUsers,
} from "@aws-sdk/client-elasticache";
import { arnPattern, collect, pickFound } from "../belonging";
import type { Found, ResourceKind, World } from "../kind";
import { FoundBy } from "../model";
import { comment, partName } from "./names";

const elasticache = (world: World): ElastiCacheClient => world.clients.client(ElastiCacheClient);

/** By tag where the index has it, else by name or description. */
function ours(
  world: World,
  item: { readonly id: string; readonly arn?: string | undefined; readonly status?: string | undefined },
  named: boolean,
): Found | undefined {
  const tagged = item.arn !== undefined && world.taggedArns.includes(item.arn);
  if (!tagged && !named) return undefined;
  const { id, status } = item;
  return {
    id,
    region: world.region,
    foundBy: tagged ? FoundBy.Tag : FoundBy.Name,
    ...(status === undefined ? {} : { state: status, going: status === "deleting" }),
  };
}

export const replicationGroup: ResourceKind = {
  kind: "elasticache:replicationgroup",
  waitsFor: [],
  arn: arnPattern("elasticache", "replicationgroup:"),
  async list(world) {
    const pages = paginateDescribeReplicationGroups({ client: elasticache(world) }, {});
    const name = partName(world.environmentId, "cache");
    return pickFound(
      await collect(pages, (page) => page.ReplicationGroups),
      ({ ReplicationGroupId: id = "", ARN: arn, Status: status }) =>
        ours(world, { id, arn, status }, id === name),
    );
  },
  async remove({ id }, world) {
    await elasticache(world).send(new DeleteReplicationGroupCommand({ ReplicationGroupId: id }));
  },
};

export const serverlessCache: ResourceKind = {
  kind: "elasticache:serverlesscache",
  waitsFor: [],
  arn: arnPattern("elasticache", "serverlesscache:"),
  async list(world) {
    const pages = paginateDescribeServerlessCaches({ client: elasticache(world) }, {});
    const name = partName(world.environmentId, "cache");
    return pickFound(
      await collect(pages, (page) => page.ServerlessCaches),
      ({ ServerlessCacheName: id = "", ARN: arn, Status: status }) =>
        ours(
          world,
          { id, arn, ...(status === undefined ? {} : { status: status.toLowerCase() }) },
          id === name,
        ),
    );
  },
  async remove({ id }, world) {
    await elasticache(world).send(new DeleteServerlessCacheCommand({ ServerlessCacheName: id }));
  },
};

export const userGroup: ResourceKind = {
  kind: "elasticache:usergroup",
  waitsFor: ["elasticache:replicationgroup", "elasticache:serverlesscache"],
  arn: arnPattern("elasticache", "usergroup:"),
  async list(world) {
    const pages = paginateDescribeUserGroups({ client: elasticache(world) }, {});
    const name = partName(world.environmentId, "cache");
    return pickFound(
      await collect(pages, (page) => page.UserGroups),
      ({ UserGroupId: id = "", ARN: arn, Status: status }) => ours(world, { id, arn, status }, id === name),
    );
  },
  async remove({ id }, world) {
    await elasticache(world).send(new DeleteUserGroupCommand({ UserGroupId: id }));
  },
};

export const user: ResourceKind = {
  kind: "elasticache:user",
  waitsFor: ["elasticache:usergroup"],
  arn: arnPattern("elasticache", "user:"),
  async list(world) {
    const pages = paginateDescribeUsers({ client: elasticache(world) }, {});
    const name = partName(world.environmentId, "cache");
    return pickFound(
      await collect(pages, (page) => page.Users),
      ({ UserId: id = "", ARN: arn, Status: status }) => ours(world, { id, arn, status }, id === name),
    );
  },
  async remove({ id }, world) {
    await elasticache(world).send(new DeleteUserCommand({ UserId: id }));
  },
};

export const subnetGroup: ResourceKind = {
  kind: "elasticache:subnetgroup",
  waitsFor: ["elasticache:replicationgroup", "elasticache:serverlesscache"],
  arn: arnPattern("elasticache", "subnetgroup:"),
  async list(world) {
    const pages = paginateDescribeCacheSubnetGroups({ client: elasticache(world) }, {});
    const description = comment("Cache", world.environmentId);
    return pickFound(await collect(pages, (page) => page.CacheSubnetGroups), (one) =>
      ours(
        world,
        { id: one.CacheSubnetGroupName ?? "", arn: one.ARN },
        one.CacheSubnetGroupDescription === description,
      ),
    );
  },
  async remove({ id }, world) {
    await elasticache(world).send(new DeleteCacheSubnetGroupCommand({ CacheSubnetGroupName: id }));
  },
};

export const parameterGroup: ResourceKind = {
  kind: "elasticache:parametergroup",
  waitsFor: ["elasticache:replicationgroup"],
  arn: arnPattern("elasticache", "parametergroup:"),
  async list(world) {
    const pages = paginateDescribeCacheParameterGroups({ client: elasticache(world) }, {});
    const description = comment("Cache", world.environmentId);
    return pickFound(await collect(pages, (page) => page.CacheParameterGroups), (one) =>
      ours(world, { id: one.CacheParameterGroupName ?? "", arn: one.ARN }, one.Description === description),
    );
  },
  async remove({ id }, world) {
    await elasticache(world).send(new DeleteCacheParameterGroupCommand({ CacheParameterGroupName: id }));
  },
};
