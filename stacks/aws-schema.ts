import { z } from "zod";
import {
  AppFlavour,
  CacheFlavour,
  CpuArchitecture,
  DatabaseEngine,
  EdgePriceClass,
  FleetFlavour,
  NatStrategy,
} from "../components/aws/settings";

/**
 * Settings of AWS as a user writes them down, in a stack's configuration or a config file: names, kinds of value and choices. What the
 * values mean, and what they may be together, is in components/aws/settings.ts and checked by `validateAwsSettings`.
 */

const text = () => z.string().min(1).exactOptional();
const flag = () => z.boolean().exactOptional();
const number = () => z.number().exactOptional();
const texts = () => z.array(z.string().min(1)).exactOptional();
const choice = <T extends Readonly<Record<string, string>>>(members: T) => z.enum(members).exactOptional();

const network = z.strictObject({
  cidrBlock: text(),
  availabilityZones: number(),
  nat: choice(NatStrategy),
  interfaceEndpoints: texts(),
  flowLogs: flag(),
});

const app = z.strictObject({
  flavour: choice(AppFlavour),
  architecture: choice(CpuArchitecture),
  instanceType: text(),
  imageId: text(),
  packages: texts(),
  containerImage: text(),
  port: number(),
  volumeGiB: number(),
  warmPool: z.strictObject({ minSize: z.number(), running: z.boolean().default(false) }).exactOptional(),
  spot: z
    .strictObject({
      onDemandBase: z.number().default(1),
      onDemandPercentAboveBase: z.number().default(0),
      instanceTypes: z.array(z.string()).default([]),
    })
    .exactOptional(),
  schedules: z
    .array(
      z.strictObject({
        name: z.string(),
        recurrence: z.string(),
        minInstances: z.number(),
        maxInstances: z.number(),
      }),
    )
    .exactOptional(),
  predictiveScaling: flag(),
  requestsPerTargetPerMinute: number(),
  accessLogs: flag(),
});

const database = z.strictObject({
  engine: choice(DatabaseEngine),
  // YAML reads an unquoted 16 as a number, and 16.10 as 16.1: a full version is a text.
  engineVersion: z.union([z.string().min(1), z.number().int().transform(String)]).exactOptional(),
  instanceClass: text(),
  storageGiB: number(),
  iops: number(),
  multiAz: flag(),
  proxy: flag(),
  snapshotIdentifier: text(),
  databaseName: text(),
  masking: z
    .strictObject({ sqlFile: z.string().min(1), timeoutSeconds: z.number().exactOptional() })
    .exactOptional(),
  performanceInsights: flag(),
  monitoringIntervalSeconds: number(),
  explainSlowerThanMs: number(),
  parameters: z.record(z.string(), z.coerce.string()).exactOptional(),
  replicaAutoscaling: z
    .strictObject({ minReplicas: z.number(), maxReplicas: z.number(), targetCpuPercent: z.number() })
    .exactOptional(),
});

const cache = z.strictObject({
  flavour: choice(CacheFlavour),
  nodeType: text(),
  shards: number(),
  replicasPerShard: number(),
});

const edge = z.strictObject({
  priceClass: choice(EdgePriceClass),
  waf: flag(),
  additionalMetrics: flag(),
});

const fleet = z.strictObject({
  flavour: choice(FleetFlavour),
  instanceType: text(),
  architecture: choice(CpuArchitecture),
  containerImage: text(),
  placementGroup: flag(),
  regions: texts(),
  allowedHosts: texts(),
});

const guard = z.strictObject({
  expiryTeardown: flag(),
  permissionsBoundaryArn: text(),
  monthlyBudgetUsd: number(),
  alertEmails: texts(),
  maxHourlyCostUsd: number(),
  priceFile: text(),
});

/** Everything but the region, which has a setting of its own in a stack. */
export const awsSettingsSchema = z
  .strictObject({
    network: network.exactOptional(),
    app: app.exactOptional(),
    database: database.exactOptional(),
    cache: cache.exactOptional(),
    edge: edge.exactOptional(),
    fleet: fleet.exactOptional(),
    guard: guard.exactOptional(),
  })
  .describe("What an environment on AWS is made of beyond its sizing; every field has a default.");
