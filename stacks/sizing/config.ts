import { z } from "zod";
import { ConfigError, type Problem } from "../../core/errors";
import {
  applicationFrom,
  awsSettingsFrom,
  commonShape,
  hours,
  parseConfig,
  type RawConfig,
  type StackEnvironment,
  type StackEnvironments,
  stackEnvironment,
} from "../config";
import { sizingFrom, sizingShape } from "../figures";
import { optional } from "../optional";
import { type StackContext, stackEnvironmentId } from "../stack-context";

/** More at once would run into the quotas of most accounts (five networks a region) before it taught anything. */
const MOST_SIZINGS = 4;

const sizingStackConfig = z.object({
  ...commonShape,
  expiryHours: hours(8),
  applicationVersion: optional(z.string()),
  sizings: z
    .array(
      z.strictObject({
        name: z
          .string()
          .regex(/^[a-z][a-z0-9-]{0,30}$/, "lower-case letters, digits and dashes, a letter first"),
        ...sizingShape,
      }),
    )
    .min(2)
    .max(MOST_SIZINGS)
    .default([
      { name: "small", sizing: "small" },
      { name: "medium", sizing: "medium" },
    ]),
});

export const SIZING_KEYS: readonly string[] = Object.keys(sizingStackConfig.shape);

/**
 * Several sizings of one application, each an environment of its own, all up at once. They share nothing, so that none can be another's
 * noisy neighbour.
 * @returns by the sizing's name
 * @throws ConfigError with every problem at once
 */
export function sizingEnvironments(
  raw: RawConfig,
  context: StackContext,
): StackEnvironments<ReadonlyMap<string, StackEnvironment>> {
  const config = parseConfig(sizingStackConfig, raw);
  const problems: Problem[] = [];
  const application = applicationFrom(config, config.applicationVersion, context.directory, problems);
  const aws = awsSettingsFrom(config, context, problems);
  const environments = new Map<string, StackEnvironment>();
  config.sizings.forEach((one, index) => {
    const at = `sizings.${index}`;
    const found: Problem[] = [];
    if (environments.has(one.name))
      problems.push({ field: `${at}.name`, value: one.name, allowed: "each name once" });
    const environment = stackEnvironment(
      {
        target: config.target,
        id: stackEnvironmentId(context, { name: one.name }),
        owner: config.owner,
        lifetimeHours: config.expiryHours,
        tags: { sizing: one.name },
        sizing: sizingFrom(one, config.target, problems, { field: `${at}.sizing`, named: one.name }),
        application,
        aws,
        apm: config.apm,
      },
      context,
      found,
    );
    problems.push(
      ...found.map((problem) => located(problem, at, problems)).filter((problem) => problem !== undefined),
    );
    if (environment !== undefined) environments.set(one.name, environment);
  });
  if (problems.length > 0) throw new ConfigError("Stack configuration", problems);
  return { environments, lifetimeHours: config.expiryHours };
}

/** A problem of one sizing says which; one of what all share is said once. */
function located(problem: Problem, at: string, known: readonly Problem[]): Problem | undefined {
  if (problem.field.startsWith("sizing.")) {
    return { ...problem, field: `${at}.${problem.field.slice("sizing.".length)}` };
  }
  return known.some(({ field }) => field === problem.field) ? undefined : problem;
}
