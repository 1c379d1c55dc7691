import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as pulumi from "@pulumi/pulumi";
import type { EnvironmentIdentity } from "../contracts";
import { awsTags } from "./context";

/** Long enough to look into a campaign that failed before a weekend. */
const RETENTION_DAYS = 7;

/** `/perfbed/<environment>`, and below it groups of things that perfbed itself runs. */
export const logGroupName = (environment: EnvironmentIdentity, part?: string): string =>
  `/perfbed/${environment.id}${part === undefined ? "" : `/${part}`}`;

/** Log group of instances and tasks; encrypted under CloudWatch's own key. */
export function createLogGroup(
  name: string,
  environment: EnvironmentIdentity,
  options: pulumi.CustomResourceOptions,
  part?: string,
): cloudwatch.LogGroup {
  return new cloudwatch.LogGroup(
    name,
    {
      name: logGroupName(environment, part),
      retentionInDays: RETENTION_DAYS,
      tags: awsTags(environment, part ?? "logs"),
    },
    options,
  );
}
