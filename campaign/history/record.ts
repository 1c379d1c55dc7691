import type { ReportData } from "../../report/model";
import { type HistoryLocation, openHistory, type RecordOutcome } from "../../storage/history";
import { historyRun } from "./history-run";

/** Records judged runs. @throws HistoryError */
export async function recordRuns(
  location: HistoryLocation,
  reports: readonly ReportData[],
): Promise<readonly RecordOutcome[]> {
  const store = await openHistory(location);
  try {
    const outcomes: RecordOutcome[] = [];
    for (const report of reports) outcomes.push(await store.record(historyRun(report)));
    return outcomes;
  } finally {
    await store.close();
  }
}

/** Says before anything is provisioned whether results can be recorded. @throws HistoryError */
export async function requireHistory(location: HistoryLocation): Promise<void> {
  const store = await openHistory(location);
  try {
    await store.prepare();
  } finally {
    await store.close();
  }
}

/**
 * Records after a run, when the result is there already: a history that fails then must not take the verdict away. The outcome is one
 * sentence, with what to do where it failed.
 */
export async function recordAfterRun(
  location: HistoryLocation,
  reports: readonly ReportData[],
  resultsDir: string,
): Promise<string> {
  try {
    await recordRuns(location, reports);
    return `Recorded in the history ${location}.`;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return `NOT recorded in the history: ${message}. Later: perfbed history record ${resultsDir} --history ${location}`;
  }
}
