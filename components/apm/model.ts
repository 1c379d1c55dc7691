/** Observability of an environment: which agents are attached to it, and what they say of whom they watch. */

/** An agent or a collector; several may be attached at once. */
export enum ApmKind {
  /** OpenTelemetry Collector: traces and metrics over OTLP. */
  OpenTelemetry = "opentelemetry",
  /** Prometheus metrics of every instance. */
  Prometheus = "prometheus",
  /** CloudWatch agent. */
  CloudWatch = "cloudwatch",
  /** X-Ray, through the AWS Distro for OpenTelemetry. */
  Xray = "xray",
  Datadog = "datadog",
  NewRelic = "newrelic",
  /** Dynatrace OneAgent. */
  Dynatrace = "dynatrace",
}

/** A language whose programs are instrumented without a change, through variables of their process. */
export enum ApmLanguage {
  Node = "node",
  Python = "python",
  Java = "java",
}

/** One agent, every default filled in. */
export interface ApmAgent {
  readonly kind: ApmKind;
  /** Of the agent or collector. @default the pinned version of the kind; see versions.ts */
  readonly version: string;
  /** Share of requests that are traced, above 0 to 1; for the kinds with traces. @default 0.1 */
  readonly sampleRatio: number;
  /** Where it is to send to, for the kinds that leave the choice: OTLP/HTTP base URL, or the URL of the Dynatrace environment. */
  readonly endpoint?: string;
  /** Vendor's region: Datadog's site (`datadoghq.eu`), New Relic's data centre (`us`, `eu`). */
  readonly site?: string;
  /** Reference to its key, never the key: ARN of a secret in Secrets Manager on AWS, `${NAME}` on local. */
  readonly apiKey?: string;
  /** Header that carries the key to an OTLP endpoint. @default "api-key" */
  readonly apiKeyHeader: string;
  /** Languages to instrument from outside. @default none */
  readonly languages: readonly ApmLanguage[];
  /** Seconds between two readings, for Prometheus. @default 5 */
  readonly intervalSeconds: number;
}

/** The agents of an environment, and what is known of the side they watch. */
export interface ApmSettings {
  readonly agents: readonly ApmAgent[];
  /** Name under which the application is found. @default the application's name */
  readonly serviceName?: string;
  /** Stage it stands for. @default "performance" */
  readonly stage?: string;
  readonly campaign?: string;
  /** `baseline`, `candidate`, … of a comparison. */
  readonly side?: string;
}

/** The kinds to which applications send spans. */
export const TRACING_KINDS: readonly ApmKind[] = [
  ApmKind.OpenTelemetry,
  ApmKind.Xray,
  ApmKind.Datadog,
  ApmKind.NewRelic,
  ApmKind.Dynatrace,
];

/** Those of them that take spans over OTLP, first the one that applications send to where several are attached. */
export const OTLP_KINDS = [ApmKind.OpenTelemetry, ApmKind.Xray, ApmKind.Datadog] as const;

/** The agent of a kind; undefined without. There is one of a kind at most. */
export function apmAgent(settings: ApmSettings | undefined, kind: ApmKind): ApmAgent | undefined {
  return settings?.agents.find((agent) => agent.kind === kind);
}
