/** What one reading of the log found, as both sides of the comparison print it. */
export interface LearnOutcome {
  readonly lines: number;
  /** Visits of people; null where a program does not know visits. */
  readonly sessions: number | null;
  readonly pageRequests: number | null;
  readonly peakMiB: number;
}
