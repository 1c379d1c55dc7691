import type { CurveCorner } from "../analysis/arrival-curve";
import type { JourneySummary, LatencySummary, TimelineSlice } from "../analysis/model";
import { STANDARD_PROBABILITIES } from "../analysis/quantiles";
import type { JudgedJourney } from "../analysis/slo";
import { summariseJourneys, summariseRequests } from "../analysis/summary";
import { assembleTimeline, sliceSecondsFor } from "../analysis/timeline";
import type { ArrivalCounts } from "./arrivals";
import type { RunStore } from "./run-store";

export interface RunAnalysisOptions {
  /** Start of the run (warm-up included) and of the measured window, microseconds since the epoch. */
  readonly runStartedAtUs: number;
  readonly measuredFromUs: number;
  /** End of the measured window, exclusive. */
  readonly measuredToUs: number;
  /** Planned arrivals on the run's axis (0 = start of the measured window). */
  readonly plannedCurve: readonly CurveCorner[];
  /** Further quantiles that objectives name; see `objectiveProbabilities`. */
  readonly probabilities?: readonly number[];
}

export interface RunAnalysis {
  readonly overall: LatencySummary;
  readonly journeys: readonly JourneySummary[];
  /** What objectives are judged on: all quantiles asked for. */
  readonly judged: readonly JudgedJourney[];
  readonly timeline: readonly TimelineSlice[];
  readonly sliceSeconds: number;
  /** Journey arrivals of the measured window; null when the tool does not tell. */
  readonly arrivals: ArrivalCounts | null;
}

/** Everything that one run's samples tell: summaries, what objectives need, and the timeline. */
export async function analyseRun(store: RunStore, options: RunAnalysisOptions): Promise<RunAnalysis> {
  const window = { fromUs: options.measuredFromUs, toUs: options.measuredToUs };
  const seconds = (us: number): number => (us - options.measuredFromUs) / 1e6;
  const windowSeconds = seconds(options.measuredToUs);
  const probabilities = [...new Set([...STANDARD_PROBABILITIES, ...(options.probabilities ?? [])])];
  const figures = await store.sampleFigures(window, probabilities);
  const sliceSeconds = sliceSecondsFor((options.measuredToUs - options.runStartedAtUs) / 1e6);
  const { slices, lastRequestUs } = await store.timelineSlices({
    originUs: options.measuredFromUs,
    sliceSeconds,
  });
  const timeline = assembleTimeline(slices, {
    sliceSeconds,
    runFromSeconds: seconds(options.runStartedAtUs),
    measuredToSeconds: windowSeconds,
    lastRequestSeconds: lastRequestUs === null ? windowSeconds : seconds(lastRequestUs),
    plannedCurve: options.plannedCurve,
  });
  return {
    overall: summariseRequests(figures.overall, windowSeconds),
    journeys: summariseJourneys(figures.journeys, windowSeconds),
    judged: summariseJourneys(figures.journeys, windowSeconds, probabilities),
    timeline,
    sliceSeconds,
    arrivals: await store.countArrivals(window),
  };
}
