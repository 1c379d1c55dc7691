import type { ApmSettings } from "../../apm/model";
import { apmPermissions } from "../apm/permissions";
import { objectsBelow, type PolicyStatement, partitionOf, S3_READ, S3_READ_WRITE } from "../instances/roles";
import { BUNDLES_PREFIX } from "./bundle";
import { MARKERS_PREFIX } from "./setup-lock";

export interface AppPermissions {
  readonly region: string;
  readonly bucketArn: string;
  readonly logGroupName: string;
  readonly groupName: string;
  /** Exactly the secrets that the application's variables refer to, and those with the agents' keys. */
  readonly secretArns: readonly string[];
  readonly apm?: ApmSettings | undefined;
}

/** Reading of these secrets. A policy cannot be empty, so without any it says that there are none. */
export const readSecrets = (secretArns: readonly string[]): PolicyStatement => ({
  Sid: "ReadSecrets",
  Effect: secretArns.length === 0 ? "Deny" : "Allow",
  Action: ["secretsmanager:GetSecretValue"],
  Resource: secretArns.length === 0 ? ["*"] : secretArns,
});

/** What an instance of the application may do, beside being reached through Systems Manager. */
export function appPermissions(permissions: AppPermissions): PolicyStatement[] {
  const { bucketArn, region, logGroupName, groupName, secretArns } = permissions;
  const partition = partitionOf(bucketArn);
  const logGroup = `arn:${partition}:logs:${region}:*:log-group:${logGroupName}`;
  return [
    objectsBelow("ReadBundle", bucketArn, [BUNDLES_PREFIX], S3_READ),
    objectsBelow("Markers", bucketArn, [MARKERS_PREFIX], S3_READ_WRITE),
    {
      Sid: "WriteLogs",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
      Resource: [logGroup, `${logGroup}:log-stream:*`],
    },
    {
      Sid: "AnswerLifecycleHooks",
      Effect: "Allow",
      Action: ["autoscaling:CompleteLifecycleAction"],
      Resource: [
        `arn:${partition}:autoscaling:${region}:*:autoScalingGroup:*:autoScalingGroupName/${groupName}`,
      ],
    },
    readSecrets(secretArns),
    ...apmPermissions(permissions.apm, bucketArn),
  ];
}
