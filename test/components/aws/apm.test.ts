import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import * as pulumi from "@pulumi/pulumi";
import { ApmKind, ApmLanguage, type ApmSettings } from "../../../components/apm/model";
import { instrumentationScript } from "../../../components/aws/apm/instrumentation";
import { AwsApp } from "../../../components/aws/app";
import { AwsFleet } from "../../../components/aws/fleet";
import { AppFlavour, type AwsSettingsInput, NatStrategy } from "../../../components/aws/settings";
import { ConfigError } from "../../../core/errors";
import { apmFrom, apmSchema } from "../../../stacks/apm-schema";
import { APPLICATION, allRegistered, environmentArgs, settled, sizing } from "../support";
import { contextWith, inputsOf, type Recorded, recordTier, statements } from "./app-fleet-support";

const secretOf = (name: string): string =>
  `arn:aws:secretsmanager:eu-west-1:123456789012:secret:${name}-AbCdEf`;
const KEYS = {
  opentelemetry: secretOf("otlp"),
  datadog: secretOf("datadog"),
  newrelic: secretOf("newrelic"),
  dynatrace: secretOf("dynatrace"),
};
const DATABASE = secretOf("db");
const ALL: readonly object[] = [
  {
    kind: "opentelemetry",
    endpoint: "https://otlp.example.com",
    apiKey: KEYS.opentelemetry,
    languages: ["java"],
  },
  { kind: "prometheus" },
  { kind: "cloudwatch" },
  { kind: "xray" },
  { kind: "datadog", apiKey: KEYS.datadog, site: "datadoghq.eu", languages: ["python"] },
  { kind: "newrelic", apiKey: KEYS.newrelic, languages: ["node"] },
  {
    kind: "dynatrace",
    apiKey: KEYS.dynatrace,
    endpoint: "https://abc12345.live.dynatrace.com",
    version: "1.309.51.20250131-120000",
  },
];
const settingsOf = (list: readonly object[]): ApmSettings => {
  const settings = apmFrom(apmSchema.parse(list), { campaign: "c-1", side: "candidate" });
  if (settings === undefined) throw new Error("no agents");
  return settings;
};

const { environment } = environmentArgs();
let folder: string;
let home: string | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "perfbed-aws-apm-"));
  mkdirSync(join(folder, "shop"));
  home = process.env.PERFBED_HOME;
  process.env.PERFBED_HOME = join(folder, "home");
});
afterEach(() => {
  if (home === undefined) delete process.env.PERFBED_HOME;
  else process.env.PERFBED_HOME = home;
  rmSync(folder, { recursive: true, force: true });
});

function construct(apm: ApmSettings, settings: Omit<AwsSettingsInput, "region">): AwsApp {
  return new AwsApp(
    "shop-app",
    {
      environment,
      sizing: sizing().app,
      application: {
        ...APPLICATION,
        workingDirectory: join(folder, "shop"),
        metricsPath: "/metrics",
        environment: { OTEL_SERVICE_NAME: "own-name" },
      },
      databaseUrl: pulumi.output(`postgresql://app:{{secret:${DATABASE}:password}}@proxy:5432/app`),
      databaseReplicaUrls: pulumi.output<string[]>([]),
      databaseAdminUrl: pulumi.output(`postgresql://app:{{secret:${DATABASE}:password}}@primary:5432/app`),
      cacheUrl: pulumi.output("redis://cache:6379/0"),
      apm,
    },
    contextWith(settings),
    {},
  );
}

async function makeApp(
  list: readonly object[],
  settings: Omit<AwsSettingsInput, "region"> = {},
): Promise<Recorded> {
  const recorded = recordTier();
  await settled(construct(settingsOf(list), settings).inService);
  await allRegistered();
  return recorded;
}

/** The user data of a launch template as the instance's cloud-init unpacks it. */
function scriptOf(recorded: Recorded, template: string): string {
  const data = Buffer.from(String(inputsOf(recorded, template).userData), "base64");
  expect(data.length).toBeLessThan(16_384);
  return (data[0] === 0x1f ? gunzipSync(data) : data).toString();
}

function bashAccepts(script: string): void {
  const file = join(folder, "user-data.sh");
  writeFileSync(file, script);
  expect(spawnSync("bash", ["-n", file], { encoding: "utf8" }).stderr).toBe("");
}

/** A file that the script writes. */
const fileIn = (script: string, path: string): string =>
  new RegExp(`cat >'${path.replaceAll(".", "\\.")}' <<'PERFBED_FILE'\\n([\\s\\S]*?)PERFBED_FILE\\n`).exec(
    script,
  )?.[1] ?? "";

describe("agents on instances of the application", () => {
  test("all of them at once are one script that bash takes and EC2 has room for, each at its version", async () => {
    const script = scriptOf(await makeApp(ALL), "shop-app-launch-template");
    bashAccepts(script);
    for (const text of [
      "opentelemetry-collector-releases/releases/download/v0.160.0/otelcol-contrib_0.160.0_linux_arm64.rpm",
      "amazon_linux/arm64/v0.50.0/aws-otel-collector.rpm",
      "amazon_linux/arm64/1.300049.1b929/amazon-cloudwatch-agent.rpm",
      "'datadog-agent-1:7.66.1-1'",
      "'newrelic-infra-1.64.0'",
      "/unix/default/version/1.309.51.20250131-120000?arch=arm",
      "opentelemetry-javaagent-2.19.0.jar",
      "'ddtrace==4.16.0'",
      "'newrelic@13.9.2'",
    ])
      expect(script).toContain(text);
    expect(script.indexOf('STEP="agents"')).toBeLessThan(script.indexOf('STEP="start of the application"'));
  });

  test("keys are fetched by their secret's name and stand in no argument of a program", async () => {
    const script = scriptOf(await makeApp(ALL), "shop-app-launch-template");
    for (const arn of Object.values(KEYS)) expect(script).toContain(`$(retry apm_key '${arn}')`);
    for (const line of script.split("\n").filter((one) => one.includes("$APM_KEY")))
      expect(line.trim()).toMatch(/^(\(umask 077 && )?printf /);
    expect(script).toContain(`curl -sSfL -H @- -o /var/tmp/oneagent.sh`);
  });

  test("the role may read exactly those secrets, and write to X-Ray, CloudWatch and its prefix of the bucket", async () => {
    const recorded = await makeApp(ALL);
    const policy = statements(inputsOf(recorded, "shop-app-instance-role-policy").policy);
    expect(policy.ReadSecrets).toMatchObject({
      Action: ["secretsmanager:GetSecretValue"],
      Resource: expect.arrayContaining([DATABASE, ...Object.values(KEYS)]),
    });
    expect(policy.Observations).toEqual({
      Effect: "Allow",
      Action: ["s3:PutObject"],
      Resource: ["arn:aws:s3:::pb-test-bucket/apm/*"],
    });
    expect(policy.WriteTraces).toMatchObject({
      Action: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
    });
    expect(policy.WriteMetrics).toMatchObject({
      Action: ["cloudwatch:PutMetricData"],
      Condition: { StringEquals: { "cloudwatch:namespace": "perfbed" } },
    });
  });

  test("one agent asks for its own permissions and no others'", async () => {
    const recorded = await makeApp([{ kind: "cloudwatch" }]);
    const policy = statements(inputsOf(recorded, "shop-app-instance-role-policy").policy);
    expect(Object.keys(policy).sort()).toEqual([
      "AnswerLifecycleHooks",
      "Markers",
      "ReadBundle",
      "ReadOwnTags",
      "ReadSecrets",
      "WriteLogs",
      "WriteMetrics",
    ]);
    const script = scriptOf(recorded, "shop-app-launch-template");
    expect(script).not.toMatch(/otelcol|datadog|newrelic|oneagent|apm_key '/);
  });

  test("the application sends to the first that takes spans, which hands them on to the next; each has the tags", async () => {
    const script = scriptOf(await makeApp(ALL), "shop-app-launch-template");
    const plain: unknown = JSON.parse(fileIn(script, "/etc/otelcol-contrib/config.yaml"));
    expect(plain).toMatchObject({
      receivers: {
        otlp: { protocols: { http: { endpoint: "127.0.0.1:4318" } } },
        prometheus: {
          config: {
            scrape_configs: [{ metrics_path: "/metrics", static_configs: [{ targets: ["127.0.0.1:8080"] }] }],
          },
        },
      },
      exporters: {
        otlphttp: { endpoint: "https://otlp.example.com", headers: { "api-key": "${env:PERFBED_OTLP_KEY}" } },
        "otlphttp/xray": { endpoint: "http://127.0.0.1:4328" },
        "awss3/traces": {
          s3uploader: { s3_bucket: "pb-test-bucket", s3_prefix: "apm/traces" },
          marshaler: "otlp_json",
        },
      },
      service: { pipelines: { traces: { exporters: ["awss3/traces", "otlphttp", "otlphttp/xray"] } } },
    });
    const xray: unknown = JSON.parse(fileIn(script, "/etc/perfbed-xray.json"));
    expect(xray).toMatchObject({
      exporters: {
        awsxray: { region: "eu-west-1" },
        "otlphttp/datadog": { endpoint: "http://127.0.0.1:4338" },
      },
    });
    const tag = { key: "perfbed.side", value: "candidate", action: "insert" };
    for (const config of [plain, xray])
      expect(config).toMatchObject({
        processors: { resource: { attributes: expect.arrayContaining([tag]) } },
      });
    expect(fileIn(script, "/etc/datadog-agent/datadog.yaml")).toContain('"perfbed.campaign:c-1"');
    expect(fileIn(script, "/etc/newrelic-infra.yml")).toContain('"perfbed.side": "candidate"');
    expect(script).toContain("'--set-host-tag=perfbed.side=candidate'");
  });

  test("the process is instrumented by variables, of which the application's own win", async () => {
    const script = scriptOf(await makeApp(ALL), "shop-app-launch-template");
    const variables: unknown = JSON.parse(fileIn(script, "/usr/local/lib/perfbed/app-variables.json"));
    expect(variables).toMatchObject({
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318",
      JAVA_TOOL_OPTIONS: "-javaagent:/opt/perfbed/apm/opentelemetry-javaagent-2.19.0.jar",
      PYTHONPATH: "/opt/perfbed/apm/python/ddtrace/bootstrap:/opt/perfbed/apm/python",
      NODE_OPTIONS: "--require /opt/perfbed/apm/node/node_modules/newrelic/index.js",
      DD_SERVICE: "shop",
      DD_TAGS: "perfbed.environment:pb-test,perfbed.campaign:c-1,perfbed.side:candidate",
      NEW_RELIC_LABELS: expect.stringContaining("perfbed.side:candidate"),
      DT_TAGS: expect.stringContaining("perfbed.side=candidate"),
    });
    expect(variables).not.toHaveProperty("OTEL_SERVICE_NAME");
    expect(variables).not.toHaveProperty("NEW_RELIC_LICENSE_KEY");
    expect(script).toContain(`printf 'NEW_RELIC_LICENSE_KEY="%s"\\n' "$APM_KEY" >>/etc/perfbed/app.env`);
  });

  test("packages of Python are for the Python that the application runs on, and New Relic is told which that is", async () => {
    const agents = [{ kind: "newrelic", apiKey: KEYS.newrelic, languages: ["python"] }];
    const script = scriptOf(await makeApp(agents), "shop-app-launch-template");
    bashAccepts(script);
    const choice = /^for APM_PYTHON in .*\n[\s\S]*?^done\n/m.exec(script)?.[0] ?? "";
    const told = /^"\$APM_PYTHON" -c .*NEW_RELIC_PYTHON_PREFIX.*$/m.exec(script)?.[0] ?? "";
    const file = join(folder, "app.env");
    const run = `${choice}${told.replace("/etc/perfbed/app.env", file)}
. ${file}
"$APM_PYTHON" -c 'import os, sys
assert os.path.realpath(sys.prefix) == sys.argv[1], sys.argv
assert "%d.%d" % sys.version_info[:2] == sys.argv[2], sys.argv' "$NEW_RELIC_PYTHON_PREFIX" "$NEW_RELIC_PYTHON_VERSION"`;
    expect(spawnSync("bash", ["--norc", "-ec", run], { encoding: "utf8" })).toMatchObject({
      status: 0,
      stderr: "",
    });
    expect(script).toContain(
      `retry "$APM_PYTHON" -m pip install --quiet --target /opt/perfbed/apm/python 'newrelic==13.6.1'\n`,
    );
  });

  test("an application's command names its Python; OpenTelemetry comes with what instruments libraries", () => {
    const settings = settingsOf([{ kind: "opentelemetry", languages: ["python"] }]);
    const script = instrumentationScript(settings, ["python3.11", "app.py"]);
    expect(script).toContain("\nAPM_PYTHON=python3.11\n");
    expect(script).toContain("'opentelemetry-instrumentation-flask==0.62b1'");
    expect(
      instrumentationScript(settingsOf([{ kind: "xray", languages: ["node"] }]), ["node"]),
    ).not.toContain("PYTHON");
  });

  test("spans say which instance they come from: the line in the variables is completed on the instance", async () => {
    const script = scriptOf(await makeApp([{ kind: "xray" }]), "shop-app-launch-template");
    const line = /^sed -i .*OTEL_RESOURCE_ATTRIBUTES.*$/m.exec(script)?.[0] ?? "";
    const file = join(folder, "app.env");
    writeFileSync(file, 'PORT="1"\nOTEL_RESOURCE_ATTRIBUTES="a=b,c=d"\n');
    const done = spawnSync(
      "bash",
      ["--norc", "-c", `SELF=i-1; ${line.replace("/etc/perfbed/app.env", file)}; cat ${file}`],
      {
        encoding: "utf8",
      },
    );
    expect(done.stdout).toBe('PORT="1"\nOTEL_RESOURCE_ATTRIBUTES="a=b,c=d,service.instance.id=i-1"\n');
  });
});

describe("agents on the fleet", () => {
  test("watch the machines from outside, under a name of their own, with the permissions for that", async () => {
    const recorded = recordTier();
    const fleet = new AwsFleet(
      "shop-fleet",
      { environment, sizing: { generators: 2 }, apm: settingsOf(ALL) },
      contextWith(),
      {},
    );
    await settled(fleet.generators);
    await allRegistered();
    const script = scriptOf(recorded, "shop-fleet-launch-template");
    bashAccepts(script);
    expect(script).toContain("--set-monitoring-mode=infra-only");
    expect(script).toContain("hostmetrics");
    expect(script).toContain("load-generator");
    expect(script).not.toMatch(/aws-otel-collector|javaagent|ddtrace/);
    const policy = statements(inputsOf(recorded, "shop-fleet-instance-role-policy").policy);
    expect(policy.ReadSecrets).toMatchObject({ Resource: Object.values(KEYS) });
    expect(policy).not.toHaveProperty("WriteTraces");
  });
});

describe("agents beside the application on Fargate", () => {
  const fargate = {
    app: {
      flavour: AppFlavour.Fargate,
      containerImage: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop:1",
    },
  };
  const onFargate = [
    { kind: "opentelemetry", endpoint: "https://otlp.example.com", apiKey: KEYS.opentelemetry },
    { kind: "cloudwatch" },
    { kind: "xray" },
    { kind: "datadog", apiKey: KEYS.datadog },
  ];

  test("are containers at their versions, not essential, with their keys by reference", async () => {
    const recorded = await makeApp(onFargate, fargate);
    const task = inputsOf(recorded, "shop-app-task");
    const containers: unknown = JSON.parse(String(task.containerDefinitions));
    expect(containers).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          name: "apm-collector",
          image: "docker.io/otel/opentelemetry-collector-contrib:0.160.0",
          essential: false,
          secrets: [{ name: "PERFBED_OTLP_KEY", valueFrom: KEYS.opentelemetry }],
        }),
        expect.objectContaining({
          name: "apm-xray",
          image: "public.ecr.aws/aws-observability/aws-otel-collector:v0.50.0",
        }),
        expect.objectContaining({
          name: "apm-cloudwatch",
          image: "public.ecr.aws/cloudwatch-agent/cloudwatch-agent:1.300049.1b929",
        }),
        expect.objectContaining({
          name: "apm-datadog",
          image: "public.ecr.aws/datadog/agent:7.66.1",
          secrets: [{ name: "DD_API_KEY", valueFrom: KEYS.datadog }],
        }),
        expect.objectContaining({
          name: "app",
          environment: expect.arrayContaining([
            { name: "OTEL_EXPORTER_OTLP_ENDPOINT", value: "http://127.0.0.1:4318" },
          ]),
        }),
      ]),
    );
    const starting = statements(inputsOf(recorded, "shop-app-execution-role-policy").policy);
    expect(starting.ReadSecrets).toMatchObject({
      Resource: expect.arrayContaining([KEYS.opentelemetry, KEYS.datadog]),
    });
    const running = statements(inputsOf(recorded, "shop-app-task-role-policy").policy);
    expect(Object.keys(running).sort()).toEqual([
      "Markers",
      "Observations",
      "ReadOwnTags",
      "WriteMetrics",
      "WriteTraces",
    ]);
  });

  test("what needs a machine or a folder of its own is refused before anything is registered", () => {
    const recorded = recordTier();
    let caught: unknown;
    try {
      construct(
        settingsOf([
          { kind: "newrelic", apiKey: KEYS.newrelic },
          { kind: "opentelemetry", languages: [ApmLanguage.Node] },
          { kind: ApmKind.Dynatrace, apiKey: KEYS.dynatrace, endpoint: "https://a.live.dynatrace.com" },
        ]),
        { ...fargate, network: { nat: NatStrategy.None } },
      );
    } catch (error) {
      caught = error;
    }
    const fields = caught instanceof ConfigError ? caught.problems.map(({ field }) => field) : [];
    expect(fields).toEqual(
      expect.arrayContaining(["apm.0.kind", "apm.1.languages", "apm.2.kind", "aws.network.nat"]),
    );
    expect(recorded.registrations).toEqual([]);
  });
});
