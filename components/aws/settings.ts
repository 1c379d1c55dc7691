/**
 * What an environment on AWS is made of beyond its sizing. Every field has a default, so that `{ region: "eu-west-1" }` is a whole
 * description; see {@link awsSettings}. Interfaces and enums only, as in ../contracts.ts.
 */

/** What leaves private subnets for the internet, and what that costs. */
export enum NatStrategy {
  /** One NAT gateway for all zones: cheapest, and fit for a test environment. */
  Single = "single",
  /** One a zone: no traffic between zones, and a zone may fail. */
  OnePerAvailabilityZone = "one-per-availability-zone",
  /** None: everything must come over VPC endpoints. */
  None = "none",
}

/** Interface endpoints are paid by the hour and zone; the gateway endpoint for S3 is free and always made. */
export interface NetworkSettings {
  /** @default "10.64.0.0/16" */
  readonly cidrBlock: string;
  /** Zones the subnets spread over, 2 or 3. @default 2 */
  readonly availabilityZones: number;
  /** @default NatStrategy.Single */
  readonly nat: NatStrategy;
  /** Interface endpoints: `ssm`, `ssmmessages`, `ec2messages`, `logs`, `ecr.api`, `ecr.dkr`, `secretsmanager`. @default none */
  readonly interfaceEndpoints: readonly string[];
  /** Log of accepted and refused connections, kept for three days. @default false */
  readonly flowLogs: boolean;
}

export enum CpuArchitecture {
  Arm64 = "arm64",
  X8664 = "x86_64",
}

export enum AppFlavour {
  /** EC2 instances in an Auto Scaling group. */
  Ec2 = "ec2",
  /** ECS services on Fargate; needs a container image. */
  Fargate = "fargate",
}

/** Instances that are started ahead and stopped, so that a scale-out waits for a boot and not for a launch. */
export interface WarmPoolSettings {
  readonly minSize: number;
  /** @default false: they are stopped while they wait */
  readonly running: boolean;
}

/** A part of the instances as spot instances, of several types. */
export interface SpotSettings {
  /** Instances that are on demand whatever happens. @default 1 */
  readonly onDemandBase: number;
  /** Share of the others that is on demand, percent. @default 0 */
  readonly onDemandPercentAboveBase: number;
  /** Further instance types to choose from, at least as large. */
  readonly instanceTypes: readonly string[];
}

/** Sizes of the group from a point in time on. */
export interface ScheduledSize {
  readonly name: string;
  /** Cron expression in UTC, e.g. `0 7 * * MON-FRI`. */
  readonly recurrence: string;
  readonly minInstances: number;
  readonly maxInstances: number;
}

/** What target tracking looks at when the sizing says `in-flight-requests`: AWS counts requests by the minute, not those in flight. */
export interface AppSettings {
  /** @default AppFlavour.Ec2 */
  readonly flavour: AppFlavour;
  /** @default CpuArchitecture.Arm64 */
  readonly architecture: CpuArchitecture;
  /** The smallest current-generation type that holds the sizing's CPU and memory when absent. */
  readonly instanceType?: string;
  /** Amazon Linux 2023 of the architecture when absent. */
  readonly imageId?: string;
  /** Packages installed before the application, e.g. `nodejs20`. @default ["nodejs20"] */
  readonly packages: readonly string[];
  /** Container image, for Fargate. */
  readonly containerImage?: string;
  /** Port of one instance. @default 8080 */
  readonly port: number;
  /** Root volume in GiB, encrypted gp3. @default 20 */
  readonly volumeGiB: number;
  readonly warmPool?: WarmPoolSettings;
  readonly spot?: SpotSettings;
  /** @default none */
  readonly schedules: readonly ScheduledSize[];
  /** Forecast from the last days; useful in environments that live for days. @default false */
  readonly predictiveScaling: boolean;
  /** Target tracking on requests a target and minute instead of the sizing's metric. */
  readonly requestsPerTargetPerMinute?: number;
  /** Access logs of the load balancer in the environment's bucket. @default true */
  readonly accessLogs: boolean;
}

export enum DatabaseEngine {
  /** RDS for PostgreSQL: one primary, asynchronous replicas of their own storage. */
  Rds = "rds",
  /** Aurora PostgreSQL: a cluster over shared storage. */
  Aurora = "aurora",
}

export interface ReplicaAutoscaling {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly targetCpuPercent: number;
}

/** How production-like data is made fit for a test before anything reads it. */
export interface MaskingHook {
  /**
   * File with SQL that the first instance runs with psql, as the owner and in one transaction, before any instance starts the application.
   * It is run once for each content, snapshot and server; a changed file runs on data that the former one has masked.
   */
  readonly sqlFile: string;
  /** Longest that it may take. @default 1800 */
  readonly timeoutSeconds?: number;
}

export interface DatabaseSettings {
  /** @default DatabaseEngine.Rds */
  readonly engine: DatabaseEngine;
  /**
   * Version of PostgreSQL. A major one leaves the minor one to AWS, so that environments made at different times may differ in it: a full
   * one (`16.9`) pins it, until AWS retires it. Needed with `snapshotIdentifier`. @default "16"
   */
  readonly engineVersion?: string;
  /** The smallest class that holds the sizing's CPU and memory when absent, e.g. `db.m7g.large`. */
  readonly instanceClass?: string;
  /** gp3; RDS only. @default 50 */
  readonly storageGiB: number;
  /** Provisioned IOPS of gp3 above its baseline; RDS only. */
  readonly iops?: number;
  /** A standby in another zone; RDS only. @default false */
  readonly multiAz: boolean;
  /** RDS Proxy in front of the writer (and of the readers, with Aurora). @default true */
  readonly proxy: boolean;
  /**
   * Snapshot to start from: production-like data. It must be encrypted; user, size of storage and database are those it was made with, and
   * `engineVersion` has to be given.
   */
  readonly snapshotIdentifier?: string;
  /** Database the application uses. @default "app", or the one that the snapshot's server was first made with */
  readonly databaseName?: string;
  readonly masking?: MaskingHook;
  /** @default true */
  readonly performanceInsights: boolean;
  /** Enhanced monitoring: 0 (off), 1, 5, 10, 15, 30 or 60. @default 10 */
  readonly monitoringIntervalSeconds: number;
  /** Statements slower than this are explained in the log. @default 250 */
  readonly explainSlowerThanMs: number;
  /** Further parameters of PostgreSQL. @default none */
  readonly parameters: Readonly<Record<string, string>>;
  /** Aurora only. */
  readonly replicaAutoscaling?: ReplicaAutoscaling;
}

export enum CacheFlavour {
  ReplicationGroup = "replication-group",
  Serverless = "serverless",
}

export interface CacheSettings {
  /** @default CacheFlavour.ReplicationGroup */
  readonly flavour: CacheFlavour;
  /** The smallest that holds the sizing's memory when absent, e.g. `cache.t4g.small`. */
  readonly nodeType?: string;
  /** Above 1: cluster mode. @default 1 */
  readonly shards: number;
  /** @default 0 */
  readonly replicasPerShard: number;
}

export enum EdgePriceClass {
  /** North America and Europe. */
  Class100 = "PriceClass_100",
  Class200 = "PriceClass_200",
  All = "PriceClass_All",
}

export interface EdgeSettings {
  /** @default EdgePriceClass.Class100 */
  readonly priceClass: EdgePriceClass;
  /** AWS WAF with the core rule set and a rate limit, counting only: it never blocks the fleet. @default false */
  readonly waf: boolean;
  /** Hit ratio, origin latency and error rates by the minute. @default true */
  readonly additionalMetrics: boolean;
}

export enum FleetFlavour {
  Ec2 = "ec2",
  Fargate = "fargate",
}

export interface FleetSettings {
  /** @default FleetFlavour.Ec2 */
  readonly flavour: FleetFlavour;
  /** @default "c7g.large" */
  readonly instanceType: string;
  /** @default CpuArchitecture.Arm64 */
  readonly architecture: CpuArchitecture;
  /** Container image with k6 and the AWS CLI, for Fargate. */
  readonly containerImage?: string;
  /** Generators all in one rack (of their region): least jitter between them. @default false */
  readonly placementGroup: boolean;
  /**
   * Regions that generators are given to in turn, where users are: of three with two regions, the first gets two. A region named twice gets
   * twice as many. EC2 only; a region beside the environment's own gets a network of the same form. @default the environment's own
   */
  readonly regions: readonly string[];
  /**
   * Hosts that may be loaded beside the environment's own. Naming one is a statement that its owner agreed.
   * @default none
   */
  readonly allowedHosts: readonly string[];
}

/** What keeps a forgotten environment from costing money, and its roles from what is none of theirs. */
export interface GuardSettings {
  /** A schedule in AWS ends the environment at its expiry, even when the runner is dead. @default true */
  readonly expiryTeardown: boolean;
  /** Permissions boundary of every role that is made: ARN of a policy, as in docs/aws-permissions-boundary.json. @default none */
  readonly permissionsBoundaryArn?: string;
  /** AWS Budgets alert for what carries the environment's tag, USD a month. */
  readonly monthlyBudgetUsd?: number;
  /** Who gets the alert. */
  readonly alertEmails: readonly string[];
  /** `up` is refused when the estimate at the largest size is higher, or when a price is not known. USD an hour. */
  readonly maxHourlyCostUsd?: number;
  /** JSON file with prices; see docs/aws-cost.md. @default the list of this package */
  readonly priceFile?: string;
}

export interface AwsSettings {
  readonly region: string;
  readonly network: NetworkSettings;
  readonly app: AppSettings;
  readonly database: DatabaseSettings;
  readonly cache: CacheSettings;
  readonly edge: EdgeSettings;
  readonly fleet: FleetSettings;
  readonly guard: GuardSettings;
}

/** What a user writes: the region, and whatever shall differ from the defaults. */
export interface AwsSettingsInput {
  readonly region: string;
  readonly network?: Partial<NetworkSettings>;
  readonly app?: Partial<AppSettings>;
  readonly database?: Partial<DatabaseSettings>;
  readonly cache?: Partial<CacheSettings>;
  readonly edge?: Partial<EdgeSettings>;
  readonly fleet?: Partial<FleetSettings>;
  readonly guard?: Partial<GuardSettings>;
}

/** Fills in the defaults. Nothing is checked here; see `validateAwsSettings`. */
export function awsSettings(input: AwsSettingsInput): AwsSettings {
  return {
    region: input.region,
    network: {
      cidrBlock: "10.64.0.0/16",
      availabilityZones: 2,
      nat: NatStrategy.Single,
      interfaceEndpoints: [],
      flowLogs: false,
      ...input.network,
    },
    app: {
      flavour: AppFlavour.Ec2,
      architecture: CpuArchitecture.Arm64,
      packages: ["nodejs20"],
      port: 8080,
      volumeGiB: 20,
      schedules: [],
      predictiveScaling: false,
      accessLogs: true,
      ...input.app,
    },
    database: {
      engine: DatabaseEngine.Rds,
      storageGiB: 50,
      multiAz: false,
      proxy: true,
      performanceInsights: true,
      monitoringIntervalSeconds: 10,
      explainSlowerThanMs: 250,
      parameters: {},
      ...input.database,
    },
    cache: { flavour: CacheFlavour.ReplicationGroup, shards: 1, replicasPerShard: 0, ...input.cache },
    edge: { priceClass: EdgePriceClass.Class100, waf: false, additionalMetrics: true, ...input.edge },
    fleet: {
      flavour: FleetFlavour.Ec2,
      instanceType: "c7g.large",
      architecture: CpuArchitecture.Arm64,
      placementGroup: false,
      regions: [],
      allowedHosts: [],
      ...input.fleet,
    },
    guard: { expiryTeardown: true, alertEmails: [], ...input.guard },
  };
}
