import type { ApmSettings } from "../../apm/model";
import { apmIdentity } from "../../apm/variables";
import type { Application, EnvironmentIdentity } from "../../contracts";
import { agentsScript, applicationKeys, cloudWatchPackage } from "../apm/agents-script";
import { agentVariables, instrumentationScript } from "../apm/instrumentation";
import { IMDS, NETWORK_LIMITS, RETRY, shellQuote, writeFile } from "../instances/shell";
import { CpuArchitecture } from "../settings";
import {
  APPLICATION_FOLDER,
  type Connections,
  commandOnInstance,
  instanceVariables,
  setupVariables,
} from "./application-variables";
import { authoritiesScript, authorityVariables } from "./database-certificates";
import { LAUNCH_HOOK, lifecycleScript, readyUrl } from "./lifecycle-script";
import { agentConfiguration, LOG_FOLDER, LOG_ROTATION, LOG_ROTATION_TIMER } from "./logs";
import { libpqVariables, type Masking, maskingCommand, maskingPrefix, PSQL_PACKAGE } from "./masking";
import { RESOLVER_SCRIPT } from "./resolver-script";
import { refusePlainPasswords } from "./secret-references";
import {
  GONE_AFTER_SECONDS,
  MARKERS_PREFIX,
  SETUP_LOCK,
  SETUP_WAIT_MARGIN_SECONDS,
  setupPrefix,
} from "./setup-lock";
import { onceUnit, serviceUnit, type UnitSettings } from "./systemd";

const USER = "perfbed-app";
const SECRETS_FOLDER = "/etc/perfbed";
const LIBRARY = "/usr/local/lib/perfbed";

export interface AppUserData {
  readonly environment: EnvironmentIdentity;
  readonly application: Application;
  readonly connections: Connections;
  /** Secret with the application's own variables, if it has any. */
  readonly variablesSecretArn?: string;
  readonly region: string;
  readonly packages: readonly string[];
  readonly port: number;
  readonly bucketName: string;
  /** Key of the bundle, and SHA-256 (hexadecimal) of the archive before compression. */
  readonly bundle: { readonly key: string; readonly sha256: string };
  /** SQL to run on the database before anything reads it. */
  readonly masking?: Masking;
  /** Whether AWS's own authorities can be fetched; without a way out of the network the image has to know them. */
  readonly internet: boolean;
  readonly logGroupName: string;
  readonly groupName: string;
  /** Agents to install, and for which processor. */
  readonly apm?: { readonly settings: ApmSettings; readonly architecture: CpuArchitecture };
}

const service = (name: string): string => `/etc/systemd/system/${name}.service`;

function unit(data: AppUserData, name: string, command: readonly string[]): UnitSettings {
  const { application } = data;
  return {
    description: `${application.name} ${application.version}, ${name}`,
    command,
    workingDirectory: APPLICATION_FOLDER,
    environmentFile: `${SECRETS_FOLDER}/${name}.env`,
    logFile: `${LOG_FOLDER}/${name}.log`,
    user: USER,
  };
}

const ofApplication = ({ application }: AppUserData, command: readonly string[]): readonly string[] =>
  commandOnInstance(command, application.workingDirectory);

/** What tells drivers whom to believe; see `authorityVariables`. */
const databaseAuthorities = ({ application, internet }: AppUserData): Record<string, string> =>
  internet ? authorityVariables(LIBRARY, Object.keys(application.environment)) : {};

/** Bash that writes the environment file of a unit, readable by root alone. systemd reads it before it gives up its rights. */
function environmentFile(
  name: string,
  variables: Readonly<Record<string, string>>,
  variablesSecretArn?: string,
): string {
  const secret = variablesSecretArn === undefined ? "" : ` ${shellQuote(variablesSecretArn)}`;
  const file = `${SECRETS_FOLDER}/${name}.env`;
  const template = `${LIBRARY}/${name}-variables.json`;
  return `${writeFile(template, "0600", JSON.stringify(variables))}retry resolve_variables ${file} ${template}${secret}
printf 'INSTANCE_ID="%s"\\n' "$SELF" >>${file}
`;
}

/** Something that one instance of the environment does, and that the others wait for. */
interface OnceSection {
  /** For people: "the application's set-up". */
  readonly step: string;
  /** Of its unit, environment file and log. */
  readonly name: string;
  readonly prefix: string;
  readonly timeoutSeconds: number;
  readonly command: readonly string[];
  /** Bash that writes what the unit needs. */
  readonly files: string;
}

/** Bash that does it when it is this instance's turn, and otherwise waits until it is done; see `SETUP_LOCK`. */
function onceSection(data: AppUserData, section: OnceSection): string {
  const { step, name, prefix, timeoutSeconds, command, files } = section;
  const wait = Math.ceil(timeoutSeconds) + SETUP_WAIT_MARGIN_SECONDS;
  return `
STEP="${step}"
ONCE=${prefix}
code=0
take_turn "$ONCE" ${GONE_AFTER_SECONDS} ${wait} || code=$?
if ((code == 0)); then
OURS=yes
beat "$ONCE/beat-$ATTEMPT" &
BEAT=$!
${writeFile(service(`perfbed-${name}`), "0644", onceUnit(unit(data, name, command), timeoutSeconds))}
${files}
  systemctl daemon-reload
  if ! systemctl start perfbed-${name}.service; then
    tail -n 20 ${LOG_FOLDER}/${name}.log >&2 || true
    false
  fi
  retry marker_put "$ONCE/done" >/dev/null
  OURS=""
  kill "$BEAT" || true
  rm -f ${SECRETS_FOLDER}/${name}.env
elif ((code != 1)); then
  false
fi
`;
}

function setupSection(data: AppUserData, variables: Readonly<Record<string, string>>): string {
  const { application, bundle, connections, variablesSecretArn } = data;
  const { setup } = application;
  if (setup === undefined) return "";
  return onceSection(data, {
    step: "the application's set-up",
    name: "setup",
    prefix: setupPrefix(application, bundle.sha256, connections.databaseAdminUrl),
    timeoutSeconds: setup.timeoutSeconds,
    command: ofApplication(data, setup.command),
    files: environmentFile("setup", { ...variables, ...setupVariables(connections) }, variablesSecretArn),
  });
}

/** Before the set-up and the application, on every instance: nothing reads the data as it was restored. */
function maskingSection(data: AppUserData): string {
  const { masking, connections } = data;
  if (masking === undefined) return "";
  const file = `${LIBRARY}/masking.sql`;
  return onceSection(data, {
    step: "the masking of the data",
    name: "masking",
    prefix: maskingPrefix(masking, connections.databaseAdminUrl),
    timeoutSeconds: masking.timeoutSeconds,
    command: maskingCommand(file),
    files: `retry dnf install -y --quiet ${PSQL_PACKAGE}
retry aws s3 cp --only-show-errors "s3://$BUCKET/${masking.key}" ${file}
echo '${masking.sha256}  ${file}' | sha256sum --check --quiet
chmod 0644 ${file}
${environmentFile("masking", { ...databaseAuthorities(data), ...libpqVariables(connections.databaseAdminUrl) })}`,
  });
}

/** Bash that installs the agents and what they load into the application; empty without any. */
function agentsSection(data: AppUserData): string {
  const { apm, application, environment } = data;
  if (apm === undefined) return "";
  const { metricsPath } = application;
  return `
STEP="agents"
${agentsScript({
  settings: apm.settings,
  identity: apmIdentity(apm.settings, environment, application),
  architecture: apm.architecture,
  place: {
    region: data.region,
    bucketName: data.bucketName,
    ...(metricsPath === undefined ? {} : { metrics: { port: data.port, path: metricsPath } }),
    hostMetrics: false,
  },
  application: true,
})}${instrumentationScript(apm.settings, application.command)}`;
}

/** Bash that tells the application's spans which instance they come from. */
const INSTANCE_ATTRIBUTE = String.raw`sed -i 's|^\(OTEL_RESOURCE_ATTRIBUTES="[^"]*\)"|\1,service.instance.id='"$SELF"'"|' ${SECRETS_FOLDER}/app.env
`;

/**
 * Everything an instance does on its first boot, as bash for Amazon Linux 2023. It holds no secret: passwords are references, and the
 * application's own variables lie in Secrets Manager. When a step fails the instance says so in the bucket and gives itself up, and the
 * group starts another.
 * @throws ConfigError when a connection has its password in the clear
 */
export function appUserData(data: AppUserData): string {
  const { application, bundle, connections, environment, port } = data;
  const variables = {
    NODE_ENV: "production",
    ...databaseAuthorities(data),
    ...instanceVariables(environment, application, connections, port),
  };
  refusePlainPasswords(variables);
  refusePlainPasswords(setupVariables(connections));
  const architecture = data.apm?.architecture ?? CpuArchitecture.Arm64;
  const cloudWatch = cloudWatchPackage(data.apm?.settings, architecture);
  const packages = [cloudWatch, "gzip", "logrotate", "tar", ...data.packages].map(shellQuote).join(" ");
  return `#!/bin/bash
# Instance of the application in the performance environment ${environment.id}.
set -euo pipefail
export AWS_DEFAULT_REGION=${shellQuote(data.region)} AWS_PAGER=""
BUCKET=${shellQuote(data.bucketName)}
GROUP=${shellQuote(data.groupName)}
READY_URL=${shellQuote(readyUrl(port, application.readyPath))}
STEP="metadata"

${IMDS}${RETRY}${SETUP_LOCK}
resolve_variables() {
  local target=$1
  (umask 077 && python3 ${LIBRARY}/resolve.py "\${@:2}" >"$target.new" && mv "$target.new" "$target")
}
give_up() {
  echo "boot failed: $STEP" >&2
  # The others must not wait for something that nobody will end.
  if [[ -n $OURS ]]; then
    kill "$BEAT" || true
    marker_put "$ONCE/failed-$ATTEMPT" >/dev/null || true
  fi
  marker_put "${MARKERS_PREFIX}/boot-failed/$SELF" --metadata "step=\${STEP//[^a-z -]/}" >/dev/null || true
  aws autoscaling complete-lifecycle-action --auto-scaling-group-name "$GROUP" --instance-id "$SELF" \\
    --lifecycle-hook-name ${LAUNCH_HOOK} --lifecycle-action-result ABANDON || true
}
SELF=unknown
OURS=""
trap give_up ERR
SELF=$(retry imds instance-id)

STEP="kernel settings"
${writeFile("/etc/sysctl.d/90-perfbed.conf", "0644", `${NETWORK_LIMITS}net.ipv4.ip_local_reserved_ports = ${port}\n`)}sysctl --quiet --system

STEP="packages"
retry dnf install -y --quiet ${packages}

STEP="user and folders"
id ${USER} >/dev/null 2>&1 || useradd --system --no-create-home --home-dir ${APPLICATION_FOLDER} --shell /sbin/nologin ${USER}
install -d -m 0700 ${SECRETS_FOLDER}
install -d -m 0755 ${LIBRARY} ${LOG_FOLDER} ${APPLICATION_FOLDER}

STEP="bundle"
retry aws s3 cp --only-show-errors "s3://$BUCKET/${bundle.key}" /var/tmp/bundle.tar.gz
gunzip --force /var/tmp/bundle.tar.gz
echo '${bundle.sha256}  /var/tmp/bundle.tar' | sha256sum --check --quiet
tar -xf /var/tmp/bundle.tar -C ${APPLICATION_FOLDER} --no-same-owner
rm /var/tmp/bundle.tar
chown -R ${USER}:${USER} ${APPLICATION_FOLDER}

STEP="logs"
${writeFile("/etc/logrotate.d/perfbed", "0644", LOG_ROTATION)}mkdir -p /etc/systemd/system/logrotate.timer.d
${writeFile("/etc/systemd/system/logrotate.timer.d/perfbed.conf", "0644", LOG_ROTATION_TIMER)}systemctl daemon-reload
systemctl enable --now --quiet logrotate.timer || true
${writeFile("/etc/perfbed-logs.json", "0644", agentConfiguration(data.logGroupName))}/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s -c file:/etc/perfbed-logs.json \\
  || echo "logs stay on the instance" >&2
${agentsSection(data)}${data.internet ? `\nSTEP="authorities of the database"\n${authoritiesScript(data.region, LIBRARY)}` : ""}
STEP="variables"
${writeFile(`${LIBRARY}/resolve.py`, "0755", RESOLVER_SCRIPT)}${environmentFile("app", { ...agentVariables(data.apm?.settings, environment, application, true), ...variables }, data.variablesSecretArn)}${data.apm === undefined ? "" : `${INSTANCE_ATTRIBUTE}${applicationKeys(data.apm.settings, `${SECRETS_FOLDER}/app.env`)}`}${maskingSection(data)}${setupSection(data, variables)}
STEP="start of the application"
${writeFile(service("perfbed-app"), "0644", serviceUnit(unit(data, "app", ofApplication(data, application.command)), port, application.drainSeconds))}${writeFile(`${LIBRARY}/lifecycle.sh`, "0755", lifecycleScript({ ...data, ...application }))}${writeFile(service("perfbed-lifecycle"), "0644", LIFECYCLE_UNIT)}systemctl daemon-reload
systemctl enable --now --quiet perfbed-app.service

STEP="readiness of the application"
end=$((SECONDS + ${Math.ceil(application.startTimeoutSeconds)}))
until curl -sf -o /dev/null --max-time 5 "$READY_URL"; do
  if ((SECONDS >= end)); then
    tail -n 20 ${LOG_FOLDER}/app.log >&2 || true
    false
  fi
  sleep 0.5
done
systemctl enable --now --quiet perfbed-lifecycle.service
`;
}

const LIFECYCLE_UNIT = `[Unit]
Description=Answers the hooks of the Auto Scaling group
Wants=network-online.target
After=network-online.target

[Service]
ExecStart=${LIBRARY}/lifecycle.sh
Restart=on-failure

[Install]
WantedBy=multi-user.target
`;
