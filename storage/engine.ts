import { rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { type DuckDBConnection, DuckDBInstance, type DuckDBValue } from "@duckdb/node-api";
import { errorMessage, StorageError } from "./errors";

export interface EngineOptions {
  /** What the engine may hold in memory before it spills to `tempDir`, in MiB. @default 1024 */
  readonly memoryLimitMiB?: number;
  /** @default the machine's cores, at most 8 */
  readonly threads?: number;
  /** Where it spills to; made when needed, removed by `close`. */
  readonly tempDir: string;
}

/** One row of a result, read by column with the type that is expected. */
export class Row {
  constructor(private readonly values: Readonly<Record<string, DuckDBValue>>) {}

  /** @throws StorageError when the column holds anything but a number */
  number(column: string): number {
    const value = this.numberOrNull(column);
    if (value === null) throw this.#unexpected(column, "a number");
    return value;
  }

  numberOrNull(column: string): number | null {
    const value = this.values[column];
    if (value === null || typeof value === "number") return value;
    if (typeof value === "bigint") return Number(value);
    throw this.#unexpected(column, "a number");
  }

  bigint(column: string): bigint {
    const value = this.values[column];
    if (typeof value !== "bigint") throw this.#unexpected(column, "a 64-bit integer");
    return value;
  }

  boolean(column: string): boolean {
    const value = this.values[column];
    if (typeof value !== "boolean") throw this.#unexpected(column, "true or false");
    return value;
  }

  text(column: string): string {
    const value = this.textOrNull(column);
    if (value === null) throw this.#unexpected(column, "text");
    return value;
  }

  textOrNull(column: string): string | null {
    const value = this.values[column];
    if (value === null || typeof value === "string") return value;
    throw this.#unexpected(column, "text");
  }

  #unexpected(column: string, expected: string): StorageError {
    return new StorageError(
      "PERFBED_STORAGE_COLUMN",
      `column ${column} does not hold ${expected} but ${typeof this.values[column]}`,
    );
  }
}

/** Text as a SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Name as a SQL identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** An embedded DuckDB of its own, with a bound on memory. Nothing is kept between two engines but files. */
export class SqlEngine {
  readonly #tempDir: string;

  private constructor(
    private readonly instance: DuckDBInstance,
    readonly connection: DuckDBConnection,
    tempDir: string,
  ) {
    this.#tempDir = tempDir;
  }

  static async open(options: EngineOptions): Promise<SqlEngine> {
    const instance = await DuckDBInstance.create(":memory:", {
      memory_limit: `${options.memoryLimitMiB ?? 1024}MiB`,
      threads: String(options.threads ?? Math.min(8, availableParallelism())),
      temp_directory: options.tempDir,
      preserve_insertion_order: "false",
      autoinstall_known_extensions: "false",
    });
    return new SqlEngine(instance, await instance.connect(), options.tempDir);
  }

  /** @throws StorageError with the engine's own message */
  async run(sql: string): Promise<void> {
    await this.#guarded(() => this.connection.run(sql));
  }

  /**
   * Runs work with the rows of files in their order. A load tool's output may depend on it; everywhere else order means nothing
   * and keeping it costs memory.
   */
  async inFileOrder<T>(work: () => Promise<T>): Promise<T> {
    await this.run("SET preserve_insertion_order = true");
    try {
      return await work();
    } finally {
      await this.run("SET preserve_insertion_order = false");
    }
  }

  async rows(sql: string): Promise<Row[]> {
    const reader = await this.#guarded(() => this.connection.runAndReadAll(sql));
    return reader.getRowObjects().map((values) => new Row(values));
  }

  /** The rows one batch at a time, for results that need not be in memory at once. */
  async *stream(sql: string): AsyncGenerator<Row> {
    const result = await this.#guarded(() => this.connection.stream(sql));
    const batches = result.yieldRowObjects();
    for (;;) {
      const { done, value } = await this.#guarded(() => batches.next());
      if (done === true) return;
      for (const values of value) yield new Row(values);
    }
  }

  /** The first row; undefined when there is none. */
  async row(sql: string): Promise<Row | undefined> {
    return (await this.rows(sql))[0];
  }

  async close(): Promise<void> {
    this.connection.closeSync();
    this.instance.closeSync();
    await rm(this.#tempDir, { recursive: true, force: true });
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const message = errorMessage(error);
      throw new StorageError("PERFBED_STORAGE_QUERY", firstParagraph(message), {
        cause: error,
        ...(isDiskFull(message)
          ? { hint: "The disk is full: free some space, or choose another results folder." }
          : {}),
      });
    }
  }
}

/** DuckDB adds the statement and its position after an empty line: noise for a user. */
function firstParagraph(message: string): string {
  return message.split("\n\n")[0] ?? message;
}

/** The engine passes no error number on, only the operating system's text for ENOSPC. */
function isDiskFull(message: string): boolean {
  return /no space left on device/i.test(message);
}
