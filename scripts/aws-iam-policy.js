#!/usr/bin/env node
/**
 * Writes docs/aws-iam-policy.json: what the credentials need that make, measure, sweep and remove environments on AWS. `--check` only
 * compares; `--split <folder>` writes the same as several managed policies, which AWS keeps shorter than policies of a role's own.
 *
 * Three sources: docs/aws-calls.json, which an engine test records while environments are made, changed and removed; the calls of the AWS SDK
 * that perfbed's own code imports; and for every service that occurs, the calls with which the official provider looks at what it made.
 */
const { readdirSync, readFileSync, writeFileSync } = require("node:fs");
const { join, resolve } = require("node:path");

/** Folders whose code runs under the user's credentials. */
const SOURCES = ["campaign", "components/aws", "inventory"];

/** Prefix of IAM actions by the SDK's client, where it is another. */
const PREFIXES = {
  "application-auto-scaling": "application-autoscaling",
  "auto-scaling": "autoscaling",
  "cloudwatch-logs": "logs",
  "elastic-load-balancing-v2": "elasticloadbalancing",
  "resource-groups-tagging-api": "tag",
  "secrets-manager": "secretsmanager",
};

/** What IAM calls a call by another name, or by several. No name: it needs no permission. */
const ACTIONS = {
  "budgets:CreateBudget": ["budgets:ModifyBudget", "budgets:TagResource"],
  "budgets:DeleteBudget": ["budgets:ModifyBudget"],
  "budgets:DescribeBudget": ["budgets:ViewBudget"],
  "budgets:UpdateBudget": ["budgets:ModifyBudget"],
  "cloudfront:CreateDistributionWithTags": ["cloudfront:CreateDistribution", "cloudfront:TagResource"],
  "s3:CreateMultipartUpload": ["s3:PutObject"],
  "s3:DeleteBucketEncryption": ["s3:PutEncryptionConfiguration"],
  "s3:DeleteBucketLifecycle": ["s3:PutLifecycleConfiguration"],
  "s3:DeleteBucketOwnershipControls": ["s3:PutBucketOwnershipControls"],
  "s3:DeleteBucketTagging": ["s3:PutBucketTagging"],
  "s3:DeleteObjects": ["s3:DeleteObject", "s3:DeleteObjectVersion"],
  "s3:DeletePublicAccessBlock": ["s3:PutBucketPublicAccessBlock"],
  "s3:GetBucketEncryption": ["s3:GetEncryptionConfiguration"],
  "s3:GetBucketLifecycleConfiguration": ["s3:GetLifecycleConfiguration"],
  "s3:GetPublicAccessBlock": ["s3:GetBucketPublicAccessBlock"],
  "s3:HeadBucket": ["s3:ListBucket"],
  "s3:HeadObject": ["s3:GetObject"],
  "s3:ListBuckets": ["s3:ListAllMyBuckets"],
  "s3:ListMultipartUploads": ["s3:ListBucketMultipartUploads"],
  "s3:ListObjectVersions": ["s3:ListBucketVersions"],
  "s3:ListObjectsV2": ["s3:ListBucket"],
  "s3:PutBucketEncryption": ["s3:PutEncryptionConfiguration"],
  "s3:PutBucketLifecycleConfiguration": ["s3:PutLifecycleConfiguration"],
  "s3:PutPublicAccessBlock": ["s3:PutBucketPublicAccessBlock"],
  "sts:GetCallerIdentity": [],
};

/** How the official provider, and people who look for a fault, look at things. Of secrets only those that perfbed makes are read. */
const LOOKS = {
  "application-autoscaling": ["Describe*", "ListTagsForResource"],
  autoscaling: ["Describe*"],
  budgets: ["ListTagsForResource", "ViewBudget"],
  cloudfront: ["Get*", "List*"],
  cloudwatch: ["Describe*", "GetMetricData", "ListMetrics", "ListTagsForResource"],
  ec2: ["Describe*", "GetManagedPrefixListEntries"],
  ecs: ["Describe*", "List*"],
  elasticache: ["Describe*", "ListTagsForResource"],
  elasticloadbalancing: ["Describe*"],
  iam: ["Get*", "List*"],
  lambda: ["Get*", "List*"],
  logs: ["Describe*", "ListTagsForResource"],
  rds: ["Describe*", "ListTagsForResource"],
  s3: [
    "GetAccelerateConfiguration",
    "GetBucket*",
    "GetEncryptionConfiguration",
    "GetLifecycleConfiguration",
  ].concat([
    "GetObject",
    "GetObjectTagging",
    "GetReplicationConfiguration",
    "ListBucket",
    "ListTagsForResource",
  ]),
  scheduler: ["Get*", "List*"],
  secretsmanager: ["DescribeSecret", "GetResourcePolicy", "GetSecretValue", "ListSecrets"],
  ssm: ["DescribeParameters", "GetParameter", "GetParameters"],
  tag: ["GetResources"],
  wafv2: ["Get*", "List*"],
};

/** Whom roles are handed to. */
const PASSED_TO = [
  "ec2.amazonaws.com",
  "ecs-tasks.amazonaws.com",
  "lambda.amazonaws.com",
  "monitoring.rds.amazonaws.com",
  "rds.amazonaws.com",
  "scheduler.amazonaws.com",
  "vpc-flow-logs.amazonaws.com",
];

/** Services that make a role of their own when an account first uses them. */
const SERVICE_ROLES = [
  "autoscaling.amazonaws.com",
  "ecs.amazonaws.com",
  "ecs.application-autoscaling.amazonaws.com",
  "elasticache.amazonaws.com",
  "elasticloadbalancing.amazonaws.com",
  "rds.amazonaws.com",
  "rds.application-autoscaling.amazonaws.com",
  "spot.amazonaws.com",
];

/** Writing calls that AWS can be told to allow for perfbed's own things alone, because perfbed decides on their names or paths. */
const SCOPES = {
  iam: ["arn:aws:iam::*:role/perfbed/*", "arn:aws:iam::*:instance-profile/perfbed/*"],
  lambda: ["arn:aws:lambda:*:*:function:*-expiry"],
  logs: ["arn:aws:logs:*:*:log-group:/perfbed/*", "arn:aws:logs:*:*:log-group:/aws/*"],
  scheduler: ["arn:aws:scheduler:*:*:schedule-group/*-expiry", "arn:aws:scheduler:*:*:schedule/*-expiry/*"],
};

/**
 * Beside what was seen: what AWS asks of whoever makes groups of instances from a template, and changes that the emulator of the tests has no
 * call for.
 */
const ALSO = [
  "application-autoscaling:TagResource",
  "cloudwatch:PutMetricAlarm",
  "cloudwatch:TagResource",
  "ec2:CreateTags",
  "ec2:RunInstances",
  "ecs:TagResource",
  "elasticache:ModifyUser",
  "elasticache:ModifyUserGroup",
  "elasticloadbalancing:RegisterTargets",
  "rds:ModifyDBCluster",
  "rds:ModifyDBProxy",
  "rds:ModifyDBSubnetGroup",
];

/** `ec2:DescribeVpcs` of every import of a command or paginator. */
function importedCalls(root) {
  return SOURCES.flatMap((folder) => sourceFiles(join(root, folder))).flatMap((file) => {
    const text = readFileSync(file, "utf8");
    return [...text.matchAll(/import \{([^}]*)\} from "@aws-sdk\/client-([a-z0-9-]+)"/g)].flatMap(
      ([, names = "", client = ""]) =>
        [...names.replaceAll(/ as \w+/g, "").matchAll(/(?:paginate([A-Z]\w+)|\b([A-Z]\w+)Command)\b/g)].map(
          ([, page, command]) => `${PREFIXES[client] ?? client}:${page ?? command}`,
        ),
    );
  });
}

function sourceFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return entry.name.endsWith(".ts") ? [path] : [];
  });
}

/** What IAM asks for when a call is made, `s3:ListBuckets` for instance. */
const iamActions = (call) => ACTIONS[call] ?? [call];

/** `ec2:Describe*` covers `ec2:DescribeVpcs`. */
const covers = (pattern, action) =>
  pattern.endsWith("*") ? action.startsWith(pattern.slice(0, -1)) : pattern === action;

function createPolicy(root) {
  const seen = JSON.parse(readFileSync(join(root, "docs/aws-calls.json"), "utf8"));
  const actions = [...seen, ...importedCalls(root)].flatMap(iamActions);
  const services = [...new Set(actions.map((action) => action.split(":")[0]))];
  const looks = services.flatMap((service) => (LOOKS[service] ?? []).map((name) => `${service}:${name}`));
  const writes = [...actions, ...ALSO].filter((action) => !looks.some((pattern) => covers(pattern, action)));
  const scoped = Object.keys(SCOPES).flatMap((service) => {
    const own = writes.filter((action) => action.startsWith(`${service}:`));
    return own.length === 0 ? [] : [allow(`Change${capital(service)}`, own, SCOPES[service])];
  });
  const others = writes.filter((action) => SCOPES[action.split(":")[0]] === undefined);
  return {
    Version: "2012-10-17",
    Statement: [
      allow("Look", looks, ["*"]),
      allow("Change", others, ["*"]),
      ...scoped,
      {
        ...allow("HandOverRoles", ["iam:PassRole"], ["arn:aws:iam::*:role/perfbed/*"]),
        Condition: { StringEquals: { "iam:PassedToService": PASSED_TO } },
      },
      {
        ...allow("ServiceRoles", ["iam:CreateServiceLinkedRole"], ["arn:aws:iam::*:role/aws-service-role/*"]),
        Condition: { StringEquals: { "iam:AWSServiceName": SERVICE_ROLES } },
      },
    ],
  };
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const allow = (Sid, actions, Resource) => ({
  Sid,
  Effect: "Allow",
  Action: [...new Set(actions)].sort(),
  Resource,
});

const policyText = (root) => `${JSON.stringify(createPolicy(root), null, 2)}\n`;

/** Characters of a managed policy, without white space. */
const MANAGED_POLICY_LIMIT = 6_144;

/** The same statements in as few documents as fit. */
function splitPolicy({ Version, Statement }) {
  const documents = [];
  for (const statement of Statement) {
    const fits = documents.find((one) => {
      const larger = { Version, Statement: [...one.Statement, statement] };
      return JSON.stringify(larger).length <= MANAGED_POLICY_LIMIT;
    });
    if (fits === undefined) documents.push({ Version, Statement: [statement] });
    else fits.Statement.push(statement);
  }
  return documents;
}

function main([option, folder]) {
  const root = resolve(__dirname, "..");
  const file = join(root, "docs/aws-iam-policy.json");
  if (option === undefined) return writeFileSync(file, policyText(root));
  if (option === "--split" && folder !== undefined) {
    for (const [index, policy] of splitPolicy(createPolicy(root)).entries()) {
      writeFileSync(join(folder, `perfbed-${index + 1}.json`), JSON.stringify(policy));
    }
    return;
  }
  if (option === "--check" && readFileSync(file, "utf8") === policyText(root)) return;
  console.error(
    option === "--check"
      ? "docs/aws-iam-policy.json is out of date: node scripts/aws-iam-policy.js"
      : "node scripts/aws-iam-policy.js [--check | --split <folder>]",
  );
  process.exitCode = 1;
}

if (require.main === module) main(process.argv.slice(2));

module.exports = { covers, createPolicy, iamActions, policyText, splitPolicy };
