import { arrivalsTotal, joinProfiles, peakRate, scaleProfile, totalSeconds } from "./arrival";
import { expectedVisits, pauseOf, transitionsFrom } from "./chain";
import { visitsOf } from "./executor-plan";
import type { ArrivalProfile, Journey, SocketStep, Step, Workload } from "./model";
import { meanThinkSeconds } from "./think-time";

export { meanThinkSeconds } from "./think-time";

/** What is to be expected of a workload before it runs. */
export interface WorkloadPlan {
  readonly warmupSeconds: number;
  readonly measuredSeconds: number;
  readonly peakArrivalsPerSecond: number;
  /**
   * What the arrivals are: `planned`, or `estimate` where an executor plans none (virtual users: at 0.1 s a response; a rate that is set
   * from outside: at its start rate), or `unknown` for a native script with arrivals of its own.
   */
  readonly arrivals: "planned" | "estimate" | "unknown";
  /** Virtual users at the peak, of the whole fleet: those of the executor, or those held ready for the arrival rate. */
  readonly users: number;
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

/** Share of arrivals of each journey, in order; they add up to 1. */
export function journeyShares(journeys: readonly Journey[]): readonly number[] {
  const total = journeys.reduce((sum, journey) => sum + journey.weight, 0);
  return journeys.map((journey) => journey.weight / total);
}

/** Mean sum of the pauses of one visit, seconds. */
export function thinkSeconds(journey: Journey): number {
  const { chain, steps } = journey;
  if (chain === undefined) return steps.reduce((sum, step) => sum + meanThinkSeconds(step.thinkTime), 0);
  const visits = expectedVisits(journey) ?? steps.map(() => 1);
  return steps.reduce((sum, step, index) => {
    const pauses = transitionsFrom(chain, step.name).map(
      (transition) => transition.probability * meanThinkSeconds(pauseOf(transition, steps)),
    );
    return sum + (visits[index] ?? 0) * pauses.reduce((total, pause) => total + pause, 0);
  }, 0);
}

const isSocket = (step: Step): step is SocketStep => step.kind === "websocket";

/** Samples of one visit that goes to its end, on average: a request each, and opening and exchanges of a WebSocket. */
export function requestsPerVisit(journey: Journey): number {
  const visits = expectedVisits(journey) ?? journey.steps.map(() => 1);
  return journey.steps.reduce(
    (sum, step, index) => sum + (visits[index] ?? 0) * (isSocket(step) ? 1 + step.exchanges.length : 1),
    0,
  );
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
  const requests = requestsPerVisit(journey);
  const usual = peakPerSecond * (thinkSeconds(journey) + requests * 0.3);
  const worst = peakPerSecond * (2 * thinkSeconds(journey) + requests * 3);
  // Every generator needs a few of its own: k6 splits these numbers by segment.
  const preAllocated = Math.ceil(usual * 1.25) + 3 * generators;
  return { preAllocated, maximum: Math.max(2 * preAllocated, Math.ceil(worst)) };
}

/** Requests of the measured part when every journey goes to its end; 0 for a native script, which knows its own. */
export function expectedRequests(workload: Workload): number {
  return planWorkload(workload).measuredRequests ?? 0;
}

/** Journey-weighted mean of a figure of one visit. */
export function perVisit(journeys: readonly Journey[], figure: (journey: Journey) => number): number {
  const shares = journeyShares(journeys);
  return journeys.reduce((sum, journey, index) => sum + figure(journey) * (shares[index] ?? 0), 0);
}

export function planWorkload(workload: Workload): WorkloadPlan {
  const { journeys, executor } = workload;
  const native = workload.script !== undefined;
  const requests = perVisit(journeys, requestsPerVisit);
  const visits =
    executor === undefined
      ? undefined
      : visitsOf(executor, { thinkSeconds: perVisit(journeys, thinkSeconds), requests });
  const measuredArrivals = visits?.measured ?? arrivalsTotal(workload.arrival);
  const peak = visits?.peakPerSecond ?? Math.max(peakRate(workload.arrival), peakRate(workload.warmup));
  const shares = journeyShares(journeys);
  const ready = journeys.reduce(
    (sum, journey, index) => sum + virtualUsersFor(journey, peak * (shares[index] ?? 0), 1).preAllocated,
    0,
  );
  return {
    warmupSeconds: totalSeconds(workload.warmup),
    measuredSeconds: totalSeconds(workload.arrival),
    peakArrivalsPerSecond: peak,
    arrivals: visits !== undefined ? "estimate" : native && peak === 0 ? "unknown" : "planned",
    users: visits?.users ?? ready,
    measuredArrivals,
    measuredRequests: native ? null : measuredArrivals * requests,
    peakRequestsPerSecond: native ? null : peak * requests,
    journeys: journeys.map((journey, index) => ({
      name: journey.name,
      share: shares[index] ?? 0,
      measuredArrivals: measuredArrivals * (shares[index] ?? 0),
      peakArrivalsPerSecond: peak * (shares[index] ?? 0),
      thinkSeconds: thinkSeconds(journey),
    })),
  };
}
