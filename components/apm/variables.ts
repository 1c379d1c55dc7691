import type { Application, EnvironmentIdentity } from "../contracts";
import type { ApmAgent, ApmSettings } from "./model";

const DEFAULT_STAGE = "performance";
/** Spans and metrics are short-lived here: they leave soon, so that none is missing when the run ends. */
const SPAN_DELAY_MS = 1_000;
const METRIC_INTERVAL_MS = 5_000;

/** Whom an agent watches, in the words of OpenTelemetry; every agent gets the same as its tags. */
export interface ApmIdentity {
  readonly service: string;
  readonly version: string;
  readonly stage: string;
  /** Attributes beside those, by name. */
  readonly tags: Readonly<Record<string, string>>;
}

export function apmIdentity(
  settings: ApmSettings,
  environment: EnvironmentIdentity,
  application: Pick<Application, "name" | "version">,
): ApmIdentity {
  return {
    service: settings.serviceName ?? application.name,
    version: application.version,
    stage: settings.stage ?? DEFAULT_STAGE,
    tags: {
      "perfbed.environment": environment.id,
      ...(settings.campaign === undefined ? {} : { "perfbed.campaign": settings.campaign }),
      ...(settings.side === undefined ? {} : { "perfbed.side": settings.side }),
    },
  };
}

/** A value of OTEL_RESOURCE_ATTRIBUTES: commas and the like are percent-encoded, as the specification asks. */
const attribute = ([name, value]: readonly [string, string]): string =>
  `${name}=${encodeURIComponent(value)}`;

/** Value of OTEL_RESOURCE_ATTRIBUTES. */
export function resourceAttributes(
  identity: ApmIdentity,
  further: Readonly<Record<string, string>> = {},
): string {
  return Object.entries({
    "service.version": identity.version,
    "deployment.environment.name": identity.stage,
    ...identity.tags,
    ...further,
  })
    .map(attribute)
    .join(",");
}

/**
 * Variables that every OpenTelemetry SDK understands.
 * @param endpoint base URL of an OTLP/HTTP receiver
 */
export function openTelemetryVariables(
  identity: ApmIdentity,
  agent: Pick<ApmAgent, "sampleRatio">,
  endpoint: string,
): Record<string, string> {
  return {
    OTEL_SERVICE_NAME: identity.service,
    OTEL_RESOURCE_ATTRIBUTES: resourceAttributes(identity),
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
    OTEL_TRACES_EXPORTER: "otlp",
    OTEL_METRICS_EXPORTER: "otlp",
    OTEL_LOGS_EXPORTER: "none",
    OTEL_PROPAGATORS: "tracecontext,baggage",
    // Load generators say in `traceparent` which requests are traced; the ratio is for whoever sends none.
    OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
    OTEL_TRACES_SAMPLER_ARG: String(agent.sampleRatio),
    OTEL_BSP_SCHEDULE_DELAY: String(SPAN_DELAY_MS),
    OTEL_METRIC_EXPORT_INTERVAL: String(METRIC_INTERVAL_MS),
  };
}

/** The attributes with the instance's own: only who starts an instance knows its name. */
export function withInstance(
  variables: Readonly<Record<string, string>>,
  instance: string,
): Record<string, string> {
  const attributes = variables.OTEL_RESOURCE_ATTRIBUTES;
  if (attributes === undefined) return { ...variables };
  return {
    ...variables,
    OTEL_RESOURCE_ATTRIBUTES: `${attributes},service.instance.id=${encodeURIComponent(instance)}`,
  };
}
