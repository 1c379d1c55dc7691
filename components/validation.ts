import { isAbsolute } from "node:path";
import type { Problem } from "../core/errors";
import { ENVIRONMENT_ID_PATTERN } from "../core/ids";
import { apmProblems } from "./apm/validation";
import {
  type Application,
  type EnvironmentIdentity,
  type PerformanceEnvironmentArgs,
  ScalingMetric,
  type ScalingPolicy,
  ScalingPolicyType,
  type Sizing,
} from "./contracts";
import { RESERVED_TAG_PREFIX } from "./tagging";

/** Bounds of every figure of a sizing, on every target. A target may be narrower; it says so itself. */
export const SIZING_LIMITS = {
  instances: { min: 1, max: 100 },
  cpu: { min: 0.05, max: 128 },
  appMemoryMiB: { min: 32, max: 1_048_576 },
  databaseMemoryMiB: { min: 128, max: 1_048_576 },
  cacheMemoryMiB: { min: 16, max: 1_048_576 },
  edgeMemoryMiB: { min: 16, max: 1_048_576 },
  replicas: { min: 0, max: 5 },
  poolSize: { min: 1, max: 1_000 },
  maxClientConnections: { min: 1, max: 20_000 },
  ttlSeconds: { min: 0, max: 31_536_000 },
  generators: { min: 1, max: 64 },
  cpuTargetPercent: { min: 1, max: 100 },
  inFlightTarget: { min: 0.1, max: 100_000 },
  seconds: { min: 0, max: 3_600 },
  periods: { min: 1, max: 1_000 },
  steps: { min: 1, max: 20 },
} as const;

interface Range {
  readonly min: number;
  readonly max: number;
}

/** Collects what is wrong, field by field. */
class Problems {
  readonly found: Problem[] = [];

  add(field: string, value: unknown, allowed: string, hint?: string): void {
    this.found.push({ field, value, allowed, ...(hint === undefined ? {} : { hint }) });
  }

  /** True if the value is a number within the range. */
  number(field: string, value: number, range: Range): boolean {
    const ok = Number.isFinite(value) && value >= range.min && value <= range.max;
    if (!ok) this.add(field, value, `a number from ${range.min} to ${range.max}`);
    return ok;
  }

  integer(field: string, value: number, range: Range): boolean {
    const ok = Number.isInteger(value) && value >= range.min && value <= range.max;
    if (!ok) this.add(field, value, `a whole number from ${range.min} to ${range.max}`);
    return ok;
  }
}

function checkScaling(problems: Problems, field: string, policy: ScalingPolicy): void {
  const target =
    policy.metric === ScalingMetric.CpuUtilization
      ? SIZING_LIMITS.cpuTargetPercent
      : SIZING_LIMITS.inFlightTarget;
  problems.number(`${field}.targetValue`, policy.targetValue, target);
  problems.number(`${field}.scaleOutCooldownSeconds`, policy.scaleOutCooldownSeconds, SIZING_LIMITS.seconds);
  problems.number(`${field}.scaleInCooldownSeconds`, policy.scaleInCooldownSeconds, SIZING_LIMITS.seconds);
  problems.number(`${field}.instanceWarmupSeconds`, policy.instanceWarmupSeconds, SIZING_LIMITS.seconds);
  problems.number(`${field}.periodSeconds`, policy.periodSeconds, { min: 0.2, max: 3_600 });
  problems.integer(`${field}.scaleOutPeriods`, policy.scaleOutPeriods, SIZING_LIMITS.periods);
  problems.integer(`${field}.scaleInPeriods`, policy.scaleInPeriods, SIZING_LIMITS.periods);
  const steps = policy.steps ?? [];
  if (policy.type !== ScalingPolicyType.Step) {
    if (steps.length > 0) {
      problems.add(`${field}.steps`, steps.length, "no steps", "Steps belong to a step policy.");
    }
    return;
  }
  problems.integer(`${field}.steps.length`, steps.length, SIZING_LIMITS.steps);
  steps.forEach((step, index) => {
    const { lowerBound = -Infinity, upperBound = Infinity, adjustment } = step;
    const at = `${field}.steps[${index}]`;
    if (!(lowerBound < upperBound)) {
      problems.add(at, { lowerBound, upperBound }, "lowerBound below upperBound");
    }
    if (!Number.isInteger(adjustment) || adjustment === 0) {
      problems.add(`${at}.adjustment`, adjustment, "a whole number other than 0");
    }
    steps.slice(index + 1).forEach((other, offset) => {
      const overlap =
        Math.max(lowerBound, other.lowerBound ?? -Infinity) <
        Math.min(upperBound, other.upperBound ?? Infinity);
      if (overlap) {
        problems.add(at, step, `bounds that do not overlap those of steps[${index + 1 + offset}]`);
      }
    });
  });
}

function checkSizing(problems: Problems, sizing: Sizing): void {
  const { app, database, cache, edge, fleet } = sizing;
  if (sizing.name.trim() === "") problems.add("sizing.name", sizing.name, "a name");

  const minOk = problems.integer("sizing.app.minInstances", app.minInstances, SIZING_LIMITS.instances);
  const maxOk = problems.integer("sizing.app.maxInstances", app.maxInstances, SIZING_LIMITS.instances);
  if (minOk && maxOk && app.minInstances > app.maxInstances) {
    problems.add("sizing.app.maxInstances", app.maxInstances, `at least minInstances (${app.minInstances})`);
  }
  problems.number("sizing.app.cpu", app.cpu, SIZING_LIMITS.cpu);
  problems.integer("sizing.app.memoryMiB", app.memoryMiB, SIZING_LIMITS.appMemoryMiB);
  checkScaling(problems, "sizing.app.scaling", app.scaling);

  problems.number("sizing.database.cpu", database.cpu, SIZING_LIMITS.cpu);
  problems.integer("sizing.database.memoryMiB", database.memoryMiB, SIZING_LIMITS.databaseMemoryMiB);
  problems.integer("sizing.database.replicas", database.replicas, SIZING_LIMITS.replicas);
  const poolOk = problems.integer("sizing.database.poolSize", database.poolSize, SIZING_LIMITS.poolSize);
  const clientsOk = problems.integer(
    "sizing.database.maxClientConnections",
    database.maxClientConnections,
    SIZING_LIMITS.maxClientConnections,
  );
  if (poolOk && clientsOk && database.poolSize > database.maxClientConnections) {
    problems.add(
      "sizing.database.poolSize",
      database.poolSize,
      `at most maxClientConnections (${database.maxClientConnections})`,
    );
  }

  problems.number("sizing.cache.cpu", cache.cpu, SIZING_LIMITS.cpu);
  problems.integer("sizing.cache.memoryMiB", cache.memoryMiB, SIZING_LIMITS.cacheMemoryMiB);

  problems.number("sizing.edge.cpu", edge.cpu, SIZING_LIMITS.cpu);
  problems.integer("sizing.edge.memoryMiB", edge.memoryMiB, SIZING_LIMITS.edgeMemoryMiB);
  problems.number("sizing.edge.defaultTtlSeconds", edge.defaultTtlSeconds, SIZING_LIMITS.ttlSeconds);
  problems.number("sizing.edge.graceSeconds", edge.graceSeconds, SIZING_LIMITS.ttlSeconds);

  problems.integer("sizing.fleet.generators", fleet.generators, SIZING_LIMITS.generators);
}

/** Variables the environment sets itself; see `Application` in contracts.ts. */
const OWN_VARIABLES: ReadonlySet<string> = new Set([
  "PORT",
  "HOST",
  "DATABASE_URL",
  "DATABASE_REPLICA_URLS",
  "DATABASE_ADMIN_URL",
  "REDIS_URL",
  "APP_VERSION",
  "INSTANCE_ID",
  "PERFBED_ENVIRONMENT_ID",
]);

function checkCommand(problems: Problems, field: string, command: readonly string[]): void {
  if (command.length === 0 || command[0]?.trim() === "") {
    problems.add(
      field,
      command,
      "a program and its arguments, as a list",
      'For example ["node", "server.js"].',
    );
  }
}

function checkApplication(problems: Problems, application: Application): void {
  if (!/^[a-z0-9][a-z0-9._-]{0,62}$/i.test(application.name)) {
    problems.add("application.name", application.name, "1 to 63 letters, digits, dots, dashes, underscores");
  }
  if (application.version.trim() === "")
    problems.add("application.version", application.version, "a version");
  if (!isAbsolute(application.workingDirectory)) {
    problems.add("application.workingDirectory", application.workingDirectory, "an absolute path");
  }
  checkCommand(problems, "application.command", application.command);
  const paths: readonly (readonly [string, string | undefined])[] = [
    ["healthPath", application.healthPath],
    ["readyPath", application.readyPath],
    ["metricsPath", application.metricsPath],
  ];
  for (const [field, path] of paths) {
    // Paths are written into the balancer's and the edge's configuration: nothing that could end a line or a string there.
    if (path !== undefined && !/^\/[\w\-./~%?=&+]*$/.test(path)) {
      problems.add(`application.${field}`, path, "a URL path that begins with / and has no spaces or quotes");
    }
  }
  for (const name of Object.keys(application.environment)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      problems.add(`application.environment.${name}`, undefined, "a name of letters, digits and underscores");
    } else if (OWN_VARIABLES.has(name)) {
      problems.add(
        `application.environment.${name}`,
        undefined,
        "a variable that perfbed does not set itself",
        "The environment provides it; remove it from the application's environment.",
      );
    }
  }
  if (application.setup !== undefined) {
    checkCommand(problems, "application.setup.command", application.setup.command);
    problems.number("application.setup.timeoutSeconds", application.setup.timeoutSeconds, {
      min: 1,
      max: 3_600,
    });
  }
  problems.number("application.startTimeoutSeconds", application.startTimeoutSeconds, {
    min: 1,
    max: 3_600,
  });
  problems.number("application.drainSeconds", application.drainSeconds, SIZING_LIMITS.seconds);
}

function checkIdentity(problems: Problems, environment: EnvironmentIdentity): void {
  if (!ENVIRONMENT_ID_PATTERN.test(environment.id)) {
    problems.add(
      "environment.id",
      environment.id,
      "3 to 24 lower-case letters, digits and dashes, beginning with a letter, not ending with a dash",
    );
  }
  if (environment.owner.trim() === "") problems.add("environment.owner", environment.owner, "a name");
  const utc = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;
  if (!utc.test(environment.expiresAt) || Number.isNaN(Date.parse(environment.expiresAt))) {
    problems.add("environment.expiresAt", environment.expiresAt, "an ISO 8601 time in UTC");
  }
  for (const key of Object.keys(environment.tags)) {
    if (key.startsWith(RESERVED_TAG_PREFIX)) {
      problems.add(
        `environment.tags.${key}`,
        undefined,
        `a key that does not begin with ${RESERVED_TAG_PREFIX}`,
      );
    }
  }
}

/** Everything wrong with what a user chooses: sizing, application and agents. Pure: looks at no file and no process. */
export function validateEnvironmentInputs(
  inputs: Pick<PerformanceEnvironmentArgs, "target" | "sizing" | "application" | "apm">,
): readonly Problem[] {
  const problems = new Problems();
  checkSizing(problems, inputs.sizing);
  checkApplication(problems, inputs.application);
  return [...problems.found, ...(inputs.apm === undefined ? [] : apmProblems(inputs.apm, inputs))];
}

/** Everything wrong with the arguments of an environment, in the order of the fields. */
export function validateEnvironmentArgs(args: PerformanceEnvironmentArgs): readonly Problem[] {
  const problems = new Problems();
  checkIdentity(problems, args.environment);
  return [...problems.found, ...validateEnvironmentInputs(args)];
}
