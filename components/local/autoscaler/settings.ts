import { readFileSync, statSync } from "node:fs";
import { z } from "zod";
import { ConfigError, type Problem } from "../../../core/errors";
import { ENVIRONMENT_ID_PATTERN } from "../../../core/ids";
import { type Application, type AppSizing, ScalingMetric, ScalingPolicyType } from "../../contracts";
import { stepProblems } from "./steps";

/** The part of an application that the autoscaler needs: no set-up command, which runs once before it. */
export type InstanceApplication = Omit<Application, "setup" | "metricsPath">;

/** The autoscaler's settings file: JSON, mode 0600 because the URLs hold passwords. Its path is the daemon's only argument. */
export interface AutoscalerSettings {
  readonly environmentId: string;
  /** PERFBED_HOME of this environment; the daemon must find the same ledger as everybody else. Absolute path. */
  readonly perfbedHome: string;
  /** Folder for events.jsonl and metrics.jsonl; normally `<environment>/autoscaler`. Created when missing. */
  readonly folder: string;
  readonly application: InstanceApplication;
  readonly sizing: AppSizing;
  readonly databaseUrl: string;
  readonly databaseReplicaUrls: readonly string[];
  readonly cacheUrl: string;
  readonly balancer: {
    /** Runtime API socket of HAProxy. */
    readonly socketPath: string;
    /** @default "app" */
    readonly backendName?: string | undefined;
  };
  /** Loopback port of `GET /ready` and `GET /state`. */
  readonly statusPort: number;
  /** Number of the first instance: one above the highest ever used in this environment, for a name is never used again. @default 1 */
  readonly firstOrdinal?: number | undefined;
  /** Instances (by name, `app-1`) that no scale-in may end. @default none */
  readonly scaleInProtection?: readonly string[] | undefined;
  /** Unprivileged user of the instances; absent: the daemon's own. */
  readonly runAs?: { readonly uid: number; readonly gid: number } | undefined;
  /** Checks of an instance in service that may fail in a row until it is replaced. @default 5 */
  readonly unhealthyThreshold?: number | undefined;
  /** Milliseconds between two such checks. @default 2000 */
  readonly healthIntervalMs?: number | undefined;
}

const seconds = z.number().min(0).max(86_400);
const absolutePath = z.string().regex(/^\//, "an absolute path");
const port = z.int().min(1).max(65_535);
const urlPath = z.string().regex(/^\/\S*$/, "a path that starts with /");

const policySchema = z.object({
  type: z.enum(ScalingPolicyType),
  metric: z.enum(ScalingMetric),
  targetValue: z.number().positive(),
  scaleOutCooldownSeconds: seconds,
  scaleInCooldownSeconds: seconds,
  instanceWarmupSeconds: seconds,
  periodSeconds: z.number().min(0.1).max(300),
  scaleOutPeriods: z.int().min(1),
  scaleInPeriods: z.int().min(1),
  disableScaleIn: z.boolean(),
  steps: z
    .array(
      z.object({
        lowerBound: z.number().exactOptional(),
        upperBound: z.number().exactOptional(),
        adjustment: z.int(),
      }),
    )
    .exactOptional(),
});

const settingsSchema = z.object({
  environmentId: z.string().regex(ENVIRONMENT_ID_PATTERN),
  perfbedHome: absolutePath,
  folder: absolutePath,
  application: z.object({
    name: z.string().min(1),
    version: z.string(),
    workingDirectory: absolutePath,
    command: z.array(z.string()).min(1),
    healthPath: urlPath,
    readyPath: urlPath,
    environment: z.record(z.string(), z.string()),
    startTimeoutSeconds: seconds.min(0.1),
    drainSeconds: seconds,
  }),
  sizing: z.object({
    minInstances: z.int().min(1),
    maxInstances: z.int().min(1).max(1000),
    cpu: z.number().positive(),
    memoryMiB: z.number().positive(),
    scaling: policySchema,
  }),
  databaseUrl: z.string(),
  databaseReplicaUrls: z.array(z.string()),
  cacheUrl: z.string(),
  balancer: z.object({ socketPath: absolutePath, backendName: z.string().optional() }),
  statusPort: port,
  firstOrdinal: z.int().min(1).optional(),
  scaleInProtection: z.array(z.string()).optional(),
  runAs: z.object({ uid: z.int().min(0), gid: z.int().min(0) }).optional(),
  unhealthyThreshold: z.int().min(1).optional(),
  healthIntervalMs: z.int().min(50).optional(),
});

/** Checks settings as read from JSON. @throws ConfigError with every problem at once; values of URLs are never printed. */
export function parseAutoscalerSettings(raw: unknown): AutoscalerSettings {
  const parsed = settingsSchema.safeParse(raw);
  if (!parsed.success) {
    throw new ConfigError(
      "Autoscaler settings",
      parsed.error.issues.map((issue) => ({ field: issue.path.join("."), allowed: issue.message })),
    );
  }
  const settings = parsed.data;
  const { sizing } = settings;
  const problems: Problem[] = [];
  if (sizing.maxInstances < sizing.minInstances) {
    problems.push({
      field: "sizing.maxInstances",
      value: sizing.maxInstances,
      allowed: `at least sizing.minInstances (${sizing.minInstances})`,
    });
  }
  if (sizing.scaling.type === ScalingPolicyType.Step) {
    problems.push(...stepProblems(sizing.scaling.steps ?? [], "sizing.scaling.steps"));
  }
  if (problems.length > 0) throw new ConfigError("Autoscaler settings", problems);
  return settings;
}

/** Reads the settings file. @throws ConfigError when it cannot be read, is open to others, or is wrong. */
export function readAutoscalerSettings(path: string): AutoscalerSettings {
  const wrong = (allowed: string): ConfigError =>
    new ConfigError("Autoscaler settings", [{ field: "settings file", value: path, allowed }]);
  let text: string;
  try {
    if ((statSync(path).mode & 0o077) !== 0) throw wrong("mode 0600: it holds passwords");
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw wrong("a file that this user can read");
  }
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    throw wrong("valid JSON");
  }
  return parseAutoscalerSettings(raw);
}
