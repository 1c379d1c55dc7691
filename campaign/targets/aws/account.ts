import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { ConfigError } from "../../../core/errors";
import { listAwsEnvironments } from "../../../inventory/aws";
import { withClients } from "./clients";
import { withAws } from "./errors";

/**
 * Asks AWS whose credentials these are, and whether the name is free in the region.
 * @throws EnvironmentError PERFBED_AWS_CREDENTIALS and others; ConfigError when another machine's environment has the name
 */
export async function checkAccount(environmentId: string, region: string): Promise<void> {
  await withClients(region, ({ sts }) =>
    withAws("asking who we are", () => sts.send(new GetCallerIdentityCommand({}))),
  );
  const standing = await withAws("listing environments", () => listAwsEnvironments({ region }));
  const taken = standing.find((environment) => environment.environmentId === environmentId);
  if (taken === undefined) return;
  throw new ConfigError("The name is taken", [
    {
      field: "--name",
      value: environmentId,
      allowed: `a name that no environment in ${region} has`,
      hint: `${taken.resourceCount} resources carry it${taken.owner === undefined ? "" : `, of ${taken.owner}`}: perfbed sweep --target aws --region ${region} ${environmentId} removes them.`,
    },
  ]);
}
