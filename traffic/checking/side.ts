import type { Counts } from "../../analysis/traffic/similarity";

/** Something that was measured, or why it was not: missing data is told, and never taken for agreement. */
export type Measured<T> = { readonly value: T } | { readonly missing: string };

/** What is compared of the log, or of the load that was generated after it. */
export interface TrafficSide {
  /** Visits begun per second, in each part of the curve. */
  readonly ratesPerSecond: Measured<readonly number[]>;
  /** Requests by step. */
  readonly mix: Measured<Counts>;
  /** Moves by the step they leave ("(start)" before the first), then by the step they lead to ("exit" at the end). */
  readonly transitions: Measured<ReadonlyMap<string, Counts>>;
  /** Index of dispersion of visits begun in a second. */
  readonly dispersion: Measured<number>;
}

export const START = "(start)";

/** Arrivals from which a dispersion says something: fewer give a random number. */
export const FEWEST_ARRIVALS = 50;
export const FEWEST_SECONDS = 30;
