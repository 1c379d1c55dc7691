import type { ReportData } from "../../report/model";
import { type HistoryLocation, openHistory, type RecordOutcome } from "../../storage/history";
import type { CampaignObserver } from "../observer";
import { historyRun } from "./history-run";

/** Records judged runs. @throws HistoryError */
export async function recordRuns(
  location: HistoryLocation,
  reports: Iterable<ReportData> | AsyncIterable<ReportData>,
): Promise<readonly RecordOutcome[]> {
  const store = await openHistory(location);
  try {
    const outcomes: RecordOutcome[] = [];
    for await (const report of reports) outcomes.push(await store.record(historyRun(report)));
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
 * Records after a run, when the result is there already: a history that fails then must not take the verdict away. It says so, with the
 * command that records later.
 * @returns what goes with the files of the result
 */
export async function recordAfterRun(
  location: HistoryLocation | undefined,
  reports: Iterable<ReportData> | AsyncIterable<ReportData>,
  resultsDir: string,
  observer: CampaignObserver,
): Promise<Readonly<Record<string, string>>> {
  if (location === undefined) return {};
  try {
    await recordRuns(location, reports);
    return { History: location.text };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    observer.note(
      `NOT recorded in the history: ${message}. Later: perfbed history record ${resultsDir} --history ${location.text}`,
    );
    return {};
  }
}
