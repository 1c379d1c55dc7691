import {
  type AppSizing,
  ScalingMetric,
  type ScalingPolicy,
  ScalingPolicyType,
  type Sizing,
} from "../contracts";

/** Target tracking at 60 % CPU with times short enough to see a scale-out and a scale-in within a run of minutes. */
const LOCAL_SCALING: ScalingPolicy = {
  type: ScalingPolicyType.TargetTracking,
  metric: ScalingMetric.CpuUtilization,
  targetValue: 60,
  scaleOutCooldownSeconds: 10,
  scaleInCooldownSeconds: 20,
  instanceWarmupSeconds: 5,
  periodSeconds: 1,
  scaleOutPeriods: 3,
  scaleInPeriods: 15,
  disableScaleIn: false,
};

const app = (sizing: Omit<AppSizing, "scaling">): AppSizing => ({ ...sizing, scaling: LOCAL_SCALING });

/**
 * Ready-made sizings. `small` leaves a two-core laptop room for the load generators; the larger ones expect four and eight cores. Allotments
 * are ceilings, not reservations: tiers are rarely busy all at once.
 */
export const localSizings: Readonly<Record<"small" | "medium" | "large", Sizing>> &
  Readonly<Record<string, Sizing>> = {
  small: {
    name: "small",
    app: app({ minInstances: 1, maxInstances: 3, cpu: 0.25, memoryMiB: 256 }),
    database: { cpu: 0.5, memoryMiB: 256, replicas: 1, poolSize: 20, maxClientConnections: 500 },
    cache: { cpu: 0.25, memoryMiB: 64 },
    edge: { cpu: 0.25, memoryMiB: 64, defaultTtlSeconds: 0, graceSeconds: 10 },
    fleet: { generators: 2 },
  },
  medium: {
    name: "medium",
    app: app({ minInstances: 2, maxInstances: 6, cpu: 0.5, memoryMiB: 384 }),
    database: { cpu: 1, memoryMiB: 512, replicas: 1, poolSize: 40, maxClientConnections: 1_000 },
    cache: { cpu: 0.5, memoryMiB: 128 },
    edge: { cpu: 0.5, memoryMiB: 128, defaultTtlSeconds: 0, graceSeconds: 10 },
    fleet: { generators: 2 },
  },
  large: {
    name: "large",
    app: app({ minInstances: 2, maxInstances: 8, cpu: 1, memoryMiB: 512 }),
    database: { cpu: 2, memoryMiB: 1_024, replicas: 2, poolSize: 60, maxClientConnections: 2_000 },
    cache: { cpu: 1, memoryMiB: 256 },
    edge: { cpu: 1, memoryMiB: 256, defaultTtlSeconds: 0, graceSeconds: 10 },
    fleet: { generators: 4 },
  },
};
