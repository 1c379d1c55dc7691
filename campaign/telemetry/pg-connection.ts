import { Client } from "pg";

/** A row as text by column: the simple protocol, which PgBouncer's console speaks too. */
export type TextRow = ReadonlyMap<string, string | null>;

/** One lazy connection that is made anew after an error. Simple protocol only. */
export class PgConnection {
  #client: Client | undefined;

  constructor(
    private readonly url: string,
    private readonly timeoutMs: number,
  ) {}

  /** Rows of one statement. @throws when the server cannot be reached or refuses; the next call connects again */
  async query(sql: string): Promise<readonly TextRow[]> {
    try {
      const client = await this.#connected();
      const result = await client.query<(string | null)[]>({
        text: sql,
        rowMode: "array",
        types: { getTypeParser: () => (value: string | null) => value },
      });
      const columns = result.fields.map(({ name }) => name);
      return result.rows.map((row) => new Map(columns.map((column, index) => [column, row[index] ?? null])));
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => undefined);
  }

  async #connected(): Promise<Client> {
    if (this.#client !== undefined) return this.#client;
    const client = new Client({
      connectionString: this.url,
      connectionTimeoutMillis: this.timeoutMs,
      query_timeout: this.timeoutMs,
      application_name: "perfbed-telemetry",
    });
    // A connection that breaks between two ticks must not end the process; the next query reports it.
    client.on("error", () => {
      if (this.#client === client) this.#client = undefined;
    });
    await client.connect();
    this.#client = client;
    return client;
  }
}

/** Number in a column; undefined when it is NULL or not there. */
export function numberIn(row: TextRow, column: string): number | undefined {
  const text = row.get(column);
  if (text === null || text === undefined || text === "") return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}
