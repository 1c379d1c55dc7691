import type { Row } from "../engine";
import { HISTORY_SCHEMA_VERSION, type HistoryFilter, type HistoryRow, type HistoryRun } from "./model";

/** DDL of the history's rows, in column order: the Parquet files have exactly these. `atUs` is in microseconds since the epoch. */
export const HISTORY_COLUMNS = {
  campaign: "VARCHAR",
  run: "VARCHAR",
  side: "VARCHAR",
  replicate: "INTEGER",
  atUs: "BIGINT",
  application: "VARCHAR",
  version: "VARCHAR",
  target: "VARCHAR",
  sizing: "VARCHAR",
  scenario: "VARCHAR",
  parametersHash: "VARCHAR",
  journey: "VARCHAR",
  metric: "VARCHAR",
  value: "DOUBLE",
  requests: "BIGINT",
  verdict: "VARCHAR",
  valid: "BOOLEAN",
  schemaVersion: "INTEGER",
} as const;

/** A series is what agrees in all of these. */
export const SERIES_KEYS = [
  "application",
  "target",
  "sizing",
  "scenario",
  "parametersHash",
  "journey",
  "metric",
] as const;

/** After the keys: the points of a series in time order, with an order among runs of the same moment. */
export const TIME_KEYS = ["atUs", "campaign", "replicate", "run"] as const;

export const FILTER_KEYS = [
  "application",
  "version",
  "target",
  "sizing",
  "scenario",
  "journey",
  "metric",
] as const satisfies readonly (keyof HistoryFilter)[];

export function rowsOf(run: HistoryRun): HistoryRow[] {
  const { manifest: _, figures, ...facts } = run;
  return figures.map((figure) => ({ ...facts, ...figure, schemaVersion: HISTORY_SCHEMA_VERSION }));
}

/** By code unit: the same order on every machine. */
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export function readRow(row: Row): HistoryRow {
  return {
    campaign: row.text("campaign"),
    run: row.text("run"),
    side: row.text("side"),
    replicate: row.number("replicate"),
    atUs: row.number("atUs"),
    application: row.text("application"),
    version: row.text("version"),
    target: row.text("target"),
    sizing: row.text("sizing"),
    scenario: row.text("scenario"),
    parametersHash: row.text("parametersHash"),
    journey: row.text("journey"),
    metric: row.text("metric"),
    value: row.number("value"),
    requests: row.number("requests"),
    verdict: row.text("verdict"),
    valid: row.boolean("valid"),
    schemaVersion: row.number("schemaVersion"),
  };
}

/** Whether two sets of rows of one run say the same, in whatever order. */
export function sameRows(a: readonly HistoryRow[], b: readonly HistoryRow[]): boolean {
  const text = (rows: readonly HistoryRow[]): string =>
    JSON.stringify(
      rows
        .toSorted((a, b) => compareText(a.journey, b.journey) || compareText(a.metric, b.metric))
        .map((row) => Object.keys(HISTORY_COLUMNS).map((name): unknown => Reflect.get(row, name)))
        // A row that was migrated when it was read still says the same.
        .map((values) => values.slice(0, -1)),
    );
  return text(a) === text(b);
}
