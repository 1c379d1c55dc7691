import type { ThinkTime } from "./model";

/**
 * Who starts visits, and when. Without one of these, visits arrive at the rate of the workload's curve (`warmup` and `arrival`):
 * constant or ramping, the open model. All numbers are those of the whole fleet.
 */
export type Executor = ArrivalTrace | VirtualUsers | IterationsPerUser | ExternalRate;

/** Open model: visits begin at recorded instants. The curve of the workload is then made from them. */
export interface ArrivalTrace {
  readonly kind: "arrival-trace";
  /** Seconds since the trace's beginning, ascending. */
  readonly atSeconds: readonly number[];
  /** Journey of each arrival, where it is recorded. @default by the journeys' weights, seeded */
  readonly journeys?: readonly string[];
  /** Length of the trace. @default up to the last arrival, in whole seconds */
  readonly durationSeconds?: number;
  /** Its first seconds do not count. @default 0 */
  readonly warmupSeconds?: number;
}

/** One linear piece of the number of virtual users. */
export interface UserStage {
  readonly durationSeconds: number;
  /** Of the whole fleet, at the end of the stage. */
  readonly users: number;
  readonly label: string;
}

/**
 * Closed model: virtual users that visit again and again, so that a slow system is given less load. There are no planned arrivals, and
 * the check of the arrival rate does not apply.
 */
export interface VirtualUsers {
  readonly kind: "virtual-users";
  readonly startUsers: number;
  readonly stages: readonly UserStage[];
  /** Pause between two visits of a user. @default none */
  readonly pause?: ThinkTime;
  /** The first seconds do not count. @default 0 */
  readonly warmupSeconds?: number;
}

/** Closed model: each virtual user makes its number of visits, and the run ends with the last one. */
export interface IterationsPerUser {
  readonly kind: "iterations-per-user";
  readonly users: number;
  /** Visits of each user. */
  readonly iterations: number;
  /** The run is over then at the latest. */
  readonly maxSeconds: number;
  readonly pause?: ThinkTime;
  readonly warmupSeconds?: number;
}

/**
 * Open model with a rate that somebody else sets while the run goes on: a number in a file, or the answer of an URL on this machine,
 * read once a second. What is not a number of 0..maxRatePerSecond leaves the rate as it is, and is said in the log.
 */
export interface ExternalRate {
  readonly kind: "external-rate";
  /** Absolute path of a file, or an http:// URL on this machine. Its text is a number: visits per second of the whole fleet. */
  readonly control: string;
  readonly startRatePerSecond: number;
  readonly maxRatePerSecond: number;
  readonly durationSeconds: number;
  readonly warmupSeconds?: number;
  /**
   * Longest visit that is expected. The rate is kept by virtual users that begin a visit every so many seconds each; visits that take
   * longer lower it.
   * @default 10
   */
  readonly pacingSeconds?: number;
}

/** Seconds by which every arrival of a trace comes later than the start: virtual users are made ready before their instant. */
export const TRACE_LEAD_SECONDS = 1;
/** @default of ExternalRate.pacingSeconds */
export const DEFAULT_PACING_SECONDS = 10;
