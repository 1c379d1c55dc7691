import type { DatabaseSizing } from "../../contracts";

/** The largest number of replicas an environment may have (see validation.ts); senders are reserved for all, so that adding one needs no restart. */
const MAX_REPLICAS = 5;

/** Connections beside the pool's: administration, set-up, telemetry, and PostgreSQL's three reserved ones. */
const DIRECT_CONNECTIONS = 20;

/**
 * What a fresh data directory says of itself: a replica copied from it refuses to start with fewer. Unused ones cost a few KiB each.
 */
const LEAST_CONNECTIONS = 100;

/** Memory and connection settings of one server, derived from its sizing. All sizes in MiB. */
export interface PostgresSettings {
  readonly sharedBuffersMiB: number;
  readonly effectiveCacheSizeMiB: number;
  readonly workMemMiB: number;
  readonly maintenanceWorkMemMiB: number;
  readonly maxConnections: number;
  readonly maxWalSenders: number;
}

const clamp = (value: number, min: number, max: number): number =>
  Math.min(max, Math.max(min, Math.floor(value)));

/**
 * The rules of thumb of the PostgreSQL documentation (resource consumption): a quarter of the memory for shared buffers, three quarters
 * assumed cached, and a working memory that all pooled connections together can use without going past a quarter of the memory.
 */
export function postgresSettings(sizing: Pick<DatabaseSizing, "memoryMiB" | "poolSize">): PostgresSettings {
  const { memoryMiB, poolSize } = sizing;
  return {
    sharedBuffersMiB: clamp(memoryMiB / 4, 32, 16_384),
    effectiveCacheSizeMiB: clamp((memoryMiB * 3) / 4, 64, 786_432),
    workMemMiB: clamp(memoryMiB / 4 / poolSize, 1, 64),
    maintenanceWorkMemMiB: clamp(memoryMiB / 16, 16, 1_024),
    maxConnections: Math.max(LEAST_CONNECTIONS, poolSize + DIRECT_CONNECTIONS),
    maxWalSenders: 2 * MAX_REPLICAS,
  };
}
