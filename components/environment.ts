import * as pulumi from "@pulumi/pulumi";
import { ConfigError } from "../core/errors";
import type {
  GeneratorSlot,
  PerformanceEnvironmentArgs,
  Target,
  TelemetrySource,
  TierArgs,
  TierFactory,
} from "./contracts";
import { validateEnvironmentArgs } from "./validation";

/** The targets this program can provision, each with its set of tiers. Adding a target is adding an entry. */
export type TargetRegistry = Readonly<Partial<Record<Target, TierFactory>>>;

/** The tiers of the target asked for, or a ConfigError with everything wrong in the arguments. */
function tiersFor(args: PerformanceEnvironmentArgs, targets: TargetRegistry): TierFactory {
  const problems = [...validateEnvironmentArgs(args)];
  const tiers = targets[args.target];
  if (tiers === undefined) {
    problems.unshift({
      field: "target",
      value: args.target,
      allowed: Object.keys(targets).join(", "),
      hint: "This version of perfbed has no tiers for that target.",
    });
  }
  problems.push(...(tiers?.problems?.(args) ?? []));
  if (tiers === undefined || problems.length > 0) throw new ConfigError("Performance environment", problems);
  return tiers;
}

/**
 * A production-like environment: database (primary, replicas, pools), cache, autoscaled app behind a load balancer, CDN edge, and places for
 * load generators. It composes the tiers of one target and never asks which target that is.
 *
 * Its outputs are those of `EnvironmentAccess`.
 *
 * @throws ConfigError with every problem of the arguments, before anything is created.
 */
export class PerformanceEnvironment extends pulumi.ComponentResource {
  readonly environmentId: pulumi.Output<string>;
  readonly target: pulumi.Output<Target>;
  /** Where load goes: the edge. */
  readonly entryUrl: pulumi.Output<string>;
  /** The load balancer, past the edge. */
  readonly appUrl: pulumi.Output<string>;
  readonly generators: pulumi.Output<GeneratorSlot[]>;
  /** Where live figures are read; endpoints hold credentials: secret. */
  readonly telemetry: pulumi.Output<TelemetrySource[]>;
  /** Through the pool, to the primary; secret. */
  readonly databaseUrl: pulumi.Output<string>;
  /** Through the pools, one a replica; secret. */
  readonly databaseReplicaUrls: pulumi.Output<string[]>;
  /** Secret. */
  readonly cacheUrl: pulumi.Output<string>;

  constructor(
    name: string,
    args: PerformanceEnvironmentArgs,
    targets: TargetRegistry,
    opts: pulumi.ComponentResourceOptions = {},
  ) {
    const tiers = tiersFor(args, targets);
    super("perfbed:environment:PerformanceEnvironment", name, {}, opts);
    const { sizing, application } = args;
    const common: TierArgs = { environment: args.environment };

    const foundation = tiers.foundation(`${name}-foundation`, common, { parent: this });
    const tierOptions = { parent: this, dependsOn: [foundation] };

    const apm =
      args.apm === undefined
        ? undefined
        : tiers.apm?.(`${name}-apm`, { ...common, settings: args.apm }, tierOptions);
    const attached = args.apm === undefined ? {} : { apm: args.apm };
    const database = tiers.database(`${name}-database`, { ...common, sizing: sizing.database }, tierOptions);
    const cache = tiers.cache(`${name}-cache`, { ...common, sizing: sizing.cache }, tierOptions);
    const app = tiers.app(
      `${name}-app`,
      {
        ...common,
        sizing: sizing.app,
        application,
        databaseUrl: database.writerUrl,
        databaseReplicaUrls: database.readerUrls,
        databaseAdminUrl: database.adminUrl,
        cacheUrl: cache.url,
        ...attached,
        ...(apm?.otlpEndpoint === undefined ? {} : { otlpEndpoint: apm.otlpEndpoint }),
      },
      tierOptions,
    );
    const edge = tiers.edge(
      `${name}-edge`,
      {
        ...common,
        sizing: sizing.edge,
        originUrl: app.url,
        originInService: app.inService,
        originHealthPath: application.readyPath,
      },
      tierOptions,
    );
    const fleet = tiers.fleet(`${name}-fleet`, { ...common, sizing: sizing.fleet, ...attached }, tierOptions);

    this.environmentId = pulumi.output(args.environment.id);
    this.target = pulumi.output(args.target);
    this.entryUrl = edge.url;
    this.appUrl = app.url;
    this.generators = fleet.generators;
    this.telemetry = pulumi.secret(
      pulumi
        .all([
          database.telemetry,
          cache.telemetry,
          app.telemetry,
          edge.telemetry,
          apm?.telemetry ?? pulumi.output<TelemetrySource[]>([]),
        ])
        .apply((sources) => sources.flat()),
    );
    this.databaseUrl = pulumi.secret(database.writerUrl);
    this.databaseReplicaUrls = pulumi.secret(database.readerUrls);
    this.cacheUrl = pulumi.secret(cache.url);
    this.registerOutputs({
      environmentId: this.environmentId,
      target: this.target,
      entryUrl: this.entryUrl,
      appUrl: this.appUrl,
      generators: this.generators,
      telemetry: this.telemetry,
      databaseUrl: this.databaseUrl,
      databaseReplicaUrls: this.databaseReplicaUrls,
      cacheUrl: this.cacheUrl,
    });
  }
}
