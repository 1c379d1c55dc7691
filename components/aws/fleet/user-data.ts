import { K6_VERSION } from "../../../toolchain/versions";
import type { ApmSettings } from "../../apm/model";
import { apmIdentity } from "../../apm/variables";
import type { EnvironmentIdentity } from "../../contracts";
import { agentsScript } from "../apm/agents-script";
import { CHRONY, IMDS, NETWORK_LIMITS, RETRY, shellQuote, writeFile } from "../instances/shell";
import { CpuArchitecture } from "../settings";

/** Below this prefix of the environment's bucket a campaign puts what generators are to run, and they put that they are ready. */
export const CAMPAIGN_PREFIX = "campaign";
/** Below this prefix generators put what they have measured. */
export const SAMPLES_PREFIX = "samples";
/** One object an instance, named by its id. */
export const READY_PREFIX = `${CAMPAIGN_PREFIX}/generators/ready`;
/** Hook of the group: an instance counts once it is ready to generate load. */
export const LAUNCH_HOOK = "ready";

const RELEASES_URL = "https://github.com/grafana/k6/releases/download";
const PROCESSORS: Readonly<Record<CpuArchitecture, string>> = {
  [CpuArchitecture.Arm64]: "arm64",
  [CpuArchitecture.X8664]: "amd64",
};

/** Name of k6's official release, e.g. `k6-v1.8.1-linux-arm64`. The version is that of the toolchain on the machine that judges. */
export const k6Release = (architecture: CpuArchitecture): string =>
  `k6-v${K6_VERSION}-linux-${PROCESSORS[architecture]}`;

export interface FleetUserData {
  readonly environment: EnvironmentIdentity;
  readonly architecture: CpuArchitecture;
  /** The environment's: of the bucket, and of the keys of agents. */
  readonly region: string;
  /** Where the instance and its group are. */
  readonly groupRegion: string;
  readonly bucketName: string;
  readonly groupName: string;
  /** Agents that watch the machine. */
  readonly apm?: ApmSettings;
}

/** Name under which agents know the generators, whatever the application is called. */
const FLEET_SERVICE = "load-generator";

function agentsSection({ apm, environment, architecture, region, bucketName }: FleetUserData): string {
  if (apm === undefined) return "";
  const settings = { ...apm, serviceName: FLEET_SERVICE };
  const script = agentsScript({
    settings,
    identity: apmIdentity(settings, environment, { name: FLEET_SERVICE, version: K6_VERSION }),
    architecture,
    place: { region, bucketName, hostMetrics: true },
    application: false,
  });
  return script === "" ? "" : `\nSTEP="agents"\n${script}`;
}

const MORE_FILES = "LimitNOFILE=1048576\n";

/**
 * What a generator does on its first boot, as bash for Amazon Linux 2023: room for connections and files, a clock that agrees with the other
 * generators', and k6, checked against the checksums published with its release. It counts as in service only then.
 */
export function fleetUserData(data: FleetUserData): string {
  const release = k6Release(data.architecture);
  const url = `${RELEASES_URL}/v${K6_VERSION}`;
  return `#!/bin/bash
# Load generator of the performance environment ${data.environment.id}.
set -euo pipefail
export AWS_DEFAULT_REGION=${shellQuote(data.region)} AWS_PAGER=""
BUCKET=${shellQuote(data.bucketName)}
GROUP=${shellQuote(data.groupName)}
GROUP_REGION=${shellQuote(data.groupRegion)}
STEP="metadata"

${IMDS}${RETRY}
hook() {
  aws autoscaling complete-lifecycle-action --region "$GROUP_REGION" --auto-scaling-group-name "$GROUP" \\
    --instance-id "$SELF" --lifecycle-hook-name ${LAUNCH_HOOK} --lifecycle-action-result "$1"
}
give_up() {
  echo "boot failed: $STEP" >&2
  hook ABANDON || true
}
SELF=unknown
trap give_up ERR
SELF=$(retry imds instance-id)

STEP="limits"
${writeFile("/etc/sysctl.d/90-perfbed.conf", "0644", `${NETWORK_LIMITS}fs.file-max = 4194304\n`)}sysctl --quiet --system
${writeFile("/etc/security/limits.d/90-perfbed.conf", "0644", "* soft nofile 1048576\n* hard nofile 1048576\n")}mkdir -p /etc/systemd/system.conf.d /etc/systemd/system/amazon-ssm-agent.service.d
${writeFile("/etc/systemd/system.conf.d/perfbed.conf", "0644", `[Manager]\nDefault${MORE_FILES}`)}# Commands of Systems Manager have the limits of its agent.
${writeFile("/etc/systemd/system/amazon-ssm-agent.service.d/perfbed.conf", "0644", `[Service]\n${MORE_FILES}`)}systemctl daemon-reexec
systemctl restart amazon-ssm-agent

STEP="clock"
rpm --quiet -q chrony || retry dnf install -y --quiet chrony
${writeFile("/etc/chrony.conf", "0644", CHRONY)}systemctl enable --quiet chronyd
systemctl restart chronyd
chronyc -h 127.0.0.1 waitsync 30 0.01

STEP="k6"
mkdir -p /opt/perfbed
cd /opt/perfbed
retry curl -sSfL --retry 3 -o ${release}.tar.gz ${url}/${release}.tar.gz
retry curl -sSfL --retry 3 -o checksums.txt ${url}/k6-v${K6_VERSION}-checksums.txt
grep -E '^[0-9a-f]{64}  ${release.replaceAll(".", "\\.")}\\.tar\\.gz$' checksums.txt | sha256sum --check --strict --quiet
tar -xzf ${release}.tar.gz --no-same-owner
install -m 0755 ${release}/k6 /usr/local/bin/k6
k6 version
rm -rf ${release} ${release}.tar.gz checksums.txt
${agentsSection(data)}
STEP="announcement"
printf '{"instanceId":"%s","k6":"%s","readyAt":"%s"}\\n' "$SELF" ${K6_VERSION} "$(date -u +%Y-%m-%dT%H:%M:%SZ)" >ready.json
retry aws s3 cp --only-show-errors ready.json "s3://$BUCKET/${READY_PREFIX}/$SELF.json"
retry hook CONTINUE
`;
}
