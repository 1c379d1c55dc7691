import { ConfigError, type Problem } from "../../core/errors";
import { DEFAULT_PROMOTION_COUNT } from "./promotions";
import { isVariant, VARIANTS, Variant, type VariantSwitches } from "./variants";

/** Everything one instance is told, all of it through environment variables. URLs hold passwords: never log this object. */
export interface StorefrontConfig {
  readonly host: string;
  readonly port: number;
  readonly writerUrl: string;
  /** Empty: every read goes to the writer. */
  readonly readerUrls: readonly string[];
  readonly redisUrl: string;
  readonly appVersion: string;
  readonly instanceId: string;
  readonly variant: Variant;
  readonly switches: VariantSwitches;
  /** Connections a role: one pool for the writer, one for each reader. */
  readonly poolSize: number;
  /** How many promotions the shop runs: the knob for CPU time a request. */
  readonly promotionCount: number;
  /** How long a product stays in the cache, before jitter. */
  readonly productTtlSeconds: number;
  readonly logLevel: string;
  /** Share of requests that get a log line at `info`, 0 to 1. */
  readonly logSample: number;
  /** How long /ready answers 503 before the listener closes. */
  readonly drainNoticeMs: number;
  /** The process ends by itself after this long in any case. */
  readonly drainDeadlineMs: number;
}

export interface SetupConfig {
  readonly adminUrl: string;
  readonly productCount: number;
  readonly seed: number;
  readonly variant: Variant;
  readonly switches: VariantSwitches;
}

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];

/** Reads variables and collects every problem, so that the user mends all of them in one go. */
class Reader {
  readonly problems: Problem[] = [];
  constructor(private readonly env: NodeJS.ProcessEnv) {}

  text(field: string, fallback?: string): string {
    const value = this.env[field];
    if (value !== undefined && value !== "") return value;
    if (fallback !== undefined) return fallback;
    this.problems.push({ field, allowed: "a value", hint: "Set this environment variable." });
    return "";
  }

  number(field: string, fallback: number | undefined, min: number, max: number, whole = true): number {
    const text = this.text(field, fallback?.toString());
    if (text === "") return min;
    const value = Number(text);
    if (Number.isFinite(value) && value >= min && value <= max && (!whole || Number.isInteger(value)))
      return value;
    this.problems.push({
      field,
      value: text,
      allowed: `${whole ? "a whole number" : "a number"} from ${min} to ${max}`,
    });
    return min;
  }

  /** The value itself is left out of the problem: it may hold a password. */
  url(field: string, protocols: readonly string[], value = this.text(field)): string {
    if (value === "") return "";
    if (protocols.includes(URL.canParse(value) ? new URL(value).protocol : "")) return value;
    this.problems.push({
      field,
      allowed: `a URL that starts with ${protocols.map((p) => `${p}//`).join(" or ")}`,
    });
    return value;
  }

  choice<T extends string>(
    field: string,
    fallback: T,
    allowed: readonly string[],
    is: (text: string) => text is T,
  ): T {
    const text = this.text(field, fallback);
    if (is(text)) return text;
    this.problems.push({ field, value: text, allowed: allowed.join(", ") });
    return fallback;
  }

  variant(): Variant {
    return this.choice("APP_VARIANT", Variant.Baseline, Object.values(Variant), isVariant);
  }

  done(subject: string): void {
    if (this.problems.length > 0) throw new ConfigError(subject, this.problems);
  }
}

const POSTGRES = ["postgres:", "postgresql:"];
const isLogLevel = (text: string): text is string => LOG_LEVELS.includes(text);

/** @throws ConfigError with every problem at once. */
export function readConfig(env: NodeJS.ProcessEnv): StorefrontConfig {
  const reader = new Reader(env);
  const variant = reader.variant();
  const switches = VARIANTS[variant];
  const writerUrl = reader.url("DATABASE_URL", POSTGRES);
  const readerUrls = (env.DATABASE_REPLICA_URLS ?? "")
    .split(",")
    .map((url) => url.trim())
    .filter((url) => url !== "");
  for (const url of readerUrls) reader.url("DATABASE_REPLICA_URLS", POSTGRES, url);
  const config: StorefrontConfig = {
    host: reader.text("HOST", "127.0.0.1"),
    port: reader.number("PORT", undefined, 0, 65_535),
    writerUrl,
    // The writer's own URL stands for "there is no replica": a second pool to the same server would only halve it.
    readerUrls: [...new Set(readerUrls)].filter((url) => url !== writerUrl),
    redisUrl: reader.url("REDIS_URL", ["redis:", "rediss:"]),
    appVersion: reader.text("APP_VERSION", "dev"),
    instanceId: reader.text("INSTANCE_ID", `storefront-${process.pid}`),
    variant,
    switches,
    poolSize: Math.min(reader.number("DATABASE_POOL_SIZE", 6, 1, 200), switches.poolSizeCap),
    promotionCount: reader.number("PROMOTION_COUNT", DEFAULT_PROMOTION_COUNT, 0, 100_000),
    productTtlSeconds: reader.number("PRODUCT_TTL_SECONDS", 30, 1, 86_400),
    logLevel: reader.choice("LOG_LEVEL", "warn", LOG_LEVELS, isLogLevel),
    logSample: reader.number("LOG_SAMPLE", 0, 0, 1, false),
    drainNoticeMs: reader.number("DRAIN_NOTICE_MS", 200, 0, 60_000),
    drainDeadlineMs: reader.number("DRAIN_DEADLINE_MS", 9_000, 100, 600_000),
  };
  reader.done("storefront");
  return config;
}

/** @throws ConfigError with every problem at once. */
export function readSetupConfig(env: NodeJS.ProcessEnv): SetupConfig {
  const reader = new Reader(env);
  const variant = reader.variant();
  const config: SetupConfig = {
    adminUrl: reader.url("DATABASE_ADMIN_URL", POSTGRES),
    productCount: reader.number("PRODUCT_COUNT", 50_000, 1, 5_000_000),
    seed: reader.number("SEED", 20_240_501, 0, 2_147_483_647),
    variant,
    switches: VARIANTS[variant],
  };
  reader.done("storefront set-up");
  return config;
}
