import type { EnvironmentIdentity } from "../../contracts";
import { RESERVED_TAG_PREFIX } from "../../tagging";
import { type PolicyStatement, partitionOf } from "../instances/roles";
import { budgetName } from "./budget";

export interface ConditionedStatement extends PolicyStatement {
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** To find what carries the tag, and to see what is left. Nothing here reads data: no secrets, no objects. */
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
  "lambda:GetFunction",
  "lambda:ListTags",
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
  "cloudwatch:DeleteAlarms",
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
  "ecs:DeleteTaskDefinitions",
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
  "iam:DeleteInstanceProfile",
  "iam:DeleteRole",
  "iam:DeleteRolePolicy",
  "iam:DetachRolePolicy",
  "iam:RemoveRoleFromInstanceProfile",
  "lambda:DeleteFunction",
  "logs:DeleteLogGroup",
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

/**
 * What the function that ends an expired environment may do: see everything, and remove what carries the environment's tag. Where AWS knows
 * no tags (objects, schedules, budgets) it is named by its ARN. Two things have neither: task definitions and CloudFront's cache policies;
 * the first can be registered again, and AWS keeps the second for as long as anything uses them.
 */
export function sweeperPermissions(scope: SweeperScope): ConditionedStatement[] {
  const { environment, bucketArn, scheduleGroupArn, logGroupArn } = scope;
  const account = scheduleGroupArn.split(":")[4] ?? "";
  const budgetArn = `arn:${partitionOf(scheduleGroupArn)}:budgets::${account}:budget/${budgetName(environment)}`;
  return [
    { Sid: "Look", Effect: "Allow", Action: READ_ACTIONS, Resource: ["*"] },
    {
      Sid: "RemoveTagged",
      Effect: "Allow",
      Action: DELETE_ACTIONS,
      Resource: ["*"],
      Condition: { StringEquals: { [`aws:ResourceTag/${RESERVED_TAG_PREFIX}environment`]: environment.id } },
    },
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
      Resource: [`arn:${partitionOf(scheduleGroupArn)}:cloudfront::${account}:cache-policy/*`],
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
      Resource: [budgetArn],
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
