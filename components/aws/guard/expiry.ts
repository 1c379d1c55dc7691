import { join } from "node:path";
import * as iam from "@pulumi/aws/iam";
import * as lambda from "@pulumi/aws/lambda";
import * as scheduler from "@pulumi/aws/scheduler";
import * as pulumi from "@pulumi/pulumi";
import { packageRoot } from "../../../core/home";
import type { EnvironmentIdentity } from "../../contracts";
import { awsTags, iamPath, physicalName } from "../context";
import { policyDocument } from "../instances/roles";
import { createLogGroup } from "../logs";
import { budgetName } from "./budget";
import { networkPermissions, sweeperPermissions } from "./permissions";

/** Minutes between two attempts. Removing a database takes longer than one attempt may, and what depends on it waits for the next. */
const REPEAT_MINUTES = 15;
/** Days after the expiry on which it is tried for the last time: what is there then needs somebody. */
const REPEAT_DAYS = 7;
/** Seconds; the most that Lambda gives, and no longer than the pause between two attempts. */
const TIMEOUT_SECONDS = 900;
const MEMORY_MIB = 256;

/** Folder of the function's compiled code: `index.js`, which exports `handler`, and everything that it needs beside the AWS SDK. */
export const defaultSweeperCode = (): string => join(packageRoot(), "dist/inventory/aws/expiry-function");

/** When the environment is ended, as EventBridge Scheduler takes it; whole seconds, never early. */
export interface ExpiryTimes {
  /** `at(2030-01-01T00:00:00)` in UTC. */
  readonly first: string;
  /** `2030-01-01T00:15:00Z`: the first repetition. */
  readonly repeatFrom: string;
  /** `2030-01-08T00:00:00Z`: no repetition from here on. */
  readonly repeatUntil: string;
}

export function expiryTimes(expiresAt: string): ExpiryTimes {
  const first = Math.ceil(Date.parse(expiresAt) / 1000);
  const iso = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 19);
  return {
    first: `at(${iso(first)})`,
    repeatFrom: `${iso(first + REPEAT_MINUTES * 60)}Z`,
    repeatUntil: `${iso(first + REPEAT_DAYS * 86_400)}Z`,
  };
}

const assumedBy = (service: string, condition?: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: "sts:AssumeRole",
        Principal: { Service: service },
        ...(condition === undefined ? {} : { Condition: condition }),
      },
    ],
  });

export interface ExpiryArgs {
  readonly environment: EnvironmentIdentity;
  readonly bucketArn: pulumi.Output<string>;
  /** Folder of the function's code. */
  readonly sweeperCode: string;
}

export interface ExpiryGuard {
  /** That its parts begin with. */
  readonly name: string;
  /** What costs money waits for these, so that nothing of it is ever without a guard. */
  readonly schedules: readonly pulumi.Resource[];
  /** What the function acts under. */
  readonly sweeperRole: iam.Role;
  readonly scheduleGroupArn: pulumi.Output<string>;
}

/**
 * Ends the environment at its expiry from within AWS, whatever has become of the machine that made it: a schedule for the time itself, and
 * one that tries again for a week as long as something is left. The function removes them and itself in the end.
 */
export function createExpiryGuard(
  name: string,
  args: ExpiryArgs,
  options: pulumi.CustomResourceOptions,
): ExpiryGuard {
  const { environment } = args;
  const tags = awsTags(environment, "expiry");
  const group = new scheduler.ScheduleGroup(
    `${name}-group`,
    { name: physicalName(environment, "expiry", 64), tags },
    options,
  );
  const { sweeper, role: sweeperRole } = createSweeper(name, args, group, options);
  const role = new iam.Role(
    `${name}-schedule-role`,
    {
      path: iamPath(environment),
      assumeRolePolicy: group.arn.apply((arn) =>
        assumedBy("scheduler.amazonaws.com", {
          StringEquals: { "aws:SourceAccount": arn.split(":")[4] ?? "", "aws:SourceArn": arn },
        }),
      ),
      tags,
    },
    options,
  );
  const invoke = new iam.RolePolicy(
    `${name}-schedule-policy`,
    {
      role: role.name,
      policy: sweeper.arn.apply((arn) =>
        policyDocument([
          { Sid: "Invoke", Effect: "Allow", Action: ["lambda:InvokeFunction"], Resource: [arn] },
        ]),
      ),
    },
    options,
  );
  const times = expiryTimes(environment.expiresAt);
  const common = {
    groupName: group.name,
    flexibleTimeWindow: { mode: "OFF" },
    scheduleExpressionTimezone: "UTC",
    target: {
      arn: sweeper.arn,
      roleArn: role.arn,
      input: JSON.stringify({ environmentId: environment.id }),
      retryPolicy: { maximumRetryAttempts: 5, maximumEventAgeInSeconds: TIMEOUT_SECONDS },
    },
  };
  const waiting = pulumi.mergeOptions(options, { dependsOn: [invoke] });
  const schedules = [
    new scheduler.Schedule(
      `${name}-schedule-first`,
      { ...common, name: "first", scheduleExpression: times.first },
      waiting,
    ),
    new scheduler.Schedule(
      `${name}-schedule-repeat`,
      {
        ...common,
        name: "repeat",
        scheduleExpression: `rate(${REPEAT_MINUTES} minutes)`,
        startDate: times.repeatFrom,
        endDate: times.repeatUntil,
      },
      waiting,
    ),
  ];
  return { name, schedules, sweeperRole, scheduleGroupArn: group.arn };
}

/** The function, with a role that reaches what is the environment's and nothing else. */
function createSweeper(
  name: string,
  args: ExpiryArgs,
  group: scheduler.ScheduleGroup,
  options: pulumi.CustomResourceOptions,
): { readonly sweeper: lambda.Function; readonly role: iam.Role } {
  const { environment, bucketArn, sweeperCode } = args;
  const tags = awsTags(environment, "expiry");
  const logGroup = createLogGroup(`${name}-logs`, environment, options, "expiry");
  const role = new iam.Role(
    `${name}-function-role`,
    { path: iamPath(environment), assumeRolePolicy: assumedBy("lambda.amazonaws.com"), tags },
    options,
  );
  const policy = new iam.RolePolicy(
    `${name}-function-policy`,
    {
      role: role.name,
      policy: pulumi
        .all([bucketArn, group.arn, logGroup.arn])
        .apply(([bucket, scheduleGroupArn, logGroupArn]) =>
          policyDocument(
            sweeperPermissions({ environment, bucketArn: bucket, scheduleGroupArn, logGroupArn }),
          ),
        ),
    },
    options,
  );
  const sweeper = new lambda.Function(
    `${name}-function`,
    {
      name: physicalName(environment, "expiry", 64),
      description: `Ends perfbed environment ${environment.id} at its expiry`,
      runtime: lambda.Runtime.NodeJS22dX,
      architectures: ["arm64"],
      handler: "index.handler",
      code: new pulumi.asset.FileArchive(sweeperCode),
      role: role.arn,
      timeout: TIMEOUT_SECONDS,
      memorySize: MEMORY_MIB,
      environment: {
        variables: {
          PERFBED_ENVIRONMENT_ID: environment.id,
          PERFBED_EXPIRES_AT: environment.expiresAt,
          PERFBED_BUDGET_NAME: budgetName(environment),
        },
      },
      loggingConfig: { logFormat: "JSON", logGroup: logGroup.name },
      tags,
    },
    pulumi.mergeOptions(options, { dependsOn: [policy] }),
  );
  return { sweeper, role };
}

/**
 * Lets the function remove what lies in a network of the environment without a tag. A network is made after its guard.
 * @param network `region` where it is not in the environment's own
 */
export function createNetworkPolicy(
  guard: ExpiryGuard,
  { vpcId, region }: { readonly vpcId: pulumi.Input<string>; readonly region?: string },
  options: pulumi.CustomResourceOptions,
): void {
  const suffix = region === undefined ? "" : `-${region}`;
  new iam.RolePolicy(
    // A sweep removes policies in the order of their names: the one that lets the function do so has to come after this.
    `${guard.name}-function-network-policy${suffix}`,
    {
      role: guard.sweeperRole.name,
      policy: pulumi
        .all([guard.scheduleGroupArn, vpcId])
        .apply(([scheduleGroupArn, id]) => policyDocument(networkPermissions(scheduleGroupArn, id, region))),
    },
    options,
  );
}
