import { AutoScalingClient, CreateAutoScalingGroupCommand } from "@aws-sdk/client-auto-scaling";
import { BudgetsClient, CreateBudgetCommand } from "@aws-sdk/client-budgets";
import { CloudFrontClient, CreateDistributionWithTagsCommand } from "@aws-sdk/client-cloudfront";
import { CloudWatchClient, PutMetricAlarmCommand } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient, CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
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
  CreateReplicationGroupCommand,
  CreateUserCommand,
  ElastiCacheClient,
} from "@aws-sdk/client-elasticache";
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import {
  CreateDBInstanceCommand,
  CreateDBParameterGroupCommand,
  CreateDBProxyCommand,
  CreateDBSubnetGroupCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import {
  CreateScheduleCommand,
  CreateScheduleGroupCommand,
  SchedulerClient,
} from "@aws-sdk/client-scheduler";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { CreateWebACLCommand, WAFV2Client } from "@aws-sdk/client-wafv2";
import { AwsClients } from "../../../inventory/aws/clients";
import type { AwsAccess } from "../../../inventory/aws/model";

/** Everything a test plants is made over the API, as a crashed `up` would have left it: there is no Pulumi state of it. */

export const REGION = "eu-west-1";

export const accessTo = (endpoint: string): AwsAccess => ({
  region: REGION,
  endpoint,
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
});

export interface PlantedIds {
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  /** Has no tag. */
  readonly interfaceId: string;
  readonly bucket: string;
}

export interface PlantOptions {
  readonly expiresAt?: string;
  /** Of the database. @default false */
  readonly deletionProtection?: boolean;
}

const given = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error("moto answered without it");
  return value;
};

const trust = (service: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: service } }],
  });

/** An environment with a part of nearly every kind that moto knows. */
export async function plantEnvironment(
  id: string,
  access: AwsAccess,
  options: PlantOptions = {},
): Promise<PlantedIds> {
  const clients = new AwsClients(access);
  const tags = [
    { Key: "perfbed:environment", Value: id },
    { Key: "perfbed:owner", Value: "ci" },
    { Key: "perfbed:expires-at", Value: options.expiresAt ?? "2099-01-01T00:00:00.000Z" },
  ];
  try {
    const network = await plantNetwork(clients, tags);
    await plantInstances(id, clients, tags, network.subnetIds);
    await plantContainers(id, clients, tags);
    await plantBalancer(id, clients, tags, network.vpcId, network.subnetIds);
    await plantData(id, clients, tags, network.subnetIds, options);
    await plantEdge(id, clients, tags);
    await plantGuard(id, clients, tags);
    const bucket = await plantBucket(id, clients, tags);
    return { ...network, bucket };
  } finally {
    clients.close();
  }
}

type Tags = { Key: string; Value: string }[];

async function plantNetwork(clients: AwsClients, tags: Tags): Promise<Omit<PlantedIds, "bucket">> {
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
        AvailabilityZone: `${REGION}${zone}`,
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
      ServiceName: `com.amazonaws.${REGION}.s3`,
      VpcEndpointType: "Gateway",
      ...tagged("vpc-endpoint"),
    }),
  );
  const { NetworkInterface } = await ec2.send(new CreateNetworkInterfaceCommand({ SubnetId }));
  return { vpcId: VpcId, subnetIds, interfaceId: given(NetworkInterface?.NetworkInterfaceId) };
}

async function plantInstances(
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

async function plantContainers(id: string, clients: AwsClients, tags: Tags): Promise<void> {
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

async function plantBalancer(
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

async function plantData(
  id: string,
  clients: AwsClients,
  tags: Tags,
  subnetIds: readonly string[],
  { deletionProtection = false }: PlantOptions,
): Promise<void> {
  const rds = clients.client(RDSClient);
  await rds.send(
    new CreateDBSubnetGroupCommand({
      DBSubnetGroupName: `${id}-database-subnets`,
      DBSubnetGroupDescription: `Database of perfbed environment ${id}`,
      SubnetIds: [...subnetIds],
      Tags: tags,
    }),
  );
  await rds.send(
    new CreateDBParameterGroupCommand({
      DBParameterGroupName: `${id}-database-parameters`,
      DBParameterGroupFamily: "postgres16",
      Description: `Database of perfbed environment ${id}`,
      Tags: tags,
    }),
  );
  await rds.send(
    new CreateDBInstanceCommand({
      DBInstanceIdentifier: `${id}-primary`,
      DBInstanceClass: "db.t4g.medium",
      Engine: "postgres",
      MasterUsername: "app",
      MasterUserPassword: "not-a-secret-of-anyone",
      AllocatedStorage: 50,
      DBSubnetGroupName: `${id}-database-subnets`,
      DBParameterGroupName: `${id}-database-parameters`,
      DeletionProtection: deletionProtection,
      Tags: tags,
    }),
  );
  await rds.send(
    new CreateDBProxyCommand({
      DBProxyName: `${id}-proxy`,
      EngineFamily: "POSTGRESQL",
      Auth: [{ AuthScheme: "SECRETS", IAMAuth: "DISABLED" }],
      RoleArn: "arn:aws:iam::123456789012:role/proxy",
      VpcSubnetIds: [...subnetIds],
      Tags: tags,
    }),
  );
  const elasticache = clients.client(ElastiCacheClient);
  await elasticache.send(
    new CreateReplicationGroupCommand({
      ReplicationGroupId: `${id}-cache`,
      ReplicationGroupDescription: "cache",
      CacheNodeType: "cache.t4g.small",
      Engine: "redis",
      Tags: tags,
    }),
  );
  await elasticache.send(
    new CreateUserCommand({
      UserId: `${id}-cache`,
      UserName: "default",
      Engine: "redis",
      AccessString: "on ~* +@all",
      NoPasswordRequired: true,
      Tags: tags,
    }),
  );
  await clients
    .client(SecretsManagerClient)
    .send(new CreateSecretCommand({ Name: `${id}-database-credentials`, SecretString: "{}", Tags: tags }));
}

async function plantEdge(id: string, clients: AwsClients, tags: Tags): Promise<void> {
  await clients.client(CloudFrontClient, "us-east-1").send(
    new CreateDistributionWithTagsCommand({
      DistributionConfigWithTags: {
        Tags: { Items: tags },
        DistributionConfig: {
          CallerReference: id,
          Comment: `Edge of perfbed environment ${id}`,
          Enabled: true,
          Origins: {
            Quantity: 1,
            Items: [
              {
                Id: "load-balancer",
                DomainName: "app.example",
                CustomOriginConfig: { HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: "http-only" },
              },
            ],
          },
          DefaultCacheBehavior: { TargetOriginId: "load-balancer", ViewerProtocolPolicy: "allow-all" },
        },
      },
    }),
  );
  const visibility = { CloudWatchMetricsEnabled: true, SampledRequestsEnabled: false, MetricName: id };
  await clients.client(WAFV2Client, "us-east-1").send(
    new CreateWebACLCommand({
      Name: `${id}-edge`,
      Scope: "CLOUDFRONT",
      DefaultAction: { Allow: {} },
      VisibilityConfig: visibility,
      Tags: tags,
    }),
  );
}

async function plantGuard(id: string, clients: AwsClients, tags: Tags): Promise<void> {
  const logs = clients.client(CloudWatchLogsClient);
  for (const logGroupName of [
    `/perfbed/${id}`,
    `/perfbed/${id}/expiry`,
    `/aws/rds/proxy/${id}-proxy`,
    `/aws/rds/instance/${id}-primary/postgresql`,
    `/aws/ecs/containerinsights/${id}-app/performance`,
  ]) {
    await logs.send(new CreateLogGroupCommand({ logGroupName }));
  }
  const iam = clients.client(IAMClient);
  const arns: string[] = [];
  for (const service of ["lambda", "scheduler"]) {
    const { Role } = await iam.send(
      new CreateRoleCommand({
        RoleName: `${id}-${service}-role`,
        Path: `/perfbed/${id}/`,
        AssumeRolePolicyDocument: trust(`${service}.amazonaws.com`),
        Tags: tags,
      }),
    );
    arns.push(given(Role?.Arn));
  }
  await clients.client(LambdaClient).send(
    new CreateFunctionCommand({
      FunctionName: `${id}-expiry`,
      Runtime: "nodejs22.x",
      Handler: "index.handler",
      Role: given(arns[0]),
      Code: { ZipFile: Buffer.from(EMPTY_ZIP, "base64") },
      Tags: Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])),
    }),
  );
  const scheduler = clients.client(SchedulerClient);
  await scheduler.send(new CreateScheduleGroupCommand({ Name: `${id}-expiry`, Tags: tags }));
  for (const Name of ["first", "repeat"]) {
    await scheduler.send(
      new CreateScheduleCommand({
        Name,
        GroupName: `${id}-expiry`,
        ScheduleExpression: "rate(15 minutes)",
        FlexibleTimeWindow: { Mode: "OFF" },
        Target: {
          Arn: `arn:aws:lambda:${REGION}:123456789012:function:${id}-expiry`,
          RoleArn: given(arns[1]),
        },
      }),
    );
  }
  await clients.client(BudgetsClient, "us-east-1").send(
    new CreateBudgetCommand({
      AccountId: "123456789012",
      Budget: {
        BudgetName: `${id}-budget`,
        BudgetType: "COST",
        TimeUnit: "MONTHLY",
        BudgetLimit: { Amount: "50", Unit: "USD" },
      },
    }),
  );
}

/** A zip with nothing in it. */
const EMPTY_ZIP = "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==";

/** Versions, a delete marker and an upload that was never finished. */
async function plantBucket(id: string, clients: AwsClients, tags: Tags): Promise<string> {
  const s3 = clients.client(S3Client);
  const Bucket = `${id}-20260101000000000000000001`.slice(0, 63);
  await s3.send(
    new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: REGION } }),
  );
  await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: tags } }));
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
  for (const Body of ["one", "two"]) {
    await s3.send(new PutObjectCommand({ Bucket, Key: "samples/run.parquet", Body }));
  }
  await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "samples/half" }));
  return Bucket;
}
