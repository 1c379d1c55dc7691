import { ApmKind } from "../../components/apm/model";
import { Target } from "../../components/contracts";
import { PerformanceEnvironment } from "../../components/environment";
import { createLocalTiers } from "../../components/local";
import { ConfigError } from "../../core/errors";
import { apmFrom, apmSchema } from "../../stacks/apm-schema";
import {
  APPLICATION,
  allRegistered,
  environmentArgs,
  type Registration,
  recordRegistrations,
  settled,
  TOOLS,
} from "./support";

const OTELCOL = {
  name: "otelcol",
  version: "0.160.0",
  executables: { otelcol: "/usr/bin/otelcol" },
  reachableByOthers: true,
};
const DYNAMIC = "pulumi-nodejs:dynamic/perfbed/local:";

async function register(
  list: readonly object[],
  tools = { ...TOOLS, otelcol: OTELCOL },
): Promise<Registration[]> {
  const registrations = recordRegistrations();
  const apm = apmFrom(apmSchema.parse(list), { campaign: "c-1", side: "baseline" });
  const environment = new PerformanceEnvironment(
    "shop",
    environmentArgs({
      application: { ...APPLICATION, metricsPath: "/metrics", environment: { OTEL_TRACES_SAMPLER_ARG: "1" } },
      ...(apm === undefined ? {} : { apm }),
    }),
    { [Target.Local]: createLocalTiers({ tools }) },
  );
  await settled(environment.telemetry);
  await settled(environment.entryUrl);
  await allRegistered();
  return registrations;
}

const inputsOf = (registrations: readonly Registration[], name: string): Record<string, unknown> => {
  const [found, ...more] = registrations.filter((one) => one.name === name);
  expect(more).toEqual([]);
  return found?.inputs ?? {};
};

describe("agents on the local target, as registered with the engine", () => {
  test("opentelemetry is one more resource, with the reference to its key and never the key", async () => {
    process.env.PERFBED_TEST_KEY = "hunter2";
    const registrations = await register([
      { kind: "opentelemetry", endpoint: "https://otlp.example.com", apiKey: "${PERFBED_TEST_KEY}" },
    ]);
    delete process.env.PERFBED_TEST_KEY;
    expect(registrations.map(({ type }) => type)).toEqual(
      expect.arrayContaining(["perfbed:local:Apm", `${DYNAMIC}Otelcol`]),
    );
    expect(inputsOf(registrations, "shop-apm-collector")).toMatchObject({
      environmentId: "pb-test",
      service: "apm-collector",
      tool: OTELCOL,
      forward: {
        endpoint: "https://otlp.example.com",
        key: { header: "api-key", reference: "${PERFBED_TEST_KEY}" },
      },
    });
    expect(JSON.stringify(registrations)).not.toContain("hunter2");
  });

  test("instances are told where to send spans and who they are; the application's own variables win", async () => {
    const registrations = await register([{ kind: "opentelemetry", sampleRatio: 0.5, languages: ["node"] }]);
    const group = JSON.stringify(inputsOf(registrations, "shop-app-autoscaling-group"));
    for (const text of [
      '"OTEL_EXPORTER_OTLP_ENDPOINT":"http://127.0.0.1:21700"',
      '"OTEL_SERVICE_NAME":"shop"',
      "perfbed.campaign=c-1,perfbed.side=baseline",
      '"OTEL_TRACES_SAMPLER_ARG":"1"',
      '"NODE_OPTIONS":"--require @opentelemetry/auto-instrumentations-node/register"',
    ])
      expect(group).toContain(text);
    const setup = JSON.stringify(inputsOf(registrations, "shop-app-setup"));
    expect(setup).not.toContain("OTEL_EXPORTER_OTLP_ENDPOINT");
  });

  test("prometheus alone needs no process", async () => {
    const types = (await register([{ kind: "prometheus" }])).map(({ type }) => type);
    expect(types).toContain("perfbed:local:Apm");
    expect(types).not.toContain(`${DYNAMIC}Otelcol`);
  });

  test("without a list nothing of it is there", async () => {
    expect((await register([])).map(({ type }) => type)).not.toContain("perfbed:local:Apm");
  });

  test("a machine without a collector says so, and what to do", () => {
    recordRegistrations();
    const apm = apmFrom(apmSchema.parse([{ kind: ApmKind.OpenTelemetry }]));
    expect(
      () =>
        new PerformanceEnvironment("shop", environmentArgs({ ...(apm === undefined ? {} : { apm }) }), {
          [Target.Local]: createLocalTiers({ tools: TOOLS }),
        }),
    ).toThrow(ConfigError);
  });
});
