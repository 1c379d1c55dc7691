export interface RedisConfigOptions {
  readonly port: number;
  readonly password: string;
  /** Memory of the whole server in MiB; a quarter stays free for connections and fragmentation. */
  readonly memoryMiB: number;
  /** Absolute working folder. */
  readonly folder: string;
}

/** Share of the memory that data may take; the rest is what managed services reserve by default (ElastiCache: 25 %). */
const DATA_SHARE = 0.75;

/** redis.conf (also understood by Valkey) of a pure cache: nothing is persisted, the least recently used keys give way. */
export function renderRedisConfig(options: RedisConfigOptions): string {
  return [
    "bind 127.0.0.1",
    `port ${options.port}`,
    "protected-mode yes",
    `requirepass "${options.password}"`,
    "daemonize no",
    "supervised no",
    `dir "${options.folder}"`,
    'logfile ""',
    "set-proc-title no",
    `maxmemory ${Math.floor(options.memoryMiB * DATA_SHARE)}mb`,
    "maxmemory-policy allkeys-lru",
    'save ""',
    "appendonly no",
    "",
  ].join("\n");
}

export const redisUrl = (password: string, port: number): string =>
  `redis://:${encodeURIComponent(password)}@127.0.0.1:${port}/0`;
