import {
  DeleteFlowLogsCommand,
  DeleteNatGatewayCommand,
  DeleteNetworkInterfaceCommand,
  DeleteVpcEndpointsCommand,
  DescribeAddressesCommand,
  EC2Client,
  paginateDescribeFlowLogs,
  paginateDescribeNatGateways,
  paginateDescribeNetworkInterfaces,
  paginateDescribeVpcEndpoints,
  ReleaseAddressCommand,
  type UnsuccessfulItem,
} from "@aws-sdk/client-ec2";
import { isDenied, isGone } from "../aws-errors";
import { arnPattern, belongs, collect, pickFound } from "../belonging";
import type { ResourceKind, World } from "../kind";
import { FoundBy } from "../model";
import { networkFilters, tagFilter } from "./ec2-filters";

const ec2 = (world: World): EC2Client => world.clients.client(EC2Client);

/** Everything that has an interface, and so keeps its security group and its subnet. */
export const HAS_INTERFACES = [
  "autoscaling:autoScalingGroup",
  "ec2:instance",
  "ec2:natgateway",
  "ec2:vpc-endpoint",
  "ecs:service",
  "ecs:task",
  "elasticache:replicationgroup",
  "elasticache:serverlesscache",
  "elasticloadbalancing:loadbalancer",
  "rds:cluster",
  "rds:db",
  "rds:db-proxy",
  "rds:db-proxy-endpoint",
];

export const natGateway: ResourceKind = {
  kind: "ec2:natgateway",
  waitsFor: [],
  arn: arnPattern("ec2", "natgateway/"),
  async list(world) {
    const client = ec2(world);
    const gateways = await Promise.all(
      networkFilters(world).map((Filter) =>
        collect(paginateDescribeNatGateways({ client }, { Filter }), (page) => page.NatGateways),
      ),
    );
    return pickFound(gateways.flat(), ({ NatGatewayId: id = "", State: state = "", Tags }) => {
      const foundBy = belongs(world, Tags, FoundBy.Network);
      if (foundBy === undefined || state === "deleted") return undefined;
      return { id, region: world.region, foundBy, state, going: state === "deleting" };
    });
  },
  async remove({ id }, world) {
    await ec2(world).send(new DeleteNatGatewayCommand({ NatGatewayId: id }));
  },
};

export const elasticIp: ResourceKind = {
  kind: "ec2:elastic-ip",
  waitsFor: ["ec2:natgateway", "ec2:instance"],
  arn: arnPattern("ec2", "elastic-ip/"),
  async list(world) {
    const { Addresses = [] } = await ec2(world).send(
      new DescribeAddressesCommand({ Filters: [tagFilter(world)] }),
    );
    return pickFound(Addresses, ({ AllocationId: id = "" }) => ({
      id,
      region: world.region,
      foundBy: FoundBy.Tag,
    }));
  },
  async remove({ id }, world) {
    await ec2(world).send(new ReleaseAddressCommand({ AllocationId: id }));
  },
};

export const vpcEndpoint: ResourceKind = {
  kind: "ec2:vpc-endpoint",
  waitsFor: [],
  arn: arnPattern("ec2", "vpc-endpoint/"),
  async list(world) {
    const client = ec2(world);
    const endpoints = await Promise.all(
      networkFilters(world).map((Filters) =>
        collect(paginateDescribeVpcEndpoints({ client }, { Filters }), (page) => page.VpcEndpoints),
      ),
    );
    return pickFound(endpoints.flat(), ({ VpcEndpointId: id = "", State: state = "", Tags }) => {
      const foundBy = belongs(world, Tags, FoundBy.Network);
      if (foundBy === undefined || /^deleted$/i.test(state)) return undefined;
      return { id, region: world.region, foundBy, state, going: /^deleting$/i.test(state) };
    });
  },
  async remove({ id }, world) {
    const { Unsuccessful = [] } = await ec2(world).send(
      new DeleteVpcEndpointsCommand({ VpcEndpointIds: [id] }),
    );
    throwFirst(Unsuccessful);
  },
};

export const flowLog: ResourceKind = {
  kind: "ec2:vpc-flow-log",
  waitsFor: [],
  // The second is what emulators say.
  arn: arnPattern("ec2", "(vpc-flow-log|flow-logs)/"),
  async list(world) {
    const client = ec2(world);
    const logs = await Promise.all(
      networkFilters(world, "resource-id").map((Filter) =>
        collect(paginateDescribeFlowLogs({ client }, { Filter }), (page) => page.FlowLogs),
      ),
    );
    return pickFound(logs.flat(), ({ FlowLogId: id = "", Tags }) => {
      const foundBy = belongs(world, Tags, FoundBy.Network);
      return foundBy === undefined ? undefined : { id, region: world.region, foundBy };
    });
  },
  async remove({ id }, world) {
    const { Unsuccessful = [] } = await ec2(world).send(new DeleteFlowLogsCommand({ FlowLogIds: [id] }));
    throwFirst(Unsuccessful);
  },
};

const IN_USE = "in use";

export const networkInterface: ResourceKind = {
  kind: "ec2:network-interface",
  waitsFor: HAS_INTERFACES,
  arn: arnPattern("ec2", "network-interface/"),
  async list(world) {
    const client = ec2(world);
    const interfaces = await Promise.all(
      networkFilters(world).map((Filters) =>
        collect(paginateDescribeNetworkInterfaces({ client }, { Filters }), (page) => page.NetworkInterfaces),
      ),
    );
    return pickFound(interfaces.flat(), (one) => {
      const foundBy = belongs(world, one.TagSet, FoundBy.Network);
      if (foundBy === undefined) return undefined;
      const { NetworkInterfaceId: id = "", Status: status = "" } = one;
      const user = one.Attachment?.InstanceId ?? one.Description ?? "";
      const state = status === "in-use" ? `${IN_USE} by ${user === "" ? "something unnamed" : user}` : status;
      return { id, region: world.region, foundBy, state };
    });
  },
  /** One in use belongs to whatever made it, and goes with that. AWS refuses it under the code of a wrong parameter. */
  async remove({ id, state = "" }, world) {
    try {
      await ec2(world).send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: id }));
    } catch (error) {
      if (!state.startsWith(IN_USE) || isGone(error) || isDenied(error)) throw error;
      throw Object.assign(new Error(state, { cause: error }), { name: "NetworkInterfaceInUse" });
    }
  },
};

/** Some removals of EC2 answer with a list of what they did not do instead of an error. */
function throwFirst(unsuccessful: readonly UnsuccessfulItem[]): void {
  const [first] = unsuccessful;
  if (first === undefined) return;
  const { Code = "Unsuccessful", Message = "AWS gave no reason" } = first.Error ?? {};
  throw Object.assign(new Error(Message), { name: Code });
}
