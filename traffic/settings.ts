import type { FormatOptions, LogFormat } from "./reading/formats";
import type { FilterOptions } from "./sessions/request-filter";

/** How a log is read and what counts as a visit. */
export interface TrafficSettings extends FilterOptions {
  /** One format for all files. @default found out for each */
  readonly format: LogFormat | undefined;
  readonly reading: FormatOptions;
  /** A pause of this length ends a visit. */
  readonly idleMinutes: number;
  /** Steps of the chain; templates that are rarer are left out. */
  readonly mostSteps: number;
  /** More different texts at one place of a path are values. */
  readonly mostLiterals: number;
  /** Text of paths and names of parameters that fewer clients sent is never told. */
  readonly fewestClients: number;
  /** Tell popular values of slugs and parameters, not only their number. */
  readonly keepValues: boolean;
  /** Which minute of all is the peak, 0..100. */
  readonly peakPercentile: number;
  /** Minutes that a scenario replays. */
  readonly windowMinutes: number;
}

export const DEFAULT_TRAFFIC_SETTINGS: TrafficSettings = {
  format: undefined,
  reading: {},
  idleMinutes: 30,
  mostSteps: 40,
  mostLiterals: 25,
  fewestClients: 3,
  includeStatic: false,
  includeHealthChecks: false,
  includeBots: false,
  keepValues: false,
  peakPercentile: 99,
  windowMinutes: 10,
};
