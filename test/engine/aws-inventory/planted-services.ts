import { BudgetsClient, CreateBudgetCommand } from "@aws-sdk/client-budgets";
import { CloudFrontClient, CreateDistributionWithTagsCommand } from "@aws-sdk/client-cloudfront";
import { CloudWatchLogsClient, CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateReplicationGroupCommand,
  CreateUserCommand,
  ElastiCacheClient,
} from "@aws-sdk/client-elasticache";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
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
import type { AwsClients } from "../../../inventory/aws/clients";
import { given, type PlantOptions, REGION, type Tags, trust } from "./planted-support";

export async function plantData(
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

export async function plantEdge(id: string, clients: AwsClients, tags: Tags): Promise<void> {
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

export async function plantGuard(id: string, clients: AwsClients, tags: Tags): Promise<void> {
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
export async function plantBucket(id: string, clients: AwsClients, tags: Tags): Promise<string> {
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
