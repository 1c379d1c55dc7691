import type { TelemetrySource } from "../../../components/contracts";
import type { Collector, Reading } from "../collector";
import { CounterRates } from "../counter-rates";
import { numberIn, PgConnection, type TextRow } from "../pg-connection";

/** The console's own database is not a pool. */
const CONSOLE = "pgbouncer";

/** The connection pool, through its admin console; the figures of all its databases and users together. */
export class PgbouncerCollector implements Collector {
  readonly tier: string;
  readonly source: string;
  readonly #console: PgConnection;
  readonly #rates = new CounterRates();

  constructor(source: TelemetrySource, timeoutMs: number) {
    this.tier = source.tier;
    this.source = source.name;
    this.#console = new PgConnection(source.endpoint, timeoutMs);
  }

  async collect(): Promise<readonly Reading[]> {
    // One after the other: the console answers one question at a time.
    const pools = await this.#rowsOf("SHOW POOLS");
    const stats = await this.#rowsOf("SHOW STATS");
    return [...poolReadings(pools), ...this.#statReadings(stats)];
  }

  close(): Promise<void> {
    return this.#console.close();
  }

  async #rowsOf(command: string): Promise<readonly TextRow[]> {
    const rows = await this.#console.query(command);
    return rows.filter((row) => row.get("database") !== CONSOLE);
  }

  #statReadings(rows: readonly TextRow[]): readonly Reading[] {
    const waited = this.#rates.growth("wait", sum(rows, "total_wait_time"));
    const served = this.#rates.growth("transactions", sum(rows, "total_xact_count"));
    const readings = this.#rates
      .perSecond("queries", sum(rows, "total_query_count"))
      .map((value): Reading => ({ metric: "queries_per_second", value }));
    if (waited !== undefined && served !== undefined && served.amount > 0) {
      readings.push({ metric: "pool_mean_wait_ms", value: waited.amount / 1000 / served.amount });
    }
    return readings;
  }
}

/** @throws when the console does not report the column: a version whose figures would be wrong rather than missing */
function sum(rows: readonly TextRow[], column: string): number {
  return rows.reduce((total, row) => {
    const value = numberIn(row, column);
    if (value === undefined) throw new Error(`the pool's console does not report ${column}`);
    return total + value;
  }, 0);
}

function poolReadings(rows: readonly TextRow[]): readonly Reading[] {
  const waits = rows.map(
    (row) => (numberIn(row, "maxwait") ?? 0) * 1000 + (numberIn(row, "maxwait_us") ?? 0) / 1000,
  );
  return [
    { metric: "pool_clients_active", value: sum(rows, "cl_active") },
    { metric: "pool_clients_waiting", value: sum(rows, "cl_waiting") },
    { metric: "pool_servers_active", value: sum(rows, "sv_active") },
    { metric: "pool_servers_idle", value: sum(rows, "sv_idle") },
    { metric: "pool_max_wait_ms", value: Math.max(0, ...waits) },
  ];
}
