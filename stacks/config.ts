import { resolve } from "node:path";
import { z } from "zod";
import { awsApmProblems } from "../components/aws/apm/problems";
import { type AwsSettingsInput, awsSettings } from "../components/aws/settings";
import { nameProblems } from "../components/aws/settings-checks";
import { validateAwsSettings } from "../components/aws/settings-validation";
import {
  type Application,
  type EnvironmentIdentity,
  type PerformanceEnvironmentArgs,
  type Sizing,
  Target,
} from "../components/contracts";
import { validateEnvironmentArgs } from "../components/validation";
import { ConfigError, type Problem } from "../core/errors";
import { problemsFromZod } from "../core/zod-problems";
import { storefront } from "../sample/storefront/application";
import { portableStorefront } from "../sample/storefront/portable";
import { type ApmConfig, apmFrom, apmSchema } from "./apm-schema";
import { readApplicationFile } from "./application-file";
import { awsSettingsSchema } from "./aws-schema";
import { sizingFrom, sizingShape } from "./figures";
import { given, optional, structured } from "./optional";
import { type StackContext, stackEnvironmentId } from "./stack-context";

/** A stack's configuration by name: texts, and structured values as JSON's text or as they are. */
export type RawConfig = Readonly<Record<string, unknown>>;

/** Targets that a stack's program has tiers for. */
const STACK_TARGETS = { Local: Target.Local, Aws: Target.Aws } as const;

/** What every stack reads. */
export const commonShape = {
  target: z.preprocess(given, z.enum(STACK_TARGETS).default(Target.Local)),
  region: optional(z.string()),
  aws: awsSettingsSchema.default({}),
  apm: z.preprocess(given, apmSchema.default([])),
  owner: optional(z.string()),
  application: z.preprocess(given, z.string().default("storefront")),
} as const;
const commonConfig = z.object(commonShape);
type CommonConfig = z.output<typeof commonConfig>;

export const hours = (fallback: number) =>
  z.preprocess(given, z.coerce.number("a number of hours").positive().max(168).default(fallback));

/** One environment of a stack: its arguments, and what AWS has to know. */
export interface StackEnvironment {
  readonly args: PerformanceEnvironmentArgs;
  /** With the target aws. */
  readonly aws?: AwsSettingsInput;
}

/** The environments of a stack and how long they live. */
export interface StackEnvironments<Environments> {
  readonly environments: Environments;
  /** From the first `up` on, or from the one that changed it. */
  readonly lifetimeHours: number;
}

/** Values that are more than a text. */
const STRUCTURED: ReadonlySet<string> = new Set(["apm", "aws", "sizings"]);

/** Reads a configuration. @throws ConfigError with everything wrong in it */
export function parseConfig<T extends z.ZodObject>(schema: T, raw: RawConfig): z.output<T> {
  const known = Object.fromEntries(
    Object.entries(raw).map(([key, value]) => [key, STRUCTURED.has(key) ? structured(value) : value]),
  );
  const parsed = schema.safeParse(known);
  if (parsed.success) return parsed.data;
  throw new ConfigError("Stack configuration", problemsFromZod(parsed.error, known, schema));
}

/** Runs a check that throws a ConfigError; its problems go where all others are collected. */
function collecting<T>(problems: Problem[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}

/** The application under test. On AWS the sample is a folder of its own: instances have nothing of this package. */
export function applicationFrom(
  config: CommonConfig,
  version: string | undefined,
  directory: string,
  problems: Problem[],
): Application | undefined {
  return collecting(problems, () => {
    if (config.application === "storefront") {
      return config.target === Target.Aws ? portableStorefront(version) : storefront(version);
    }
    const application = readApplicationFile(resolve(directory, config.application));
    return { ...application, version: version ?? application.version };
  });
}

/** Settings of AWS with their region; undefined on another target, or when no region is named anywhere. */
export function awsSettingsFrom(
  config: CommonConfig,
  context: StackContext,
  problems: Problem[],
): AwsSettingsInput | undefined {
  if (config.target !== Target.Aws) return undefined;
  const region = config.region ?? context.region;
  if (region === undefined) {
    const hint = "Set it here, or for the whole stack with `pulumi config set aws:region`.";
    problems.push({ field: "region", allowed: "a region of AWS, like eu-west-1", hint });
    return undefined;
  }
  const { database } = config.aws;
  if (database?.masking === undefined) return { region, ...config.aws };
  const masking = {
    ...database.masking,
    sqlFile: resolve(context.directory, database.masking.sqlFile),
  };
  return { region, ...config.aws, database: { ...database, masking } };
}

export interface EnvironmentParts {
  readonly target: Target;
  readonly id: string;
  readonly owner: string | undefined;
  readonly lifetimeHours: number;
  /** Beside those of project and stack. */
  readonly tags?: Readonly<Record<string, string>>;
  readonly sizing: Sizing | undefined;
  readonly application: Application | undefined;
  readonly aws: AwsSettingsInput | undefined;
  readonly apm: ApmConfig;
}

/**
 * Puts an environment together and checks it as a whole.
 * @param problems receives everything wrong
 * @returns undefined when a part is missing, whose own problems are known then
 */
export function stackEnvironment(
  parts: EnvironmentParts,
  context: StackContext,
  problems: Problem[],
): StackEnvironment | undefined {
  const { target, sizing, application, aws } = parts;
  if (sizing === undefined || application === undefined) return undefined;
  const environment: EnvironmentIdentity = {
    id: parts.id,
    owner: parts.owner ?? context.user,
    expiresAt: new Date(context.now.getTime() + parts.lifetimeHours * 3_600_000).toISOString(),
    tags: { "pulumi:project": context.project, "pulumi:stack": context.stack, ...parts.tags },
  };
  const apm = apmFrom(parts.apm);
  const args: PerformanceEnvironmentArgs = {
    target,
    environment,
    sizing,
    application,
    ...(apm === undefined ? {} : { apm }),
  };
  const made = { args, ...(aws === undefined ? {} : { aws }) };
  problems.push(...environmentProblems(made));
  return made;
}

/** Everything wrong with an environment, on its target. */
export function environmentProblems({ args, aws }: StackEnvironment): readonly Problem[] {
  const { environment, sizing, application, apm } = args;
  if (aws === undefined) return validateEnvironmentArgs(args);
  return [
    ...validateEnvironmentArgs(args),
    ...nameProblems(environment),
    ...validateAwsSettings(awsSettings(aws), sizing, application),
    ...awsApmProblems(apm, awsSettings(aws)),
  ];
}

const campaignConfig = z.object({
  ...commonShape,
  environmentId: optional(z.string()),
  expiryHours: hours(4),
  applicationVersion: optional(z.string()),
  ...sizingShape,
});

/** Names of the configuration values, as in Pulumi.yaml. */
export const STACK_CONFIG_KEYS: readonly string[] = Object.keys(campaignConfig.shape);

/**
 * The one environment of the stack `campaign`.
 * @throws ConfigError with every problem at once
 */
export function campaignEnvironment(
  raw: RawConfig,
  context: StackContext,
): StackEnvironments<StackEnvironment> {
  const config = parseConfig(campaignConfig, raw);
  const problems: Problem[] = [];
  const environment = stackEnvironment(
    {
      target: config.target,
      id: config.environmentId ?? stackEnvironmentId(context),
      owner: config.owner,
      lifetimeHours: config.expiryHours,
      sizing: sizingFrom(config, config.target, problems),
      application: applicationFrom(config, config.applicationVersion, context.directory, problems),
      aws: awsSettingsFrom(config, context, problems),
      apm: config.apm,
    },
    context,
    problems,
  );
  if (environment === undefined || problems.length > 0)
    throw new ConfigError("Stack configuration", problems);
  return { environments: environment, lifetimeHours: config.expiryHours };
}
