#!/usr/bin/env node
/**
 * Writes docs/aws-iam-policy.json: what the credentials need that make, measure, sweep and remove environments on AWS. `--check` only
 * compares.
 *
 * `--environments 'pb-*'` prints the policy for environments whose ids are like that (several with commas between), `--boundary <arn>` the one
 * that lets roles be made and given permissions with that permissions boundary alone; `--split <folder>` writes any of them as several managed
 * policies, which AWS keeps shorter than policies of a role's own.
 *
 * Four sources: docs/aws-calls.json, which an engine test records while environments are made, changed and removed; the calls of the AWS SDK
 * that perfbed's own code imports; a list of calls of the official provider that the tests' stand-in for it does not make; and for every
 * service that occurs, the calls with which the official provider looks at what it made.
 */
const { readdirSync, readFileSync, writeFileSync } = require("node:fs");
const { join, resolve } = require("node:path");
const { parseArgs } = require("node:util");

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
  // Objects are put with their tags.
  "s3:PutObject": ["s3:PutObject", "s3:PutObjectTagging"],
  "s3:PutPublicAccessBlock": ["s3:PutBucketPublicAccessBlock"],
  "sts:GetCallerIdentity": [],
};

/** How the official provider, and people who look for a fault, look at things: at names, settings and figures, not at what is in them. */
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
  logs: ["Describe*", "ListTagsForResource"],
  rds: ["Describe*", "ListTagsForResource"],
  s3: [
    "GetAccelerateConfiguration",
    "GetBucket*",
    "GetEncryptionConfiguration",
    "GetLifecycleConfiguration",
    "GetReplicationConfiguration",
    "ListAllMyBuckets",
    "ListTagsForResource",
  ],
  scheduler: ["Get*", "List*"],
  secretsmanager: ["DescribeSecret", "GetResourcePolicy", "ListSecrets"],
  // A command and its output are asked for by its own id, which nobody else knows.
  ssm: ["DescribeInstanceInformation", "DescribeParameters", "GetCommandInvocation"],
  tag: ["GetResources"],
  wafv2: ["Get*", "List*"],
};

/** What shows contents: objects, variables of a function, values of parameters. Of environments, and of what AWS publishes, alone. */
const LOOKS_INSIDE = {
  lambda: ["Get*", "List*"],
  s3: ["GetObject", "GetObjectTagging", "ListBucket", "ListBucketMultipartUploads", "ListBucketVersions"],
  ssm: ["GetParameter", "GetParameters"],
};
const PUBLIC_PARAMETERS = "arn:aws:ssm:*:*:parameter/aws/service/*";

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

/** AWS's own policies that roles of environments are given. */
const MANAGED_POLICIES = [
  "AmazonSSMManagedInstanceCore",
  "service-role/AmazonECSTaskExecutionRolePolicy",
  "service-role/AmazonRDSEnhancedMonitoringRole",
].map((name) => `arn:aws:iam::aws:policy/${name}`);

/** The provider completes the name of a bucket by 26 characters: a time, which begins with the century, and a counter. */
const BUCKET = `arn:aws:s3:::<id>-20${"?".repeat(24)}`;

/** Writing calls that AWS can be told to allow for perfbed's own things alone, because perfbed decides on their names or paths. */
const SCOPES = {
  budgets: ["arn:aws:budgets::*:budget/<id>-budget"],
  iam: ["arn:aws:iam::*:role/perfbed/<id>/*", "arn:aws:iam::*:instance-profile/perfbed/<id>/*"],
  lambda: ["arn:aws:lambda:*:*:function:<id>-expiry"],
  // With `:*` behind it for most calls, without for those that tag.
  logs: [
    "/perfbed/<id>",
    "/perfbed/<id>:*",
    "/perfbed/<id>/*",
    "/aws/ecs/containerinsights/<id>-*",
    "/aws/lambda/<id>-expiry*",
    "/aws/rds/cluster/<id>-database/*",
    "/aws/rds/instance/<id>-*",
    "/aws/rds/proxy/<id>-proxy*",
  ].map((name) => `arn:aws:logs:*:*:log-group:${name}`),
  s3: [BUCKET, `${BUCKET}/*`],
  scheduler: [
    "arn:aws:scheduler:*:*:schedule-group/<id>-expiry",
    "arn:aws:scheduler:*:*:schedule/<id>-expiry/*",
  ],
};

/** Calls that make roles, or give them permissions, beside those that attach policies. */
const EMPOWERING = ["iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"];

const ENVIRONMENT_TAG = "perfbed:environment";

/**
 * Calls that are allowed on what carries the tag of an environment alone (`aws:ResourceTag`). Whatever they are made on has it from the
 * moment it is made, or is nothing that perfbed made. Patterns are shorter, and what they name beside is done to an environment as well.
 *
 * Not here are calls with several resources of which some may have no tag (most that change something), removals of copies of data, which
 * somebody may have made by hand, and removals of what services and people put into an environment's network without one: interfaces,
 * endpoints and groups (GuardDuty), flow logs.
 */
const TAGGED = [
  "application-autoscaling:Delete*",
  "application-autoscaling:DeregisterScalableTarget",
  "autoscaling:CancelInstanceRefresh",
  "autoscaling:Delete*",
  "autoscaling:StartInstanceRefresh",
  "autoscaling:UpdateAutoScalingGroup",
  "cloudfront:CreateInvalidation",
  "cloudfront:DeleteDistribution",
  "cloudfront:UpdateDistribution",
  "ec2:DeleteInternetGateway",
  "ec2:DeleteLaunchTemplate",
  "ec2:DeleteNatGateway",
  "ec2:DeletePlacementGroup",
  "ec2:DeleteSnapshot",
  "ec2:DeleteVolume",
  "ec2:DeleteVpc",
  "ec2:ReleaseAddress",
  "ec2:TerminateInstances",
  "ecs:DeleteCluster",
  "ecs:DeleteService",
  "ecs:StopTask",
  "ecs:UpdateService",
  "elasticache:DeleteCache*",
  "elasticache:DeleteReplicationGroup",
  "elasticache:DeleteServerlessCache",
  "elasticache:DeleteUser*",
  "elasticloadbalancing:Delete*",
  "rds:DeleteDBCluster",
  "rds:DeleteDBClusterParameterGroup",
  "rds:DeleteDBInstance",
  "rds:DeleteDBParameterGroup",
  "rds:DeleteDBProxy*",
  "rds:DeleteDBSubnetGroup",
  "rds:RebootDBInstance",
  "secretsmanager:DeleteSecret",
  "secretsmanager:GetSecretValue",
  "secretsmanager:PutSecretValue",
  "secretsmanager:UpdateSecret*",
  "ssm:DeleteParameter",
  "wafv2:DeleteWebACL",
];

/** Calls on what has no tag of perfbed's, or need not have it, and can be told by its name. */
const NAMED = {
  // Deregistered, they need not keep their tags.
  RemoveTaskDefinitions: {
    actions: ["ecs:DeleteTaskDefinitions"],
    resources: ["app", "fleet"].map((part) => `arn:aws:ecs:*:*:task-definition/<id>-${part}:*`),
  },
  // IAM knows no tags where alarms are removed. Those of target tracking are made by AWS.
  RemoveAlarms: {
    actions: ["cloudwatch:DeleteAlarms"],
    resources: [
      "<id>-app-scale-*",
      "TargetTracking-<id>-app-Alarm*",
      "TargetTracking-service/<id>-app/<id>-app-Alarm*",
      "TargetTracking-cluster:<id>-database-Alarm*",
    ].map((name) => `arn:aws:cloudwatch:*:*:alarm:${name}`),
  },
  // IAM asks for the last snapshot as a resource of these calls, whether there is to be one or not.
  RemoveWithoutSnapshot: {
    actions: [
      "elasticache:DeleteReplicationGroup",
      "elasticache:DeleteServerlessCache",
      "rds:DeleteDBCluster",
    ],
    resources: [
      "arn:aws:elasticache:*:*:serverlesscachesnapshot:*",
      "arn:aws:elasticache:*:*:snapshot:*",
      "arn:aws:rds:*:*:cluster-snapshot:*",
    ],
  },
  RunCommands: { actions: ["ssm:SendCommand"], resources: ["arn:aws:ssm:*::document/AWS-RunShellScript"] },
};

/** Readers that Application Auto Scaling has added to a cluster of Aurora: it names them, and says in a tag for what. */
const SCALED_READERS = "arn:aws:rds:*:*:db:application-autoscaling-*";
const SCALED_READERS_TAG = "application-autoscaling:resourceId";

/** Calls that are in no other statement than one of their own. */
const APART = [
  "cloudwatch:DeleteAlarms",
  "ecs:DeleteTaskDefinitions",
  "iam:AttachRolePolicy",
  "ssm:SendCommand",
];

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

/**
 * Calls of the official provider that nothing above makes: the stand-in for it in the tests brings the same about in another way, or not at
 * all. By what they are for.
 */
const BY_PROVIDER = {
  "app instances of another launch template": [
    "autoscaling:CancelInstanceRefresh",
    "autoscaling:StartInstanceRefresh",
  ],
  "a database from a snapshot": ["rds:RestoreDBClusterFromSnapshot", "rds:RestoreDBInstanceFromDBSnapshot"],
  // It is given its parameter group once it is there, and takes it on at a start.
  "a replica with a parameter group": ["rds:RebootDBInstance"],
  "roles with a permissions boundary": ["iam:PutRolePermissionsBoundary"],
  "other settings of what is there": [
    "cloudfront:UpdateCachePolicy",
    "ec2:DisassociateAddress",
    "ec2:ModifySecurityGroupRules",
    "elasticache:DecreaseReplicaCount",
    "elasticache:IncreaseReplicaCount",
    "elasticache:ModifyReplicationGroupShardConfiguration",
    "elasticloadbalancing:ModifyListenerAttributes",
    "rds:ModifyDBProxyEndpoint",
    "rds:ResetDBClusterParameterGroup",
    "rds:ResetDBParameterGroup",
    "secretsmanager:UpdateSecretVersionStage",
  ],
  // Buckets get theirs when they are made, from version 6.23 of the provider on.
  "tags that come and go": [
    "application-autoscaling:UntagResource",
    "autoscaling:DeleteTags",
    "budgets:UntagResource",
    "cloudfront:UntagResource",
    "cloudwatch:UntagResource",
    "ecs:UntagResource",
    "elasticloadbalancing:RemoveTags",
    "iam:UntagInstanceProfile",
    "iam:UntagRole",
    "lambda:UntagResource",
    "logs:UntagResource",
    "rds:RemoveTagsFromResource",
    "s3:TagResource",
    "s3:UntagResource",
    "scheduler:UntagResource",
    "secretsmanager:UntagResource",
    "wafv2:UntagResource",
  ],
};

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

const serviceOf = (action) => action.split(":")[0];
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const patternsOf = (table, services) =>
  services.flatMap((service) => (table[service] ?? []).map((name) => `${service}:${name}`));

const allow = (Sid, actions, Resource, Condition) => ({
  Sid,
  Effect: "Allow",
  Action: [...new Set(actions)].sort(),
  Resource,
  ...(Condition === undefined ? {} : { Condition }),
});

/** Every call that IAM is asked about: those that look, those that look inside, and those that change something. */
function actionsOf(root) {
  const seen = JSON.parse(readFileSync(join(root, "docs/aws-calls.json"), "utf8"));
  const unseen = Object.values(BY_PROVIDER).flat();
  const actions = [...seen, ...importedCalls(root), ...unseen].flatMap(iamActions);
  const services = [...new Set(actions.map(serviceOf))];
  const [looks, inside] = [patternsOf(LOOKS, services), patternsOf(LOOKS_INSIDE, services)];
  const reads = [...looks, ...inside];
  const writes = [...actions, ...ALSO].filter((action) => !reads.some((pattern) => covers(pattern, action)));
  return { looks, inside, writes };
}

/** Ids of environments as IAM writes patterns: `*` for any characters, `?` for one. */
const ID_PATTERN = /^[a-z*?][a-z0-9*?-]*$/;

const BOUNDARY_PATTERN = /^arn:aws:iam::(\d{12}|aws):policy\/\S+$/;

/**
 * @param environments patterns of the ids of environments that it is for
 * @param boundary ARN of the permissions boundary that roles have to have
 */
function createPolicy(root, { environments = ["*"], boundary } = {}) {
  const wrong = environments.find((pattern) => !ID_PATTERN.test(pattern));
  if (wrong !== undefined) throw new RangeError(`${wrong} is no pattern of environments' ids, like pb-*`);
  if (boundary !== undefined && !BOUNDARY_PATTERN.test(boundary)) {
    throw new RangeError(`${boundary} is no ARN of a policy`);
  }
  const { looks, inside, writes } = actionsOf(root);
  /** For these environments, without what another of them says already. */
  const each = (templates) =>
    environments
      .flatMap((id) => templates.map((one) => one.replaceAll("<id>", id)))
      .filter((one, index, all) => all.indexOf(one) === index)
      .filter((one, _, all) => !all.some((other) => other !== one && covers(other, one)));
  const tagged = TAGGED.filter((pattern) => writes.some((action) => covers(pattern, action)));
  const rest = writes.filter(
    (action) => !APART.includes(action) && !TAGGED.some((pattern) => covers(pattern, action)),
  );
  const others = rest.filter((action) => !(serviceOf(action) in SCOPES));
  const roles = each(SCOPES.iam.slice(0, 1));
  const bound = boundary === undefined ? {} : { StringEquals: { "iam:PermissionsBoundary": [boundary] } };
  const empowering = boundary === undefined ? [] : EMPOWERING;
  return {
    Version: "2012-10-17",
    Statement: [
      allow("Look", looks, ["*"]),
      allow("LookInside", inside, [...each(SCOPES.s3), ...each(SCOPES.lambda), PUBLIC_PARAMETERS]),
      allow("Change", others, ["*"]),
      allow("ChangeTagged", tagged, ["*"], {
        StringLike: { [`aws:ResourceTag/${ENVIRONMENT_TAG}`]: environments },
      }),
      ...Object.keys(SCOPES).flatMap((service) => {
        const own = rest.filter((action) => serviceOf(action) === service && !empowering.includes(action));
        return own.length === 0 ? [] : [allow(`Change${capital(service)}`, own, each(SCOPES[service]))];
      }),
      ...Object.entries(NAMED).map(([sid, { actions, resources }]) => allow(sid, actions, each(resources))),
      allow("RemoveScaledReaders", ["rds:DeleteDBInstance"], [SCALED_READERS], {
        StringLike: { [`aws:ResourceTag/${SCALED_READERS_TAG}`]: each(["cluster:<id>-database"]) },
      }),
      allow("RunCommandsOn", ["ssm:SendCommand"], ["arn:aws:ec2:*:*:instance/*"], {
        StringLike: { [`ssm:resourceTag/${ENVIRONMENT_TAG}`]: environments },
      }),
      ...(empowering.length === 0 ? [] : [allow("EmpowerRoles", empowering, roles, bound)]),
      allow("AttachPolicies", ["iam:AttachRolePolicy"], roles, {
        ArnEquals: { "iam:PolicyARN": MANAGED_POLICIES },
        ...bound,
      }),
      allow("HandOverRoles", ["iam:PassRole"], roles, {
        StringEquals: { "iam:PassedToService": PASSED_TO },
      }),
      allow("ServiceRoles", ["iam:CreateServiceLinkedRole"], ["arn:aws:iam::*:role/aws-service-role/*"], {
        StringEquals: { "iam:AWSServiceName": SERVICE_ROLES },
      }),
    ],
  };
}

const policyText = (root, limits) => `${JSON.stringify(createPolicy(root, limits), null, 2)}\n`;

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

function optionsOf(args) {
  const { values } = parseArgs({
    args,
    options: {
      boundary: { type: "string" },
      check: { type: "boolean" },
      environments: { type: "string" },
      split: { type: "string" },
    },
  });
  const { boundary, check = false, environments, split } = values;
  const limits = {
    ...(boundary === undefined ? {} : { boundary }),
    ...(environments === undefined ? {} : { environments: environments.split(",") }),
  };
  return { check, split, limits };
}

function main(args) {
  const { check, split, limits } = optionsOf(args);
  const root = resolve(__dirname, "..");
  const file = join(root, "docs/aws-iam-policy.json");
  if (split !== undefined) {
    for (const [index, policy] of splitPolicy(createPolicy(root, limits)).entries()) {
      writeFileSync(join(split, `perfbed-${index + 1}.json`), JSON.stringify(policy));
    }
  } else if (Object.keys(limits).length > 0) {
    process.stdout.write(policyText(root, limits));
  } else if (!check) {
    writeFileSync(file, policyText(root));
  } else if (readFileSync(file, "utf8") !== policyText(root)) {
    throw new Error("docs/aws-iam-policy.json is out of date: node scripts/aws-iam-policy.js");
  }
}

if (require.main === module) {
  try {
    main(process.argv.slice(2));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}

module.exports = { covers, createPolicy, iamActions, policyText, splitPolicy };
