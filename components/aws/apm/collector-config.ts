import { type ApmAgent, ApmKind, type ApmSettings, apmAgent, OTLP_KINDS } from "../../apm/model";
import type { ApmIdentity } from "../../apm/variables";

/** Ports on an instance's loopback where agents take OTLP/HTTP. The application sends to the first that is there. */
export const OTLP_PORTS = {
  [ApmKind.OpenTelemetry]: 4318,
  [ApmKind.Xray]: 4328,
  [ApmKind.Datadog]: 4338,
} as const;

/** Below this prefix of the environment's bucket collectors put spans and metrics, as OTLP/JSON. */
export const APM_PREFIX = "apm";

/** Variable of the collector's process with the key of the endpoint it passes on to. */
export const COLLECTOR_KEY_VARIABLE = "PERFBED_OTLP_KEY";

/** What a collector looks at beside what it is sent. */
export interface CollectorPlace {
  readonly region: string;
  readonly bucketName: string;
  /** Port and path of the application's Prometheus metrics, where there is an application. */
  readonly metrics?: { readonly port: number; readonly path: string };
  /** Figures of the machine as well: load generators send nothing themselves. */
  readonly hostMetrics: boolean;
}

type Tracer = keyof typeof OTLP_PORTS;
/** The agents of an instance that take OTLP, first the one that the application sends to. */
export const otlpReceivers = (settings: ApmSettings): readonly Tracer[] =>
  OTLP_KINDS.filter((kind) => apmAgent(settings, kind) !== undefined);

const loopback = (port: number): string => `127.0.0.1:${port}`;

/** Where the application on an instance sends spans to; undefined when no agent takes any. */
export function otlpEndpoint(settings: ApmSettings): string | undefined {
  const [first] = otlpReceivers(settings);
  return first === undefined ? undefined : `http://${loopback(OTLP_PORTS[first])}`;
}

const receiver = (kind: Tracer): object => ({
  otlp: { protocols: { http: { endpoint: loopback(OTLP_PORTS[kind]) } } },
});

/** Exporters to the other agents of the same instance: what comes in once goes to all of them. */
function forwarders(settings: ApmSettings, self: Tracer): Record<string, object> {
  const others = otlpReceivers(settings).slice(otlpReceivers(settings).indexOf(self) + 1);
  const [next] = others;
  return next === undefined
    ? {}
    : { [`otlphttp/${next}`]: { endpoint: `http://${loopback(OTLP_PORTS[next])}`, tls: { insecure: true } } };
}

function prometheusReceiver(
  settings: ApmSettings,
  metrics: NonNullable<CollectorPlace["metrics"]>,
): Record<string, object> {
  const agent = apmAgent(settings, ApmKind.Prometheus);
  if (agent === undefined) return {};
  return {
    prometheus: {
      config: {
        scrape_configs: [
          {
            job_name: "application",
            scrape_interval: `${agent.intervalSeconds}s`,
            metrics_path: metrics.path,
            static_configs: [{ targets: [loopback(metrics.port)] }],
          },
        ],
      },
    },
  };
}

const HOST_METRICS = {
  hostmetrics: {
    collection_interval: "5s",
    scrapers: { cpu: {}, memory: {}, network: {}, load: {} },
  },
};

const resourceProcessor = (identity: ApmIdentity): object => ({
  attributes: Object.entries({
    "service.name": identity.service,
    "service.version": identity.version,
    "deployment.environment.name": identity.stage,
    ...identity.tags,
  }).map(([key, value]) => ({ key, value, action: "insert" })),
});

/**
 * The plain collector of an instance: what comes in goes to the environment's bucket, to the endpoint the user names, and to the other
 * agents of the instance. The agent may be absent: then it is there for Prometheus metrics alone.
 */
export function plainCollectorConfig(
  settings: ApmSettings,
  agent: ApmAgent | undefined,
  identity: ApmIdentity,
  place: CollectorPlace,
): object {
  const bucket = (kind: string): object => ({
    s3uploader: {
      region: place.region,
      s3_bucket: place.bucketName,
      s3_prefix: `${APM_PREFIX}/${kind}`,
      s3_partition_format: "%Y%m%d%H%M",
    },
    marshaler: "otlp_json",
  });
  const vendor: Record<string, object> =
    agent?.endpoint === undefined
      ? {}
      : {
          otlphttp: {
            endpoint: agent.endpoint,
            ...(agent.apiKey === undefined
              ? {}
              : { headers: { [agent.apiKeyHeader]: `\${env:${COLLECTOR_KEY_VARIABLE}}` } }),
          },
        };
  const others = agent === undefined ? {} : forwarders(settings, ApmKind.OpenTelemetry);
  const receivers: Record<string, object> = {
    ...(agent === undefined ? {} : receiver(ApmKind.OpenTelemetry)),
    ...(place.metrics === undefined ? {} : prometheusReceiver(settings, place.metrics)),
    ...(place.hostMetrics ? HOST_METRICS : {}),
  };
  const tracing = agent === undefined ? [] : ["otlp"];
  const processors = ["memory_limiter", "resourcedetection", "resource", "batch"];
  return {
    receivers,
    processors: {
      memory_limiter: { check_interval: "1s", limit_mib: 256, spike_limit_mib: 64 },
      resourcedetection: { detectors: ["env", "ec2"], override: false },
      resource: resourceProcessor(identity),
      batch: { timeout: "5s" },
    },
    exporters: {
      "awss3/traces": bucket("traces"),
      "awss3/metrics": bucket("metrics"),
      ...vendor,
      ...others,
    },
    service: {
      pipelines: {
        ...(tracing.length === 0
          ? {}
          : {
              traces: {
                receivers: tracing,
                processors,
                exporters: ["awss3/traces", ...Object.keys(vendor), ...Object.keys(others)],
              },
            }),
        metrics: {
          receivers: Object.keys(receivers),
          processors,
          exporters: ["awss3/metrics", ...Object.keys(vendor)],
        },
      },
    },
  };
}

/** AWS's own collector: spans to X-Ray, with the tags of the side as annotations that X-Ray can be searched by. */
export function xrayCollectorConfig(settings: ApmSettings, identity: ApmIdentity, region: string): object {
  const others = forwarders(settings, ApmKind.Xray);
  return {
    receivers: receiver(ApmKind.Xray),
    processors: {
      memory_limiter: { check_interval: "1s", limit_mib: 256 },
      resourcedetection: { detectors: ["env", "ec2"], override: false },
      resource: resourceProcessor(identity),
      "batch/traces": { timeout: "1s", send_batch_size: 50 },
    },
    exporters: {
      awsxray: {
        region,
        indexed_attributes: Object.keys(identity.tags).map((tag) => `otel.resource.${tag}`),
      },
      ...others,
    },
    service: {
      pipelines: {
        traces: {
          receivers: ["otlp"],
          processors: ["memory_limiter", "resourcedetection", "resource", "batch/traces"],
          exporters: ["awsxray", ...Object.keys(others)],
        },
      },
    },
  };
}

/**
 * CloudWatch agent: figures of the machine every ten seconds, in a namespace of perfbed's own.
 * @param onInstance false in a container of Fargate, which is no instance of a group and whose agent would look for one in vain
 */
export const cloudWatchConfig = (identity: ApmIdentity, onInstance = true): object => ({
  agent: { metrics_collection_interval: 10, run_as_user: "root" },
  metrics: {
    namespace: CLOUDWATCH_NAMESPACE,
    ...(onInstance
      ? {
          append_dimensions: {
            AutoScalingGroupName: "${aws:AutoScalingGroupName}",
            InstanceId: "${aws:InstanceId}",
          },
          aggregation_dimensions: [["AutoScalingGroupName"]],
        }
      : {}),
    metrics_collected: Object.fromEntries(
      Object.entries({
        cpu: {
          measurement: ["usage_active", "usage_iowait", "usage_steal"],
          totalcpu: true,
          resources: ["*"],
        },
        mem: { measurement: ["used_percent", "available"] },
        net: { measurement: ["bytes_sent", "bytes_recv", "drop_in", "drop_out"], resources: ["*"] },
        netstat: { measurement: ["tcp_established", "tcp_time_wait"] },
        disk: { measurement: ["used_percent"], resources: ["/"] },
      }).map(([name, metrics]) => [name, { ...metrics, append_dimensions: cloudWatchDimensions(identity) }]),
    ),
  },
});

/** Namespace of the CloudWatch agent's metrics; its instances may write to no other. */
export const CLOUDWATCH_NAMESPACE = "perfbed";

/** Dimensions of CloudWatch: the same tags, under names that it takes. */
const cloudWatchDimensions = (identity: ApmIdentity): Record<string, string> => ({
  Service: identity.service,
  Version: identity.version,
  Stage: identity.stage,
  ...Object.fromEntries(
    Object.entries(identity.tags).map(([name, value]) => [name.replace("perfbed.", "perfbed_"), value]),
  ),
});
