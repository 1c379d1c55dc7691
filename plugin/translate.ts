import type { PerformanceEnvironmentArgs } from "../components/contracts";
import type { Problem } from "../core/errors";
import { problemsFromZod } from "../core/zod-problems";
import { applicationFrom, applicationSchema } from "../stacks/application-schema";
import { awsSettingsSchema } from "../stacks/aws-schema";
import { environmentProblems, type StackEnvironment } from "../stacks/config";
import { sizingFrom } from "../stacks/figures";
import { structured } from "../stacks/optional";
import type { EnvironmentArgs } from "./arguments";

/**
 * What another language's program asked for, as an environment of this one's.
 * @param problems receives everything wrong
 * @returns undefined when a part cannot be read at all
 */
export function environmentFrom(args: EnvironmentArgs, problems: Problem[]): StackEnvironment | undefined {
  const described = applicationSchema.safeParse(args.application);
  if (!described.success) {
    problems.push(...problemsFromZod(described.error, args.application, applicationSchema, "application"));
  }
  const settings = structured(args.aws ?? "") ?? {};
  const aws = awsSettingsSchema.safeParse(settings);
  if (!aws.success) problems.push(...problemsFromZod(aws.error, settings, awsSettingsSchema, "aws"));
  const sizing = sizingFrom(args.sizing ?? {}, args.target, problems, { field: "sizing.sizing" });
  if (!described.success || !aws.success || sizing === undefined) return undefined;
  const made: PerformanceEnvironmentArgs = {
    target: args.target,
    environment: {
      id: args.environmentId,
      owner: args.owner,
      expiresAt: args.expiresAt,
      tags: args.tags ?? {},
    },
    sizing,
    application: applicationFrom(described.data, "/", problems),
  };
  const { region } = args;
  const environment = { args: made, ...(region === undefined ? {} : { aws: { region, ...aws.data } }) };
  problems.push(...environmentProblems(environment));
  return environment;
}
