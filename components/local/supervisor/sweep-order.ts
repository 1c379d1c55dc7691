import type { ProcessRecord } from "./types";

/** Processes are ended in this order: what would start or feed others first, what others depend on last. */
export enum SweepRank {
  /** The engine and its providers, anything the ledger does not name, and the autoscaler. */
  Starters = 0,
  Fleet = 1,
  Edge = 2,
  App = 3,
  Pool = 4,
  Cache = 5,
  Replica = 6,
  Primary = 7,
  /** Last: if this sweep dies half-way, the watchdog is still there to end the environment. */
  Watchdog = 8,
}

export const SWEEP_RANKS: readonly SweepRank[] = [0, 1, 2, 3, 4, 5, 6, 7, 8];

export const WATCHDOG_NAME = "watchdog";

const TIERS: ReadonlyMap<string, SweepRank> = new Map([
  ["fleet", SweepRank.Fleet],
  ["edge", SweepRank.Edge],
  ["app", SweepRank.App],
  ["pool", SweepRank.Pool],
  ["cache", SweepRank.Cache],
  ["database", SweepRank.Primary],
]);

/** Rank of a recorded process, by its name where the tier alone does not say enough. */
export function sweepRank(record: Pick<ProcessRecord, "name" | "tier"> | undefined): SweepRank {
  if (record === undefined) return SweepRank.Starters;
  const { name, tier } = record;
  if (name === WATCHDOG_NAME) return SweepRank.Watchdog;
  if (name.includes("autoscaler") || tier === "autoscaler") return SweepRank.Starters;
  if (tier === "database" || tier === "pool") {
    if (tier === "pool" || /pool|pgbouncer/.test(name)) return SweepRank.Pool;
    return name.includes("replica") ? SweepRank.Replica : SweepRank.Primary;
  }
  return TIERS.get(tier) ?? SweepRank.Starters;
}
