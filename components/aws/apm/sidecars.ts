import { ApmKind, type ApmSettings, apmAgent } from "../../apm/model";
import type { ApmIdentity } from "../../apm/variables";
import {
  COLLECTOR_KEY_VARIABLE,
  type CollectorPlace,
  cloudWatchConfig,
  OTLP_PORTS,
  plainCollectorConfig,
  xrayCollectorConfig,
} from "./collector-config";
import { hasPlainCollector } from "./permissions";

/** A container beside the application's, as far as agents differ in it. */
export interface Sidecar {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Variables that hold a whole secret, by its ARN. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** Detectors of instances find nothing on Fargate. */
const onEcs = (config: object): string => JSON.stringify(config).replaceAll('["env","ec2"]', '["env","ecs"]');

/**
 * The agents of a task on Fargate, each as a container of its own at its version. What is loaded into the application's process has to be
 * part of its image there.
 */
export function apmSidecars(
  settings: ApmSettings,
  identity: ApmIdentity,
  place: CollectorPlace,
): readonly Sidecar[] {
  const sidecars: Sidecar[] = [];
  const plain = apmAgent(settings, ApmKind.OpenTelemetry);
  if (hasPlainCollector(settings)) {
    const version = (plain ?? apmAgent(settings, ApmKind.Prometheus))?.version ?? "";
    sidecars.push({
      name: "apm-collector",
      image: `docker.io/otel/opentelemetry-collector-contrib:${version}`,
      command: ["--config=env:OTELCOL_CONFIG"],
      environment: { OTELCOL_CONFIG: onEcs(plainCollectorConfig(settings, plain, identity, place)) },
      secrets: plain?.apiKey === undefined ? {} : { [COLLECTOR_KEY_VARIABLE]: plain.apiKey },
    });
  }
  const xray = apmAgent(settings, ApmKind.Xray);
  if (xray !== undefined) {
    sidecars.push({
      name: "apm-xray",
      image: `public.ecr.aws/aws-observability/aws-otel-collector:v${xray.version}`,
      command: [],
      environment: { AOT_CONFIG_CONTENT: onEcs(xrayCollectorConfig(settings, identity, place.region)) },
      secrets: {},
    });
  }
  const cloudWatch = apmAgent(settings, ApmKind.CloudWatch);
  if (cloudWatch !== undefined) {
    sidecars.push({
      name: "apm-cloudwatch",
      image: `public.ecr.aws/cloudwatch-agent/cloudwatch-agent:${cloudWatch.version}`,
      command: [],
      environment: { CW_CONFIG_CONTENT: JSON.stringify(cloudWatchConfig(identity, false)) },
      secrets: {},
    });
  }
  const datadog = apmAgent(settings, ApmKind.Datadog);
  if (datadog !== undefined) {
    const tags = { version: identity.version, ...identity.tags };
    sidecars.push({
      name: "apm-datadog",
      image: `public.ecr.aws/datadog/agent:${datadog.version}`,
      command: [],
      environment: {
        ECS_FARGATE: "true",
        DD_SITE: datadog.site ?? "datadoghq.com",
        DD_APM_ENABLED: "true",
        DD_OTLP_CONFIG_RECEIVER_PROTOCOLS_HTTP_ENDPOINT: `127.0.0.1:${OTLP_PORTS[ApmKind.Datadog]}`,
        DD_ENV: identity.stage,
        DD_TAGS: Object.entries({ service: identity.service, ...tags })
          .map(([name, value]) => `${name}:${value}`)
          .join(" "),
      },
      secrets: datadog.apiKey === undefined ? {} : { DD_API_KEY: datadog.apiKey },
    });
  }
  return sidecars;
}
