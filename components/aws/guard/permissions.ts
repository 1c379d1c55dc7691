import type { EnvironmentIdentity } from "../../contracts";
import { RESERVED_TAG_PREFIX } from "../../tagging";
import { iamPath, physicalName } from "../context";
import type { PolicyStatement } from "../instances/roles";
import { logGroupName } from "../logs";
import { budgetName } from "./budget";

/** To find what carries the tag, and to see what is left. Nothing here reads data: no secrets, no objects, no variables of functions. */
const READ_ACTIONS = [
  "tag:GetResources",
  "autoscaling:Describe*",
  "application-autoscaling:Describe*",
  "cloudfront:Get*",
  "cloudfront:List*",
  "cloudwatch:DescribeAlarms",
  "cloudwatch:ListTagsForResource",
  "ec2:Describe*",
  "ecs:Describe*",
  "ecs:List*",
  "elasticache:Describe*",
  "elasticache:ListTagsForResource",
  "elasticloadbalancing:Describe*",
  "iam:GetInstanceProfile",
  "iam:GetRole",
  "iam:ListAttachedRolePolicies",
  "iam:ListInstanceProfiles",
  "iam:ListInstanceProfilesForRole",
  "iam:ListInstanceProfileTags",
  "iam:ListRolePolicies",
  "iam:ListRoles",
  "iam:ListRoleTags",
  "logs:DescribeLogGroups",
  "logs:ListTagsForResource",
  "rds:Describe*",
  "rds:ListTagsForResource",
  "s3:ListAllMyBuckets",
  "scheduler:GetScheduleGroup",
  "scheduler:ListScheduleGroups",
  "scheduler:ListTagsForResource",
  "secretsmanager:DescribeSecret",
  "secretsmanager:ListSecrets",
  "ssm:DescribeParameters",
  "wafv2:GetWebACL",
  "wafv2:ListTagsForResource",
  "wafv2:ListWebACLs",
];

/** Removing, and what has to be done to a thing before it can be removed. All of them know the tags of what they are used on. */
const DELETE_ACTIONS = [
  "application-autoscaling:DeregisterScalableTarget",
  "autoscaling:DeleteAutoScalingGroup",
  "autoscaling:DeleteWarmPool",
  "autoscaling:UpdateAutoScalingGroup",
  "cloudfront:DeleteDistribution",
  "cloudfront:UpdateDistribution",
  "ec2:DeleteFlowLogs",
  "ec2:DeleteInternetGateway",
  "ec2:DeleteLaunchTemplate",
  "ec2:DeleteNatGateway",
  "ec2:DeletePlacementGroup",
  "ec2:DeleteRoute",
  "ec2:DeleteRouteTable",
  "ec2:DeleteSecurityGroup",
  "ec2:DeleteSubnet",
  "ec2:DeleteVolume",
  "ec2:DeleteVpc",
  "ec2:DeleteVpcEndpoints",
  "ec2:DetachInternetGateway",
  "ec2:DisassociateRouteTable",
  "ec2:ReleaseAddress",
  "ec2:RevokeSecurityGroupEgress",
  "ec2:RevokeSecurityGroupIngress",
  "ec2:TerminateInstances",
  "ecs:DeleteCluster",
  "ecs:DeleteService",
  "ecs:StopTask",
  "ecs:UpdateService",
  "elasticache:DeleteCacheParameterGroup",
  "elasticache:DeleteCacheSubnetGroup",
  "elasticache:DeleteReplicationGroup",
  "elasticache:DeleteServerlessCache",
  "elasticache:DeleteUser",
  "elasticache:DeleteUserGroup",
  "elasticloadbalancing:DeleteListener",
  "elasticloadbalancing:DeleteLoadBalancer",
  "elasticloadbalancing:DeleteRule",
  "elasticloadbalancing:DeleteTargetGroup",
  "rds:DeleteDBCluster",
  "rds:DeleteDBClusterParameterGroup",
  "rds:DeleteDBInstance",
  "rds:DeleteDBParameterGroup",
  "rds:DeleteDBProxy",
  "rds:DeleteDBProxyEndpoint",
  "rds:DeleteDBSubnetGroup",
  "secretsmanager:DeleteSecret",
  "wafv2:DeleteWebACL",
];

export interface SweeperScope {
  readonly environment: EnvironmentIdentity;
  readonly bucketArn: string;
  readonly scheduleGroupArn: string;
  readonly logGroupArn: string;
}

/** ARNs of the account of another, and of its region unless another is named. */
function arnsBeside(arn: string, elsewhere?: string): (service: string, path: string) => string {
  const [, partition = "", , own = "", account = ""] = arn.split(":");
  const region = elsewhere ?? own;
  return (service, path) => `arn:${partition}:${service}:${region}:${account}:${path}`;
}

/**
 * Log groups of the environment, as the inventory knows them (`logGroupPattern`): services make some of them, without a tag. Every name is
 * whole but for numbers: `shop` must not take what belongs to `shop-a`.
 */
function logGroups(environment: EnvironmentIdentity): string[] {
  const { id } = environment;
  const own = [logGroupName(environment), `/aws/lambda/${id}-expiry`, `/aws/rds/proxy/${id}-proxy`];
  const servers = ["primary", "replica-?", "replica-??", "writer", "reader-?", "reader-??"];
  return [
    // IAM wants most calls to name a group with `:*` behind it.
    ...own.flatMap((name) => [name, `${name}:*`]),
    `${logGroupName(environment)}/*`,
    ...["app", "fleet"].map((part) => `/aws/ecs/containerinsights/${id}-${part}/*`),
    `/aws/rds/cluster/${id}-database/*`,
    ...servers.map((server) => `/aws/rds/instance/${id}-${server}/*`),
  ];
}

/** Removing what has no tag of the environment's, or has it where AWS cannot tell by it: by name. */
function removeUntagged({ environment, scheduleGroupArn }: SweeperScope): PolicyStatement[] {
  const arn = arnsBeside(scheduleGroupArn);
  const app = physicalName(environment, "app");
  const database = physicalName(environment, "database");
  const tracked = [app, `service/${app}/${app}`, `cluster:${database}`];
  const alarms = [
    ...["app-scale-in", "app-scale-out"].map((alarm) => physicalName(environment, alarm)),
    ...tracked.map((what) => `TargetTracking-${what}-Alarm*`),
  ];
  return [
    {
      Sid: "RemoveLogGroups",
      Effect: "Allow",
      Action: ["logs:DeleteLogGroup"],
      Resource: logGroups(environment).map((name) => arn("logs", `log-group:${name}`)),
    },
    {
      Sid: "RemoveAlarms",
      Effect: "Allow",
      Action: ["cloudwatch:DeleteAlarms"],
      Resource: alarms.map((name) => arn("cloudwatch", `alarm:${name}`)),
    },
    {
      Sid: "RemoveScaledReaders",
      Effect: "Allow",
      Action: ["rds:DeleteDBInstance"],
      Resource: [arn("rds", "db:application-autoscaling-*")],
      // The one tag that AWS gives them: of the cluster they were added to.
      Condition: {
        StringEquals: { "aws:ResourceTag/application-autoscaling:resourceId": `cluster:${database}` },
      },
    },
    {
      Sid: "RemoveWithoutSnapshot",
      Effect: "Allow",
      // IAM asks for the last snapshot as a resource of these calls, whether there is to be one or not.
      Action: [
        "elasticache:DeleteReplicationGroup",
        "elasticache:DeleteServerlessCache",
        "rds:DeleteDBCluster",
      ],
      Resource: [
        arn("elasticache", "serverlesscachesnapshot:*"),
        arn("elasticache", "snapshot:*"),
        arn("rds", "cluster-snapshot:*"),
      ],
    },
    {
      Sid: "RemoveTaskDefinitions",
      Effect: "Allow",
      // Deregistered, they need not keep their tags.
      Action: ["ecs:DeleteTaskDefinitions"],
      Resource: [app, physicalName(environment, "fleet")].map((family) =>
        arn("ecs", `task-definition/${family}:*`),
      ),
    },
  ];
}

/**
 * What the function that ends an expired environment may do: see everything, and remove what carries the environment's tag. Where AWS knows
 * no tags (alarms, objects, schedules, budgets), or services make things without, they are named by their ARN. Two things have neither: what
 * stops a task definition from being used, and CloudFront's cache policies; the first can be registered again, and AWS keeps the second for
 * as long as anything uses them.
 */
export function sweeperPermissions(scope: SweeperScope): PolicyStatement[] {
  const { environment, bucketArn, scheduleGroupArn, logGroupArn } = scope;
  const [, partition = "", , , account = ""] = scheduleGroupArn.split(":");
  const arn = arnsBeside(scheduleGroupArn);
  return [
    { Sid: "Look", Effect: "Allow", Action: READ_ACTIONS, Resource: ["*"] },
    {
      Sid: "SeeAndRemoveItself",
      Effect: "Allow",
      // What is seen of a function has its variables: no other's.
      Action: ["lambda:DeleteFunction", "lambda:GetFunction"],
      Resource: [arn("lambda", `function:${physicalName(environment, "expiry", 64)}`)],
    },
    {
      Sid: "RemoveTagged",
      Effect: "Allow",
      Action: DELETE_ACTIONS,
      Resource: ["*"],
      Condition: { StringEquals: { [`aws:ResourceTag/${RESERVED_TAG_PREFIX}environment`]: environment.id } },
    },
    {
      Sid: "RemoveRoles",
      Effect: "Allow",
      Action: [
        "iam:DeleteInstanceProfile",
        "iam:DeleteRole",
        "iam:DeleteRolePolicy",
        "iam:DetachRolePolicy",
        "iam:RemoveRoleFromInstanceProfile",
      ],
      Resource: ["instance-profile", "role"].map(
        (kind) => `arn:${partition}:iam::${account}:${kind}${iamPath(environment)}*`,
      ),
    },
    ...removeUntagged(scope),
    {
      Sid: "DeregisterTaskDefinitions",
      Effect: "Allow",
      // AWS knows neither tags nor names for this call; it stops new tasks and nothing that runs.
      Action: ["ecs:DeregisterTaskDefinition"],
      Resource: ["*"],
    },
    {
      Sid: "RemoveUnusedCachePolicies",
      Effect: "Allow",
      Action: ["cloudfront:DeleteCachePolicy"],
      Resource: [`arn:${partition}:cloudfront::${account}:cache-policy/*`],
    },
    {
      Sid: "RemoveBucket",
      Effect: "Allow",
      Action: [
        "s3:DeleteBucket",
        "s3:DeleteBucketPolicy",
        "s3:GetBucketTagging",
        "s3:ListBucket",
        "s3:ListBucketMultipartUploads",
        "s3:ListBucketVersions",
      ],
      Resource: [bucketArn],
    },
    {
      Sid: "EmptyBucket",
      Effect: "Allow",
      Action: ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:DeleteObjectVersion"],
      Resource: [`${bucketArn}/*`],
    },
    {
      Sid: "RemoveSchedules",
      Effect: "Allow",
      // AWS asks for both to remove a group with its schedules.
      Action: ["scheduler:DeleteSchedule", "scheduler:DeleteScheduleGroup"],
      Resource: [scheduleGroupArn, `${scheduleGroupArn.replace(":schedule-group/", ":schedule/")}/*`],
    },
    {
      Sid: "RemoveBudget",
      Effect: "Allow",
      Action: ["budgets:ModifyBudget", "budgets:ViewBudget"],
      Resource: [`arn:${partition}:budgets::${account}:budget/${budgetName(environment)}`],
    },
    {
      Sid: "WriteLogs",
      Effect: "Allow",
      // Not CreateLogGroup: a group written to after its removal would come back.
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: [`${logGroupArn}:log-stream:*`],
    },
  ];
}

/**
 * What the function may do beside, once there is a network: remove what lies in it without a tag. Services leave interfaces, and a service
 * that watches the account, or a person, may have put groups there.
 */
export function networkPermissions(
  scheduleGroupArn: string,
  vpcId: string,
  region?: string,
): PolicyStatement[] {
  return [
    {
      Sid: "RemoveInNetwork",
      Effect: "Allow",
      Action: [
        "ec2:DeleteNetworkAcl",
        "ec2:DeleteNetworkInterface",
        "ec2:DeleteRouteTable",
        "ec2:DeleteSecurityGroup",
        "ec2:DeleteSubnet",
        "ec2:DisassociateRouteTable",
        "ec2:RevokeSecurityGroupEgress",
        "ec2:RevokeSecurityGroupIngress",
      ],
      Resource: ["*"],
      Condition: { ArnEquals: { "ec2:Vpc": arnsBeside(scheduleGroupArn, region)("ec2", `vpc/${vpcId}`) } },
    },
  ];
}
