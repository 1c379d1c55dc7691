import {
  type ChangePoint,
  type ChangePointSettingsInput,
  changePointSettings,
  detectChangePoints,
} from "../../analysis/change-points";
import { packageVersion } from "../../core/version";
import type { HistoryChange, HistoryReport, HistorySeriesReport } from "../../report/history/model";
import {
  groupSeries,
  type HistoryFilter,
  type HistoryLocation,
  type HistoryRow,
  type HistorySeries,
  openHistory,
} from "../../storage/history";

/** Two stretches of three are the least that a t-test can say anything about. */
export const MIN_POINTS = 6;

/** The only metric of which more is better. */
const MORE_IS_BETTER = "rate_per_second";

export interface HistoryViewOptions {
  readonly filter?: HistoryFilter;
  readonly changePoints?: ChangePointSettingsInput;
  /** Keep the points of every series: for charts and JSON. Without, memory does not grow with the length of the series. */
  readonly keepPoints: boolean;
}

function changeOf(
  point: ChangePoint,
  metric: string,
  rows: readonly HistoryRow[],
): HistoryChange | undefined {
  const first = rows[point.index];
  const last = rows[point.index - 1];
  if (first === undefined || last === undefined) return undefined;
  const up = point.meanAfter > point.meanBefore;
  return {
    index: point.index,
    meanBefore: point.meanBefore,
    meanAfter: point.meanAfter,
    changeRatio: point.changeRatio,
    confidence: point.confidence,
    p: point.p,
    direction: up === (metric === MORE_IS_BETTER) ? "better" : "worse",
    campaign: first.campaign,
    run: first.run,
    version: first.version,
    atUs: first.atUs,
    previousVersion: last.version,
  };
}

function seriesReport(
  series: HistorySeries,
  options: HistoryViewOptions,
  settings: ReturnType<typeof changePointSettings>,
): HistorySeriesReport {
  const { key, points: rows, invalid } = series;
  const found =
    rows.length < MIN_POINTS
      ? []
      : detectChangePoints(
          rows.map(({ value }) => value),
          settings,
        );
  return {
    key,
    points: options.keepPoints
      ? rows.map(({ campaign, run, version, atUs, value, requests }) => ({
          campaign,
          run,
          version,
          atUs,
          value,
          requests,
        }))
      : [],
    count: rows.length,
    invalid,
    // After merging, a point may stand between stretches that hardly differ: over the whole stretches it must hold too.
    changes: found
      .filter(({ p }) => p <= settings.maxPValue)
      .flatMap((point) => changeOf(point, key.metric, rows) ?? []),
  };
}

/**
 * Reads the history, one series at a time, and looks for change points in each.
 * @throws HistoryError when it cannot be read; ConfigError for settings
 */
export async function viewHistory(
  location: HistoryLocation,
  options: HistoryViewOptions,
): Promise<HistoryReport> {
  const settings = changePointSettings(options.changePoints);
  const store = await openHistory(location);
  try {
    const runs = await store.runs(options.filter);
    const series: HistorySeriesReport[] = [];
    for await (const each of groupSeries(store.rows(options.filter))) {
      series.push(seriesReport(each, options, settings));
    }
    return {
      schemaVersion: 1,
      perfbedVersion: packageVersion(),
      location: store.location,
      runs,
      invalidRuns: runs.filter(({ valid }) => !valid).length,
      series,
      method: { ...settings, minPoints: MIN_POINTS },
    };
  } finally {
    await store.close();
  }
}
