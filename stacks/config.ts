import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { z } from "zod";
import {
  type Application,
  type PerformanceEnvironmentArgs,
  type Sizing,
  Target,
} from "../components/contracts";
import { localSizings } from "../components/local/sizings";
import { validateEnvironmentArgs } from "../components/validation";
import { ConfigError, type Problem } from "../core/errors";
import { closestName, problemsFromZod } from "../core/zod-problems";
import { storefront } from "../sample/storefront/application";
import { readApplicationFile } from "./application-file";

/** Configuration values are text; an empty one counts as not given. */
const given = (value: unknown): unknown =>
  typeof value === "string" && value.trim() === "" ? undefined : value;
const optional = <T extends z.ZodType>(schema: T) => z.preprocess(given, schema.optional());
const figure = () =>
  optional(
    z
      .string()
      .regex(/^\d+(\.\d+)?$/, "a number")
      .transform(Number),
  );

const stackConfig = z.object({
  target: z.preprocess(given, z.enum(Target).default(Target.Local)),
  environmentId: optional(z.string()),
  owner: optional(z.string()),
  expiryHours: z.preprocess(given, z.coerce.number("a number of hours").positive().max(168).default(4)),
  application: z.preprocess(given, z.string().default("storefront")),
  applicationVersion: optional(z.string()),
  sizing: z.preprocess(given, z.string().default("small")),
  appMinInstances: figure(),
  appMaxInstances: figure(),
  appCpu: figure(),
  appMemoryMiB: figure(),
  appTargetCpuPercent: figure(),
  databaseCpu: figure(),
  databaseMemoryMiB: figure(),
  databaseReplicas: figure(),
  databasePoolSize: figure(),
  cacheMemoryMiB: figure(),
  edgeMemoryMiB: figure(),
  generators: figure(),
});
type StackConfig = z.infer<typeof stackConfig>;

/** Names of the configuration values, as in Pulumi.yaml. */
export const STACK_CONFIG_KEYS: readonly string[] = Object.keys(stackConfig.shape);

/** What a stack's program knows beside its configuration. */
export interface StackContext {
  /** Organisation, project and stack, which together name a stack. */
  readonly organization: string;
  readonly project: string;
  readonly stack: string;
  readonly user: string;
  /** Folder that relative paths start from. */
  readonly directory: string;
  readonly now: Date;
}

/** The same for a stack at every run, different for stacks of equal name in other projects. */
export function stackEnvironmentId(
  context: Pick<StackContext, "organization" | "project" | "stack">,
): string {
  const name = context.stack
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 14);
  const identity = `${context.organization}/${context.project}/${context.stack}`;
  const digest = createHash("sha256").update(identity).digest("hex").slice(0, 5);
  return ["pb", ...(name === "" ? [] : [name]), digest].join("-");
}

function sizingOf(config: StackConfig, problems: Problem[]): Sizing | undefined {
  const base = localSizings[config.sizing];
  if (base === undefined) {
    const known = Object.keys(localSizings);
    const guess = closestName(config.sizing, known);
    problems.push({
      field: "sizing",
      value: config.sizing,
      allowed: known.join(", "),
      ...(guess === undefined ? {} : { hint: `Did you mean ${guess}?` }),
    });
    return undefined;
  }
  const { app, database, cache, edge, fleet } = base;
  return {
    name: config.sizing,
    app: {
      ...app,
      minInstances: config.appMinInstances ?? app.minInstances,
      maxInstances: config.appMaxInstances ?? app.maxInstances,
      cpu: config.appCpu ?? app.cpu,
      memoryMiB: config.appMemoryMiB ?? app.memoryMiB,
      scaling: { ...app.scaling, targetValue: config.appTargetCpuPercent ?? app.scaling.targetValue },
    },
    database: {
      ...database,
      cpu: config.databaseCpu ?? database.cpu,
      memoryMiB: config.databaseMemoryMiB ?? database.memoryMiB,
      replicas: config.databaseReplicas ?? database.replicas,
      poolSize: config.databasePoolSize ?? database.poolSize,
    },
    cache: { ...cache, memoryMiB: config.cacheMemoryMiB ?? cache.memoryMiB },
    edge: { ...edge, memoryMiB: config.edgeMemoryMiB ?? edge.memoryMiB },
    fleet: { generators: config.generators ?? fleet.generators },
  };
}

function applicationOf(config: StackConfig, directory: string, problems: Problem[]): Application | undefined {
  try {
    if (config.application === "storefront") return storefront(config.applicationVersion);
    const application = readApplicationFile(resolve(directory, config.application));
    return { ...application, version: config.applicationVersion ?? application.version };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}

/**
 * A stack's configuration as arguments of an environment.
 * @throws ConfigError with every problem at once
 */
export function environmentArgs(
  raw: Readonly<Record<string, string | undefined>>,
  context: StackContext,
): PerformanceEnvironmentArgs {
  const parsed = stackConfig.safeParse(raw);
  if (!parsed.success)
    throw new ConfigError("Stack configuration", problemsFromZod(parsed.error, raw, stackConfig));
  const config = parsed.data;
  const problems: Problem[] = [];
  const sizing = sizingOf(config, problems);
  const application = applicationOf(config, context.directory, problems);
  if (sizing === undefined || application === undefined)
    throw new ConfigError("Stack configuration", problems);
  const args: PerformanceEnvironmentArgs = {
    target: config.target,
    environment: {
      id: config.environmentId ?? stackEnvironmentId(context),
      owner: config.owner ?? context.user,
      expiresAt: new Date(context.now.getTime() + config.expiryHours * 3_600_000).toISOString(),
      tags: { "pulumi:project": context.project, "pulumi:stack": context.stack },
    },
    sizing,
    application,
  };
  problems.push(...validateEnvironmentArgs(args));
  if (problems.length > 0) throw new ConfigError("Stack configuration", problems);
  return args;
}
