import {
  DeleteDBClusterParameterGroupCommand,
  DeleteDBParameterGroupCommand,
  DeleteDBSubnetGroupCommand,
  paginateDescribeDBClusterParameterGroups,
  paginateDescribeDBParameterGroups,
  paginateDescribeDBSubnetGroups,
  RDSClient,
} from "@aws-sdk/client-rds";
import { arnPattern, collect, indexedNames, pickFound } from "../belonging";
import type { Found, ResourceKind, World } from "../kind";
import { FoundBy } from "../model";
import { comment } from "./names";

const rds = (world: World): RDSClient => world.clients.client(RDSClient);

/** By tag, or by the description that perfbed gives: names of these groups are made up by Pulumi. */
function byDescription(
  world: World,
  tagged: readonly string[],
  id: string,
  description: string | undefined,
): Found | undefined {
  const { environmentId, region } = world;
  if (tagged.includes(id)) return { id, region, foundBy: FoundBy.Tag };
  if (description === comment("Database", environmentId)) return { id, region, foundBy: FoundBy.Name };
  return undefined;
}

const SUBNET_GROUP_ARN = arnPattern("rds", "subgrp:");
const PARAMETER_GROUP_ARN = arnPattern("rds", "pg:");
const CLUSTER_PARAMETER_GROUP_ARN = arnPattern("rds", "cluster-pg:");

export const subnetGroup: ResourceKind = {
  kind: "rds:subgrp",
  waitsFor: ["rds:cluster", "rds:db"],
  arn: SUBNET_GROUP_ARN,
  async list(world) {
    const pages = paginateDescribeDBSubnetGroups({ client: rds(world) }, {});
    const tagged = indexedNames(world, SUBNET_GROUP_ARN);
    return pickFound(
      await collect(pages, (page) => page.DBSubnetGroups),
      ({ DBSubnetGroupName: id = "", DBSubnetGroupDescription }) =>
        byDescription(world, tagged, id, DBSubnetGroupDescription),
    );
  },
  async remove({ id }, world) {
    await rds(world).send(new DeleteDBSubnetGroupCommand({ DBSubnetGroupName: id }));
  },
};

export const parameterGroup: ResourceKind = {
  kind: "rds:pg",
  waitsFor: ["rds:cluster", "rds:db"],
  arn: PARAMETER_GROUP_ARN,
  async list(world) {
    const pages = paginateDescribeDBParameterGroups({ client: rds(world) }, {});
    const tagged = indexedNames(world, PARAMETER_GROUP_ARN);
    return pickFound(
      await collect(pages, (page) => page.DBParameterGroups),
      ({ DBParameterGroupName: id = "", Description }) => byDescription(world, tagged, id, Description),
    );
  },
  async remove({ id }, world) {
    await rds(world).send(new DeleteDBParameterGroupCommand({ DBParameterGroupName: id }));
  },
};

export const clusterParameterGroup: ResourceKind = {
  kind: "rds:cluster-pg",
  waitsFor: ["rds:cluster"],
  arn: CLUSTER_PARAMETER_GROUP_ARN,
  async list(world) {
    const pages = paginateDescribeDBClusterParameterGroups({ client: rds(world) }, {});
    const tagged = indexedNames(world, CLUSTER_PARAMETER_GROUP_ARN);
    return pickFound(
      await collect(pages, (page) => page.DBClusterParameterGroups),
      ({ DBClusterParameterGroupName: id = "", Description }) =>
        byDescription(world, tagged, id, Description),
    );
  },
  async remove({ id }, world) {
    await rds(world).send(new DeleteDBClusterParameterGroupCommand({ DBClusterParameterGroupName: id }));
  },
};
