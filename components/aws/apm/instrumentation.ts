import { type ApmAgent, ApmKind, ApmLanguage, type ApmSettings } from "../../apm/model";
import { type ApmIdentity, apmIdentity, openTelemetryVariables } from "../../apm/variables";
import { INSTRUMENTATION_VERSIONS } from "../../apm/versions";
import type { Application, EnvironmentIdentity } from "../../contracts";
import { otlpEndpoint, otlpReceivers } from "./collector-config";

/** Where an instance keeps what is loaded into the application's process. */
const FOLDER = "/opt/perfbed/apm";
/** Variable of the boot script with the Python that the application runs on: what is installed for one fits no other. */
export const PYTHON_VARIABLE = "APM_PYTHON";
const MAVEN = "https://repo1.maven.org/maven2";

/** One package that instruments programs of a language, and how it comes into their process. */
interface Instrumentation {
  /** Bash that installs it. */
  readonly install: string;
  readonly variables: Readonly<Record<string, string>>;
}

type Vendor = "openTelemetry" | "datadog" | "newRelic";

const VENDORS: Readonly<Partial<Record<ApmKind, Vendor>>> = {
  [ApmKind.OpenTelemetry]: "openTelemetry",
  [ApmKind.Xray]: "openTelemetry",
  [ApmKind.Datadog]: "datadog",
  [ApmKind.NewRelic]: "newRelic",
};

const npm = (spec: string): string =>
  `retry npm install --silent --no-audit --no-fund --prefix ${FOLDER}/node '${spec}'\n`;
const pip = (
  specs: readonly string[],
): string => `"$${PYTHON_VARIABLE}" -m pip --version >/dev/null 2>&1 || retry dnf install -y --quiet "$${PYTHON_VARIABLE}-pip"
retry "$${PYTHON_VARIABLE}" -m pip install --quiet --target ${FOLDER}/python ${specs.map((spec) => `'${spec}'`).join(" ")}
`;

/** A jar from Maven Central, checked against the checksum published with it. */
function jar(path: string): string {
  const name = path.split("/").at(-1) ?? path;
  return `retry curl -sSfL -o ${FOLDER}/${name} ${MAVEN}/${path}
echo "$(retry curl -sSfL ${MAVEN}/${path}.sha1)  ${FOLDER}/${name}" | sha1sum --check --quiet
`;
}

const node = (version: string, name: string, module: string): Instrumentation => ({
  install: npm(`${name}@${version}`),
  variables: { NODE_OPTIONS: `--require ${FOLDER}/node/node_modules/${module}` },
});
const python = (specs: readonly string[], bootstrap: string): Instrumentation => ({
  install: pip(specs),
  variables: { PYTHONPATH: `${FOLDER}/python/${bootstrap}:${FOLDER}/python` },
});
const java = (path: string): Instrumentation => ({
  install: jar(path),
  variables: { JAVA_TOOL_OPTIONS: `-javaagent:${FOLDER}/${path.split("/").at(-1)}` },
});

const V = INSTRUMENTATION_VERSIONS;

/** Libraries of Python that OpenTelemetry has an instrumentation for, each a package of its own that does nothing where its library is not. */
const PYTHON_LIBRARIES = [
  "wsgi",
  "asgi",
  "django",
  "fastapi",
  "flask",
  "starlette",
  "tornado",
  "aiohttp-server",
  "aiohttp-client",
  "httpx",
  "requests",
  "urllib3",
  "grpc",
  "asyncpg",
  "psycopg",
  "psycopg2",
  "sqlalchemy",
  "redis",
] as const;

const INSTRUMENTATIONS: Readonly<Record<Vendor, Readonly<Record<ApmLanguage, Instrumentation>>>> = {
  openTelemetry: {
    [ApmLanguage.Node]: node(
      V.openTelemetryNode,
      "@opentelemetry/auto-instrumentations-node",
      "@opentelemetry/auto-instrumentations-node/build/src/register.js",
    ),
    [ApmLanguage.Python]: python(
      [
        `opentelemetry-exporter-otlp-proto-http==${V.openTelemetryPythonExporter}`,
        `opentelemetry-distro==${V.openTelemetryPython}`,
        ...PYTHON_LIBRARIES.map((name) => `opentelemetry-instrumentation-${name}==${V.openTelemetryPython}`),
      ],
      "opentelemetry/instrumentation/auto_instrumentation",
    ),
    [ApmLanguage.Java]: java(
      `io/opentelemetry/javaagent/opentelemetry-javaagent/${V.openTelemetryJava}/opentelemetry-javaagent-${V.openTelemetryJava}.jar`,
    ),
  },
  datadog: {
    [ApmLanguage.Node]: node(V.datadogNode, "dd-trace", "dd-trace/init.js"),
    [ApmLanguage.Python]: python([`ddtrace==${V.datadogPython}`], "ddtrace/bootstrap"),
    [ApmLanguage.Java]: java(
      `com/datadoghq/dd-java-agent/${V.datadogJava}/dd-java-agent-${V.datadogJava}.jar`,
    ),
  },
  newRelic: {
    [ApmLanguage.Node]: node(V.newRelicNode, "newrelic", "newrelic/index.js"),
    [ApmLanguage.Python]: python([`newrelic==${V.newRelicPython}`], "newrelic/bootstrap"),
    [ApmLanguage.Java]: java(
      `com/newrelic/agent/java/newrelic-agent/${V.newRelicJava}/newrelic-agent-${V.newRelicJava}.jar`,
    ),
  },
};

const chosen = (agents: readonly ApmAgent[]): readonly Instrumentation[] =>
  agents.flatMap(({ kind, languages }) => {
    const vendor = VENDORS[kind];
    return vendor === undefined ? [] : languages.map((language) => INSTRUMENTATIONS[vendor][language]);
  });

const hasPython = ({ agents }: ApmSettings): boolean =>
  agents.some(({ kind, languages }) => kind in VENDORS && languages.includes(ApmLanguage.Python));

/** Bash: that of the application's command, or else the newest of the instance. */
function choosePython([program = ""]: readonly string[]): string {
  if (/^python3(\.\d+)?$/.test(program)) return `${PYTHON_VARIABLE}=${program}\n`;
  return `for ${PYTHON_VARIABLE} in python3.13 python3.12 python3.11 python3; do
  if "$${PYTHON_VARIABLE}" -c "" 2>/dev/null; then break; fi
done
`;
}

/**
 * Bash that installs what is loaded into the application's process; empty without languages.
 * @param command of the application
 */
export function instrumentationScript(settings: ApmSettings, command: readonly string[]): string {
  const installs = chosen(settings.agents).map(({ install }) => install);
  if (installs.length === 0) return "";
  return `install -d -m 0755 ${FOLDER}\n${hasPython(settings) ? choosePython(command) : ""}${installs.join("")}`;
}

const list = (entries: Readonly<Record<string, string>>, between: string, separator: string): string =>
  Object.entries(entries)
    .map(([name, value]) => `${name}${between}${value}`)
    .join(separator);

/** Variables of each vendor's own, with the same names and tags. */
function vendorVariables({ kind, sampleRatio }: ApmAgent, identity: ApmIdentity): Record<string, string> {
  switch (kind) {
    case ApmKind.Datadog:
      return {
        DD_SERVICE: identity.service,
        DD_ENV: identity.stage,
        DD_VERSION: identity.version,
        DD_TAGS: list(identity.tags, ":", ","),
        DD_TRACE_SAMPLE_RATE: String(sampleRatio),
      };
    case ApmKind.NewRelic:
      return {
        NEW_RELIC_APP_NAME: identity.service,
        NEW_RELIC_LABELS: list(
          { version: identity.version, environment: identity.stage, ...identity.tags },
          ":",
          ";",
        ),
        NEW_RELIC_NO_CONFIG_FILE: "true",
        NEW_RELIC_DISTRIBUTED_TRACING_ENABLED: "true",
      };
    case ApmKind.Dynatrace:
      return {
        DT_RELEASE_PRODUCT: identity.service,
        DT_RELEASE_VERSION: identity.version,
        DT_RELEASE_STAGE: identity.stage,
        DT_TAGS: list(identity.tags, "=", " "),
      };
    default:
      return {};
  }
}

const merged = (parts: readonly Readonly<Record<string, string>>[]): Record<string, string> =>
  Object.fromEntries(parts.flatMap((part) => Object.entries(part)));

/**
 * Variables of the application's process on an instance or in a container; the application's own win over them.
 * @param load where what instruments it is installed (EC2); in a container the image brings that
 */
function apmVariables(settings: ApmSettings, identity: ApmIdentity, load: boolean): Record<string, string> {
  const endpoint = otlpEndpoint(settings);
  const [receiver] = otlpReceivers(settings);
  const agent = settings.agents.find(({ kind }) => kind === receiver);
  return {
    ...(endpoint === undefined || agent === undefined
      ? {}
      : openTelemetryVariables(identity, agent, endpoint)),
    ...merged(settings.agents.map((one) => vendorVariables(one, identity))),
    ...(load ? merged(chosen(settings.agents).map(({ variables }) => variables)) : {}),
  };
}

/** As {@link apmVariables}, without those that the application sets itself; none without agents. */
export function agentVariables(
  settings: ApmSettings | undefined,
  environment: EnvironmentIdentity,
  application: Application,
  load: boolean,
): Record<string, string> {
  if (settings === undefined) return {};
  const all = apmVariables(settings, apmIdentity(settings, environment, application), load);
  return Object.fromEntries(Object.entries(all).filter(([name]) => !(name in application.environment)));
}
