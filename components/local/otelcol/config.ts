/** Files of the collector's folder that hold what it was sent, one JSON object a line (OTLP/JSON). */
export const TRACES_FILE = "traces.jsonl";
export const METRICS_FILE = "metrics.jsonl";

/** Variable of the collector's process with the key of the endpoint it passes on to; a configuration file never holds it. */
export const KEY_VARIABLE = "PERFBED_OTLP_KEY";

/** Memory of the whole collector, and what it refuses to go beyond, MiB. */
export const OTELCOL_MEMORY_MIB = 512;
const MEMORY_LIMIT_MIB = 384;
const MEMORY_SPIKE_MIB = 64;

export interface OtelcolConfigOptions {
  /** Loopback port of its OTLP/HTTP receiver. */
  readonly port: number;
  /** Absolute folder of the files. */
  readonly folder: string;
  /** Where everything is passed on to, beside the files. */
  readonly forward?: { readonly endpoint: string; readonly keyHeader?: string };
}

/** The collector's configuration: what comes in over OTLP goes to files, and on to another collector or a vendor if asked. JSON is YAML. */
export function renderOtelcolConfig(options: OtelcolConfigOptions): string {
  const { port, folder, forward } = options;
  const file = (name: string): object => ({ path: `${folder}/${name}`, flush_interval: "500ms" });
  const headers =
    forward?.keyHeader === undefined ? {} : { headers: { [forward.keyHeader]: `\${env:${KEY_VARIABLE}}` } };
  const pipeline = (exporter: string): object => ({
    receivers: ["otlp"],
    processors: ["memory_limiter", "batch"],
    exporters: [exporter, ...(forward === undefined ? [] : ["otlphttp"])],
  });
  return `${JSON.stringify(
    {
      receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
      processors: {
        memory_limiter: {
          check_interval: "1s",
          limit_mib: MEMORY_LIMIT_MIB,
          spike_limit_mib: MEMORY_SPIKE_MIB,
        },
        batch: { timeout: "200ms" },
      },
      exporters: {
        "file/traces": file(TRACES_FILE),
        "file/metrics": file(METRICS_FILE),
        ...(forward === undefined ? {} : { otlphttp: { endpoint: forward.endpoint, ...headers } }),
      },
      service: {
        // Its own metrics would open a port that nobody asked for.
        telemetry: { metrics: { level: "none" }, logs: { level: "info" } },
        pipelines: { traces: pipeline("file/traces"), metrics: pipeline("file/metrics") },
      },
    },
    null,
    2,
  )}\n`;
}
