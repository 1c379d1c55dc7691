import * as sdk from "@aws-sdk/client-ec2";
import { type Aws, given, one } from "../api";
import type { Props } from "../props";
import type { ResourceType, ResourceTypes } from "../resource-type";
import { removeInterfaces } from "./ec2-leftovers";
import { ec2Tags, tagMap, updateEc2Tags } from "./tags";

const ec2 = (aws: Aws): sdk.EC2Client => aws.client(sdk.EC2Client);

async function setVpcAttributes(VpcId: string, inputs: Props, aws: Aws): Promise<void> {
  // One attribute a call, as AWS has it.
  const dns = inputs.maybeFlag("enableDnsSupport") ?? true;
  await ec2(aws).send(new sdk.ModifyVpcAttributeCommand({ VpcId, EnableDnsSupport: { Value: dns } }));
  const names = inputs.flag("enableDnsHostnames");
  await ec2(aws).send(new sdk.ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames: { Value: names } }));
}

const vpc: ResourceType = {
  replaceOn: ["cidrBlock", "instanceTenancy"],
  async create(inputs, aws, made) {
    const answer = await ec2(aws).send(
      new sdk.CreateVpcCommand({
        CidrBlock: inputs.text("cidrBlock"),
        TagSpecifications: ec2Tags("vpc", inputs),
      }),
    );
    const id = given(answer.Vpc?.VpcId, "VpcId");
    made(id);
    await setVpcAttributes(id, inputs, aws);
    return id;
  },
  async read(id, _state, aws) {
    const found = one((await ec2(aws).send(new sdk.DescribeVpcsCommand({ VpcIds: [id] }))).Vpcs, id);
    const inVpc = [{ Name: "vpc-id", Values: [id] }];
    const tables = await ec2(aws).send(
      new sdk.DescribeRouteTablesCommand({
        Filters: [...inVpc, { Name: "association.main", Values: ["true"] }],
      }),
    );
    const groups = await ec2(aws).send(
      new sdk.DescribeSecurityGroupsCommand({
        Filters: [...inVpc, { Name: "group-name", Values: ["default"] }],
      }),
    );
    return {
      arn: aws.arn("ec2", `vpc/${id}`),
      cidrBlock: found.CidrBlock,
      mainRouteTableId: tables.RouteTables?.[0]?.RouteTableId,
      defaultRouteTableId: tables.RouteTables?.[0]?.RouteTableId,
      defaultSecurityGroupId: groups.SecurityGroups?.[0]?.GroupId,
      tags: tagMap(found.Tags),
    };
  },
  async update(id, news, olds, aws) {
    await setVpcAttributes(id, news, aws);
    await updateEc2Tags(id, news, olds, aws);
  },
  async delete(id, _state, aws) {
    // A real VPC with something in it cannot be deleted; the emulator lets some of it pass.
    const Filters = [{ Name: "vpc-id", Values: [id] }];
    const { Subnets = [] } = await ec2(aws).send(new sdk.DescribeSubnetsCommand({ Filters }));
    if (Subnets.length > 0) throw new Error(`DependencyViolation: ${id} still has ${Subnets.length} subnets`);
    await ec2(aws).send(new sdk.DeleteVpcCommand({ VpcId: id }));
  },
};

async function setSubnetAttributes(SubnetId: string, inputs: Props, aws: Aws): Promise<void> {
  const Value = inputs.flag("mapPublicIpOnLaunch");
  await ec2(aws).send(new sdk.ModifySubnetAttributeCommand({ SubnetId, MapPublicIpOnLaunch: { Value } }));
}

const subnet: ResourceType = {
  replaceOn: ["vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId"],
  async create(inputs, aws, made) {
    const answer = await ec2(aws).send(
      new sdk.CreateSubnetCommand({
        VpcId: inputs.text("vpcId"),
        CidrBlock: inputs.maybeText("cidrBlock"),
        AvailabilityZone: inputs.maybeText("availabilityZone"),
        AvailabilityZoneId: inputs.maybeText("availabilityZoneId"),
        TagSpecifications: ec2Tags("subnet", inputs),
      }),
    );
    const id = given(answer.Subnet?.SubnetId, "SubnetId");
    made(id);
    await setSubnetAttributes(id, inputs, aws);
    return id;
  },
  async read(id, _state, aws) {
    const found = one((await ec2(aws).send(new sdk.DescribeSubnetsCommand({ SubnetIds: [id] }))).Subnets, id);
    return {
      arn: found.SubnetArn ?? aws.arn("ec2", `subnet/${id}`),
      availabilityZone: found.AvailabilityZone,
      availabilityZoneId: found.AvailabilityZoneId,
      cidrBlock: found.CidrBlock,
      tags: tagMap(found.Tags),
    };
  },
  async update(id, news, olds, aws) {
    await setSubnetAttributes(id, news, aws);
    await updateEc2Tags(id, news, olds, aws);
  },
  async delete(id, _state, aws) {
    await ec2(aws).send(new sdk.DeleteSubnetCommand({ SubnetId: id }));
  },
};

const internetGateway: ResourceType = {
  replaceOn: ["vpcId"],
  async create(inputs, aws, made) {
    const answer = await ec2(aws).send(
      new sdk.CreateInternetGatewayCommand({ TagSpecifications: ec2Tags("internet-gateway", inputs) }),
    );
    const id = given(answer.InternetGateway?.InternetGatewayId, "InternetGatewayId");
    made(id);
    const VpcId = inputs.maybeText("vpcId");
    if (VpcId !== undefined) {
      await ec2(aws).send(new sdk.AttachInternetGatewayCommand({ InternetGatewayId: id, VpcId }));
    }
    return id;
  },
  async read(id, _state, aws) {
    const answer = await ec2(aws).send(new sdk.DescribeInternetGatewaysCommand({ InternetGatewayIds: [id] }));
    const found = one(answer.InternetGateways, id);
    return { arn: aws.arn("ec2", `internet-gateway/${id}`), tags: tagMap(found.Tags) };
  },
  update: updateEc2Tags,
  async delete(id, state, aws) {
    const VpcId = state.maybeText("vpcId");
    if (VpcId !== undefined) {
      await ec2(aws).send(new sdk.DetachInternetGatewayCommand({ InternetGatewayId: id, VpcId }));
    }
    await ec2(aws).send(new sdk.DeleteInternetGatewayCommand({ InternetGatewayId: id }));
  },
};

const routeTable: ResourceType = {
  // Routes inside the table are not supported here: they replace nothing, and `read` would not see them.
  replaceOn: ["vpcId"],
  async create(inputs, aws) {
    if (inputs.list("routes").length > 0)
      throw new Error("the stand-in wants routes as resources of their own");
    const answer = await ec2(aws).send(
      new sdk.CreateRouteTableCommand({
        VpcId: inputs.text("vpcId"),
        TagSpecifications: ec2Tags("route-table", inputs),
      }),
    );
    return given(answer.RouteTable?.RouteTableId, "RouteTableId");
  },
  async read(id, _state, aws) {
    const answer = await ec2(aws).send(new sdk.DescribeRouteTablesCommand({ RouteTableIds: [id] }));
    const found = one(answer.RouteTables, id);
    return { arn: aws.arn("ec2", `route-table/${id}`), tags: tagMap(found.Tags) };
  },
  update: updateEc2Tags,
  async delete(id, _state, aws) {
    await ec2(aws).send(new sdk.DeleteRouteTableCommand({ RouteTableId: id }));
  },
};

const route: ResourceType = {
  async create(inputs, aws) {
    const [RouteTableId, destination] = [inputs.text("routeTableId"), inputs.text("destinationCidrBlock")];
    await ec2(aws).send(
      new sdk.CreateRouteCommand({
        RouteTableId,
        DestinationCidrBlock: destination,
        GatewayId: inputs.maybeText("gatewayId"),
        NatGatewayId: inputs.maybeText("natGatewayId"),
      }),
    );
    return `r-${RouteTableId}${destination}`;
  },
  async read(id, state, aws) {
    const answer = await ec2(aws).send(
      new sdk.DescribeRouteTablesCommand({ RouteTableIds: [state.text("routeTableId")] }),
    );
    const destination = state.text("destinationCidrBlock");
    const routes = one(answer.RouteTables, id).Routes?.filter(
      (item) => item.DestinationCidrBlock === destination,
    );
    return { state: one(routes, id).State ?? "active", origin: "CreateRoute" };
  },
  async delete(_id, state, aws) {
    await ec2(aws).send(
      new sdk.DeleteRouteCommand({
        RouteTableId: state.text("routeTableId"),
        DestinationCidrBlock: state.text("destinationCidrBlock"),
      }),
    );
  },
};

const routeTableAssociation: ResourceType = {
  async create(inputs, aws) {
    const answer = await ec2(aws).send(
      new sdk.AssociateRouteTableCommand({
        RouteTableId: inputs.text("routeTableId"),
        SubnetId: inputs.maybeText("subnetId"),
        GatewayId: inputs.maybeText("gatewayId"),
      }),
    );
    return given(answer.AssociationId, "AssociationId");
  },
  async read(id, state, aws) {
    const answer = await ec2(aws).send(
      new sdk.DescribeRouteTablesCommand({ RouteTableIds: [state.text("routeTableId")] }),
    );
    const known = one(answer.RouteTables, id).Associations?.map((item) => item.RouteTableAssociationId);
    return known?.includes(id) ? {} : undefined;
  },
  async delete(id, _state, aws) {
    await ec2(aws).send(new sdk.DisassociateRouteTableCommand({ AssociationId: id }));
  },
};

const eip: ResourceType = {
  replaceOn: ["domain", "networkBorderGroup", "publicIpv4Pool", "address"],
  async create(inputs, aws) {
    const answer = await ec2(aws).send(
      new sdk.AllocateAddressCommand({ Domain: "vpc", TagSpecifications: ec2Tags("elastic-ip", inputs) }),
    );
    return given(answer.AllocationId, "AllocationId");
  },
  async read(id, _state, aws) {
    const answer = await ec2(aws).send(new sdk.DescribeAddressesCommand({ AllocationIds: [id] }));
    const found = one(answer.Addresses, id);
    return {
      allocationId: id,
      arn: aws.arn("ec2", `elastic-ip/${id}`),
      publicIp: found.PublicIp,
      tags: tagMap(found.Tags),
    };
  },
  update: updateEc2Tags,
  async delete(id, _state, aws) {
    await ec2(aws).send(new sdk.ReleaseAddressCommand({ AllocationId: id }));
  },
};

const natGateway: ResourceType = {
  replaceOn: ["allocationId", "subnetId", "connectivityType", "privateIp"],
  async create(inputs, aws) {
    const answer = await ec2(aws).send(
      new sdk.CreateNatGatewayCommand({
        SubnetId: inputs.text("subnetId"),
        AllocationId: inputs.maybeText("allocationId"),
        TagSpecifications: ec2Tags("natgateway", inputs),
      }),
    );
    return given(answer.NatGateway?.NatGatewayId, "NatGatewayId");
  },
  async read(id, _state, aws) {
    const answer = await ec2(aws).send(new sdk.DescribeNatGatewaysCommand({ NatGatewayIds: [id] }));
    const found = one(answer.NatGateways, id);
    if (found.State === "deleted") return undefined;
    const [address] = found.NatGatewayAddresses ?? [];
    return { publicIp: address?.PublicIp, privateIp: address?.PrivateIp, tags: tagMap(found.Tags) };
  },
  update: updateEc2Tags,
  async delete(id, _state, aws) {
    const answer = await ec2(aws).send(new sdk.DescribeNatGatewaysCommand({ NatGatewayIds: [id] }));
    await ec2(aws).send(new sdk.DeleteNatGatewayCommand({ NatGatewayId: id }));
    const addresses =
      answer.NatGateways?.flatMap(({ NatGatewayAddresses = [] }) => NatGatewayAddresses) ?? [];
    await removeInterfaces(
      addresses.map(({ NetworkInterfaceId }) => NetworkInterfaceId),
      aws,
    );
  },
};

const defaultSecurityGroup: ResourceType = {
  replaceOn: ["vpcId"],
  async create(inputs, aws) {
    const Filters = [
      { Name: "vpc-id", Values: [inputs.text("vpcId")] },
      { Name: "group-name", Values: ["default"] },
    ];
    const found = one(
      (await ec2(aws).send(new sdk.DescribeSecurityGroupsCommand({ Filters }))).SecurityGroups,
      "the default security group",
    );
    const GroupId = given(found.GroupId, "GroupId");
    // Adopted, and emptied as the real provider does.
    const { IpPermissions = [], IpPermissionsEgress = [] } = found;
    if (IpPermissions.length > 0) {
      await ec2(aws).send(new sdk.RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
    }
    if (IpPermissionsEgress.length > 0) {
      await ec2(aws).send(
        new sdk.RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: IpPermissionsEgress }),
      );
    }
    return GroupId;
  },
  async read(id, _state, aws) {
    const answer = await ec2(aws).send(new sdk.DescribeSecurityGroupsCommand({ GroupIds: [id] }));
    return { arn: aws.arn("ec2", `security-group/${id}`), name: one(answer.SecurityGroups, id).GroupName };
  },
  update: updateEc2Tags,
  // It goes with its VPC.
  async delete() {},
};

export const types: ResourceTypes = {
  "aws:ec2/vpc:Vpc": vpc,
  "aws:ec2/subnet:Subnet": subnet,
  "aws:ec2/internetGateway:InternetGateway": internetGateway,
  "aws:ec2/routeTable:RouteTable": routeTable,
  "aws:ec2/route:Route": route,
  "aws:ec2/routeTableAssociation:RouteTableAssociation": routeTableAssociation,
  "aws:ec2/eip:Eip": eip,
  "aws:ec2/natGateway:NatGateway": natGateway,
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": defaultSecurityGroup,
};
