import { resolve } from "node:path";
import { type AwsSettings, awsSettings } from "../../../components/aws/settings";
import { nameProblems } from "../../../components/aws/settings-checks";
import { validateAwsSettings } from "../../../components/aws/settings-validation";
import { awsSizings } from "../../../components/aws/sizings";
import { portableStorefront } from "../../../sample/storefront/portable";
import { componentArgs } from "../../plan";
import type { PlanInput, TargetPlanner } from "../planner";

/** The settings with their defaults: the command line goes before the config file, and that before the SDK's own variables. */
function settingsOf({ options, config, baseDir }: PlanInput): AwsSettings {
  const { region, ...aws } = config.aws ?? {};
  const masking = aws.database?.masking;
  return awsSettings({
    ...aws,
    region: options.region ?? region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? "",
    database: {
      ...aws.database,
      ...(masking === undefined
        ? {}
        : { masking: { ...masking, sqlFile: resolve(baseDir, masking.sqlFile) } }),
    },
    guard: {
      ...aws.guard,
      ...(aws.guard?.priceFile === undefined ? {} : { priceFile: resolve(baseDir, aws.guard.priceFile) }),
      ...(options.maxHourlyCostUsd === undefined ? {} : { maxHourlyCostUsd: options.maxHourlyCostUsd }),
    },
  });
}

/** Plans for AWS: settings from config and command line, checked together with sizing and application. */
export const awsPlanner: TargetPlanner = {
  sizings: awsSizings,
  // Instances have nothing of this package.
  sample: portableStorefront,
  complete(plan, input, problems) {
    const settings = settingsOf(input);
    const { environment, sizing, application } = componentArgs(plan);
    if (settings.region === "") {
      problems.push({
        field: "aws.region",
        allowed: "a region of AWS, like eu-west-1",
        hint: "Name it with --region, under aws in the config file, or in AWS_REGION.",
      });
    }
    problems.push(
      ...nameProblems(environment),
      ...validateAwsSettings(settings, sizing, application).filter(
        // Said above, with where to write it.
        ({ field }) => settings.region !== "" || field !== "aws.region",
      ),
    );
    return { ...plan, aws: settings };
  },
};
