import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../../core/home";
import { isLike } from "../../support/iam-actions";

interface Statement {
  readonly Sid: string;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  /** By operator, then by key. */
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}
interface Policy {
  readonly Version: string;
  readonly Statement: readonly Statement[];
}
interface Limits {
  readonly boundary?: string;
  readonly environments?: readonly string[];
}
const generator: {
  covers(pattern: string, action: string): boolean;
  createPolicy(root: string, limits?: Limits): Policy;
  policyText(root: string): string;
  splitPolicy(policy: Policy): readonly Policy[];
} = require("../../../scripts/aws-iam-policy.js");

const root = packageRoot();
const policy = generator.createPolicy(root);
const statement = (sid: string, { Statement } = policy): Statement | undefined =>
  Statement.find(({ Sid }) => Sid === sid);

/** The statements that allow an action, whatever they limit it to. */
const allowing = (action: string): string[] =>
  policy.Statement.filter(({ Action }) => Action.some((pattern) => generator.covers(pattern, action))).map(
    ({ Sid }) => Sid,
  );

test("docs/aws-iam-policy.json is what the recorded calls and the sources make of it", () => {
  // Out of date? node scripts/aws-iam-policy.js
  expect(readFileSync(join(root, "docs/aws-iam-policy.json"), "utf8")).toBe(generator.policyText(root));
});

test("calls of the official provider that the tests' stand-in for it does not make are allowed as well", () => {
  const asked = [
    "application-autoscaling:DeleteScheduledAction",
    "application-autoscaling:PutScheduledAction",
    "autoscaling:CancelInstanceRefresh",
    "autoscaling:DeleteTags",
    "autoscaling:DeleteWarmPool",
    "autoscaling:DescribeInstanceRefreshes",
    "autoscaling:PutWarmPool",
    "autoscaling:StartInstanceRefresh",
    "cloudfront:UpdateCachePolicy",
    "ec2:DisassociateAddress",
    "ec2:ModifySecurityGroupRules",
    "elasticache:DecreaseReplicaCount",
    "elasticache:IncreaseReplicaCount",
    "elasticache:ModifyReplicationGroupShardConfiguration",
    "elasticloadbalancing:ModifyListenerAttributes",
    "elasticloadbalancing:RemoveTags",
    "iam:UntagRole",
    "rds:ModifyDBProxyEndpoint",
    "rds:RebootDBInstance",
    "rds:ResetDBParameterGroup",
    "rds:RestoreDBClusterFromSnapshot",
    "rds:RestoreDBInstanceFromDBSnapshot",
    "s3:GetObjectTagging",
    "s3:PutObjectTagging",
  ];
  expect(asked.filter((action) => allowing(action).length === 0)).toEqual([]);
});

test("every action is named, except for looking and for what carries an environment's tag", () => {
  const wild = policy.Statement.filter(({ Action }) => Action.some((action) => action.includes("*")));
  expect(wild.map(({ Sid }) => Sid)).toEqual(["Look", "LookInside", "ChangeTagged"]);
  for (const sid of ["Look", "LookInside"]) {
    expect(statement(sid)?.Action.filter((action) => !/:(Describe|Get|List|View)/.test(action))).toEqual([]);
  }
});

test("contents of objects, functions and parameters are those of environments, and what AWS publishes", () => {
  const contents = ["lambda:GetFunction", "s3:GetObject", "s3:ListBucket", "ssm:GetParameter"];
  expect(contents.map(allowing)).toEqual(contents.map(() => ["LookInside"]));
  const [bucket = "", objects = "", ...others] = statement("LookInside")?.Resource ?? [];
  expect(objects).toBe(`${bucket}/*`);
  expect(others).toEqual(["arn:aws:lambda:*:*:function:*-expiry", "arn:aws:ssm:*:*:parameter/aws/service/*"]);
  expect(isLike(bucket, "arn:aws:s3:::pb-1a2b3c4d-20301127093000123400000001")).toBe(true);
  expect(isLike(bucket, "arn:aws:s3:::company-data-of-customers-and-others")).toBe(false);
});

test("secrets are read, and what runs or holds data is ended, where it carries an environment's tag alone", () => {
  expect(statement("ChangeTagged")).toMatchObject({
    Resource: ["*"],
    Condition: { StringLike: { "aws:ResourceTag/perfbed:environment": ["*"] } },
  });
  const grave = [
    "autoscaling:DeleteAutoScalingGroup",
    "cloudfront:DeleteDistribution",
    "cloudfront:UpdateDistribution",
    "ec2:DeleteVolume",
    "ec2:TerminateInstances",
    "ecs:DeleteService",
    "elasticloadbalancing:DeleteLoadBalancer",
    "secretsmanager:DeleteSecret",
    "secretsmanager:GetSecretValue",
  ];
  expect(grave.map(allowing)).toEqual(grave.map(() => ["ChangeTagged"]));
});

test("AWS asks for the last snapshot of a database or a cache as well, which has no tag", () => {
  const removals = [
    "elasticache:DeleteReplicationGroup",
    "elasticache:DeleteServerlessCache",
    "rds:DeleteDBCluster",
  ];
  expect(removals.map(allowing)).toEqual(removals.map(() => ["ChangeTagged", "RemoveWithoutSnapshot"]));
  const resources = statement("RemoveWithoutSnapshot")?.Resource ?? [];
  expect(resources.filter((arn) => !/snapshot:\*$/.test(arn))).toEqual([]);
});

test("what services make without perfbed's tag can be removed: by name, by their own tag, or in a network", () => {
  expect(allowing("rds:DeleteDBInstance")).toEqual(["ChangeTagged", "RemoveScaledReaders"]);
  expect(statement("RemoveScaledReaders")).toMatchObject({
    Resource: ["arn:aws:rds:*:*:db:application-autoscaling-*"],
    Condition: {
      StringLike: { "aws:ResourceTag/application-autoscaling:resourceId": ["cluster:*-database"] },
    },
  });
  expect(allowing("cloudwatch:DeleteAlarms")).toEqual(["RemoveAlarms"]);
  const ofAlarms = statement("RemoveAlarms")?.Resource ?? [];
  const isRemovable = (name: string): boolean =>
    ofAlarms.some((one) => isLike(one, `arn:aws:cloudwatch:eu-west-1:123456789012:alarm:${name}`));
  expect(isRemovable("pb-1-app-scale-out")).toBe(true);
  expect(isRemovable("TargetTracking-pb-1-app-AlarmHigh-0a")).toBe(true);
  expect(isRemovable("TargetTracking-table/orders-AlarmHigh-0a")).toBe(false);
  const inNetwork = ["DeleteFlowLogs", "DeleteNetworkInterface", "DeleteSecurityGroup", "DeleteVpcEndpoints"];
  expect(inNetwork.map((name) => allowing(`ec2:${name}`))).toEqual(inNetwork.map(() => ["Change"]));
});

test("commands are one document's, on instances of environments", () => {
  expect(allowing("ssm:SendCommand")).toEqual(["RunCommands", "RunCommandsOn"]);
  expect(statement("RunCommands")?.Resource).toEqual(["arn:aws:ssm:*::document/AWS-RunShellScript"]);
  expect(statement("RunCommandsOn")).toMatchObject({
    Resource: ["arn:aws:ec2:*:*:instance/*"],
    Condition: { StringLike: { "ssm:resourceTag/perfbed:environment": ["*"] } },
  });
});

test("roles are changed and handed over below perfbed's own path alone", () => {
  const ofIam = policy.Statement.filter(
    ({ Sid, Action }) => Sid !== "Look" && Action.some((one) => one.startsWith("iam:")),
  );
  const roles = "arn:aws:iam::*:role/perfbed/*/*";
  expect(ofIam.map(({ Sid, Resource }) => [Sid, Resource])).toEqual([
    ["ChangeIam", [roles, "arn:aws:iam::*:instance-profile/perfbed/*/*"]],
    ["AttachPolicies", [roles]],
    ["HandOverRoles", [roles]],
    ["ServiceRoles", ["arn:aws:iam::*:role/aws-service-role/*"]],
  ]);
  expect(statement("ChangeIam")?.Action).not.toContain("iam:AttachRolePolicy");
});

test("with a permissions boundary, roles are made and given permissions with it alone", () => {
  const boundary = "arn:aws:iam::123456789012:policy/perfbed-boundary";
  const own = generator.createPolicy(root, { boundary });
  const bound = { "iam:PermissionsBoundary": [boundary] };
  expect(statement("EmpowerRoles", own)).toMatchObject({
    Action: ["iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"],
    Condition: { StringEquals: bound },
  });
  expect(statement("AttachPolicies", own)?.Condition?.StringEquals).toEqual(bound);
  const unbound = own.Statement.filter(({ Condition }) => Condition === undefined);
  const actions = unbound.flatMap(({ Action }) => Action);
  expect(
    actions.filter((action) => /^iam:(Attach|Create|DeleteRolePermissionsBoundary|Put)/.test(action)),
  ).toEqual(["iam:CreateInstanceProfile"]);
  expect(() => generator.createPolicy(root, { boundary: "perfbed-boundary" })).toThrow(RangeError);
});

test("for environments whose ids are alike, whatever has a name or a tag is theirs", () => {
  const own = generator.createPolicy(root, { environments: ["pb-*", "shop"] });
  expect(statement("ChangeIam", own)?.Resource).toEqual([
    "arn:aws:iam::*:role/perfbed/pb-*/*",
    "arn:aws:iam::*:instance-profile/perfbed/pb-*/*",
    "arn:aws:iam::*:role/perfbed/shop/*",
    "arn:aws:iam::*:instance-profile/perfbed/shop/*",
  ]);
  expect(statement("ChangeTagged", own)?.Condition).toEqual({
    StringLike: { "aws:ResourceTag/perfbed:environment": ["pb-*", "shop"] },
  });
  const limited = [
    "LookInside",
    "ChangeBudgets",
    "ChangeLambda",
    "ChangeLogs",
    "ChangeS3",
    "ChangeScheduler",
    "RemoveTaskDefinitions",
    "RemoveAlarms",
  ];
  for (const sid of limited) {
    const resources = statement(sid, own)?.Resource ?? [];
    expect(resources.filter((arn) => !/pb-\*|shop|:parameter\/aws\//.test(arn))).toEqual([]);
  }
  const [, ofBucket = ""] = statement("ChangeS3", own)?.Resource.filter((arn) => arn.includes("shop")) ?? [];
  expect(isLike(ofBucket, "arn:aws:s3:::shop-20301127093000123400000001/app/bundles/1.tar.gz")).toBe(true);
  expect(isLike(ofBucket, "arn:aws:s3:::shop-a-20301127093000123400000001/app/bundles/1.tar.gz")).toBe(false);
});

test("a pattern that no id is like is refused", () => {
  for (const pattern of ["PB-*", "", "pb_*", "pb-*/x"]) {
    expect(() => generator.createPolicy(root, { environments: [pattern] })).toThrow(RangeError);
  }
});

test("it takes two managed policies, which say the same together", () => {
  const parts = generator.splitPolicy(policy);
  expect(parts).toHaveLength(2);
  for (const part of parts) expect(JSON.stringify(part).length).toBeLessThanOrEqual(6_144);
  const sids = parts.flatMap(({ Statement }) => Statement.map(({ Sid }) => Sid));
  expect(sids.sort()).toEqual(policy.Statement.map(({ Sid }) => Sid).sort());
});
