import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as ec2 from "@pulumi/aws/ec2";
import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import type { EnvironmentIdentity } from "../../contracts";
import { awsTags, iamPath } from "../context";
import { policyDocument } from "../instances/roles";
import { logGroupName } from "../logs";

const RETENTION_DAYS = 3;
/** Seconds; the shortest there is. Runs last minutes. */
const AGGREGATION_SECONDS = 60;

/** Who connected to whom, and who was refused: for the question why something cannot be reached. */
export function createFlowLogs(
  name: string,
  environment: EnvironmentIdentity,
  vpcId: pulumi.Input<string>,
  options: pulumi.CustomResourceOptions,
): void {
  const tags = awsTags(environment, "flow-logs");
  const group = new cloudwatch.LogGroup(
    `${name}-flow-logs-group`,
    { name: logGroupName(environment, "flow-logs"), retentionInDays: RETENTION_DAYS, tags },
    options,
  );
  const role = new iam.Role(
    `${name}-flow-logs-role`,
    {
      path: iamPath(environment),
      assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Action: "sts:AssumeRole",
            Principal: { Service: "vpc-flow-logs.amazonaws.com" },
          },
        ],
      }),
      tags,
    },
    options,
  );
  const policy = new iam.RolePolicy(
    `${name}-flow-logs-policy`,
    {
      role: role.name,
      policy: group.arn.apply((arn) =>
        policyDocument([
          {
            Sid: "WriteLogs",
            Effect: "Allow",
            Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
            Resource: [arn, `${arn}:log-stream:*`],
          },
        ]),
      ),
    },
    options,
  );
  new ec2.FlowLog(
    `${name}-flow-logs`,
    {
      vpcId,
      trafficType: "ALL",
      logDestination: group.arn,
      iamRoleArn: role.arn,
      maxAggregationInterval: AGGREGATION_SECONDS,
      tags,
    },
    pulumi.mergeOptions(options, { dependsOn: [policy] }),
  );
}
