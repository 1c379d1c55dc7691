import type * as pulumi from "@pulumi/pulumi";
import type { CacheSizing, EnvironmentIdentity } from "../../contracts";
import type { AwsGround } from "../context";
import type { CacheSettings } from "../settings";

export const CACHE_PORT = 6379;
/** Most characters of a name in ElastiCache. */
export const CACHE_NAME_LENGTH = 40;
/** Who clients are when they give a password and no name. */
export const CACHE_USER = "default";

/** What a cache of either flavour is made from. */
export interface CacheContext {
  /** Logical name of the tier. */
  readonly name: string;
  readonly environment: EnvironmentIdentity;
  readonly settings: CacheSettings;
  readonly sizing: CacheSizing;
  readonly ground: AwsGround;
  /** Secret. */
  readonly token: pulumi.Output<string>;
  readonly options: pulumi.CustomResourceOptions;
}

/** A cache of either flavour, once made. */
export interface CacheServer {
  readonly host: pulumi.Output<string>;
}
