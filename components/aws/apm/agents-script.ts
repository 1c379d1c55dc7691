import { type ApmAgent, ApmKind, ApmLanguage, type ApmSettings, apmAgent } from "../../apm/model";
import type { ApmIdentity } from "../../apm/variables";
import { shellQuote, writeFile } from "../instances/shell";
import { CpuArchitecture } from "../settings";
import {
  COLLECTOR_KEY_VARIABLE,
  type CollectorPlace,
  cloudWatchConfig,
  OTLP_PORTS,
  plainCollectorConfig,
  xrayCollectorConfig,
} from "./collector-config";
import { PYTHON_VARIABLE } from "./instrumentation";
import { hasPlainCollector } from "./permissions";

const COLLECTOR_RELEASES =
  "https://github.com/open-telemetry/opentelemetry-collector-releases/releases/download";
const ADOT_PACKAGES = "https://aws-otel-collector.s3.amazonaws.com/amazon_linux";
const CLOUDWATCH_PACKAGES = "https://amazoncloudwatch-agent.s3.amazonaws.com/amazon_linux";
/** The current one signs the repository and the latest packages; older packages have been signed with older ones. */
const DATADOG_KEYS = ["CURRENT", "B01082D3", "FD4BF915"].map(
  (key) => `https://keys.datadoghq.com/DATADOG_RPM_KEY_${key}.public`,
);

export interface AgentsOnInstance {
  readonly settings: ApmSettings;
  readonly identity: ApmIdentity;
  readonly architecture: CpuArchitecture;
  readonly place: CollectorPlace;
  /** Whether there is an application to look into: a generator is watched from outside only. */
  readonly application: boolean;
}

const debian: Readonly<Record<CpuArchitecture, string>> = {
  [CpuArchitecture.Arm64]: "arm64",
  [CpuArchitecture.X8664]: "amd64",
};

const json = (value: object): string => JSON.stringify(value, null, 1);

/** Bash: the key of an agent, from Secrets Manager to standard output; it stands in no argument and in no log. */
const APM_KEY = `apm_key() {
  aws secretsmanager get-secret-value --secret-id "$1" --query SecretString --output text
}
`;

const keyVariable = (agent: ApmAgent): string =>
  agent.apiKey === undefined ? "" : `APM_KEY=$(retry apm_key ${shellQuote(agent.apiKey)})\n`;

function collector(on: AgentsOnInstance): string {
  const { settings, identity, architecture, place } = on;
  if (!hasPlainCollector(settings)) return "";
  const agent = apmAgent(settings, ApmKind.OpenTelemetry);
  const version = (agent ?? apmAgent(settings, ApmKind.Prometheus))?.version ?? "";
  const rpm = `otelcol-contrib_${version}_linux_${debian[architecture]}.rpm`;
  const environment =
    agent?.apiKey === undefined
      ? ""
      : `${keyVariable(agent)}(umask 077 && printf '${COLLECTOR_KEY_VARIABLE}=%s\\n' "$APM_KEY" >>/etc/otelcol-contrib/otelcol-contrib.conf)
chmod 0600 /etc/otelcol-contrib/otelcol-contrib.conf
APM_KEY=""
`;
  return `retry dnf install -y --quiet ${COLLECTOR_RELEASES}/v${version}/${rpm}
${writeFile("/etc/otelcol-contrib/config.yaml", "0644", json(plainCollectorConfig(settings, agent, identity, place)))}${environment}systemctl enable --quiet otelcol-contrib
systemctl restart otelcol-contrib
`;
}

function xray({ settings, identity, architecture, place, application }: AgentsOnInstance): string {
  const agent = apmAgent(settings, ApmKind.Xray);
  if (agent === undefined || !application) return "";
  const path = "/opt/aws/aws-otel-collector";
  return `retry dnf install -y --quiet ${ADOT_PACKAGES}/${debian[architecture]}/v${agent.version}/aws-otel-collector.rpm
${writeFile("/etc/perfbed-xray.json", "0644", json(xrayCollectorConfig(settings, identity, place.region)))}${path}/bin/aws-otel-collector-ctl -a start -c /etc/perfbed-xray.json
`;
}

/** What dnf installs as the CloudWatch agent: the system's own, unless the config asks for one at a version. */
export function cloudWatchPackage(settings: ApmSettings | undefined, architecture: CpuArchitecture): string {
  const agent = apmAgent(settings, ApmKind.CloudWatch);
  return agent === undefined
    ? "amazon-cloudwatch-agent"
    : `${CLOUDWATCH_PACKAGES}/${debian[architecture]}/${agent.version}/amazon-cloudwatch-agent.rpm`;
}

function cloudWatch({ settings, identity, architecture }: AgentsOnInstance): string {
  if (apmAgent(settings, ApmKind.CloudWatch) === undefined) return "";
  const ctl = "/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl";
  return `rpm --quiet -q amazon-cloudwatch-agent || retry dnf install -y --quiet ${cloudWatchPackage(settings, architecture)}
${writeFile("/etc/perfbed-metrics.json", "0644", json(cloudWatchConfig(identity)))}${ctl} -a append-config -m ec2 -s -c file:/etc/perfbed-metrics.json
`;
}

const yamlList = (entries: Readonly<Record<string, string>>): string =>
  Object.entries(entries)
    .map(([name, value]) => `  - ${JSON.stringify(`${name}:${value}`)}`)
    .join("\n");

function datadog({ settings, identity, application }: AgentsOnInstance): string {
  const agent = apmAgent(settings, ApmKind.Datadog);
  if (agent === undefined) return "";
  const config = `site: ${agent.site ?? "datadoghq.com"}
env: ${JSON.stringify(identity.stage)}
tags:
${yamlList({ service: identity.service, version: identity.version, ...identity.tags })}
apm_config:
  enabled: ${application}
  apm_non_local_traffic: false
${
  application
    ? `otlp_config:
  receiver:
    protocols:
      http:
        endpoint: 127.0.0.1:${OTLP_PORTS[ApmKind.Datadog]}
`
    : ""
}`;
  const repository = `[datadog]
name=Datadog
baseurl=https://yum.datadoghq.com/stable/7/$basearch/
enabled=1
gpgcheck=1
repo_gpgcheck=1
gpgkey=${DATADOG_KEYS.join("\n       ")}
`;
  return `${writeFile("/etc/yum.repos.d/datadog.repo", "0644", repository)}retry dnf install -y --quiet 'datadog-agent-1:${agent.version}-1'
${writeFile("/etc/datadog-agent/datadog.yaml", "0640", config)}${keyVariable(agent)}printf 'api_key: %s\\n' "$APM_KEY" >>/etc/datadog-agent/datadog.yaml
APM_KEY=""
chown root:dd-agent /etc/datadog-agent/datadog.yaml
systemctl enable --quiet datadog-agent
systemctl restart datadog-agent
`;
}

function newRelic({ settings, identity }: AgentsOnInstance): string {
  const agent = apmAgent(settings, ApmKind.NewRelic);
  if (agent === undefined) return "";
  const attributes = {
    service: identity.service,
    version: identity.version,
    stage: identity.stage,
    ...identity.tags,
  };
  const config = `custom_attributes:
${Object.entries(attributes)
  .map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`)
  .join("\n")}
`;
  const packages = "https://download.newrelic.com/infrastructure_agent";
  const repository = `[newrelic-infra]
name=New Relic Infrastructure
baseurl=${packages}/linux/yum/amazonlinux/2023/$basearch
enabled=1
gpgcheck=1
repo_gpgcheck=1
gpgkey=${packages}/keys/newrelic_rpm_key_current.gpg
`;
  return `${writeFile("/etc/yum.repos.d/newrelic-infra.repo", "0644", repository)}${writeFile("/etc/newrelic-infra.yml", "0600", config)}${keyVariable(agent)}printf 'license_key: %s\\n' "$APM_KEY" >>/etc/newrelic-infra.yml
APM_KEY=""
retry dnf install -y --quiet 'newrelic-infra-${agent.version}'
systemctl enable --quiet newrelic-infra
systemctl restart newrelic-infra
`;
}

function dynatrace({ settings, identity, architecture, application }: AgentsOnInstance): string {
  const agent = apmAgent(settings, ApmKind.Dynatrace);
  if (agent === undefined) return "";
  const processor = architecture === CpuArchitecture.Arm64 ? "arm" : "x86";
  const url = `${agent.endpoint}/api/v1/deployment/installer/agent/unix/default/version/${agent.version}?arch=${processor}`;
  const tags = Object.entries({
    service: identity.service,
    version: identity.version,
    stage: identity.stage,
    ...identity.tags,
  }).map(([name, value]) => shellQuote(`--set-host-tag=${name}=${value}`));
  // The token goes in through standard input: an argument would be for everyone on the instance to see.
  return `${keyVariable(agent)}dynatrace_download() {
  printf 'Authorization: Api-Token %s\\n' "$APM_KEY" | curl -sSfL -H @- -o /var/tmp/oneagent.sh ${shellQuote(url)}
}
retry dynatrace_download
APM_KEY=""
sh /var/tmp/oneagent.sh --set-monitoring-mode=${application ? "fullstack" : "infra-only"} --set-app-log-content-access=false ${tags.join(" ")}
rm -f /var/tmp/oneagent.sh
`;
}

/**
 * Bash for Amazon Linux 2023 that installs the agents of an instance, each at its version, before the application starts. Keys come from
 * Secrets Manager to the agents' own configuration files. It needs `retry` from the user data around it; empty without agents.
 */
export function agentsScript(on: AgentsOnInstance): string {
  const parts = [collector, xray, cloudWatch, datadog, newRelic, dynatrace].map((part) => part(on));
  const script = parts.join("");
  return script === "" ? "" : `${APM_KEY}${script}`;
}

/**
 * Python's agent starts in the installation that it is told of, and in no other. Its own launcher, `newrelic-admin`, says the same.
 */
const newRelicPython = (environmentFile: string): string =>
  `"$${PYTHON_VARIABLE}" -c 'import os, sys; print("NEW_RELIC_PYTHON_PREFIX=\\"%s\\"\\nNEW_RELIC_PYTHON_VERSION=\\"%d.%d\\"" % (os.path.realpath(sys.prefix), *sys.version_info[:2]))' >>${environmentFile}
`;

/** Bash that adds what New Relic's language agents want in the application's own environment file; empty without one. */
export function applicationKeys(settings: ApmSettings, environmentFile: string): string {
  const agent = apmAgent(settings, ApmKind.NewRelic);
  if (agent === undefined || agent.languages.length === 0) return "";
  return `${keyVariable(agent)}printf 'NEW_RELIC_LICENSE_KEY="%s"\\n' "$APM_KEY" >>${environmentFile}
APM_KEY=""
${agent.languages.includes(ApmLanguage.Python) ? newRelicPython(environmentFile) : ""}`;
}
