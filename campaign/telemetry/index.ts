/** Live figures of an environment's tiers while a run goes on, and what the report makes of them. */
export type { TelemetryTools } from "./create-collectors";
export { readEnvironmentEvents } from "./environment-events";
export { isMetricName, METRICS, type MetricName } from "./metrics";
export {
  type SourceHealth,
  startTelemetry,
  type Telemetry,
  type TelemetryOptions,
  type TelemetryResult,
} from "./start-telemetry";
export { buildTierSeries, type SeriesWindow } from "./tier-series";
export { summariseTiers } from "./tier-summary";
export { type TelemetryFacts, telemetryFacts } from "./validity-facts";
