import * as sdk from "@aws-sdk/client-ec2";
import { type Aws, given, one } from "../api";
import type { ResourceType, ResourceTypes } from "../resource-type";
import { ec2Tags, tagMap, updateEc2Tags } from "./tags";

const ec2 = (aws: Aws): sdk.EC2Client => aws.client(sdk.EC2Client);

const vpcEndpoint: ResourceType = {
  replaceOn: ["vpcId", "serviceName", "vpcEndpointType"],
  async create(inputs, aws) {
    const answer = await ec2(aws).send(
      new sdk.CreateVpcEndpointCommand({
        VpcId: inputs.text("vpcId"),
        ServiceName: inputs.text("serviceName"),
        VpcEndpointType: inputs.maybeChoice("vpcEndpointType", sdk.VpcEndpointType) ?? "Gateway",
        RouteTableIds: inputs.maybeTexts("routeTableIds"),
        SubnetIds: inputs.maybeTexts("subnetIds"),
        SecurityGroupIds: inputs.maybeTexts("securityGroupIds"),
        PrivateDnsEnabled: inputs.maybeFlag("privateDnsEnabled"),
        PolicyDocument: inputs.maybeText("policy"),
        TagSpecifications: ec2Tags("vpc-endpoint", inputs),
      }),
    );
    return given(answer.VpcEndpoint?.VpcEndpointId, "VpcEndpointId");
  },
  async read(id, _state, aws) {
    const answer = await ec2(aws).send(new sdk.DescribeVpcEndpointsCommand({ VpcEndpointIds: [id] }));
    const found = one(answer.VpcEndpoints, id);
    if (/^delet/i.test(found.State ?? "")) return undefined;
    return {
      arn: aws.arn("ec2", `vpc-endpoint/${id}`),
      prefixListId: "pl-stand-in",
      dnsEntries: (found.DnsEntries ?? []).map((entry) => ({
        dnsName: entry.DnsName,
        hostedZoneId: entry.HostedZoneId,
      })),
      networkInterfaceIds: found.NetworkInterfaceIds ?? [],
      state: "available",
      tags: tagMap(found.Tags),
    };
  },
  async update(id, news, olds, aws) {
    const added = (key: string): string[] =>
      news.texts(key).filter((item) => !olds.texts(key).includes(item));
    const gone = (key: string): string[] => olds.texts(key).filter((item) => !news.texts(key).includes(item));
    await ec2(aws).send(
      new sdk.ModifyVpcEndpointCommand({
        VpcEndpointId: id,
        PolicyDocument: news.maybeText("policy"),
        AddRouteTableIds: added("routeTableIds"),
        RemoveRouteTableIds: gone("routeTableIds"),
        AddSubnetIds: added("subnetIds"),
        RemoveSubnetIds: gone("subnetIds"),
      }),
    );
    await updateEc2Tags(id, news, olds, aws);
  },
  async delete(id, _state, aws) {
    await ec2(aws).send(new sdk.DeleteVpcEndpointsCommand({ VpcEndpointIds: [id] }));
  },
};

const flowLog: ResourceType = {
  replaceOn: [
    "vpcId",
    "subnetId",
    "eniId",
    "trafficType",
    "logDestination",
    "logDestinationType",
    "iamRoleArn",
    "logFormat",
    "maxAggregationInterval",
  ],
  async create(inputs, aws) {
    const vpcId = inputs.maybeText("vpcId");
    const answer = await ec2(aws).send(
      new sdk.CreateFlowLogsCommand({
        ResourceIds: [vpcId ?? inputs.text("subnetId")],
        ResourceType: vpcId === undefined ? "Subnet" : "VPC",
        TrafficType: inputs.maybeChoice("trafficType", sdk.TrafficType) ?? "ALL",
        LogDestinationType:
          inputs.maybeChoice("logDestinationType", sdk.LogDestinationType) ?? "cloud-watch-logs",
        LogDestination: inputs.maybeText("logDestination"),
        DeliverLogsPermissionArn: inputs.maybeText("iamRoleArn"),
        MaxAggregationInterval: inputs.maybeNumber("maxAggregationInterval"),
        TagSpecifications: ec2Tags("vpc-flow-log", inputs),
      }),
    );
    const [refused] = answer.Unsuccessful ?? [];
    if (refused !== undefined) throw new Error(`${refused.Error?.Code}: ${refused.Error?.Message}`);
    return one(answer.FlowLogIds, "the flow log");
  },
  async read(id, _state, aws) {
    const answer = await ec2(aws).send(new sdk.DescribeFlowLogsCommand({ FlowLogIds: [id] }));
    const found = one(answer.FlowLogs, id);
    return { arn: aws.arn("ec2", `vpc-flow-log/${id}`), tags: tagMap(found.Tags) };
  },
  update: updateEc2Tags,
  async delete(id, _state, aws) {
    await ec2(aws).send(new sdk.DeleteFlowLogsCommand({ FlowLogIds: [id] }));
  },
};

export const types: ResourceTypes = {
  "aws:ec2/vpcEndpoint:VpcEndpoint": vpcEndpoint,
  "aws:ec2/flowLog:FlowLog": flowLog,
};
