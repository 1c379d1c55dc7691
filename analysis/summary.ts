import type { JourneySummary, LatencySummary, StepSummary } from "./model";
import { estimateQuantile, STANDARD_PROBABILITIES } from "./quantiles";

/** Raw figures of one set of requests, as a query yields them. */
export interface RequestFigures {
  readonly requests: number;
  readonly errors: number;
  /** Of the successful requests, in µs; null when there are none. */
  readonly meanUs: number | null;
  readonly minUs: number | null;
  readonly maxUs: number | null;
  /** Duration in µs of the successful request at each needed zero-based rank. */
  readonly durationUsByRank: ReadonlyMap<number, number>;
}

export interface StepFigures extends RequestFigures {
  readonly step: string;
}

export interface JourneyFigures extends RequestFigures {
  readonly journey: string;
  readonly steps: readonly StepFigures[];
}

const toMs = (us: number | null): number | null => (us === null ? null : us / 1000);

/**
 * Figures of one set of requests over a window.
 * @param windowSeconds length of the measured window; rates are per second of it
 * @throws Error when a needed order statistic is missing: figures of another set of requests
 */
export function summariseRequests(
  figures: RequestFigures,
  windowSeconds: number,
  probabilities: readonly number[] = STANDARD_PROBABILITIES,
): LatencySummary {
  const durationMsAtRank = (rank: number): number => {
    const us = figures.durationUsByRank.get(rank);
    if (us === undefined) throw new Error(`no duration at rank ${rank} of ${figures.requests} requests`);
    return us / 1000;
  };
  return {
    requests: figures.requests,
    errors: figures.errors,
    errorRatio: figures.requests === 0 ? 0 : figures.errors / figures.requests,
    ratePerSecond: windowSeconds > 0 ? figures.requests / windowSeconds : 0,
    meanMs: toMs(figures.meanUs),
    minMs: toMs(figures.minUs),
    maxMs: toMs(figures.maxUs),
    quantiles: probabilities.map((probability) => estimateQuantile(figures, probability, durationMsAtRank)),
  };
}

/** Summaries of every journey and its steps, in the order given. */
export function summariseJourneys(
  journeys: readonly JourneyFigures[],
  windowSeconds: number,
  probabilities: readonly number[] = STANDARD_PROBABILITIES,
): readonly JourneySummary[] {
  return journeys.map((journey) => ({
    journey: journey.journey,
    ...summariseRequests(journey, windowSeconds, probabilities),
    steps: journey.steps.map(
      (step): StepSummary => ({
        step: step.step,
        ...summariseRequests(step, windowSeconds, probabilities),
      }),
    ),
  }));
}
