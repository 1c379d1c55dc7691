import * as pulumi from "@pulumi/pulumi";
import { ConfigError } from "../../core/errors";
import type { CacheArgs, CacheOutputs, TelemetrySource } from "../contracts";
import { replicationGroup } from "./cache/replication-group";
import { CACHE_PORT, CACHE_USER, type CacheContext } from "./cache/server";
import { serverlessCache } from "./cache/serverless";
import { cacheProblems, nodeTypeFor } from "./cache/validation";
import { type AwsContext, awsTags, childOptions } from "./context";
import { generatedPassword, secretReference, storedSecret } from "./generated-secret";
import { CacheFlavour } from "./settings";

/** A URL without a token: where it would stand is a reference to the secret. */
export const cacheUrl = (secretArn: string, host: string): string =>
  `rediss://:${secretReference(secretArn, "token")}@${host}:${CACHE_PORT}`;

/**
 * Valkey on ElastiCache: nodes, or serverless. It is in isolated subnets, encrypted, reached over TLS with a token alone, and keeps no
 * snapshots.
 *
 * With more than one shard, and serverless, the URL leads into a cluster: the application's client must speak the cluster protocol.
 *
 * @throws ConfigError with every problem of the settings, before anything is created
 */
export class AwsCache extends pulumi.ComponentResource implements CacheOutputs {
  readonly url: pulumi.Output<string>;
  /** None: what AWS sees of the cache is in CloudWatch. */
  readonly telemetry: pulumi.Output<TelemetrySource[]>;

  constructor(name: string, args: CacheArgs, context: AwsContext, opts: pulumi.ComponentResourceOptions) {
    const settings = context.settings.cache;
    const problems = cacheProblems(args, settings);
    if (problems.length > 0) throw new ConfigError("Cache on AWS", problems);
    super("perfbed:aws:Cache", name, {}, opts);
    const options = childOptions(this, opts);
    const { environment, sizing } = args;
    const token = generatedPassword(`${name}-token`, options);
    const secretArn = storedSecret(
      `${name}-credentials`,
      {
        description: `Cache of perfbed environment ${environment.id}`,
        values: { username: CACHE_USER, token },
        tags: awsTags(environment, "cache"),
      },
      options,
    );
    const cacheContext: CacheContext = {
      name,
      environment,
      settings,
      sizing,
      ground: context.ground(),
      token,
      options,
    };
    const { host } =
      settings.flavour === CacheFlavour.Serverless
        ? serverlessCache(cacheContext)
        : replicationGroup(cacheContext, nodeTypeFor(settings, sizing) ?? "");
    this.url = pulumi.all([secretArn, host]).apply(([arn, address]) => cacheUrl(arn, address));
    this.telemetry = pulumi.output([]);
    this.registerOutputs({ url: this.url, telemetry: this.telemetry });
  }
}
