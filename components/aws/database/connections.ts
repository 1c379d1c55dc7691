import type { DatabaseSizing } from "../../contracts";
import type { DatabaseSettings } from "../settings";
import { type InstanceClass, instanceClassNamed, smallestInstanceClass } from "./instance-classes";

/** RDS and Aurora allow one connection for so many bytes of memory, and no more than 5000 of their own accord. */
const BYTES_PER_CONNECTION = 9_531_392;
const MOST_CONNECTIONS = 5_000;
/** Connections beside the pool: migrations, monitoring, and those that RDS keeps for itself. */
export const CONNECTIONS_BESIDE_POOL = 15;

/** What servers of one environment are given. */
export interface ServerPlan {
  readonly instanceClass: string;
  readonly maxConnections: number;
  /** `MaxConnectionsPercent` of RDS Proxy. */
  readonly proxyConnectionsPercent: number;
}

/**
 * max_connections of a server: what RDS and Aurora derive from the memory, `LEAST(memory / 9531392, 5000)`, or as many as the pool needs if
 * that is more. It is written into the parameter group, because RDS counts memory less what its own processes take: the pool's size is a
 * percentage of max_connections, and a percentage of an unknown number is no size.
 */
export function maxConnections(memoryMiB: number, poolSize: number): number {
  const derived = Math.min(Math.floor((memoryMiB * 1024 * 1024) / BYTES_PER_CONNECTION), MOST_CONNECTIONS);
  return Math.max(derived, poolSize + CONNECTIONS_BESIDE_POOL);
}

/**
 * The pool's size as the percentage of max_connections that RDS Proxy knows: the nearest whole one, from 1 to 100. The pool is therefore
 * `poolSize` give or take half a percent of max_connections: 1 of 200, but 25 of 5000. Whoever compares pool sizes across large classes
 * sets `max_connections` among `aws.database.parameters` to fit.
 */
export function proxyConnectionsPercent(poolSize: number, connections: number): number {
  return Math.min(100, Math.max(1, Math.round((100 * poolSize) / connections)));
}

/** The class that is named, or the smallest that will do; undefined when there is none. */
export function instanceClassFor(
  settings: DatabaseSettings,
  sizing: DatabaseSizing,
): Pick<InstanceClass, "name" | "memoryMiB"> | undefined {
  const { instanceClass, engine } = settings;
  if (instanceClass === undefined) return smallestInstanceClass(engine, sizing.cpu, sizing.memoryMiB);
  // The memory of a class that is not in the catalogue is taken to be what was asked for.
  return instanceClassNamed(instanceClass) ?? { name: instanceClass, memoryMiB: sizing.memoryMiB };
}

/** Class and connections of every server; undefined when no class is large enough. */
export function serverPlan(settings: DatabaseSettings, sizing: DatabaseSizing): ServerPlan | undefined {
  const chosen = instanceClassFor(settings, sizing);
  if (chosen === undefined) return undefined;
  const stated = settings.parameters.max_connections;
  const connections =
    stated === undefined ? maxConnections(chosen.memoryMiB, sizing.poolSize) : Number(stated);
  return {
    instanceClass: chosen.name,
    maxConnections: connections,
    proxyConnectionsPercent: proxyConnectionsPercent(sizing.poolSize, connections),
  };
}
