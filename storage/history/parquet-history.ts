import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { literal, SqlEngine } from "../engine";
import { StorageError } from "../errors";
import { KIND_KEY, parquetSource, requireKnownVersion, VERSION_KEY, writeParquet } from "../parquet-table";
import { runFolder } from "../run-folder";
import { HISTORY_COLUMNS, readRow, rowsOf, SERIES_KEYS, sameRows, TIME_KEYS } from "./columns";
import { conflict } from "./errors";
import type { HistoryFiles } from "./files";
import { duckdbCondition } from "./filter";
import { migratedSelect } from "./migrations";
import {
  HISTORY_SCHEMA_VERSION,
  type HistoryFilter,
  type HistoryRow,
  type HistoryRun,
  type HistoryRunSummary,
  type HistoryStore,
  type RecordOutcome,
} from "./model";
import { readSummary, summarySql } from "./summaries";

const TABLE = "history";
const RUNS = "runs";
const MANIFESTS = "manifests";
const EXTENSION = ".parquet";

const nameOf = (folder: string, campaign: string, run: string, extension: string): string =>
  `${runFolder(folder, campaign, run)}${extension}`;

/**
 * A history of one Parquet file a run, `runs/<campaign>/<run>.parquet`, with its manifest beside it in
 * `manifests/<campaign>/<run>.json`. The Parquet file comes last: with it the run is recorded.
 */
export class ParquetHistory implements HistoryStore {
  #opened: Promise<{ readonly engine: SqlEngine; readonly scratch: string }> | undefined;

  constructor(private readonly files: HistoryFiles) {}

  get location(): string {
    return this.files.location;
  }

  prepare(): Promise<void> {
    return this.files.prepare();
  }

  async record(run: HistoryRun): Promise<RecordOutcome> {
    const name = nameOf(RUNS, run.campaign, run.run, EXTENSION);
    const manifestName = nameOf(MANIFESTS, run.campaign, run.run, ".json");
    const manifest = Buffer.from(`${JSON.stringify(run.manifest, null, 2)}\n`);
    if (!(await this.files.putIfAbsent(manifestName, manifest))) {
      const stored = await this.files.read(manifestName);
      if (stored?.equals(manifest) !== true) throw conflict(this.location, run.campaign, run.run);
    }
    if (await this.files.putIfAbsent(name, await this.#parquet(run))) return "recorded";
    const stored = await this.#stored(name);
    if (!sameRows(stored, rowsOf(run))) throw conflict(this.location, run.campaign, run.run);
    return "already-recorded";
  }

  async *rows(filter: HistoryFilter = {}): AsyncGenerator<HistoryRow> {
    const source = await this.#source();
    if (source === undefined) return;
    const { engine } = await this.#open();
    const order = [...SERIES_KEYS, ...TIME_KEYS].join(", ");
    const sql = `SELECT * FROM (${source}) WHERE ${duckdbCondition(filter)} ORDER BY ${order}`;
    for await (const row of engine.stream(sql)) yield readRow(row);
  }

  async runs(filter: HistoryFilter = {}): Promise<HistoryRunSummary[]> {
    const source = await this.#source();
    if (source === undefined) return [];
    const { engine } = await this.#open();
    return (await engine.rows(summarySql(`(${source})`, duckdbCondition(filter)))).map(readSummary);
  }

  async manifest(campaign: string, run: string): Promise<unknown> {
    const content = await this.files.read(nameOf(MANIFESTS, campaign, run, ".json"));
    return content === undefined ? undefined : JSON.parse(content.toString("utf8"));
  }

  async close(): Promise<void> {
    const opened = await this.#opened;
    this.#opened = undefined;
    await opened?.engine.close();
    if (opened !== undefined) await rm(opened.scratch, { recursive: true, force: true });
    await this.files.close();
  }

  #open(): Promise<{ readonly engine: SqlEngine; readonly scratch: string }> {
    this.#opened ??= openEngine();
    return this.#opened;
  }

  async #parquet(run: HistoryRun): Promise<Buffer> {
    const { engine, scratch } = await this.#open();
    const file = join(scratch, `${randomBytes(8).toString("hex")}.parquet`);
    const rows = rowsOf(run).map(
      (row) => `(${Object.keys(HISTORY_COLUMNS).map((name) => valueSql(Reflect.get(row, name)))})`,
    );
    const select = `SELECT * FROM (VALUES ${rows.join(", ")}) AS rows (${Object.keys(HISTORY_COLUMNS)})`;
    await writeParquet(engine, {
      select,
      columns: HISTORY_COLUMNS,
      table: TABLE,
      file,
      schemaVersion: HISTORY_SCHEMA_VERSION,
    });
    const content = await readFile(file);
    await rm(file, { force: true });
    return content;
  }

  /** Every row, of whatever version, as rows of today; undefined when nothing is recorded. */
  async #source(): Promise<string | undefined> {
    return this.#sourceOf(await this.files.localPaths(RUNS, EXTENSION));
  }

  async #sourceOf(paths: readonly string[]): Promise<string | undefined> {
    if (paths.length === 0) return undefined;
    const versions = await this.#versions(paths);
    return [...versions]
      .map(([version, files]) => migratedSelect(`SELECT * FROM ${parquetSource(files)}`, version))
      .join(" UNION ALL ");
  }

  async #stored(name: string): Promise<HistoryRow[]> {
    const path = await this.files.localPath(name);
    const source = await this.#sourceOf(path === undefined ? [] : [path]);
    if (source === undefined) return [];
    const { engine } = await this.#open();
    return (await engine.rows(`SELECT * FROM (${source}) ORDER BY journey, metric`)).map(readRow);
  }

  /** Files by the version of their rows. @throws StorageError for foreign and for newer files, by name */
  async #versions(paths: readonly string[]): Promise<ReadonlyMap<number, readonly string[]>> {
    const { engine } = await this.#open();
    const found = await engine.rows(
      `SELECT file_name AS file, decode(key) AS key, decode(value) AS value
       FROM parquet_kv_metadata([${paths.map(literal).join(", ")}])`,
    );
    const metadata = new Map(paths.map((path) => [path, new Map<string, string>()]));
    for (const row of found) metadata.get(row.text("file"))?.set(row.text("key"), row.text("value"));
    const versions = new Map<number, string[]>();
    for (const [path, entries] of metadata) {
      const version = Number(entries.get(VERSION_KEY) ?? Number.NaN);
      if (entries.get(KIND_KEY) !== TABLE || !Number.isInteger(version) || version < 0) {
        throw new StorageError("PERFBED_STORAGE_FOREIGN", `${path} is not a ${TABLE} file of perfbed`, {
          hint: `Remove it from ${this.location}.`,
        });
      }
      requireKnownVersion(path, version, HISTORY_SCHEMA_VERSION);
      versions.set(version, [...(versions.get(version) ?? []), path]);
    }
    return versions;
  }
}

async function openEngine(): Promise<{ readonly engine: SqlEngine; readonly scratch: string }> {
  const scratch = await mkdtemp(join(tmpdir(), "perfbed-history-"));
  return { engine: await SqlEngine.open({ memoryLimitMiB: 512, tempDir: join(scratch, "spill") }), scratch };
}

function valueSql(value: unknown): string {
  // A bare 0.1 would be a DECIMAL: the text of a double reads back as the same double.
  return typeof value === "number" ? `${literal(String(value))}::DOUBLE` : literalOf(value);
}

function literalOf(value: unknown): string {
  return typeof value === "boolean" ? String(value) : literal(String(value));
}
