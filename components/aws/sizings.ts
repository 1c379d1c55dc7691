import {
  type AppSizing,
  ScalingMetric,
  type ScalingPolicy,
  ScalingPolicyType,
  type Sizing,
} from "../contracts";

/**
 * Target tracking at 60 % CPU with the times AWS itself works with: metrics by the minute, three minutes above the target before a
 * scale-out, fifteen below before a scale-in. Instances warm up for two minutes: boot, packages, the application's start.
 */
const AWS_SCALING: ScalingPolicy = {
  type: ScalingPolicyType.TargetTracking,
  metric: ScalingMetric.CpuUtilization,
  targetValue: 60,
  scaleOutCooldownSeconds: 60,
  scaleInCooldownSeconds: 300,
  instanceWarmupSeconds: 120,
  periodSeconds: 60,
  scaleOutPeriods: 3,
  scaleInPeriods: 15,
  disableScaleIn: false,
};

const app = (sizing: Omit<AppSizing, "scaling">): AppSizing => ({ ...sizing, scaling: AWS_SCALING });

/** CloudFront has no size; what is cached follows the origin's headers. */
const EDGE: Sizing["edge"] = { cpu: 1, memoryMiB: 1_024, defaultTtlSeconds: 0, graceSeconds: 10 };

/**
 * Ready-made shapes of production on AWS. What they become with the default settings (Graviton, PostgreSQL on RDS, Valkey):
 *
 * | sizing | app                  | database                        | cache             | generators |
 * | ------ | -------------------- | ------------------------------- | ----------------- | ---------- |
 * | small  | 2 to 4 c7g.medium    | db.t4g.medium and 1 replica     | cache.t4g.small   | 1          |
 * | medium | 2 to 8 c7g.large     | db.r7g.large and 1 replica      | cache.m7g.large   | 2          |
 * | large  | 4 to 16 c7g.xlarge   | db.r7g.2xlarge and 2 replicas   | cache.r7g.large   | 4          |
 *
 * The small database and cache run on CPU credits: fit for trying things out and for comparisons of the app tier, not for finding the
 * database's limit.
 */
export const awsSizings: Readonly<Record<"small" | "medium" | "large", Sizing>> &
  Readonly<Record<string, Sizing>> = {
  small: {
    name: "small",
    app: app({ minInstances: 2, maxInstances: 4, cpu: 1, memoryMiB: 2_048 }),
    database: { cpu: 2, memoryMiB: 4_096, replicas: 1, poolSize: 50, maxClientConnections: 1_000 },
    cache: { cpu: 1, memoryMiB: 1_024 },
    edge: EDGE,
    fleet: { generators: 1 },
  },
  medium: {
    name: "medium",
    app: app({ minInstances: 2, maxInstances: 8, cpu: 2, memoryMiB: 4_096 }),
    database: { cpu: 2, memoryMiB: 16_384, replicas: 1, poolSize: 100, maxClientConnections: 2_000 },
    cache: { cpu: 2, memoryMiB: 6_144 },
    edge: EDGE,
    fleet: { generators: 2 },
  },
  large: {
    name: "large",
    app: app({ minInstances: 4, maxInstances: 16, cpu: 4, memoryMiB: 8_192 }),
    database: { cpu: 8, memoryMiB: 65_536, replicas: 2, poolSize: 200, maxClientConnections: 5_000 },
    cache: { cpu: 2, memoryMiB: 12_288 },
    edge: EDGE,
    fleet: { generators: 4 },
  },
};
