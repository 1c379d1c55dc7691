import { OTELCOL_VERSION } from "../../toolchain/versions";
import { ApmKind } from "./model";

/** When the versions below were chosen. */
export const APM_VERSIONS_DATE = "2026-11-26";

/**
 * Versions of agents where the config names none. Prometheus is read by perfbed itself on local and by the collector on AWS. OneAgents
 * come from each customer's own Dynatrace environment, which offers its own versions: there is none that suits all.
 */
export const APM_VERSIONS: Readonly<Record<ApmKind, string | undefined>> = {
  [ApmKind.OpenTelemetry]: OTELCOL_VERSION,
  [ApmKind.Prometheus]: OTELCOL_VERSION,
  [ApmKind.CloudWatch]: "1.300049.1b929",
  [ApmKind.Xray]: "0.50.0",
  [ApmKind.Datadog]: "7.66.1",
  [ApmKind.NewRelic]: "1.64.0",
  [ApmKind.Dynatrace]: undefined,
};

/**
 * Packages that instrument a program from outside, each at one version. OneAgent brings its own for all languages. Those of Python run on
 * every one that Amazon Linux 2023 has, from its own 3.9 to 3.13: later OpenTelemetry and New Relic want 3.10.
 */
export const INSTRUMENTATION_VERSIONS = {
  openTelemetryNode: "0.79.0",
  openTelemetryPython: "0.62b1",
  openTelemetryPythonExporter: "1.41.1",
  openTelemetryJava: "2.19.0",
  datadogNode: "5.132.0",
  datadogPython: "4.16.0",
  datadogJava: "1.68.1",
  newRelicNode: "13.9.2",
  newRelicPython: "13.6.1",
  newRelicJava: "8.19.0",
} as const;

export const APM_SAMPLE_RATIO = 0.1;
export const PROMETHEUS_INTERVAL_SECONDS = 5;
