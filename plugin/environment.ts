import * as pulumi from "@pulumi/pulumi";
import type { PerformanceEnvironmentArgs } from "../components/contracts";
import { PerformanceEnvironment as Environment } from "../components/environment";
import { ConfigError, type Problem } from "../core/errors";
import type { EnvironmentArgs, Generator } from "./arguments";
import { targetsOfPlugin } from "./targets";
import { environmentFrom } from "./translate";

/**
 * A production-like environment for performance tests: database (primary, replicas, pools), cache, autoscaled app behind a load balancer, CDN
 * edge, and places for load generators; as processes of this machine, or on AWS.
 */
export class PerformanceEnvironment extends pulumi.ComponentResource {
  readonly environmentId: pulumi.Output<string>;
  /** Where load goes: the edge. */
  readonly entryUrl: pulumi.Output<string>;
  /** The load balancer, past the edge. */
  readonly appUrl: pulumi.Output<string>;
  readonly generators: pulumi.Output<Generator[]>;
  /** Through the pool, to the primary; secret. */
  readonly databaseUrl: pulumi.Output<string>;
  /** Through the pools, one a replica; secret. */
  readonly databaseReplicaUrls: pulumi.Output<string[]>;
  /** Secret. */
  readonly cacheUrl: pulumi.Output<string>;

  constructor(name: string, args: EnvironmentArgs, opts?: pulumi.ComponentResourceOptions) {
    const problems: Problem[] = [];
    const environment = environmentFrom(args, problems);
    if (environment === undefined || problems.length > 0)
      throw new ConfigError("PerformanceEnvironment", problems);
    super("perfbed:index:PerformanceEnvironment", name, {}, opts);
    const inner: PerformanceEnvironmentArgs = environment.args;
    const made = new Environment(name, inner, targetsOfPlugin(environment), { parent: this });
    this.environmentId = made.environmentId;
    this.entryUrl = made.entryUrl;
    this.appUrl = made.appUrl;
    this.generators = made.generators;
    this.databaseUrl = made.databaseUrl;
    this.databaseReplicaUrls = made.databaseReplicaUrls;
    this.cacheUrl = made.cacheUrl;
    this.registerOutputs({
      environmentId: this.environmentId,
      entryUrl: this.entryUrl,
      appUrl: this.appUrl,
      generators: this.generators,
      databaseUrl: this.databaseUrl,
      databaseReplicaUrls: this.databaseReplicaUrls,
      cacheUrl: this.cacheUrl,
    });
  }
}
