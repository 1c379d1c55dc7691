import { z } from "zod";
import { ScalingMetric, ScalingPolicyType } from "../../contracts";

/** The part of an application that its instances and its set-up share, as the provider receives it; its variables come apart, because they are secret. */
export const applicationInput = z.object({
  name: z.string(),
  version: z.string(),
  workingDirectory: z.string(),
  command: z.array(z.string()),
  healthPath: z.string(),
  readyPath: z.string(),
  startTimeoutSeconds: z.number(),
  drainSeconds: z.number(),
});

export const appSizingInput = z.object({
  minInstances: z.number(),
  maxInstances: z.number(),
  cpu: z.number(),
  memoryMiB: z.number(),
  scaling: z.object({
    type: z.enum(ScalingPolicyType),
    metric: z.enum(ScalingMetric),
    targetValue: z.number(),
    scaleOutCooldownSeconds: z.number(),
    scaleInCooldownSeconds: z.number(),
    instanceWarmupSeconds: z.number(),
    periodSeconds: z.number(),
    scaleOutPeriods: z.number(),
    scaleInPeriods: z.number(),
    disableScaleIn: z.boolean(),
    steps: z
      .array(
        z.object({
          lowerBound: z.number().exactOptional(),
          upperBound: z.number().exactOptional(),
          adjustment: z.number(),
        }),
      )
      .readonly()
      .exactOptional(),
  }),
});

/** Where an application finds its tiers. All secret. */
export const connectionInputs = {
  databaseUrl: z.string(),
  databaseReplicaUrls: z.array(z.string()),
  cacheUrl: z.string(),
};
