import * as pulumi from "@pulumi/pulumi";
import { type CacheArgs, type CacheOutputs, TelemetryKind, type TelemetrySource } from "../contracts";
import { childOptions, type LocalContext, placed } from "./context";
import { Credential } from "./foundation/resources";
import { redisUrl } from "./redis/config";
import { Redis } from "./redis/resource";

const TIER = "cache";

/** Redis (or Valkey) as a cache. */
export class LocalCache extends pulumi.ComponentResource implements CacheOutputs {
  readonly url: pulumi.Output<string>;
  readonly telemetry: pulumi.Output<TelemetrySource[]>;

  constructor(name: string, args: CacheArgs, context: LocalContext, opts: pulumi.ComponentResourceOptions) {
    super("perfbed:local:Cache", name, {}, opts);
    const { sizing } = args;
    const options = childOptions(this, opts);
    const common = placed(context, args);
    const { password } = new Credential(`${name}-password`, { ...common, account: TIER }, options);
    const redis = new Redis(
      `${name}-redis`,
      {
        ...common,
        service: "cache-redis",
        cpu: sizing.cpu,
        memoryMiB: sizing.memoryMiB,
        tool: context.tools.redis,
        password,
      },
      options,
    );
    this.url = pulumi.all([password, redis.port]).apply(([secret, port]) => redisUrl(secret, port));
    this.telemetry = this.url.apply((endpoint) => [
      { kind: TelemetryKind.Redis, name: "cache-redis", tier: TIER, endpoint },
    ]);
    this.registerOutputs({ url: this.url, telemetry: this.telemetry });
  }
}
