import { open } from "node:fs/promises";
import type { SqlEngine } from "./engine";
import { identifier, literal } from "./engine";
import { parquetSource, requireReadable, writeParquet } from "./parquet-table";
import type { TimeWindow } from "./sample-figures";
import { type EnvironmentEvent, EVENT_COLUMNS, TELEMETRY_COLUMNS, type TelemetryPoint } from "./schema";

type Cell = string | number | bigint;

/** Writes rows through the engine's appender into a table of its own, then to Parquet. */
async function writeRows(
  engine: SqlEngine,
  options: { table: string; columns: Readonly<Record<string, string>>; file: string },
  rows: Iterable<readonly Cell[]>,
): Promise<number> {
  const { table, columns, file } = options;
  const staging = identifier(`staging_${table}`);
  const ddl = Object.entries(columns).map(([name, type]) => `${identifier(name)} ${type}`);
  await engine.run(`CREATE OR REPLACE TEMP TABLE ${staging} (${ddl.join(", ")})`);
  try {
    const appender = await engine.connection.createAppender(`staging_${table}`, null, "temp");
    const types = Object.values(columns);
    for (const row of rows) {
      row.forEach((cell, index) => {
        if (types[index] === "BIGINT") appender.appendBigInt(BigInt(cell));
        else if (types[index] === "DOUBLE") appender.appendDouble(Number(cell));
        else appender.appendVarchar(String(cell));
      });
      appender.endRow();
    }
    appender.closeSync();
    return await writeParquet(engine, { select: `FROM ${staging} ORDER BY atUs`, columns, table, file });
  } finally {
    await engine.run(`DROP TABLE IF EXISTS ${staging}`);
  }
}

export function writeTelemetryTable(
  engine: SqlEngine,
  file: string,
  points: Iterable<TelemetryPoint>,
): Promise<number> {
  function* rows(): Generator<readonly Cell[]> {
    for (const { atUs, tier, source, metric, value } of points) yield [atUs, tier, source, metric, value];
  }
  return writeRows(engine, { table: "telemetry", columns: TELEMETRY_COLUMNS, file }, rows());
}

/** From a CSV file without header in column order: what telemetry spools to while a run goes on. */
export async function importTelemetryCsv(engine: SqlEngine, file: string, csv: string): Promise<number> {
  const columns = Object.entries(TELEMETRY_COLUMNS).map(
    ([name, type]) => `${literal(name)}: ${literal(type)}`,
  );
  await dropTornLine(csv);
  const select = `SELECT * FROM read_csv(${literal(csv)}, header = false, auto_detect = false, delim = ',', quote = '"', escape = '"', columns = {${columns.join(", ")}}) ORDER BY atUs`;
  return writeParquet(engine, { select, columns: TELEMETRY_COLUMNS, table: "telemetry", file });
}

/** A writer that was killed may have left half a line, which could pass for a whole one with a shorter number. */
async function dropTornLine(file: string): Promise<void> {
  const handle = await open(file, "r+");
  try {
    const { size } = await handle.stat();
    if (size === 0) return;
    const tail = Buffer.alloc(Math.min(size, 4096));
    await handle.read(tail, 0, tail.length, size - tail.length);
    const end = size - tail.length + tail.lastIndexOf("\n") + 1;
    if (end < size) await handle.truncate(end);
  } finally {
    await handle.close();
  }
}

export function writeEventTable(
  engine: SqlEngine,
  file: string,
  events: Iterable<EnvironmentEvent>,
): Promise<number> {
  function* rows(): Generator<readonly Cell[]> {
    for (const { atUs, tier, source, event, detail } of events) {
      yield [atUs, tier, source, event, JSON.stringify(detail)];
    }
  }
  return writeRows(engine, { table: "events", columns: EVENT_COLUMNS, file }, rows());
}

/**
 * Readings of a window in time order.
 * @param sliceSeconds mean of each series per slice, stamped with the slice's start; absent: every reading
 */
export async function readTelemetryTable(
  engine: SqlEngine,
  file: string,
  window?: TimeWindow,
  sliceSeconds?: number,
): Promise<TelemetryPoint[]> {
  await requireReadable(engine, "telemetry", [file]);
  const where =
    window === undefined
      ? ""
      : `WHERE atUs >= ${Math.round(window.fromUs)} AND atUs < ${Math.round(window.toUs)}`;
  const source = parquetSource([file]);
  const sliceUs = Math.round((sliceSeconds ?? 0) * 1e6);
  const rows = await engine.rows(
    sliceUs > 0
      ? `SELECT (atUs // ${sliceUs} * ${sliceUs})::BIGINT AS atUs, tier, source, metric, avg(value) AS value
           FROM ${source} ${where} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`
      : `SELECT * FROM ${source} ${where} ORDER BY atUs, tier, source, metric`,
  );
  return rows.map((row) => ({
    atUs: row.bigint("atUs"),
    tier: row.text("tier"),
    source: row.text("source"),
    metric: row.text("metric"),
    value: row.number("value"),
  }));
}

export async function readEventTable(engine: SqlEngine, file: string): Promise<EnvironmentEvent[]> {
  await requireReadable(engine, "events", [file]);
  const rows = await engine.rows(`SELECT * FROM ${parquetSource([file])} ORDER BY atUs`);
  return rows.map((row) => ({
    atUs: row.bigint("atUs"),
    tier: row.text("tier"),
    source: row.text("source"),
    event: row.text("event"),
    detail: parseEventDetail(row.text("detail")),
  }));
}

/** Keeps what an event's detail may hold; anything nested (from a newer writer) is kept as its JSON text. */
export function parseEventDetail(json: string): EnvironmentEvent["detail"] {
  const parsed: unknown = JSON.parse(json);
  if (typeof parsed !== "object" || parsed === null) return {};
  return Object.fromEntries(
    Object.entries(parsed).map(([key, value]: [string, unknown]) => [
      key,
      value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean"
        ? value
        : JSON.stringify(value),
    ]),
  );
}
