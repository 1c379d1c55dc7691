import { escapeIdentifier, Pool, type PoolClient } from "pg";
import { z } from "zod";
import { errorMessage } from "../errors";
import { rowsOf, SERIES_KEYS, sameRows, TIME_KEYS } from "./columns";
import { conflict, HistoryError } from "./errors";
import { postgresCondition } from "./filter";
import {
  HISTORY_SCHEMA_VERSION,
  type HistoryFilter,
  type HistoryRow,
  type HistoryRun,
  type HistoryRunSummary,
  type HistoryStore,
  type RecordOutcome,
} from "./model";
import { migrate } from "./postgres-schema";

export interface PostgresHistoryOptions {
  /** What pg connects to; what it lacks comes from PGPASSWORD, PGSSLMODE and the like, or ~/.pgpass. */
  readonly connectionString: string;
  /** Without the password. */
  readonly location: string;
  /** @default perfbed */
  readonly schema?: string;
}

/** Rows fetched at once by a reader. */
const BATCH = 5000;
const CONNECT_TIMEOUT_MS = 10_000;

/** The field's column; the fields of a figure are in the other table. */
const column = (field: string): string =>
  `${["journey", "metric", "value", "requests"].includes(field) ? "f" : "r"}.${field
    .replace("atUs", "at_us")
    .replace("parametersHash", "parameters_hash")
    .replace("schemaVersion", "schema_version")}`;

const FACT_COLUMNS = [
  "campaign",
  "run",
  "side",
  "replicate",
  "atUs",
  "application",
  "version",
  "target",
  "sizing",
  "scenario",
  "parametersHash",
  "verdict",
  "valid",
] as const;

const select = (fields: readonly string[]): string =>
  fields.map((field) => `${column(field)} AS "${field}"`).join(", ");

/** Text by code point, as DuckDB has it, whatever the database's language. */
const order = (fields: readonly string[]): string =>
  fields
    .map((field) =>
      field === "atUs" || field === "replicate" ? column(field) : `${column(field)} COLLATE "C"`,
    )
    .join(", ");

// pg gives 64-bit integers as text.
const integer = z.coerce.number().int();
const factsRow = z.object({
  campaign: z.string(),
  run: z.string(),
  side: z.string(),
  replicate: integer,
  atUs: integer,
  application: z.string(),
  version: z.string(),
  target: z.string(),
  sizing: z.string(),
  scenario: z.string(),
  parametersHash: z.string(),
  verdict: z.string(),
  valid: z.boolean(),
});
const historyRow = factsRow.extend({
  journey: z.string(),
  metric: z.string(),
  value: z.number(),
  requests: integer,
  schemaVersion: integer,
});
const summaryRow = factsRow.extend({ figures: integer });

/** A history in PostgreSQL (12 or later), in a schema of its own that is created and migrated as needed. */
export class PostgresHistory implements HistoryStore {
  readonly location: string;
  readonly #pool: Pool;
  readonly #schema: string;
  #ready: Promise<void> | undefined;

  constructor(options: PostgresHistoryOptions) {
    this.location = options.location;
    this.#schema = options.schema ?? "perfbed";
    this.#pool = new Pool({
      connectionString: options.connectionString,
      max: 4,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: "perfbed history",
    });
    // A connection that breaks while idle shows at its next use.
    this.#pool.on("error", () => {});
  }

  prepare(): Promise<void> {
    return this.#with(async () => {});
  }

  record(run: HistoryRun): Promise<RecordOutcome> {
    return this.#with((client) =>
      inTransaction(client, "READ WRITE", async () => {
        if (await this.#insert(client, run)) return "recorded";
        const stored = await this.#stored(client, run);
        if (!sameRows(stored, rowsOf(run))) throw conflict(this.location, run.campaign, run.run);
        return "already-recorded";
      }),
    );
  }

  async *rows(filter: HistoryFilter = {}): AsyncGenerator<HistoryRow> {
    const { text, values } = postgresCondition(filter, column);
    const client = await this.#connect();
    let broken = false;
    try {
      await client.query("BEGIN READ ONLY");
      await client.query(
        `DECLARE history NO SCROLL CURSOR FOR
         SELECT ${select(Object.keys(historyRow.shape))} FROM ${this.#table("runs")} r
         JOIN ${this.#table("results")} f USING (campaign, run)
         WHERE ${text} ORDER BY ${order([...SERIES_KEYS, ...TIME_KEYS])}`,
        [...values],
      );
      for (;;) {
        const { rows } = await client.query(`FETCH ${BATCH} FROM history`);
        for (const row of rows) yield historyRow.parse(row);
        if (rows.length < BATCH) break;
      }
    } catch (error) {
      broken = true;
      throw this.#failure(error);
    } finally {
      // Also when the reader stops half way.
      if (!broken) await client.query("ROLLBACK");
      client.release(broken);
    }
  }

  runs(filter: HistoryFilter = {}): Promise<HistoryRunSummary[]> {
    const { text, values } = postgresCondition(filter, column);
    return this.#with(async (client) => {
      const { rows } = await client.query(
        `SELECT ${select(FACT_COLUMNS)}, count(*) AS figures FROM ${this.#table("runs")} r
         JOIN ${this.#table("results")} f USING (campaign, run)
         WHERE ${text} GROUP BY r.campaign, r.run ORDER BY ${order(TIME_KEYS)}`,
        [...values],
      );
      return rows.map((row) => summaryRow.parse(row));
    });
  }

  manifest(campaign: string, run: string): Promise<unknown> {
    return this.#with(async (client) => {
      const { rows } = await client.query<{ manifest: unknown }>(
        `SELECT manifest FROM ${this.#table("runs")} WHERE campaign = $1 AND run = $2`,
        [campaign, run],
      );
      return rows[0]?.manifest ?? undefined;
    });
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  /** False when the run is there already; a writer that is at it in this moment is waited for. */
  async #insert(client: PoolClient, run: HistoryRun): Promise<boolean> {
    const facts = FACT_COLUMNS.map((field) => run[field]);
    const columns = [...FACT_COLUMNS, "schemaVersion"].map((field) => column(field).slice("r.".length));
    const places = [...columns, "manifest"].map((_, index) => `$${index + 1}`);
    const inserted = await client.query(
      `INSERT INTO ${this.#table("runs")} (${columns.join(", ")}, manifest) VALUES (${places.join(", ")})
       ON CONFLICT (campaign, run) DO NOTHING`,
      [...facts, HISTORY_SCHEMA_VERSION, JSON.stringify(run.manifest)],
    );
    if (inserted.rowCount === 0) return false;
    const { figures } = run;
    await client.query(
      `INSERT INTO ${this.#table("results")} (campaign, run, journey, metric, value, requests)
       SELECT $1, $2, * FROM unnest($3::text[], $4::text[], $5::float8[], $6::bigint[])`,
      [
        run.campaign,
        run.run,
        figures.map(({ journey }) => journey),
        figures.map(({ metric }) => metric),
        figures.map(({ value }) => value),
        figures.map(({ requests }) => requests),
      ],
    );
    return true;
  }

  async #stored(client: PoolClient, { campaign, run }: HistoryRun): Promise<HistoryRow[]> {
    const { rows } = await client.query(
      `SELECT ${select(Object.keys(historyRow.shape))} FROM ${this.#table("runs")} r
       JOIN ${this.#table("results")} f USING (campaign, run)
       WHERE r.campaign = $1 AND r.run = $2 ORDER BY ${order(["journey", "metric"])}`,
      [campaign, run],
    );
    return rows.map((row) => historyRow.parse(row));
  }

  #table(name: string): string {
    return `${escapeIdentifier(this.#schema)}.${name}`;
  }

  async #connect(): Promise<PoolClient> {
    this.#ready ??= this.#migrate();
    try {
      await this.#ready;
      return await this.#pool.connect();
    } catch (error) {
      this.#ready = undefined;
      throw this.#failure(error);
    }
  }

  async #migrate(): Promise<void> {
    const client = await this.#pool.connect();
    try {
      await migrate(client, this.#schema);
    } finally {
      client.release();
    }
  }

  async #with<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#connect();
    try {
      return await work(client);
    } catch (error) {
      throw this.#failure(error);
    } finally {
      client.release();
    }
  }

  #failure(cause: unknown): HistoryError {
    if (cause instanceof HistoryError) return cause;
    const detail = errorMessage(cause) || (isCoded(cause) ? cause.code : "no answer");
    return new HistoryError("PERFBED_HISTORY_UNREACHABLE", `The history ${this.location} failed: ${detail}`, {
      cause,
      hint: "Check address, user, password (PGPASSWORD or ~/.pgpass) and the right to create a schema.",
    });
  }
}

const isCoded = (error: unknown): error is { readonly code: string } =>
  typeof error === "object" && error !== null && "code" in error && typeof error.code === "string";

async function inTransaction<T>(
  client: PoolClient,
  mode: "READ WRITE" | "READ ONLY",
  work: () => Promise<T>,
): Promise<T> {
  await client.query(`BEGIN ${mode}`);
  try {
    const result = await work();
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  }
}
