import { Redis } from "ioredis";
import type { Metrics } from "./metrics";
import type { RequestTimings } from "./request-timings";
import { CallKind, traced } from "./request-trace";

/** A cache that does not answer in this time is treated as absent. Longer than one CPU-quota pause of a small instance. */
const COMMAND_TIMEOUT_MS = 500;
const CONNECT_TIMEOUT_MS = 2_000;
/** Times to live are spread by this share either way, so that keys written together do not expire together. */
const TTL_JITTER = 0.2;

export interface CacheOptions {
  readonly url: string;
  readonly metrics: Metrics;
  /** Puts the request id into every key: the "lost-cache" variant. */
  readonly keyPerRequest: boolean;
  readonly onError: (error: Error) => void;
  /** @default Math.random */
  readonly random?: () => number;
}

/** Seconds to live with jitter, at least 1. `random` is in [0, 1). */
export function jitteredTtl(ttlSeconds: number, random: number): number {
  return Math.max(1, Math.round(ttlSeconds * (1 - TTL_JITTER + 2 * TTL_JITTER * random)));
}

/** The connection to Redis. Values live in `CacheRegion`s. */
export class Cache {
  private readonly redis: Redis;

  constructor(private readonly options: CacheOptions) {
    this.redis = new Redis(options.url, {
      connectTimeout: CONNECT_TIMEOUT_MS,
      commandTimeout: COMMAND_TIMEOUT_MS,
      // While the cache is away commands must fail at once, not queue up.
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      retryStrategy: (attempt) => Math.min(50 * attempt, 1_000),
    });
    this.redis.on("error", options.onError);
  }

  /** A region for one kind of value, each kept for about `ttlSeconds`. */
  region<T>(kind: string, ttlSeconds: number): CacheRegion<T> {
    return new CacheRegion<T>(this.redis, this.options, kind, ttlSeconds);
  }

  async answers(): Promise<boolean> {
    return this.redis.ping().then(
      () => true,
      () => false,
    );
  }

  close(): void {
    this.redis.disconnect();
  }
}

/**
 * Read-through cache of one kind of value. One load per key at a time in this process (single flight), and no failure of the cache
 * ever fails a request: it costs a read of the database instead.
 */
export class CacheRegion<T> {
  private readonly loading = new Map<string, Promise<T | undefined>>();
  private readonly random: () => number;

  constructor(
    private readonly redis: Redis,
    private readonly options: CacheOptions,
    private readonly kind: string,
    private readonly ttlSeconds: number,
  ) {
    this.random = options.random ?? Math.random;
  }

  /** The value of `key`, loaded when it is not there. `undefined` is never kept. */
  async getOrLoad(
    timings: RequestTimings,
    key: string | number,
    load: () => Promise<T | undefined>,
  ): Promise<T | undefined> {
    const name = this.name(key) + (this.options.keyPerRequest ? `:${timings.requestId}` : "");
    const found = await this.lookUp(timings, name);
    if (found.value !== undefined) {
      this.count("hit");
      return found.value;
    }
    const underway = this.loading.get(name);
    if (underway !== undefined) {
      this.count("shared");
      const attributes = { "perfbed.cache.kind": this.kind };
      return traced(
        timings.trace,
        { kind: CallKind.Cache, name: "wait for another request's load", attributes },
        () => underway,
      );
    }
    this.count(found.failed ? "error" : "miss");
    const loaded = load();
    this.loading.set(name, loaded);
    // Until the value is kept, not only until it is loaded: a look-up sent before that is answered "not there", and may be so after it.
    loaded
      .then((value) => (value === undefined ? undefined : this.keep(name, value)))
      .catch(() => undefined)
      .finally(() => this.loading.delete(name));
    return loaded;
  }

  /** Forgets values that have changed. Best effort: their time to live bounds how long an old one can be seen. */
  async forget(timings: RequestTimings, keys: readonly (string | number)[]): Promise<void> {
    if (keys.length === 0) return;
    const names = keys.map((key) => this.name(key));
    const attributes = { "perfbed.cache.kind": this.kind };
    await traced(timings.trace, { kind: CallKind.Cache, name: "DEL", attributes }, () =>
      this.redis.del(...names),
    ).catch(() => undefined);
  }

  private name(key: string | number): string {
    return `storefront:${this.kind}:${key}`;
  }

  private count(result: string): void {
    this.options.metrics.cacheRequests.labels(this.kind, result).inc();
  }

  private async lookUp(timings: RequestTimings, name: string): Promise<{ value?: T; failed: boolean }> {
    const started = performance.now();
    try {
      const attributes = { "perfbed.cache.kind": this.kind };
      const call = { kind: CallKind.Cache, name: "GET", attributes };
      const text = await traced(timings.trace, call, () => this.redis.get(name));
      if (text === null) return { failed: false };
      const value: T = JSON.parse(text);
      return { value, failed: false };
    } catch {
      return { failed: true };
    } finally {
      timings.cacheMs += performance.now() - started;
      timings.cacheCalls += 1;
    }
  }

  /** Written behind the response: the user does not wait for it, and a failure only means a miss next time. */
  private async keep(name: string, value: T): Promise<void> {
    await this.redis
      .set(name, JSON.stringify(value), "EX", jitteredTtl(this.ttlSeconds, this.random()))
      .catch(() => undefined);
  }
}
