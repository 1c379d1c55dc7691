import { SERIES_KEYS } from "./columns";
import { BASELINE_SIDE, type HistoryRow } from "./model";

/** What a series is of. */
export type SeriesKey = Readonly<Record<(typeof SERIES_KEYS)[number], string>>;

/** One figure over time, from runs that can be compared: same application, target, sizing, scenario, parameters, journey. */
export interface HistorySeries {
  readonly key: SeriesKey;
  /** In time order; valid runs only. */
  readonly points: readonly HistoryRow[];
  /** Runs left out because their measurement is not to be believed. */
  readonly invalid: number;
}

/**
 * Groups rows that come series by series, holding one series at a time. Invalid runs are counted and left out; so are the baseline
 * sides of comparisons: they measure an old version once more.
 */
export async function* groupSeries(rows: AsyncIterable<HistoryRow>): AsyncGenerator<HistorySeries> {
  let key: SeriesKey | undefined;
  let points: HistoryRow[] = [];
  let invalid = 0;
  for await (const row of rows) {
    if (row.side === BASELINE_SIDE) continue;
    if (key === undefined || !belongs(key, row)) {
      if (key !== undefined) yield { key, points, invalid };
      key = keyOf(row);
      points = [];
      invalid = 0;
    }
    if (row.valid) points.push(row);
    else invalid += 1;
  }
  if (key !== undefined) yield { key, points, invalid };
}

const belongs = (key: SeriesKey, row: HistoryRow): boolean =>
  SERIES_KEYS.every((name) => key[name] === row[name]);

const keyOf = (row: HistoryRow): SeriesKey => ({
  application: row.application,
  target: row.target,
  sizing: row.sizing,
  scenario: row.scenario,
  parametersHash: row.parametersHash,
  journey: row.journey,
  metric: row.metric,
});
