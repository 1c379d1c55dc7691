import type { ApmSettings } from "../../apm/model";
import { apmIdentity } from "../../apm/variables";
import type { Application, EnvironmentIdentity } from "../../contracts";
import { agentVariables } from "../apm/instrumentation";
import { apmSidecars } from "../apm/sidecars";
import { shellQuote } from "../instances/shell";
import { type Connections, instanceVariables, setupVariables } from "./application-variables";
import { authoritiesScript, authorityVariables } from "./database-certificates";
import { refusePlainPasswords, type SecretReference, secretReferences, textParts } from "./secret-references";
import { SETUP_LOCK, SETUP_WAIT_MARGIN_SECONDS, setupPrefix } from "./setup-lock";

/** Has bash and an AWS CLI that knows conditional writes. */
export const AWS_CLI_IMAGE = "public.ecr.aws/aws-cli/aws-cli:2.27.26";

/** What a container may wait for another, at most; ECS allows no more. */
export const FARGATE_SETUP_LIMIT_SECONDS = 120;

export const APP_CONTAINER = "app";

/** A part of a task definition, under the names that ECS knows. */
export interface ContainerDefinition {
  readonly name: string;
  readonly image: string;
  readonly essential: boolean;
  readonly entryPoint: readonly string[];
  readonly command: readonly string[];
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  readonly secrets: readonly { readonly name: string; readonly valueFrom: string }[];
  readonly portMappings: readonly { readonly containerPort: number; readonly protocol: "tcp" }[];
  readonly mountPoints: readonly { readonly sourceVolume: string; readonly containerPath: string }[];
  readonly dependsOn: readonly {
    readonly containerName: string;
    readonly condition: "SUCCESS" | "COMPLETE";
  }[];
  readonly startTimeout?: number;
  readonly stopTimeout?: number;
  readonly ulimits: readonly {
    readonly name: "nofile";
    readonly softLimit: number;
    readonly hardLimit: number;
  }[];
  readonly logConfiguration: {
    readonly logDriver: "awslogs";
    readonly options: Readonly<Record<string, string>>;
  };
}

export interface FargateTask {
  readonly environment: EnvironmentIdentity;
  readonly application: Application;
  readonly connections: Connections;
  readonly image: string;
  readonly port: number;
  readonly region: string;
  readonly bucketName: string;
  readonly logGroupName: string;
  /** The application's own variables: names, and the secret that holds them. */
  readonly variables?: { readonly names: readonly string[]; readonly secretArn: string };
  /** Whether AWS's own authorities can be fetched; without a way out of the network the image has to know them. */
  readonly internet: boolean;
  /** Agents beside the application. */
  readonly apm?: ApmSettings;
}

/** Volume through which the containers of a task pass on who runs the set-up, and how it ended. */
export const SETUP_VOLUME = "setup";
const SETUP_FOLDER = "/perfbed-setup";

/** Volume with the authorities that sign the database's certificates, and its place in every container that connects to it. */
export const AUTHORITIES_VOLUME = "database-authorities";
const AUTHORITIES_FOLDER = "/perfbed-authorities";
const AUTHORITIES_CONTAINER = "database-authorities";

const secretVariable = (index: number): string => `PERFBED_SECRET_${index + 1}`;
const valueFrom = ({ arn, key }: SecretReference): string => `${arn}:${key}::`;

/**
 * POSIX shell that puts secrets into URLs and then becomes the application. ECS can fill a variable with a secret, but not a part of one;
 * so the secrets come as variables of their own, are percent-encoded into the URLs, and are taken out of the environment again. The image
 * needs a shell with `od`, `tr` and `sed`, which every image on Debian, Alpine or Amazon Linux has.
 */
export function resolvingScript(variables: Readonly<Record<string, string>>): string {
  const references = secretReferences(Object.values(variables));
  const assignments = Object.entries(variables)
    .filter(([, value]) => secretReferences([value]).length > 0)
    .map(([name, value]) => {
      const words = textParts(value).map((part) =>
        typeof part === "string"
          ? shellQuote(part)
          : `"$(encoded "$${secretVariable(references.findIndex((one) => valueFrom(one) === valueFrom(part)))}")"`,
      );
      return `export ${name}=${words.join("")}`;
    });
  const unset =
    references.length === 0 ? [] : [`unset ${references.map((_, i) => secretVariable(i)).join(" ")}`];
  return [
    "set -eu",
    `encoded() { printf '%s' "$1" | od -An -v -tx1 | tr -d ' \\n' | sed 's/../%&/g'; }`,
    ...assignments,
    ...unset,
    'export INSTANCE_ID="${HOSTNAME:-$(cat /etc/hostname)}"',
    'exec "$@"',
  ].join("\n");
}

function container(task: FargateTask, name: string, image: string): ContainerDefinition {
  return {
    name,
    image,
    essential: false,
    entryPoint: [],
    command: [],
    environment: [],
    secrets: [],
    portMappings: [],
    mountPoints: [],
    dependsOn: [],
    ulimits: [{ name: "nofile", softLimit: 1_048_576, hardLimit: 1_048_576 }],
    logConfiguration: {
      logDriver: "awslogs",
      options: {
        "awslogs-group": task.logGroupName,
        "awslogs-region": task.region,
        "awslogs-stream-prefix": "app",
        // Under load a slow log must not stop the application.
        mode: "non-blocking",
        "max-buffer-size": "8m",
      },
    },
  };
}

/** A container of the application's image that runs a command with these variables. */
function applicationContainer(
  task: FargateTask,
  name: string,
  variables: Readonly<Record<string, string>>,
  command: readonly string[],
  before = "",
): ContainerDefinition {
  refusePlainPasswords(variables);
  const references = secretReferences(Object.values(variables));
  const plain = Object.entries(variables).filter(([, value]) => secretReferences([value]).length === 0);
  const own = task.variables;
  return {
    ...container(task, name, task.image),
    entryPoint: ["/bin/sh", "-c"],
    // The word after the script is its name; what follows is the application's command.
    command: [`${before}${resolvingScript(variables)}`, "perfbed", ...command],
    environment: plain.map(([variable, value]) => ({ name: variable, value })),
    secrets: [
      ...(own?.names ?? [])
        .filter((variable) => !(variable in variables))
        .map((variable) => ({
          name: variable,
          valueFrom: valueFrom({ arn: own?.secretArn ?? "", key: variable }),
        })),
      ...references.map((reference, index) => ({
        name: secretVariable(index),
        valueFrom: valueFrom(reference),
      })),
    ],
  };
}

const setupMount = { sourceVolume: SETUP_VOLUME, containerPath: SETUP_FOLDER };
const authoritiesMount = { sourceVolume: AUTHORITIES_VOLUME, containerPath: AUTHORITIES_FOLDER };

/** What a container that connects to the database has to have and to wait for. */
const ofDatabase = ({ internet }: FargateTask): Pick<ContainerDefinition, "mountPoints" | "dependsOn"> =>
  internet
    ? {
        mountPoints: [authoritiesMount],
        dependsOn: [{ containerName: AUTHORITIES_CONTAINER, condition: "SUCCESS" }],
      }
    : { mountPoints: [], dependsOn: [] };

/** Fetches the authorities before anything connects to the database. */
function authoritiesContainers(task: FargateTask): ContainerDefinition[] {
  if (!task.internet) return [];
  return [
    {
      ...container(task, AUTHORITIES_CONTAINER, AWS_CLI_IMAGE),
      entryPoint: ["/bin/bash", "-c"],
      command: [
        `set -e\nchmod 0755 ${AUTHORITIES_FOLDER}\n${authoritiesScript(task.region, AUTHORITIES_FOLDER)}`,
      ],
      mountPoints: [authoritiesMount],
      startTimeout: FARGATE_SETUP_LIMIT_SECONDS,
    },
  ];
}

/**
 * The set-up, once for all tasks, as three containers that run one after the other before the application does: one takes the lock or
 * waits for who has it, one runs the set-up if the lock is ours, one tells the others how it ended.
 */
function setupContainers(
  task: FargateTask,
  variables: Readonly<Record<string, string>>,
): ContainerDefinition[] {
  const { application, connections } = task;
  const { setup } = application;
  if (setup === undefined) return [];
  const prefix = setupPrefix(application, task.image, connections.databaseAdminUrl);
  const database = ofDatabase(task);
  const shared = {
    entryPoint: ["/bin/bash", "-c"],
    mountPoints: [setupMount],
    environment: [
      { name: "BUCKET", value: task.bucketName },
      { name: "SETUP", value: prefix },
      { name: "AWS_DEFAULT_REGION", value: task.region },
    ],
    startTimeout: FARGATE_SETUP_LIMIT_SECONDS,
  };
  const longest = Math.ceil(setup.timeoutSeconds);
  // No container is there all the time to give signs of life, so that an attempt counts as gone when it would be over anyway.
  const who = 'SELF="${HOSTNAME:-$(cat /etc/hostname)}"\n';
  const lock = `${who}${SETUP_LOCK}chmod 1777 ${SETUP_FOLDER}
code=0
take_turn "$SETUP" ${longest + SETUP_WAIT_MARGIN_SECONDS} ${longest} || code=$?
case $code in
  0) echo "$ATTEMPT" >${SETUP_FOLDER}/ours ;;
  1) ;;
  *) exit 1 ;;
esac
`;
  const told = `${who}${SETUP_LOCK}if [[ ! -e ${SETUP_FOLDER}/ours ]]; then exit 0; fi
if [[ -e ${SETUP_FOLDER}/done ]]; then
  marker_put "$SETUP/done" && exit 0
fi
marker_put "$SETUP/failed-$(cat ${SETUP_FOLDER}/ours)"
exit 1
`;
  const skip = `if [ ! -e ${SETUP_FOLDER}/ours ]; then exit 0; fi\n`;
  // The shell that has become the set-up could not say how it ended, so the set-up runs in a shell below.
  const run = ["/bin/sh", "-c", `"$@" && touch ${SETUP_FOLDER}/done`, "perfbed", ...setup.command];
  return [
    { ...container(task, "setup-lock", AWS_CLI_IMAGE), ...shared, command: [lock] },
    {
      ...applicationContainer(task, "setup", { ...variables, ...setupVariables(connections) }, run, skip),
      mountPoints: [setupMount, ...database.mountPoints],
      startTimeout: FARGATE_SETUP_LIMIT_SECONDS,
      dependsOn: [{ containerName: "setup-lock", condition: "SUCCESS" }, ...database.dependsOn],
    },
    {
      ...container(task, "setup-told", AWS_CLI_IMAGE),
      ...shared,
      command: [told],
      dependsOn: [{ containerName: "setup", condition: "COMPLETE" }],
    },
  ];
}

/** The agents' containers. None is essential: a task whose agent ends goes on serving. */
function agentContainers(task: FargateTask): ContainerDefinition[] {
  const { apm, application, environment } = task;
  if (apm === undefined) return [];
  const { metricsPath } = application;
  const place = {
    region: task.region,
    bucketName: task.bucketName,
    ...(metricsPath === undefined ? {} : { metrics: { port: task.port, path: metricsPath } }),
    hostMetrics: false,
  };
  return apmSidecars(apm, apmIdentity(apm, environment, application), place).map((sidecar) => ({
    ...container(task, sidecar.name, sidecar.image),
    command: sidecar.command,
    environment: Object.entries(sidecar.environment).map(([name, value]) => ({ name, value })),
    secrets: Object.entries(sidecar.secrets).map(([name, arn]) => ({ name, valueFrom: arn })),
  }));
}

/**
 * The containers of one task, in the order in which they run.
 * @throws ConfigError when a connection has its password in the clear
 */
export function fargateContainers(task: FargateTask): ContainerDefinition[] {
  const { application, connections, environment, internet, port } = task;
  const variables = {
    NODE_ENV: "production",
    ...(internet ? authorityVariables(AUTHORITIES_FOLDER, task.variables?.names ?? []) : {}),
    ...instanceVariables(environment, application, connections, port),
  };
  const setup = setupContainers(task, variables);
  const database = ofDatabase(task);
  return [
    ...authoritiesContainers(task),
    ...setup,
    ...agentContainers(task),
    {
      ...applicationContainer(
        task,
        APP_CONTAINER,
        { ...agentVariables(task.apm, environment, application, false), ...variables },
        application.command,
      ),
      essential: true,
      portMappings: [{ containerPort: port, protocol: "tcp" }],
      // ECS allows two minutes.
      stopTimeout: Math.min(120, Math.max(1, Math.ceil(application.drainSeconds))),
      mountPoints: database.mountPoints,
      dependsOn: [
        ...database.dependsOn,
        ...(setup.length === 0 ? [] : [{ containerName: "setup-told", condition: "SUCCESS" as const }]),
      ],
    },
  ];
}
