import { AutoScalingClient, CreateAutoScalingGroupCommand } from "@aws-sdk/client-auto-scaling";
import { CloudWatchClient, PutMetricAlarmCommand } from "@aws-sdk/client-cloudwatch";
import {
  AllocateAddressCommand,
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateInternetGatewayCommand,
  CreateLaunchTemplateCommand,
  CreateNatGatewayCommand,
  CreateNetworkInterfaceCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  DescribeImagesCommand,
  EC2Client,
  type ResourceType,
  type TagSpecification,
} from "@aws-sdk/client-ec2";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from "@aws-sdk/client-ecs";
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import type { AwsClients } from "../../../inventory/aws/clients";
import { given, type PlantedIds, REGION, type Tags, trust } from "./planted-support";

/** @param region of the clients */
export async function plantNetwork(
  clients: AwsClients,
  tags: Tags,
  region = REGION,
): Promise<Omit<PlantedIds, "bucket">> {
  const ec2 = clients.client(EC2Client);
  const tagged = (ResourceType: ResourceType): { TagSpecifications: TagSpecification[] } => ({
    TagSpecifications: [{ ResourceType, Tags: tags }],
  });
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.64.0.0/16", ...tagged("vpc") }));
  const VpcId = given(Vpc?.VpcId);
  const subnetIds: string[] = [];
  for (const [index, zone] of ["a", "b"].entries()) {
    const { Subnet } = await ec2.send(
      new CreateSubnetCommand({
        VpcId,
        CidrBlock: `10.64.${index}.0/24`,
        AvailabilityZone: `${region}${zone}`,
        ...tagged("subnet"),
      }),
    );
    subnetIds.push(given(Subnet?.SubnetId));
  }
  const SubnetId = given(subnetIds[0]);
  const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand(tagged("internet-gateway")));
  const InternetGatewayId = given(InternetGateway?.InternetGatewayId);
  await ec2.send(new AttachInternetGatewayCommand({ VpcId, InternetGatewayId }));
  const { AllocationId } = await ec2.send(
    new AllocateAddressCommand({ Domain: "vpc", ...tagged("elastic-ip") }),
  );
  await ec2.send(
    new CreateNatGatewayCommand({ SubnetId, AllocationId: given(AllocationId), ...tagged("natgateway") }),
  );
  const { RouteTable } = await ec2.send(new CreateRouteTableCommand({ VpcId, ...tagged("route-table") }));
  await ec2.send(new AssociateRouteTableCommand({ RouteTableId: given(RouteTable?.RouteTableId), SubnetId }));
  const groups: string[] = [];
  for (const GroupName of ["app", "database"]) {
    const { GroupId } = await ec2.send(
      new CreateSecurityGroupCommand({
        VpcId,
        GroupName,
        Description: GroupName,
        ...tagged("security-group"),
      }),
    );
    groups.push(given(GroupId));
  }
  // Each lets the other in: neither can go before its rules do.
  for (const [from, to] of [groups, [...groups].reverse()]) {
    await ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId: given(to),
        IpPermissions: [
          { IpProtocol: "tcp", FromPort: 5432, ToPort: 5432, UserIdGroupPairs: [{ GroupId: given(from) }] },
        ],
      }),
    );
  }
  await ec2.send(
    new CreateVpcEndpointCommand({
      VpcId,
      ServiceName: `com.amazonaws.${region}.s3`,
      VpcEndpointType: "Gateway",
      ...tagged("vpc-endpoint"),
    }),
  );
  const { NetworkInterface } = await ec2.send(new CreateNetworkInterfaceCommand({ SubnetId }));
  return { vpcId: VpcId, subnetIds, interfaceId: given(NetworkInterface?.NetworkInterfaceId) };
}

export async function plantInstances(
  id: string,
  clients: AwsClients,
  tags: Tags,
  subnetIds: readonly string[],
): Promise<void> {
  const ec2 = clients.client(EC2Client);
  const iam = clients.client(IAMClient);
  const RoleName = `${id}-app-role-1a2b3c4`;
  const InstanceProfileName = `${id}-app-profile-1a2b3c4`;
  const Path = `/perfbed/${id}/`;
  await iam.send(
    new CreateRoleCommand({
      RoleName,
      Path,
      AssumeRolePolicyDocument: trust("ec2.amazonaws.com"),
      Tags: tags,
    }),
  );
  await iam.send(
    new PutRolePolicyCommand({ RoleName, PolicyName: "own", PolicyDocument: policy("s3:GetObject") }),
  );
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName, Path, Tags: tags }));
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName }));
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ["amazon"] }));
  const { LaunchTemplate } = await ec2.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: `${id}-app-template`,
      LaunchTemplateData: { ImageId: given(Images[0]?.ImageId), InstanceType: "t3.small" },
      TagSpecifications: [{ ResourceType: "launch-template", Tags: tags }],
    }),
  );
  await clients.client(AutoScalingClient).send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: `${id}-app`,
      MinSize: 2,
      MaxSize: 4,
      VPCZoneIdentifier: subnetIds.join(","),
      LaunchTemplate: { LaunchTemplateId: given(LaunchTemplate?.LaunchTemplateId), Version: "1" },
      // Not passed on: its instances carry no tag of the environment.
      Tags: tags.map((tag) => ({ ...tag, PropagateAtLaunch: false })),
    }),
  );
  await clients.client(CloudWatchClient).send(
    new PutMetricAlarmCommand({
      AlarmName: `TargetTracking-${id}-app-AlarmHigh-1`,
      ComparisonOperator: "GreaterThanThreshold",
      EvaluationPeriods: 3,
      MetricName: "CPUUtilization",
      Namespace: "AWS/EC2",
      Period: 60,
      Statistic: "Average",
      Threshold: 60,
    }),
  );
}

const policy = (action: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: action, Resource: "*" }],
  });

export async function plantContainers(id: string, clients: AwsClients, tags: Tags): Promise<void> {
  const ecs = clients.client(ECSClient);
  const own = tags.map(({ Key, Value }) => ({ key: Key, value: Value }));
  await ecs.send(new CreateClusterCommand({ clusterName: `${id}-app`, tags: own }));
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: `${id}-app`,
      containerDefinitions: [{ name: "app", image: "app", memory: 128 }],
      tags: own,
    }),
  );
  await ecs.send(
    new CreateServiceCommand({
      cluster: `${id}-app`,
      serviceName: `${id}-app`,
      taskDefinition: `${id}-app`,
      desiredCount: 1,
      tags: own,
    }),
  );
}

export async function plantBalancer(
  id: string,
  clients: AwsClients,
  tags: Tags,
  VpcId: string,
  subnetIds: readonly string[],
): Promise<void> {
  const elb = clients.client(ElasticLoadBalancingV2Client);
  const { LoadBalancers } = await elb.send(
    new CreateLoadBalancerCommand({ Name: `${id}-app`, Subnets: [...subnetIds], Tags: tags }),
  );
  const { TargetGroups } = await elb.send(
    new CreateTargetGroupCommand({ Name: `${id}-app-ec2`, Protocol: "HTTP", Port: 80, VpcId, Tags: tags }),
  );
  await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: given(LoadBalancers?.[0]?.LoadBalancerArn),
      Protocol: "HTTP",
      Port: 80,
      DefaultActions: [{ Type: "forward", TargetGroupArn: given(TargetGroups?.[0]?.TargetGroupArn) }],
    }),
  );
}
