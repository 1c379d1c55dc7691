import { readFileSync } from "node:fs";
import { join } from "node:path";
import { APM_VERSIONS } from "../../../components/apm/versions";
import { instanceProcessSpec } from "../../../components/local/autoscaler/instance-process";
import { renderOtelcolConfig } from "../../../components/local/otelcol/config";
import { packageRoot } from "../../../core/home";
import { OTELCOL_VERSION } from "../../../toolchain/versions";
import { TRACKING } from "../autoscaler/policies";

test("the collector's sources, the toolchain and the config's default are of one version", () => {
  const folder = join(packageRoot(), "collector");
  expect(readFileSync(join(folder, "main.go"), "utf8")).toContain(`const version = "${OTELCOL_VERSION}"`);
  const modules = readFileSync(join(folder, "go.mod"), "utf8");
  for (const module of [
    "go.opentelemetry.io/collector/otelcol",
    "go.opentelemetry.io/collector/receiver/otlpreceiver",
    "go.opentelemetry.io/collector/exporter/otlphttpexporter",
    "github.com/open-telemetry/opentelemetry-collector-contrib/exporter/fileexporter",
  ])
    expect(modules).toContain(`${module} v${OTELCOL_VERSION}\n`);
  expect(APM_VERSIONS.opentelemetry).toBe(OTELCOL_VERSION);
});

test("the collector listens on the loopback alone, writes two files, and passes on only where asked", () => {
  const plain: unknown = JSON.parse(renderOtelcolConfig({ port: 24_318, folder: "/env/apm-collector" }));
  expect(plain).toMatchObject({
    receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:24318" } } } },
    exporters: {
      "file/traces": { path: "/env/apm-collector/traces.jsonl" },
      "file/metrics": { path: "/env/apm-collector/metrics.jsonl" },
    },
    service: { telemetry: { metrics: { level: "none" } } },
  });
  expect(JSON.stringify(plain)).not.toContain("otlphttp");
  const forward = { endpoint: "https://otlp.example.com", keyHeader: "api-key" };
  const passing: unknown = JSON.parse(renderOtelcolConfig({ port: 1, folder: "/env", forward }));
  expect(passing).toMatchObject({
    exporters: {
      otlphttp: { endpoint: forward.endpoint, headers: { "api-key": "${env:PERFBED_OTLP_KEY}" } },
    },
    service: {
      pipelines: {
        traces: { exporters: ["file/traces", "otlphttp"] },
        metrics: { exporters: ["file/metrics", "otlphttp"] },
      },
    },
  });
});

test("every instance's spans name the instance, whatever language it is written in", () => {
  const spec = instanceProcessSpec(
    {
      environmentId: "pb-1",
      perfbedHome: "/home",
      folder: "/home/autoscaler",
      application: {
        name: "python-app",
        version: "1.0",
        workingDirectory: "/srv",
        command: ["python3", "app.py"],
        healthPath: "/health",
        readyPath: "/health",
        environment: { OTEL_RESOURCE_ATTRIBUTES: "service.version=1.0", OTEL_SERVICE_NAME: "python-app" },
        startTimeoutSeconds: 30,
        drainSeconds: 10,
      },
      sizing: { minInstances: 1, maxInstances: 3, cpu: 0.5, memoryMiB: 256, scaling: TRACKING },
      databaseUrl: "postgres://x",
      databaseReplicaUrls: [],
      cacheUrl: "redis://x",
      balancer: { socketPath: "/home/haproxy.sock" },
      statusPort: 20_001,
    },
    "app-7",
    20_100,
  );
  expect(spec.env).toMatchObject({
    OTEL_RESOURCE_ATTRIBUTES: "service.version=1.0,service.instance.id=app-7",
    OTEL_SERVICE_NAME: "python-app",
    INSTANCE_ID: "app-7",
  });
});
