import { arrivalsTotal, joinProfiles, peakRate, scaleProfile, totalSeconds } from "./arrival";
import type { ArrivalProfile, Journey, ThinkTime, Workload } from "./model";

/** What is to be expected of a workload before it runs. */
export interface WorkloadPlan {
  readonly warmupSeconds: number;
  readonly measuredSeconds: number;
  readonly peakArrivalsPerSecond: number;
  /** Journey arrivals in the measured part. */
  readonly measuredArrivals: number;
  /** Requests in the measured part when every journey goes to its end; null for a native script. */
  readonly measuredRequests: number | null;
  readonly peakRequestsPerSecond: number | null;
  readonly journeys: readonly JourneyPlan[];
}

export interface JourneyPlan {
  readonly name: string;
  /** Share of arrivals, 0..1. */
  readonly share: number;
  readonly measuredArrivals: number;
  readonly peakArrivalsPerSecond: number;
  /** Sum of the mean pauses, seconds. */
  readonly thinkSeconds: number;
}

/** Mean of a think time in seconds. Lognormal: `meanSeconds` is the mean of the pause itself, not of its logarithm. */
export function meanThinkSeconds(think: ThinkTime | undefined): number {
  if (think === undefined) return 0;
  if (think.distribution === "uniform") return ((think.minSeconds ?? 0) + (think.maxSeconds ?? 0)) / 2;
  return think.meanSeconds ?? 0;
}

/** Share of arrivals of each journey, in order; they add up to 1. */
export function journeyShares(journeys: readonly Journey[]): readonly number[] {
  const total = journeys.reduce((sum, journey) => sum + journey.weight, 0);
  return journeys.map((journey) => journey.weight / total);
}

/** Sum of the mean pauses of one iteration, seconds. */
export function thinkSeconds(journey: Journey): number {
  return journey.steps.reduce((sum, step) => sum + meanThinkSeconds(step.thinkTime), 0);
}

/** Warm-up and measured part as one curve: what the fleet is given. */
export function wholeProfile(workload: Pick<Workload, "warmup" | "arrival">): ArrivalProfile {
  return joinProfiles(workload.warmup, workload.arrival);
}

/** The curve of one journey: the whole curve times its share. */
export function journeyProfile(workload: Workload, index: number): ArrivalProfile {
  return scaleProfile(wholeProfile(workload), journeyShares(workload.journeys)[index] ?? 0);
}

/** Virtual users to hold ready for one journey. */
export interface VirtualUsers {
  readonly preAllocated: number;
  readonly maximum: number;
}

/**
 * By Little's law (users = arrival rate x time in the system): ready for 0.3 s a response and a quarter on top; at most for 3 s a
 * response. Beyond that arrivals are dropped, counted, and the run is called invalid: better than a generator that swaps.
 */
export function virtualUsersFor(journey: Journey, peakPerSecond: number, generators: number): VirtualUsers {
  const usual = peakPerSecond * (thinkSeconds(journey) + journey.steps.length * 0.3);
  const worst = peakPerSecond * (2 * thinkSeconds(journey) + journey.steps.length * 3);
  // Every generator needs a few of its own: k6 splits these numbers by segment.
  const preAllocated = Math.ceil(usual * 1.25) + 3 * generators;
  return { preAllocated, maximum: Math.max(2 * preAllocated, Math.ceil(worst)) };
}

/** Requests of the measured part when every journey goes to its end; 0 for a native script, which knows its own. */
export function expectedRequests(workload: Workload): number {
  return planWorkload(workload).measuredRequests ?? 0;
}

export function planWorkload(workload: Workload): WorkloadPlan {
  const measuredArrivals = arrivalsTotal(workload.arrival);
  const peak = Math.max(peakRate(workload.arrival), peakRate(workload.warmup));
  const shares = journeyShares(workload.journeys);
  const stepsPerArrival = workload.journeys.reduce(
    (sum, journey, index) => sum + journey.steps.length * (shares[index] ?? 0),
    0,
  );
  const native = workload.script !== undefined;
  return {
    warmupSeconds: totalSeconds(workload.warmup),
    measuredSeconds: totalSeconds(workload.arrival),
    peakArrivalsPerSecond: peak,
    measuredArrivals,
    measuredRequests: native ? null : measuredArrivals * stepsPerArrival,
    peakRequestsPerSecond: native ? null : peak * stepsPerArrival,
    journeys: workload.journeys.map((journey, index) => ({
      name: journey.name,
      share: shares[index] ?? 0,
      measuredArrivals: measuredArrivals * (shares[index] ?? 0),
      peakArrivalsPerSecond: peak * (shares[index] ?? 0),
      thinkSeconds: thinkSeconds(journey),
    })),
  };
}
