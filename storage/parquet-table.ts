import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { identifier, literal, type SqlEngine } from "./engine";
import { StorageError } from "./errors";
import { STORAGE_SCHEMA_VERSION } from "./schema";

/** Column names and SQL types, in order. */
export type Columns = Readonly<Record<string, string>>;

export const VERSION_KEY = "perfbed_schema_version";
export const KIND_KEY = "perfbed_table";

/**
 * Writes the rows of a SELECT as one Parquet file (zstd), stamped with table name and schema version. The file appears under its
 * name only when it is whole, so that a killed import leaves nothing that looks like data.
 * @param select must yield exactly these columns, in this order
 * @returns number of rows
 */
export async function writeParquet(
  engine: SqlEngine,
  options: { select: string; columns: Columns; table: string; file: string; schemaVersion?: number },
): Promise<number> {
  const { select, columns, table, file, schemaVersion = STORAGE_SCHEMA_VERSION } = options;
  await requireColumns(engine, select, columns, table);
  await mkdir(dirname(file), { recursive: true });
  const partial = `${file}.partial`;
  const list = Object.entries(columns)
    .map(([name, type]) => `CAST(${identifier(name)} AS ${type}) AS ${identifier(name)}`)
    .join(", ");
  try {
    const result = await engine.row(
      `COPY (SELECT ${list} FROM (${select})) TO ${literal(partial)} (FORMAT parquet, COMPRESSION zstd, ` +
        `KV_METADATA {${KIND_KEY}: ${literal(table)}, ${VERSION_KEY}: ${literal(String(schemaVersion))}})`,
    );
    await rename(partial, file);
    return result?.number("Count") ?? 0;
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

async function requireColumns(
  engine: SqlEngine,
  select: string,
  columns: Columns,
  table: string,
): Promise<void> {
  const found = (await engine.rows(`DESCRIBE SELECT * FROM (${select})`)).map((row) =>
    row.text("column_name"),
  );
  const expected = Object.keys(columns);
  if (found.join() !== expected.join()) {
    throw new StorageError(
      "PERFBED_STORAGE_COLUMNS",
      `${table} must have the columns ${expected.join(", ")}; given were ${found.join(", ")}`,
    );
  }
}

/**
 * Checks that perfbed wrote the files as this table, in a version that this perfbed reads.
 * @throws StorageError naming the file
 */
export async function requireReadable(
  engine: SqlEngine,
  table: string,
  files: readonly string[],
): Promise<void> {
  for (const file of files) {
    const rows = await engine.rows(
      `SELECT decode(key) AS key, decode(value) AS value FROM parquet_kv_metadata(${literal(file)})`,
    );
    const metadata = new Map(rows.map((row) => [row.text("key"), row.text("value")]));
    const version = Number(metadata.get(VERSION_KEY) ?? Number.NaN);
    if (metadata.get(KIND_KEY) !== table || !Number.isInteger(version)) {
      throw new StorageError("PERFBED_STORAGE_FOREIGN", `${file} is not a ${table} file of perfbed`);
    }
    requireKnownVersion(file, version, STORAGE_SCHEMA_VERSION);
  }
}

/** @throws StorageError when a newer perfbed wrote the file */
export function requireKnownVersion(file: string, version: number, known: number): void {
  if (version > known) {
    throw new StorageError(
      "PERFBED_STORAGE_NEWER",
      `${file} has schema version ${version}; this perfbed reads up to version ${known}`,
      { hint: "Read it with the perfbed version that wrote it, or a later one." },
    );
  }
}

/** SQL for reading the files as one table. */
export function parquetSource(files: readonly string[]): string {
  return `read_parquet([${files.map(literal).join(", ")}])`;
}
