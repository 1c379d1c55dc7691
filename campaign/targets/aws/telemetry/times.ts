/** How long to wait for figures that are on their way. */
export interface TelemetryTimes {
  /** CloudWatch has a minute's figures some minutes later: it is asked until the last one is there, for no longer than this. */
  readonly waitMs: number;
  readonly pauseMs: number;
}

export const TELEMETRY_TIMES: TelemetryTimes = { waitMs: 300_000, pauseMs: 15_000 };
