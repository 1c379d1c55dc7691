import { type AwsSettingsInput, awsSizings, createAwsTiers } from "../../../components/aws";
import { type PerformanceEnvironmentArgs, Target } from "../../../components/contracts";
import { PerformanceEnvironment } from "../../../components/environment";
import { APPLICATION, environmentArgs } from "../support";
import { type Registration, recordResources } from "./mocks";

/**
 * Everything that an environment on AWS with these settings is made of.
 * @param folder the application's, and that of the function's code: it has an `index.js`
 */
export async function recordEnvironment(
  settings: AwsSettingsInput,
  folder: string,
  changes: Partial<PerformanceEnvironmentArgs> = {},
): Promise<readonly Registration[]> {
  const { setup: _, ...application } = APPLICATION;
  const args = environmentArgs({
    target: Target.Aws,
    sizing: awsSizings.small,
    application: { ...application, workingDirectory: folder },
    ...changes,
  });
  const tiers = createAwsTiers({ settings, sweeperCode: folder });
  const { registrations } = await recordResources(
    () => new PerformanceEnvironment("environment", args, { [Target.Aws]: tiers }),
  );
  return registrations;
}
