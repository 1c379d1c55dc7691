import { z } from "zod";
import { LOAD_TOOLS } from "../../scenarios/model";
import { apmSchema } from "../../stacks/apm-schema";
import { applicationSchema, commandSchema } from "../../stacks/application-schema";
import { awsSettingsSchema } from "../../stacks/aws-schema";
import { DEFAULT_LIMITS } from "../limits";

/**
 * What a user writes in perfbed.config.ts or perfbed.config.yaml. Strict: an unknown key is a mistake, not a comment.
 * Every field has a description; docs/configuration.md is checked against them.
 */

export const scalingOverride = z.strictObject({
  type: z.enum(["target-tracking", "step"]).optional(),
  metric: z.enum(["cpu-utilization", "in-flight-requests"]).optional(),
  targetValue: z.number().positive().optional(),
  scaleOutCooldownSeconds: z.number().min(0).optional(),
  scaleInCooldownSeconds: z.number().min(0).optional(),
  instanceWarmupSeconds: z.number().min(0).optional(),
  periodSeconds: z.number().min(0.5).max(60).optional(),
  scaleOutPeriods: z.number().int().min(1).optional(),
  scaleInPeriods: z.number().int().min(1).optional(),
  disableScaleIn: z.boolean().optional(),
  steps: z
    .array(
      z.strictObject({
        lowerBound: z.number().optional(),
        upperBound: z.number().optional(),
        adjustment: z.number().int(),
      }),
    )
    .optional(),
});

export const sizingSchema = z
  .strictObject({
    name: z.string().min(1).max(40).optional().describe("Shown in reports; the preset's name when absent."),
    preset: z.string().optional().describe("Sizing to start from: small, medium or large."),
    app: z
      .strictObject({
        minInstances: z.number().int().optional(),
        maxInstances: z.number().int().optional(),
        cpu: z.number().optional(),
        memoryMiB: z.number().optional(),
        scaling: scalingOverride.optional(),
      })
      .optional(),
    database: z
      .strictObject({
        cpu: z.number().optional(),
        memoryMiB: z.number().optional(),
        replicas: z.number().int().optional(),
        poolSize: z.number().int().optional(),
        maxClientConnections: z.number().int().optional(),
      })
      .optional(),
    cache: z.strictObject({ cpu: z.number().optional(), memoryMiB: z.number().optional() }).optional(),
    edge: z
      .strictObject({
        cpu: z.number().optional(),
        memoryMiB: z.number().optional(),
        defaultTtlSeconds: z.number().optional(),
        graceSeconds: z.number().optional(),
      })
      .optional(),
    fleet: z.strictObject({ generators: z.number().int().optional() }).optional(),
  })
  .describe("A named configuration of all tiers: a preset with what differs from it.");

const environmentVariables = z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.coerce.string());

export const sideSchema = z
  .strictObject({
    version: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe("What reports call it; the side's name when absent."),
    directory: z.string().optional().describe("Folder its commands run in, relative to the config file."),
    command: commandSchema.optional().describe("Starts one instance of this side."),
    environment: environmentVariables.optional().describe("Variables on top of the application's own."),
    setup: applicationSchema.shape.setup,
  })
  .describe("What one side of a comparison has of its own, over `application`.");

export const limitsSchema = z
  .strictObject({
    maxRequestsPerSecond: z
      .number()
      .positive()
      .default(DEFAULT_LIMITS.maxRequestsPerSecond)
      .describe("Highest planned rate of requests."),
    maxDurationMinutes: z
      .number()
      .positive()
      .default(DEFAULT_LIMITS.maxDurationMinutes)
      .describe("Longest planned run, warm-up included."),
    maxRequests: z
      .number()
      .positive()
      .default(DEFAULT_LIMITS.maxRequests)
      .describe("Most requests of a run, planned or made: it is stopped there."),
    abortErrorRatio: z
      .number()
      .positive()
      .max(1)
      .default(DEFAULT_LIMITS.abortErrorRatio)
      .describe(
        "A run is stopped once this share of the requests of the last 10 s failed, unless its scenario says otherwise.",
      ),
    maxRows: z
      .number()
      .int()
      .min(0)
      .default(DEFAULT_LIMITS.maxRows)
      .describe(
        "Runs of more requests are stored as histograms in place of a row a request: percentiles are then within 0.05 %.",
      ),
  })
  .prefault({})
  .describe("What a run may do at most. A plan beyond it is refused before anything is started.");

export const configSchema = z.strictObject({
  target: z.enum(["local", "aws"]).default("local").describe("Where the environment runs."),
  aws: awsSettingsSchema
    .extend({ region: z.string().exactOptional() })
    .describe("What an environment on AWS is made of beyond its sizing; see docs/aws.md.")
    .optional(),
  application: applicationSchema
    .optional()
    .describe("The system under test; the storefront sample when absent."),
  sides: z
    .record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/), sideSchema)
    .default({})
    .describe(
      "Versions of the application by name, for `perfbed gate --baseline <name> --candidate <name>`.",
    ),
  sizing: z
    .union([z.string(), sizingSchema])
    .default("small")
    .describe("A preset's name, or a preset with overrides."),
  apm: apmSchema.default([]),
  scenario: z
    .string()
    .default("load")
    .describe("A catalogue name, a scenario file (.ts) or a k6 script (.js), relative to the config file."),
  tool: z
    .enum(LOAD_TOOLS)
    .default("k6")
    .describe(
      "The program that makes the load; `--tool` goes before it, and a script of a tool's own kind before both.",
    ),
  parameters: z
    .record(z.string(), z.unknown())
    .default({})
    .describe("Parameters of the scenario; `--set name=value` goes before them."),
  endpoints: z
    .record(z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,39}$/), z.string().min(1))
    .default({})
    .describe(
      "Addresses beside the environment's entry that steps may go to, by name: `grpc://127.0.0.1:50051`. Nothing else is reached; on the local target this machine only.",
    ),
  limits: limitsSchema,
  expiryMinutes: z
    .number()
    .min(1)
    .max(7 * 24 * 60)
    .default(60)
    .describe("Minutes after which the environment's watchdog may end it."),
  results: z.string().default("perfbed-results").describe("Folder of the results."),
  history: z
    .string()
    .min(1)
    .optional()
    .describe("Where results are recorded: a folder, s3://bucket/prefix or postgres://user@host/database."),
});

/** As written by the user: every field with a default is optional. */
export type PerfbedConfigInput = z.input<typeof configSchema>;
export type PerfbedConfig = z.output<typeof configSchema>;
export type SideConfig = z.output<typeof sideSchema>;
export type SizingConfig = z.output<typeof sizingSchema>;

/** Gives editors the type of perfbed.config.ts: `export default defineConfig({ … })`. */
export function defineConfig(config: PerfbedConfigInput): PerfbedConfigInput {
  return config;
}
