import { DatabaseError, Pool, type PoolClient, type QueryResultRow } from "pg";
import type { Metrics, PoolFigures } from "./metrics";
import type { RequestTimings } from "./request-timings";
import { CallKind, type RequestTrace, traced } from "./request-trace";

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

const WRITER = "writer";

/** Runs queries on one connection or on a pool. */
export interface QueryRunner {
  query<Row extends QueryResultRow>(query: Query, values: Values): Promise<Row[]>;
}

/** A server as the application knows it: by its pool. */
interface Server {
  readonly role: string;
  readonly pool: Pool;
}

interface Replica extends Server {
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
        this.runRead<Row>(timings.trace, replica, query, values),
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
    const writer = { role: WRITER, pool: this.writer };
    return this.timed(timings, WRITER, query, () => this.runRead<Row>(timings.trace, writer, query, values));
  }

  /** One statement that writes. */
  write<Row extends QueryResultRow>(timings: RequestTimings, query: Query, values: Values): Promise<Row[]> {
    const writer = { role: WRITER, pool: this.writer };
    return this.timed(timings, WRITER, query, () => runOn<Row>(timings.trace, writer, query, values));
  }

  /** Runs `work` in one transaction on the primary: committed when it returns, rolled back when it throws. */
  async transaction<T>(timings: RequestTimings, work: (runner: QueryRunner) => Promise<T>): Promise<T> {
    const { trace } = timings;
    const client = await connect(trace, { role: WRITER, pool: this.writer });
    const runner: QueryRunner = {
      query: (query, values) =>
        this.timed(timings, WRITER, query, () =>
          traced(trace, queryCall(WRITER, query.name), async () => {
            return (await client.query(query.sql, [...values])).rows;
          }),
        ),
    };
    return inTransaction(client, "BEGIN", { role: WRITER, trace }, () => work(runner));
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
    trace: RequestTrace | undefined,
    server: Server,
    query: Query,
    values: Values,
  ): Promise<Row[]> {
    if (!this.options.transactionPerRead) return runOn<Row>(trace, server, query, values);
    const client = await connect(trace, server);
    return inTransaction(
      client,
      "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
      { role: server.role, trace },
      () =>
        traced(trace, queryCall(server.role, query.name), async () => {
          return (await client.query<Row>(query.sql, [...values])).rows;
        }),
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

const queryCall = (role: string, name: string) => ({
  kind: CallKind.Query,
  name,
  attributes: { "perfbed.database.role": role },
});

function connect(trace: RequestTrace | undefined, { role, pool }: Server): Promise<PoolClient> {
  const call = {
    kind: CallKind.PoolWait,
    name: "pool wait",
    attributes: { "perfbed.database.role": role },
  };
  return traced(trace, call, () => pool.connect());
}

/** One query on a connection of the pool. A traced one takes the pool's steps by itself, so that waiting is told from work. */
async function runOn<Row extends QueryResultRow>(
  trace: RequestTrace | undefined,
  server: Server,
  query: Query,
  values: Values,
): Promise<Row[]> {
  if (trace === undefined) return (await server.pool.query<Row>(query.sql, [...values])).rows;
  const client = await connect(trace, server);
  let failed = true;
  try {
    const result = await traced(trace, queryCall(server.role, query.name), () =>
      client.query<Row>(query.sql, [...values]),
    );
    failed = false;
    return result.rows;
  } finally {
    // As the pool itself does: a connection whose query failed is not used again.
    client.release(failed);
  }
}

/** A connection whose transaction did not end cleanly is thrown away, never handed to the next request. */
async function inTransaction<T>(
  client: PoolClient,
  begin: string,
  { role, trace }: { readonly role: string; readonly trace: RequestTrace | undefined },
  work: () => Promise<T>,
): Promise<T> {
  let clean = false;
  try {
    await traced(trace, queryCall(role, "begin"), () => client.query(begin));
    const result = await work();
    await traced(trace, queryCall(role, "commit"), () => client.query("COMMIT"));
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
