import { type ApmAgent, ApmKind, ApmLanguage } from "../../components/apm/model";
import { apmProblems } from "../../components/apm/validation";
import { apmIdentity, openTelemetryVariables, withInstance } from "../../components/apm/variables";
import { APM_VERSIONS } from "../../components/apm/versions";
import { type Application, Target } from "../../components/contracts";
import { apmFrom, apmSchema } from "../../stacks/apm-schema";
import { APPLICATION, environmentArgs } from "./support";

const ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:perfbed/datadog-AbCdEf";
const withMetrics = { ...APPLICATION, metricsPath: "/metrics" };

const agents = (list: unknown): readonly ApmAgent[] => apmFrom(apmSchema.parse(list))?.agents ?? [];
const problems = (list: unknown, target = Target.Local, application: Application = withMetrics) =>
  apmProblems({ agents: agents(list) }, { target, application });

test("two lines are a whole list; everything else has a default", () => {
  expect(agents([{ kind: "opentelemetry" }, { kind: "prometheus" }])).toEqual([
    {
      kind: ApmKind.OpenTelemetry,
      version: "0.160.0",
      sampleRatio: 0.1,
      apiKeyHeader: "api-key",
      languages: [],
      intervalSeconds: 5,
    },
    {
      kind: ApmKind.Prometheus,
      version: "0.160.0",
      sampleRatio: 0.1,
      apiKeyHeader: "api-key",
      languages: [],
      intervalSeconds: 5,
    },
  ]);
  expect(problems([{ kind: "opentelemetry" }, { kind: "prometheus" }])).toEqual([]);
  expect(apmFrom(apmSchema.parse([]))).toBeUndefined();
});

test("every kind is valid on AWS with what it needs, and its version may be another", () => {
  const list = [
    { kind: "opentelemetry", endpoint: "https://otlp.example.com/", apiKey: ARN, sampleRatio: 1 },
    { kind: "prometheus", intervalSeconds: 15 },
    { kind: "cloudwatch", version: "1.300044.0b793" },
    { kind: "xray" },
    { kind: "datadog", apiKey: ARN, site: "datadoghq.eu", languages: ["node"] },
    { kind: "newrelic", apiKey: ARN, languages: ["java"] },
    {
      kind: "dynatrace",
      apiKey: ARN,
      endpoint: "https://abc12345.live.dynatrace.com",
      version: "1.309.51.20250131-120000",
    },
  ];
  expect(problems(list, Target.Aws)).toEqual([]);
  expect(agents(list)[0]?.endpoint).toBe("https://otlp.example.com");
  expect(agents(list)[2]?.version).toBe("1.300044.0b793");
  for (const kind of Object.values(ApmKind)) {
    if (kind !== ApmKind.Dynatrace) expect(APM_VERSIONS[kind]).toMatch(/^\d+\.\d+\.\d+/);
  }
});

test("all problems are found at once, each with its place, and a key is never shown", () => {
  const found = problems(
    [
      { kind: "opentelemetry", apiKey: "hunter2-secret", sampleRatio: 0 },
      { kind: "opentelemetry" },
      { kind: "datadog", apiKey: "0123456789abcdef0123456789abcdef", site: "datadog.com" },
      { kind: "cloudwatch", apiKey: ARN, endpoint: "https://x.example.com", languages: ["node"] },
      { kind: "dynatrace" },
      { kind: "xray", version: "latest" },
      { kind: "prometheus", intervalSeconds: 0 },
      { kind: "newrelic", apiKey: ARN, languages: ["node"] },
      { kind: "xray", languages: ["node"] },
    ],
    Target.Aws,
    APPLICATION,
  );
  expect(found.map(({ field }) => field)).toEqual([
    "apm.0.apiKey",
    "apm.0.sampleRatio",
    "apm.2.apiKey",
    "apm.2.site",
    "apm.3.apiKey",
    "apm.3.endpoint",
    "apm.3.languages",
    "apm.4.version",
    "apm.4.apiKey",
    "apm.4.endpoint",
    "apm.5.version",
    "apm.6.intervalSeconds",
    "apm.6.kind",
    "apm.1.kind",
    "apm.7.languages",
    "apm.8.kind",
  ]);
  expect(JSON.stringify(found)).not.toMatch(/hunter2|0123456789abcdef/);
});

test.each([
  ["a kind of another target", [{ kind: "cloudwatch" }], "apm.0.kind"],
  [
    "an ARN on local",
    [{ kind: "opentelemetry", endpoint: "https://o.example.com", apiKey: ARN }],
    "apm.0.apiKey",
  ],
  ["a key without an endpoint", [{ kind: "opentelemetry", apiKey: "${OTLP_KEY}" }], "apm.0.endpoint"],
  [
    "credentials in an endpoint",
    [{ kind: "opentelemetry", endpoint: "https://a:b@o.example.com" }],
    "apm.0.endpoint",
  ],
  [
    "a collector's own syntax in an endpoint",
    [{ kind: "opentelemetry", endpoint: "https://o/${env:HOME}" }],
    "apm.0.endpoint",
  ],
  [
    "languages that only a machine of one's own can load",
    [{ kind: "opentelemetry", languages: ["java"] }],
    "apm.0.languages",
  ],
])("on local, %s is refused", (_name, list, field) => {
  expect(problems(list).map((problem) => problem.field)).toEqual([field]);
});

test("on local, a key is a reference to a variable", () => {
  expect(
    problems([{ kind: "opentelemetry", endpoint: "https://otlp.example.com", apiKey: "${OTLP_KEY}" }]),
  ).toEqual([]);
});

test("an SDK is told whom it watches, in the words of the specification", () => {
  const { environment } = environmentArgs();
  const settings = {
    agents: agents([{ kind: "opentelemetry", sampleRatio: 0.25 }]),
    campaign: "c-1",
    side: "candidate",
  };
  const identity = apmIdentity(settings, environment, { name: "shop", version: "1.2, beta" });
  const variables = openTelemetryVariables(identity, { sampleRatio: 0.25 }, "http://127.0.0.1:4318");
  expect(variables).toMatchObject({
    OTEL_SERVICE_NAME: "shop",
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318",
    OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
    OTEL_TRACES_SAMPLER_ARG: "0.25",
  });
  expect(withInstance(variables, "app-2").OTEL_RESOURCE_ATTRIBUTES).toBe(
    "service.version=1.2%2C%20beta,deployment.environment.name=performance,perfbed.environment=pb-test,perfbed.campaign=c-1,perfbed.side=candidate,service.instance.id=app-2",
  );
  expect(withInstance({ PORT: "1" }, "app-2")).toEqual({ PORT: "1" });
  expect(agents([{ kind: "opentelemetry", languages: ["node"] }])[0]?.languages).toEqual([ApmLanguage.Node]);
});
