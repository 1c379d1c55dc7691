import type { Cache } from "./cache";
import type { Database, Query } from "./database";

/** Every server must hold the seeded catalogue: a replica that has not replayed it yet is not ready. */
const PROBE: Query = { name: "ready", sql: "SELECT 1 FROM seed_state" };

export interface ReadyState {
  readonly ready: boolean;
  readonly draining: boolean;
  /** Which tiers answer, by name. */
  readonly checks: Readonly<Record<string, boolean>>;
}

/**
 * Whether requests may be sent. The first time everything must answer: primary, replicas and cache. Later the loss of the cache or of a
 * replica is shown but does not take the instance out, because the shop goes on without them; the loss of the primary does.
 */
export class Readiness {
  private wasReady = false;
  private draining = false;

  constructor(
    private readonly database: Database,
    private readonly cache: Cache,
  ) {}

  drain(): void {
    this.draining = true;
  }

  isDraining(): boolean {
    return this.draining;
  }

  async check(): Promise<ReadyState> {
    if (this.draining) return { ready: false, draining: true, checks: {} };
    const [servers, cache] = await Promise.all([this.database.check(PROBE), this.cache.answers()]);
    const checks = { ...servers, cache };
    const all = Object.values(checks).every((ok) => ok);
    // Draining may have begun while the servers were asked.
    const ready = !this.draining && (all || (this.wasReady && servers.writer === true));
    this.wasReady ||= ready;
    return { ready, draining: this.draining, checks };
  }
}
