import type { HistoryRunSummary, SeriesKey } from "../../storage/history";

export interface HistoryPoint {
  readonly campaign: string;
  readonly run: string;
  readonly version: string;
  /** Microseconds since the epoch. */
  readonly atUs: number;
  readonly value: number;
  readonly requests: number;
}

/** A step in the level of a series. */
export interface HistoryChange {
  /** Place of the first run of the new level among the series' points, from 0. */
  readonly index: number;
  /** Mean of the stretch before, and of the one from here to the next change. */
  readonly meanBefore: number;
  readonly meanAfter: number;
  /** After / before - 1; null where the level before was 0. */
  readonly changeRatio: number | null;
  /** 1 - p of the test between the two stretches. */
  readonly confidence: number;
  readonly p: number;
  /** Slower, more errors or less throughput is worse. */
  readonly direction: "worse" | "better";
  /** First run of the new level, and the version it measured. */
  readonly campaign: string;
  readonly run: string;
  readonly version: string;
  readonly atUs: number;
  /** Version of the last run of the former level: the cause lies between the two. */
  readonly previousVersion: string;
}

export interface HistorySeriesReport {
  readonly key: SeriesKey;
  /** Valid runs, in time order. Empty when points were not asked for; `count` tells how many there are. */
  readonly points: readonly HistoryPoint[];
  readonly count: number;
  /** Runs left out because their measurement is not to be believed. */
  readonly invalid: number;
  readonly changes: readonly HistoryChange[];
}

/** What `perfbed history` shows. JSON-safe. */
export interface HistoryReport {
  readonly schemaVersion: 1;
  readonly perfbedVersion: string;
  /** Without passwords or keys. */
  readonly location: string;
  /** In time order, invalid ones and baseline sides too. */
  readonly runs: readonly HistoryRunSummary[];
  readonly invalidRuns: number;
  readonly series: readonly HistorySeriesReport[];
  /** How change points were looked for. */
  readonly method: {
    readonly windowLength: number;
    readonly maxPValue: number;
    readonly minMagnitude: number;
    /** Series with fewer points are listed, but cannot show a change. */
    readonly minPoints: number;
  };
}
