import {
  DeleteInternetGatewayCommand,
  DeleteNetworkAclCommand,
  DeleteRouteTableCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DescribeInternetGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DetachInternetGatewayCommand,
  DisassociateRouteTableCommand,
  EC2Client,
  paginateDescribeInternetGateways,
  paginateDescribeNetworkAcls,
  paginateDescribeRouteTables,
  paginateDescribeSecurityGroups,
  paginateDescribeSubnets,
  paginateDescribeVpcs,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
} from "@aws-sdk/client-ec2";
import { unlessGone } from "../aws-errors";
import { arnPattern, belongs, collect, pickFound } from "../belonging";
import type { ResourceKind, World } from "../kind";
import { FoundBy } from "../model";
import { networkFilters, tagFilter } from "./ec2-filters";
import { HAS_INTERFACES } from "./network";

const ec2 = (world: World): EC2Client => world.clients.client(EC2Client);

const FILLS_SUBNETS = [...HAS_INTERFACES, "ec2:network-interface"];

export const securityGroup: ResourceKind = {
  kind: "ec2:security-group",
  waitsFor: FILLS_SUBNETS,
  arn: arnPattern("ec2", "security-group/"),
  async list(world) {
    const client = ec2(world);
    const groups = await Promise.all(
      networkFilters(world).map((Filters) =>
        collect(paginateDescribeSecurityGroups({ client }, { Filters }), (page) => page.SecurityGroups),
      ),
    );
    return pickFound(groups.flat(), ({ GroupId: id = "", GroupName, Tags }) => {
      // A network's own group goes with the network.
      const foundBy = GroupName === "default" ? undefined : belongs(world, Tags, FoundBy.Network);
      return foundBy === undefined ? undefined : { id, region: world.region, foundBy };
    });
  },
  /** Groups that name each other in their rules keep each other: the rules go first. */
  async remove({ id }, world) {
    const client = ec2(world);
    const { SecurityGroups = [] } = await client.send(new DescribeSecurityGroupsCommand({ GroupIds: [id] }));
    const { IpPermissions = [], IpPermissionsEgress = [] } = SecurityGroups[0] ?? {};
    if (IpPermissions.length > 0) {
      // The group at the other end may be gone already, and the rule with it.
      await unlessGone(client.send(new RevokeSecurityGroupIngressCommand({ GroupId: id, IpPermissions })));
    }
    if (IpPermissionsEgress.length > 0) {
      await unlessGone(
        client.send(
          new RevokeSecurityGroupEgressCommand({ GroupId: id, IpPermissions: IpPermissionsEgress }),
        ),
      );
    }
    await client.send(new DeleteSecurityGroupCommand({ GroupId: id }));
  },
};

export const subnet: ResourceKind = {
  kind: "ec2:subnet",
  waitsFor: FILLS_SUBNETS,
  arn: arnPattern("ec2", "subnet/"),
  async list(world) {
    const client = ec2(world);
    const subnets = await Promise.all(
      networkFilters(world).map((Filters) =>
        collect(paginateDescribeSubnets({ client }, { Filters }), (page) => page.Subnets),
      ),
    );
    return pickFound(subnets.flat(), ({ SubnetId: id = "", Tags }) => {
      const foundBy = belongs(world, Tags, FoundBy.Network);
      return foundBy === undefined ? undefined : { id, region: world.region, foundBy };
    });
  },
  async remove({ id }, world) {
    await ec2(world).send(new DeleteSubnetCommand({ SubnetId: id }));
  },
};

export const internetGateway: ResourceKind = {
  kind: "ec2:internet-gateway",
  waitsFor: ["ec2:natgateway", "ec2:elastic-ip", "ec2:instance", "elasticloadbalancing:loadbalancer"],
  arn: arnPattern("ec2", "internet-gateway/"),
  async list(world) {
    const client = ec2(world);
    const gateways = await Promise.all(
      networkFilters(world, "attachment.vpc-id").map((Filters) =>
        collect(paginateDescribeInternetGateways({ client }, { Filters }), (page) => page.InternetGateways),
      ),
    );
    return pickFound(gateways.flat(), ({ InternetGatewayId: id = "", Tags }) => {
      const foundBy = belongs(world, Tags, FoundBy.Network);
      return foundBy === undefined ? undefined : { id, region: world.region, foundBy };
    });
  },
  async remove({ id }, world) {
    const client = ec2(world);
    const { InternetGateways = [] } = await client.send(
      new DescribeInternetGatewaysCommand({ InternetGatewayIds: [id] }),
    );
    for (const { VpcId } of InternetGateways[0]?.Attachments ?? []) {
      await client.send(new DetachInternetGatewayCommand({ InternetGatewayId: id, VpcId }));
    }
    await client.send(new DeleteInternetGatewayCommand({ InternetGatewayId: id }));
  },
};

export const routeTable: ResourceKind = {
  kind: "ec2:route-table",
  waitsFor: ["ec2:natgateway", "ec2:vpc-endpoint"],
  arn: arnPattern("ec2", "route-table/"),
  async list(world) {
    const client = ec2(world);
    const tables = await Promise.all(
      networkFilters(world).map((Filters) =>
        collect(paginateDescribeRouteTables({ client }, { Filters }), (page) => page.RouteTables),
      ),
    );
    return pickFound(tables.flat(), ({ RouteTableId: id = "", Associations = [], Tags }) => {
      // A network's main table goes with the network.
      const own = Associations.some(({ Main }) => Main === true);
      const foundBy = own ? undefined : belongs(world, Tags, FoundBy.Network);
      return foundBy === undefined ? undefined : { id, region: world.region, foundBy };
    });
  },
  async remove({ id }, world) {
    const client = ec2(world);
    const { RouteTables = [] } = await client.send(new DescribeRouteTablesCommand({ RouteTableIds: [id] }));
    for (const { RouteTableAssociationId } of RouteTables[0]?.Associations ?? []) {
      await client.send(new DisassociateRouteTableCommand({ AssociationId: RouteTableAssociationId }));
    }
    await client.send(new DeleteRouteTableCommand({ RouteTableId: id }));
  },
};

export const networkAcl: ResourceKind = {
  kind: "ec2:network-acl",
  waitsFor: ["ec2:subnet"],
  arn: arnPattern("ec2", "network-acl/"),
  async list(world) {
    const client = ec2(world);
    const lists = await Promise.all(
      networkFilters(world).map((Filters) =>
        collect(paginateDescribeNetworkAcls({ client }, { Filters }), (page) => page.NetworkAcls),
      ),
    );
    return pickFound(lists.flat(), ({ NetworkAclId: id = "", IsDefault, Tags }) => {
      const foundBy = IsDefault === true ? undefined : belongs(world, Tags, FoundBy.Network);
      return foundBy === undefined ? undefined : { id, region: world.region, foundBy };
    });
  },
  async remove({ id }, world) {
    await ec2(world).send(new DeleteNetworkAclCommand({ NetworkAclId: id }));
  },
};

export const vpc: ResourceKind = {
  kind: "ec2:vpc",
  waitsFor: [
    "ec2:internet-gateway",
    "ec2:network-acl",
    "ec2:route-table",
    "ec2:security-group",
    "ec2:subnet",
    "ec2:vpc-flow-log",
  ],
  arn: arnPattern("ec2", "vpc/"),
  async list(world) {
    const pages = paginateDescribeVpcs({ client: ec2(world) }, { Filters: [tagFilter(world)] });
    const networks = await collect(pages, (page) => page.Vpcs);
    return pickFound(networks, ({ VpcId: id = "" }) => ({ id, region: world.region, foundBy: FoundBy.Tag }));
  },
  async remove({ id }, world) {
    await ec2(world).send(new DeleteVpcCommand({ VpcId: id }));
  },
};
