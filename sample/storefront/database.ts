import { DatabaseError, Pool, type PoolClient, type QueryResultRow } from "pg";
import type { Metrics, PoolFigures } from "./metrics";
import type { RequestTimings } from "./request-timings";

/** How often a replica that failed is asked whether it is back. Requests never are the ones to find out: they would wait for it. */
const REPLICA_PROBE_MS = 1_000;
const CONNECT_TIMEOUT_MS = 2_000;
const WRITER_QUERY_TIMEOUT_MS = 5_000;
/** Shorter, because the writer still has to answer after it. A pool in front of a dead replica does not fail, it keeps clients waiting. */
const REPLICA_QUERY_TIMEOUT_MS = 3_000;

/** The SQL text and a short stable name. The name labels metrics only: named prepared statements do not survive transaction pooling. */
export interface Query {
  readonly name: string;
  readonly sql: string;
}

type Values = readonly unknown[];

/** Runs queries on one connection or on a pool. */
export interface QueryRunner {
  query<Row extends QueryResultRow>(query: Query, values: Values): Promise<Row[]>;
}

interface Replica {
  readonly role: string;
  readonly pool: Pool;
  /** Set while it is out: the timer of the next probe. */
  probe: NodeJS.Timeout | undefined;
}

export interface DatabaseOptions {
  readonly writerUrl: string;
  readonly readerUrls: readonly string[];
  readonly poolSize: number;
  /** Wraps every read in a transaction of its own. */
  readonly transactionPerRead: boolean;
  readonly metrics: Metrics;
  readonly onPoolError: (role: string, error: Error) => void;
}

/**
 * SQLSTATE classes that mean "this server cannot serve now" rather than "this query is wrong": connection, transaction rollback (a
 * replica cancels queries that conflict with recovery), resources, operator intervention, system and internal errors.
 */
const SERVER_TROUBLE = new Set(["08", "40", "53", "57", "58", "XX"]);

/** Errors without SQLSTATE come from the socket or the pool. */
export function isServerTrouble(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return true;
  return SERVER_TROUBLE.has((error.code ?? "").slice(0, 2));
}

/** Reads go to the replicas in turn, writes to the primary. */
export class Database {
  private readonly writer: Pool;
  private readonly replicas: Replica[];
  private next = 0;
  private closed = false;

  constructor(private readonly options: DatabaseOptions) {
    const pool = (role: string, connectionString: string, queryTimeoutMs: number): Pool => {
      const made = new Pool({
        connectionString,
        max: options.poolSize,
        connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
        query_timeout: queryTimeoutMs,
        idleTimeoutMillis: 60_000,
      });
      // An idle connection that breaks is replaced on next use; without a listener it would end the process.
      made.on("error", (error) => options.onPoolError(role, error));
      return made;
    };
    this.writer = pool("writer", options.writerUrl, WRITER_QUERY_TIMEOUT_MS);
    this.replicas = options.readerUrls.map((url, index) => {
      const role = options.readerUrls.length === 1 ? "replica" : `replica-${index + 1}`;
      return { role, pool: pool(role, url, REPLICA_QUERY_TIMEOUT_MS), probe: undefined };
    });
    options.metrics.watchPools(() => this.figures());
  }

  /** Reads from the next replica; from the writer when there is none or it fails. Rows may be as old as the replica's lag. */
  async read<Row extends QueryResultRow>(
    timings: RequestTimings,
    query: Query,
    values: Values,
  ): Promise<Row[]> {
    const replica = this.nextReplica();
    if (replica === undefined) return this.readPrimary(timings, query, values);
    try {
      return await this.timed(timings, replica.role, query, () =>
        this.runRead<Row>(replica.pool, query, values),
      );
    } catch (error) {
      if (!isServerTrouble(error)) throw error;
      this.takeOut(replica);
      this.options.metrics.replicaFallbacks.inc();
      return this.readPrimary(timings, query, values);
    }
  }

  /** Reads from the primary, for data the same user has just written. */
  readPrimary<Row extends QueryResultRow>(
    timings: RequestTimings,
    query: Query,
    values: Values,
  ): Promise<Row[]> {
    return this.timed(timings, "writer", query, () => this.runRead<Row>(this.writer, query, values));
  }

  /** One statement that writes. */
  write<Row extends QueryResultRow>(timings: RequestTimings, query: Query, values: Values): Promise<Row[]> {
    return this.timed(timings, "writer", query, async () => {
      const result = await this.writer.query<Row>(query.sql, [...values]);
      return result.rows;
    });
  }

  /** Runs `work` in one transaction on the primary: committed when it returns, rolled back when it throws. */
  async transaction<T>(timings: RequestTimings, work: (runner: QueryRunner) => Promise<T>): Promise<T> {
    const client = await this.writer.connect();
    const runner: QueryRunner = {
      query: (query, values) =>
        this.timed(timings, "writer", query, async () => (await client.query(query.sql, [...values])).rows),
    };
    return inTransaction(client, "BEGIN", () => work(runner));
  }

  hasReplicas(): boolean {
    return this.replicas.length > 0;
  }

  /** Which servers answer, by role: the writer and each replica, with a table of the application on it. */
  async check(query: Query): Promise<Record<string, boolean>> {
    const answers = async (role: string, pool: Pool): Promise<readonly [string, boolean]> => [
      role,
      await pool.query(query.sql).then(
        (result) => result.rows.length > 0,
        () => false,
      ),
    ];
    const all = await Promise.all([
      answers("writer", this.writer),
      ...this.replicas.map((replica) => answers(replica.role, replica.pool)),
    ]);
    return Object.fromEntries(all);
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const replica of this.replicas) clearTimeout(replica.probe);
    await Promise.all([this.writer.end(), ...this.replicas.map((replica) => replica.pool.end())]);
  }

  private async runRead<Row extends QueryResultRow>(
    pool: Pool,
    query: Query,
    values: Values,
  ): Promise<Row[]> {
    if (!this.options.transactionPerRead) return (await pool.query<Row>(query.sql, [...values])).rows;
    const client = await pool.connect();
    return inTransaction(
      client,
      "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
      async () => (await client.query<Row>(query.sql, [...values])).rows,
    );
  }

  /** Sends no reads there until it answers again. */
  private takeOut(replica: Replica): void {
    if (this.closed) return;
    clearTimeout(replica.probe);
    replica.probe = setTimeout(() => {
      replica.pool.query("SELECT 1").then(
        () => {
          replica.probe = undefined;
        },
        () => this.takeOut(replica),
      );
    }, REPLICA_PROBE_MS);
    replica.probe.unref();
  }

  private nextReplica(): Replica | undefined {
    for (let tried = 0; tried < this.replicas.length; tried += 1) {
      const replica = this.replicas[this.next % this.replicas.length];
      this.next += 1;
      if (replica !== undefined && replica.probe === undefined) return replica;
    }
    return undefined;
  }

  private async timed<T>(
    timings: RequestTimings,
    role: string,
    query: Query,
    run: () => Promise<T>,
  ): Promise<T> {
    const started = performance.now();
    try {
      return await run();
    } finally {
      const elapsedMs = performance.now() - started;
      timings.databaseMs += elapsedMs;
      timings.databaseQueries += 1;
      this.options.metrics.queryDuration.labels(role, query.name).observe(elapsedMs / 1_000);
    }
  }

  private figures(): PoolFigures[] {
    const of = (role: string, pool: Pool): PoolFigures => ({
      role,
      inUse: pool.totalCount - pool.idleCount,
      waiting: pool.waitingCount,
      size: pool.totalCount,
    });
    return [of("writer", this.writer), ...this.replicas.map((replica) => of(replica.role, replica.pool))];
  }
}

/** A connection whose transaction did not end cleanly is thrown away, never handed to the next request. */
async function inTransaction<T>(client: PoolClient, begin: string, work: () => Promise<T>): Promise<T> {
  let clean = false;
  try {
    await client.query(begin);
    const result = await work();
    await client.query("COMMIT");
    clean = true;
    return result;
  } catch (error) {
    clean = await client.query("ROLLBACK").then(
      () => true,
      () => false,
    );
    throw error;
  } finally {
    client.release(!clean);
  }
}
