import type { TelemetrySource } from "../../../components/contracts";
import type { Collector, Reading } from "../collector";
import { CounterRates } from "../counter-rates";
import { numberIn, PgConnection, type TextRow } from "../pg-connection";

/** Both kinds of server. The telemetry's own connection does not count. */
const ACTIVITY = `
  SELECT sum(xact_commit)::bigint AS commits, sum(xact_rollback)::bigint AS rollbacks,
    sum(blks_hit)::bigint AS hits, sum(blks_read)::bigint AS reads,
    (SELECT count(*) FILTER (WHERE state = 'active') FROM pg_stat_activity
      WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()) AS active,
    (SELECT count(*) FROM pg_stat_activity
      WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()) AS total,
    (SELECT count(*) FROM pg_stat_activity
      WHERE backend_type = 'client backend' AND wait_event_type = 'Lock') AS blocked
  FROM pg_stat_database WHERE datname IS NOT NULL`;

/** replay_lag is NULL once a replica has caught up and nothing was written since: then the lag is none. */
const REPLICAS = `
  SELECT application_name AS name,
    greatest(0, pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)) AS lag_bytes,
    extract(epoch FROM replay_lag) * 1000 AS lag_ms
  FROM pg_stat_replication WHERE state = 'streaming'`;

const BACKLOG = `
  SELECT greatest(0, pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())) AS backlog`;

function activityReadings(row: TextRow | undefined, rates: CounterRates): readonly Reading[] {
  if (row === undefined) return [];
  const column = (name: string): number => numberIn(row, name) ?? 0;
  const [commits, rollbacks] = [column("commits"), column("rollbacks")];
  return [
    ...rates
      .perSecond("transactions", commits + rollbacks)
      .map((value) => ({ metric: "transactions_per_second", value }) as const),
    ...rates
      .perSecond("rollbacks", rollbacks)
      .map((value) => ({ metric: "rollbacks_per_second", value }) as const),
    ...rates
      .share("blocks", column("hits"), column("reads"))
      .map((value) => ({ metric: "block_hit_ratio", value }) as const),
    { metric: "connections_active", value: column("active") },
    { metric: "connections_total", value: column("total") },
    { metric: "connections_blocked", value: column("blocked") },
  ];
}

/** The primary: its own activity, and the lag of every replica under the replica's name (its application_name). */
export class PostgresPrimaryCollector implements Collector {
  readonly tier: string;
  readonly source: string;
  readonly #connection: PgConnection;
  readonly #rates = new CounterRates();

  constructor(source: TelemetrySource, timeoutMs: number) {
    this.tier = source.tier;
    this.source = source.name;
    this.#connection = new PgConnection(source.endpoint, timeoutMs);
  }

  async collect(): Promise<readonly Reading[]> {
    const [activity] = await this.#connection.query(ACTIVITY);
    const replicas = await this.#connection.query(REPLICAS);
    return [
      ...activityReadings(activity, this.#rates),
      { metric: "replicas_connected", value: replicas.length },
      ...replicas.flatMap((row): readonly Reading[] => {
        const source = row.get("name") ?? "replica";
        const bytes = numberIn(row, "lag_bytes");
        // Without the right to see positions there is no lag to tell, and no reason to call it 0.
        if (bytes === undefined) return [];
        return [
          { source, metric: "replica_lag_bytes", value: bytes },
          { source, metric: "replica_lag_ms", value: numberIn(row, "lag_ms") ?? 0 },
        ];
      }),
    ];
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}

/** A replica: its own activity, and the log it has received but not replayed. */
export class PostgresReplicaCollector implements Collector {
  readonly tier: string;
  readonly source: string;
  readonly #connection: PgConnection;
  readonly #rates = new CounterRates();

  constructor(source: TelemetrySource, timeoutMs: number) {
    this.tier = source.tier;
    this.source = source.name;
    this.#connection = new PgConnection(source.endpoint, timeoutMs);
  }

  async collect(): Promise<readonly Reading[]> {
    const [activity] = await this.#connection.query(ACTIVITY);
    const [replay] = await this.#connection.query(BACKLOG);
    const backlog = replay === undefined ? undefined : numberIn(replay, "backlog");
    return [
      ...activityReadings(activity, this.#rates),
      ...(backlog === undefined ? [] : [{ metric: "replay_backlog_bytes", value: backlog } as const]),
    ];
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}
