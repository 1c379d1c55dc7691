import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
} from "@aws-sdk/client-application-auto-scaling";
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from "@aws-sdk/client-auto-scaling";
import { BudgetsClient, DescribeBudgetsCommand } from "@aws-sdk/client-budgets";
import { CloudFrontClient, ListDistributionsCommand } from "@aws-sdk/client-cloudfront";
import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import * as ec2 from "@aws-sdk/client-ec2";
import {
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  DescribeReplicationGroupsCommand,
  DescribeUsersCommand,
  ElastiCacheClient,
} from "@aws-sdk/client-elasticache";
import { IAMClient, ListInstanceProfilesCommand, ListRolesCommand } from "@aws-sdk/client-iam";
import { LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import * as rds from "@aws-sdk/client-rds";
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { ListScheduleGroupsCommand, ListSchedulesCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import {
  GetSecretValueCommand,
  ListSecretsCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { ListWebACLsCommand, WAFV2Client } from "@aws-sdk/client-wafv2";

const REGION = "eu-west-1";
const ACCOUNT_ID = "123456789012";

/** What exists in the emulator, by kind: ids or names, sorted. */
export type Existing = Readonly<Record<string, readonly string[]>>;

export interface EmulatedAws {
  /** Looks at the emulator through the API of AWS alone, at everything in the account, whoever made it. */
  existing(): Promise<Existing>;
  /** Every password and token that Secrets Manager holds. */
  secretTexts(): Promise<readonly string[]>;
  groups(): Promise<readonly { readonly min: number | undefined; readonly max: number | undefined }[]>;
  close(): void;
}

const names = <T>(items: readonly T[] | undefined, name: (item: T) => string | undefined): string[] =>
  (items ?? []).map((item) => name(item) ?? "?").sort();

/** Clients of the API of an emulated AWS in one region. */
export function emulatedAws(endpoint: string, region: string = REGION): EmulatedAws {
  const settings = { region, endpoint, credentials: { accessKeyId: "test", secretAccessKey: "test" } };
  const clients = {
    appScaling: new ApplicationAutoScalingClient(settings),
    autoScaling: new AutoScalingClient(settings),
    budgets: new BudgetsClient(settings),
    cloudFront: new CloudFrontClient(settings),
    cloudWatch: new CloudWatchClient(settings),
    ec2: new ec2.EC2Client(settings),
    elastiCache: new ElastiCacheClient(settings),
    elb: new ElasticLoadBalancingV2Client(settings),
    iam: new IAMClient(settings),
    lambda: new LambdaClient(settings),
    logs: new CloudWatchLogsClient(settings),
    rds: new rds.RDSClient(settings),
    s3: new S3Client({ ...settings, forcePathStyle: true }),
    scheduler: new SchedulerClient(settings),
    secrets: new SecretsManagerClient(settings),
    // What belongs to CloudFront is kept there.
    waf: new WAFV2Client({ ...settings, region: "us-east-1" }),
  };
  const lists: Readonly<Record<string, () => Promise<string[]>>> = {
    addresses: async () =>
      names(
        (await clients.ec2.send(new ec2.DescribeAddressesCommand({}))).Addresses,
        (one) => one.AllocationId,
      ),
    alarms: async () =>
      names(
        (await clients.cloudWatch.send(new DescribeAlarmsCommand({}))).MetricAlarms,
        (one) => one.AlarmName,
      ),
    buckets: async () =>
      names((await clients.s3.send(new ListBucketsCommand({}))).Buckets, (one) => one.Name),
    budgets: async () =>
      names(
        (await clients.budgets.send(new DescribeBudgetsCommand({ AccountId: ACCOUNT_ID }))).Budgets,
        (one) => one.BudgetName,
      ),
    cacheGroups: async () =>
      names(
        (await clients.elastiCache.send(new DescribeReplicationGroupsCommand({}))).ReplicationGroups?.filter(
          ({ Status }) => Status !== "deleting",
        ),
        (one) => one.ReplicationGroupId,
      ),
    cacheUsers: async () =>
      names(
        (await clients.elastiCache.send(new DescribeUsersCommand({}))).Users?.filter(
          // The emulator shows what is going until somebody asks for it by name.
          ({ Status }) => Status !== "deleting",
        ),
        (one) => one.UserId,
      ),
    distributions: async () =>
      names(
        (await clients.cloudFront.send(new ListDistributionsCommand({}))).DistributionList?.Items,
        (one) => one.Id,
      ),
    endpoints: async () =>
      names(
        (await clients.ec2.send(new ec2.DescribeVpcEndpointsCommand({}))).VpcEndpoints?.filter(
          ({ State }) => State?.toLowerCase() !== "deleted",
        ),
        (one) => one.VpcEndpointId,
      ),
    flowLogs: async () =>
      names((await clients.ec2.send(new ec2.DescribeFlowLogsCommand({}))).FlowLogs, (one) => one.FlowLogId),
    functions: async () =>
      names((await clients.lambda.send(new ListFunctionsCommand({}))).Functions, (one) => one.FunctionName),
    gateways: async () =>
      names(
        (await clients.ec2.send(new ec2.DescribeInternetGatewaysCommand({}))).InternetGateways,
        (one) => one.InternetGatewayId,
      ),
    instanceProfiles: async () =>
      names(
        (await clients.iam.send(new ListInstanceProfilesCommand({}))).InstanceProfiles,
        (one) => one.InstanceProfileName,
      ),
    instances: async () => {
      const filter = [{ Name: "instance-state-name", Values: ["pending", "running", "stopping", "stopped"] }];
      const found = await clients.ec2.send(new ec2.DescribeInstancesCommand({ Filters: filter }));
      return names(
        found.Reservations?.flatMap(({ Instances = [] }) => Instances),
        (one) => one.InstanceId,
      );
    },
    interfaces: async () =>
      names(
        (await clients.ec2.send(new ec2.DescribeNetworkInterfacesCommand({}))).NetworkInterfaces,
        (one) => one.NetworkInterfaceId,
      ),
    launchTemplates: async () =>
      names(
        (await clients.ec2.send(new ec2.DescribeLaunchTemplatesCommand({}))).LaunchTemplates,
        (one) => one.LaunchTemplateName,
      ),
    loadBalancers: async () =>
      names(
        (await clients.elb.send(new DescribeLoadBalancersCommand({}))).LoadBalancers,
        (one) => one.LoadBalancerName,
      ),
    logGroups: async () =>
      names((await clients.logs.send(new DescribeLogGroupsCommand({}))).logGroups, (one) => one.logGroupName),
    natGateways: async () =>
      names(
        (await clients.ec2.send(new ec2.DescribeNatGatewaysCommand({}))).NatGateways?.filter(
          ({ State }) => State !== "deleted",
        ),
        (one) => one.NatGatewayId,
      ),
    rdsClusterParameters: async () =>
      names(
        (await clients.rds.send(new rds.DescribeDBClusterParameterGroupsCommand({})))
          .DBClusterParameterGroups,
        (one) => one.DBClusterParameterGroupName,
      ),
    rdsClusters: async () =>
      names(
        (await clients.rds.send(new rds.DescribeDBClustersCommand({}))).DBClusters,
        (one) => one.DBClusterIdentifier,
      ),
    rdsInstances: async () =>
      names(
        (await clients.rds.send(new rds.DescribeDBInstancesCommand({}))).DBInstances,
        (one) => one.DBInstanceIdentifier,
      ),
    rdsParameters: async () =>
      names(
        (await clients.rds.send(new rds.DescribeDBParameterGroupsCommand({}))).DBParameterGroups,
        (one) => one.DBParameterGroupName,
      ),
    rdsProxies: async () =>
      names(
        (await clients.rds.send(new rds.DescribeDBProxiesCommand({}))).DBProxies,
        (one) => one.DBProxyName,
      ),
    rdsSnapshots: async () =>
      names(
        (await clients.rds.send(new rds.DescribeDBSnapshotsCommand({}))).DBSnapshots,
        (one) => one.DBSnapshotIdentifier,
      ),
    rdsSubnets: async () =>
      names(
        (await clients.rds.send(new rds.DescribeDBSubnetGroupsCommand({}))).DBSubnetGroups,
        (one) => one.DBSubnetGroupName,
      ),
    roles: async () => names((await clients.iam.send(new ListRolesCommand({}))).Roles, (one) => one.RoleName),
    routeTables: async () =>
      names(
        (await clients.ec2.send(new ec2.DescribeRouteTablesCommand({}))).RouteTables,
        (one) => one.RouteTableId,
      ),
    scalableTargets: async () =>
      names(
        (await clients.appScaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace: "rds" })))
          .ScalableTargets,
        (one) => one.ResourceId,
      ),
    scalingGroups: async () =>
      names(
        (await clients.autoScaling.send(new DescribeAutoScalingGroupsCommand({}))).AutoScalingGroups,
        (one) => one.AutoScalingGroupName,
      ),
    scheduleGroups: async () =>
      names(
        (await clients.scheduler.send(new ListScheduleGroupsCommand({}))).ScheduleGroups,
        (one) => one.Name,
      ),
    schedules: async () =>
      names((await clients.scheduler.send(new ListSchedulesCommand({}))).Schedules, (one) => one.Name),
    secrets: async () =>
      names((await clients.secrets.send(new ListSecretsCommand({}))).SecretList, (one) => one.Name),
    securityGroups: async () =>
      names(
        (await clients.ec2.send(new ec2.DescribeSecurityGroupsCommand({}))).SecurityGroups,
        (one) => one.GroupId,
      ),
    subnets: async () =>
      names((await clients.ec2.send(new ec2.DescribeSubnetsCommand({}))).Subnets, (one) => one.SubnetId),
    targetGroups: async () =>
      names(
        (await clients.elb.send(new DescribeTargetGroupsCommand({}))).TargetGroups,
        (one) => one.TargetGroupName,
      ),
    volumes: async () =>
      names((await clients.ec2.send(new ec2.DescribeVolumesCommand({}))).Volumes, (one) => one.VolumeId),
    vpcs: async () =>
      names((await clients.ec2.send(new ec2.DescribeVpcsCommand({}))).Vpcs, (one) => one.VpcId),
    webAcls: async () =>
      names(
        (await clients.waf.send(new ListWebACLsCommand({ Scope: "CLOUDFRONT" }))).WebACLs,
        (one) => one.Name,
      ),
  };
  return {
    async existing() {
      const found = await Promise.all(
        Object.entries(lists).map(async ([kind, list]) => [kind, await list()] as const),
      );
      return Object.fromEntries(found);
    },
    async secretTexts() {
      const { SecretList = [] } = await clients.secrets.send(new ListSecretsCommand({}));
      const texts = SecretList.map(async ({ ARN }) => {
        const { SecretString = "{}" } = await clients.secrets.send(
          new GetSecretValueCommand({ SecretId: ARN }),
        );
        const value: Record<string, unknown> = JSON.parse(SecretString);
        return [value.password, value.token].filter((text) => typeof text === "string");
      });
      return (await Promise.all(texts)).flat();
    },
    async groups() {
      const { AutoScalingGroups = [] } = await clients.autoScaling.send(
        new DescribeAutoScalingGroupsCommand({}),
      );
      return AutoScalingGroups.map(({ MinSize, MaxSize }) => ({ min: MinSize, max: MaxSize }));
    },
    close() {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}
