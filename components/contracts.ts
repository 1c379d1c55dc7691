import type * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../core/errors";
import type { ApmSettings } from "./apm/model";

/**
 * The contract between an environment and its target. Each tier has one args interface and one outputs interface here, and one
 * implementation a target under components/<target>/. Interfaces and enums only (no unions of literals, no callbacks), so that
 * Pulumi's schema inference can offer the components to other languages.
 */

/** Where an environment runs. */
export enum Target {
  Local = "local",
  Aws = "aws",
  Kubernetes = "kubernetes",
}

/** How the autoscaler decides. */
export enum ScalingPolicyType {
  /** Keep the metric at the target value, as AWS target tracking does. */
  TargetTracking = "target-tracking",
  /** Add or remove instances by how far the metric is beyond its threshold. */
  Step = "step",
}

/** What the autoscaler looks at, averaged over the instances in service that are past their warm-up. */
export enum ScalingMetric {
  /** CPU used, as percent of the instance's CPU allotment. */
  CpuUtilization = "cpu-utilization",
  /** Requests in flight per instance, as the load balancer sees them. */
  InFlightRequests = "in-flight-requests",
}

/** One step of a step-scaling policy. Bounds are differences to the threshold, as in AWS. */
export interface ScalingStep {
  /** Lower bound of (metric - threshold), inclusive. Absent: minus infinity. */
  readonly lowerBound?: number;
  /** Upper bound of (metric - threshold), exclusive. Absent: plus infinity. */
  readonly upperBound?: number;
  /** Instances to add (positive) or remove (negative). */
  readonly adjustment: number;
}

/** Scaling policy of the app tier. Semantics follow AWS EC2 Auto Scaling. */
export interface ScalingPolicy {
  readonly type: ScalingPolicyType;
  readonly metric: ScalingMetric;
  /** Target (target tracking) or threshold (step), in the metric's unit. */
  readonly targetValue: number;
  /** Seconds after a scale-out in which no further scale-out starts. @default 10 on local */
  readonly scaleOutCooldownSeconds: number;
  /** Seconds after any scaling activity in which no scale-in starts. @default 20 on local */
  readonly scaleInCooldownSeconds: number;
  /** Seconds after an instance is in service in which its metrics do not count. @default 5 on local */
  readonly instanceWarmupSeconds: number;
  /** Length of one evaluation period in seconds. @default 1 on local */
  readonly periodSeconds: number;
  /** Consecutive periods above target before a scale-out. @default 3 */
  readonly scaleOutPeriods: number;
  /** Consecutive periods below the scale-in level before a scale-in. @default 15 */
  readonly scaleInPeriods: number;
  /** Target tracking only: never scale in. @default false */
  readonly disableScaleIn: boolean;
  /** Step scaling only. */
  readonly steps?: readonly ScalingStep[];
}

/** Sizing of the app tier. */
export interface AppSizing {
  /** @default 1 */
  readonly minInstances: number;
  /** @default 3 */
  readonly maxInstances: number;
  /** CPU allotment of one instance, in cores; fractions allowed. */
  readonly cpu: number;
  /** Memory of one instance in MiB. */
  readonly memoryMiB: number;
  readonly scaling: ScalingPolicy;
}

/** Sizing of the database tier: one primary, n streaming read replicas, one pool in front of each role. */
export interface DatabaseSizing {
  /** CPU allotment of each server, in cores. */
  readonly cpu: number;
  /** Memory of each server in MiB. */
  readonly memoryMiB: number;
  /** Streaming read replicas. @default 1 */
  readonly replicas: number;
  /** Server connections the pool may open to each server. @default 20 */
  readonly poolSize: number;
  /** Client connections the pool accepts. @default 500 */
  readonly maxClientConnections: number;
}

/** Sizing of the cache tier. */
export interface CacheSizing {
  readonly cpu: number;
  readonly memoryMiB: number;
}

/** Sizing of the CDN edge. */
export interface EdgeSizing {
  readonly cpu: number;
  /** Object storage of the edge in MiB. */
  readonly memoryMiB: number;
  /** Time to live of cacheable responses that name none, in seconds. @default 0 */
  readonly defaultTtlSeconds: number;
  /** How long a stale object may be served while a fresh one is fetched, in seconds. @default 10 */
  readonly graceSeconds: number;
}

/** Sizing of the load-generator fleet. */
export interface FleetSizing {
  /** @default 2 */
  readonly generators: number;
}

/** One named, comparable configuration of all tiers. */
export interface Sizing {
  readonly name: string;
  readonly app: AppSizing;
  readonly database: DatabaseSizing;
  readonly cache: CacheSizing;
  readonly edge: EdgeSizing;
  readonly fleet: FleetSizing;
}

/** A command run once, before the first instance starts: migrate and seed. */
export interface ApplicationSetup {
  /** Program and arguments. */
  readonly command: readonly string[];
  /** @default 120 */
  readonly timeoutSeconds: number;
}

/**
 * The system under test. Every instance is given PORT, HOST, DATABASE_URL, DATABASE_REPLICA_URLS (comma separated), REDIS_URL,
 * APP_VERSION, INSTANCE_ID and PERFBED_ENVIRONMENT_ID. The set-up command gets DATABASE_ADMIN_URL, straight to the primary without a pool,
 * and the same URL as DATABASE_URL and DATABASE_REPLICA_URLS: replicas may still be on their way up. Where agents take spans, instances
 * get OpenTelemetry's variables too, below the application's own.
 */
export interface Application {
  readonly name: string;
  /** What is under test, e.g. a commit or a release. Shown everywhere. */
  readonly version: string;
  /** Absolute folder the commands run in. */
  readonly workingDirectory: string;
  /** Program and arguments of one instance. It must listen on HOST:PORT. */
  readonly command: readonly string[];
  /** Path answering 200 while the process lives. @default "/health" */
  readonly healthPath: string;
  /** Path answering 200 once requests may be sent. @default healthPath */
  readonly readyPath: string;
  /** Further environment variables. Secrets belong in the shell's environment, by reference `${NAME}`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly setup?: ApplicationSetup;
  /** Seconds an instance may take to become ready. @default 30 */
  readonly startTimeoutSeconds: number;
  /** Seconds an instance gets to finish its requests before it is stopped. @default 10 */
  readonly drainSeconds: number;
  /** Path of the Prometheus metrics of one instance, if it has one. */
  readonly metricsPath?: string;
}

/** What every resource of an environment carries, as tags, labels or variables of its process. */
export interface EnvironmentIdentity {
  readonly id: string;
  readonly owner: string;
  /** When the environment may be ended by its watchdog; ISO 8601 in UTC. */
  readonly expiresAt: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Where a tier's live figures are read from. `endpoint` may hold a credential: treat as secret. */
export interface TelemetrySource {
  readonly kind: TelemetryKind;
  /** Unique within the environment, e.g. `database-replica-1`. */
  readonly name: string;
  /** app, database, cache, edge, fleet, apm. */
  readonly tier: string;
  /** URL, unix socket path or working folder, by kind. */
  readonly endpoint: string;
}

export enum TelemetryKind {
  /** endpoint: path of HAProxy's runtime API socket. */
  Haproxy = "haproxy",
  /** endpoint: Varnish working folder (`varnishstat -n`). */
  Varnish = "varnish",
  /** endpoint: redis:// URL. */
  Redis = "redis",
  /** endpoint: postgres:// URL of the pool's admin console. */
  Pgbouncer = "pgbouncer",
  /** endpoint: postgres:// URL of the primary. */
  PostgresPrimary = "postgres-primary",
  /** endpoint: postgres:// URL of a replica. */
  PostgresReplica = "postgres-replica",
  /** endpoint: path of the autoscaler's event file (JSON lines). */
  Autoscaler = "autoscaler",
  /** endpoint: folder of what an OpenTelemetry Collector writes (`traces.jsonl`, `metrics.jsonl`); read when a run ends. */
  OpenTelemetryFiles = "opentelemetry-files",
}

/** A place for one load generator. */
export interface GeneratorSlot {
  /** `generator-1` … */
  readonly name: string;
  /** Folder for its files (local) or its address (cloud). */
  readonly location: string;
}

export interface TierArgs {
  readonly environment: EnvironmentIdentity;
}

export interface DatabaseArgs extends TierArgs {
  readonly sizing: DatabaseSizing;
}
/** Outputs of the database tier. URLs hold the password and are secret. */
export interface DatabaseOutputs {
  /** Through the pool, to the primary. */
  readonly writerUrl: pulumi.Output<string>;
  /** Through the pool, one a replica; the writer's when there is no replica. */
  readonly readerUrls: pulumi.Output<string[]>;
  /** Straight to the primary, for migrations. */
  readonly adminUrl: pulumi.Output<string>;
  readonly telemetry: pulumi.Output<TelemetrySource[]>;
}

export interface CacheArgs extends TierArgs {
  readonly sizing: CacheSizing;
}
export interface CacheOutputs {
  /** redis:// URL with password; secret. */
  readonly url: pulumi.Output<string>;
  readonly telemetry: pulumi.Output<TelemetrySource[]>;
}

export interface AppArgs extends TierArgs {
  readonly sizing: AppSizing;
  readonly application: Application;
  readonly databaseUrl: pulumi.Input<string>;
  readonly databaseReplicaUrls: pulumi.Input<string[]>;
  readonly databaseAdminUrl: pulumi.Input<string>;
  readonly cacheUrl: pulumi.Input<string>;
  /** Agents to attach to every instance. @default none */
  readonly apm?: ApmSettings;
  /** OTLP/HTTP receiver of the environment; absent where agents are part of the instances. */
  readonly otlpEndpoint?: pulumi.Input<string>;
}
export interface AppOutputs {
  /** Base URL of the load balancer; known before the first instance is in service. */
  readonly url: pulumi.Output<string>;
  /** Instances in service, known once the minimum is: what has to wait for a serving app waits for this. */
  readonly inService: pulumi.Output<number>;
  readonly telemetry: pulumi.Output<TelemetrySource[]>;
}

export interface EdgeArgs extends TierArgs {
  readonly sizing: EdgeSizing;
  /** Base URL of the origin (the load balancer). */
  readonly originUrl: pulumi.Input<string>;
  /** Known once the origin serves; the edge is ready when it has been seen to pass a request on after that. */
  readonly originInService: pulumi.Input<number>;
  /** Path answering 200 while the origin can serve. */
  readonly originHealthPath: string;
}
export interface EdgeOutputs {
  /** Base URL users (and generators) talk to. */
  readonly url: pulumi.Output<string>;
  readonly telemetry: pulumi.Output<TelemetrySource[]>;
}

export interface FleetArgs extends TierArgs {
  readonly sizing: FleetSizing;
  /** Agents to attach to every generator, where the target can. @default none */
  readonly apm?: ApmSettings;
}
export interface FleetOutputs {
  readonly generators: pulumi.Output<GeneratorSlot[]>;
}

export interface ApmArgs extends TierArgs {
  readonly settings: ApmSettings;
}
export interface ApmOutputs {
  /** Base URL of an OTLP/HTTP receiver; undefined when the agents asked for have none. */
  readonly otlpEndpoint: pulumi.Output<string> | undefined;
  readonly telemetry: pulumi.Output<TelemetrySource[]>;
}

/** Everything an environment is made from. */
export interface PerformanceEnvironmentArgs {
  readonly target: Target;
  readonly environment: EnvironmentIdentity;
  readonly sizing: Sizing;
  readonly application: Application;
  /** @default no agents */
  readonly apm?: ApmSettings;
}

/** One implementation of every tier: what a target is. */
export interface TierFactory {
  /** Everything about an environment that this target would refuse beyond what every target does. Nothing is created. @default none */
  problems?(args: PerformanceEnvironmentArgs): readonly Problem[];
  /**
   * What all tiers stand on: an own folder and a watchdog (local), a network (AWS), a namespace (Kubernetes). Created first, removed last.
   */
  foundation(name: string, args: TierArgs, opts: pulumi.ComponentResourceOptions): pulumi.ComponentResource;
  database(
    name: string,
    args: DatabaseArgs,
    opts: pulumi.ComponentResourceOptions,
  ): DatabaseOutputs & pulumi.ComponentResource;
  cache(
    name: string,
    args: CacheArgs,
    opts: pulumi.ComponentResourceOptions,
  ): CacheOutputs & pulumi.ComponentResource;
  app(
    name: string,
    args: AppArgs,
    opts: pulumi.ComponentResourceOptions,
  ): AppOutputs & pulumi.ComponentResource;
  edge(
    name: string,
    args: EdgeArgs,
    opts: pulumi.ComponentResourceOptions,
  ): EdgeOutputs & pulumi.ComponentResource;
  fleet(
    name: string,
    args: FleetArgs,
    opts: pulumi.ComponentResourceOptions,
  ): FleetOutputs & pulumi.ComponentResource;
  /** What agents of all instances have in common, such as a collector; absent where every instance has its own. */
  apm?(
    name: string,
    args: ApmArgs,
    opts: pulumi.ComponentResourceOptions,
  ): ApmOutputs & pulumi.ComponentResource;
}

/** What a campaign needs to know of a standing environment: the stack's outputs, resolved. Holds secrets: never print or store as is. */
export interface EnvironmentAccess {
  readonly environmentId: string;
  readonly target: Target;
  /** Where load goes: the edge. */
  readonly entryUrl: string;
  /** The load balancer, past the edge. */
  readonly appUrl: string;
  readonly generators: readonly GeneratorSlot[];
  readonly telemetry: readonly TelemetrySource[];
}
