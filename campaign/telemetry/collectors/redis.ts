import { Redis } from "ioredis";
import type { TelemetrySource } from "../../../components/contracts";
import type { Collector, Reading } from "../collector";
import { CounterRates } from "../counter-rates";

/** Numeric fields of Redis's INFO. */
export function parseRedisInfo(text: string): ReadonlyMap<string, number> {
  return new Map(
    text.split(/\r?\n/).flatMap((line) => {
      const [name, value] = line.split(":");
      const number = Number(value);
      return name === undefined || value === undefined || value === "" || !Number.isFinite(number)
        ? []
        : [[name, number] as const];
    }),
  );
}

/** The cache tier, through INFO. */
export class RedisCollector implements Collector {
  readonly tier: string;
  readonly source: string;
  readonly #redis: Redis;
  readonly #rates = new CounterRates();

  constructor(source: TelemetrySource, timeoutMs: number) {
    this.tier = source.tier;
    this.source = source.name;
    this.#redis = new Redis(source.endpoint, {
      lazyConnect: true,
      connectTimeout: timeoutMs,
      commandTimeout: timeoutMs,
      connectionName: "perfbed-telemetry",
      // Every tick tries for itself: a queue of old commands would answer for the wrong second.
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
    });
    // The failed command reports it; without a listener the client would print it.
    this.#redis.on("error", () => {});
  }

  async collect(): Promise<readonly Reading[]> {
    if (this.#redis.status === "wait" || this.#redis.status === "end") await this.#redis.connect();
    const info = parseRedisInfo(await this.#redis.info());
    const field = (name: string): number => {
      const value = info.get(name);
      if (value === undefined) throw new Error(`INFO does not report ${name}`);
      return value;
    };
    const hits = field("keyspace_hits");
    const misses = field("keyspace_misses");
    const rate = (metric: Reading["metric"], value: number): readonly Reading[] =>
      this.#rates.perSecond(metric, value).map((perSecond) => ({ metric, value: perSecond }));
    return [
      ...rate("requests_per_second", field("total_commands_processed")),
      ...rate("hits_per_second", hits),
      ...rate("misses_per_second", misses),
      ...rate("evictions_per_second", field("evicted_keys")),
      ...this.#rates
        .share("hit_ratio", hits, misses)
        .map((value) => ({ metric: "hit_ratio", value }) as const),
      { metric: "memory_used_mib", value: field("used_memory") / 2 ** 20 },
      { metric: "clients", value: field("connected_clients") },
    ];
  }

  async close(): Promise<void> {
    this.#redis.disconnect();
  }
}
