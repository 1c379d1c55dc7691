import * as pulumi from "@pulumi/pulumi";
import {
  getMonitor,
  type MockCallArgs,
  type MockCallResult,
  type MockResourceArgs,
} from "@pulumi/pulumi/runtime";

/** One registration as the engine would get it. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  /** Name of the resource it belongs to; absent at the top. */
  readonly parent?: string;
  /** Names of what it waits for, sorted. */
  readonly dependsOn: readonly string[];
  /** What its inputs are made from the outputs of, each as {@link keyOf} has it. */
  readonly refersTo: readonly string[];
  /** Name of the provider it was asked of; absent with the default one. */
  readonly provider?: string;
}

/** `<type>::<name>`: of one type no two resources have the same name. */
export const keyOf = ({ type, name }: Pick<Registration, "type" | "name">): string => `${type}::${name}`;

/** One function of a provider that was called. */
export interface Call {
  readonly token: string;
  readonly inputs: unknown;
}

export interface Recording {
  readonly registrations: readonly Registration[];
  readonly calls: readonly Call[];
}

export const ACCOUNT = "123456789012";
export const REGION = "eu-west-1";

/** Prefixes of ids that AWS makes up. Everything else is known by its name. */
const ID_PREFIXES: Readonly<Record<string, string>> = {
  "aws:ec2/flowLog:FlowLog": "fl",
  "aws:ec2/launchTemplate:LaunchTemplate": "lt",
  "aws:ec2/securityGroup:SecurityGroup": "sg",
  "aws:ec2/vpcEndpoint:VpcEndpoint": "vpce",
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "sgr",
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "sgr",
};

/** ARNs whose form a policy or another name is made from. */
const ARNS: Readonly<Record<string, (physical: string) => string>> = {
  "aws:cloudwatch/logGroup:LogGroup": (physical) => regional("logs", `log-group:${physical}`),
  "aws:iam/instanceProfile:InstanceProfile": (physical) => iamArn(`instance-profile/${physical}`),
  "aws:iam/role:Role": (physical) => iamArn(`role/${physical}`),
  "aws:lambda/function:Function": (physical) => regional("lambda", `function:${physical}`),
  "aws:s3/bucket:Bucket": (physical) => `arn:aws:s3:::${physical}`,
  "aws:scheduler/scheduleGroup:ScheduleGroup": (physical) =>
    regional("scheduler", `schedule-group/${physical}`),
  "aws:secretsmanager/secret:Secret": (physical) => regional("secretsmanager", `secret:${physical}-AbCdEf`),
};

const regional = (service: string, path: string): string => `arn:aws:${service}:${REGION}:${ACCOUNT}:${path}`;
const iamArn = (path: string): string => `arn:aws:iam::${ACCOUNT}:${path}`;

/** What else AWS finds out when a resource is made. */
function found(type: string, name: string): Record<string, unknown> {
  switch (type) {
    case "awsx:ec2:Vpc":
      return {
        vpcId: "vpc-1",
        publicSubnetIds: ["subnet-public-1", "subnet-public-2"],
        privateSubnetIds: ["subnet-private-1", "subnet-private-2"],
        isolatedSubnetIds: ["subnet-isolated-1", "subnet-isolated-2"],
        routeTables: [{ id: "rtb-1" }, { id: "rtb-2" }],
      };
    case "aws:elasticache/serverlessCache:ServerlessCache":
      return { endpoints: [{ address: `${name}.serverless.cache.amazonaws.com`, port: 6379 }] };
    case "random:index/randomPassword:RandomPassword":
      return { result: `secret-of-${name}` };
    default:
      return {};
  }
}

function stateOf(
  type: string,
  name: string,
  inputs: Record<string, unknown>,
): { id: string; state: Record<string, unknown> } {
  const stated = inputs.name ?? inputs.bucket;
  const physical = typeof stated === "string" ? stated : name;
  const prefix = ID_PREFIXES[type];
  const service = type.split(/[:/]/)[1] ?? type;
  return {
    id: prefix === undefined ? physical : `${prefix}-${name}`,
    state: {
      name: physical,
      ...(type === "aws:s3/bucket:Bucket" ? { bucket: physical } : {}),
      arn: ARNS[type]?.(physical) ?? regional(service, physical),
      ...inputs,
      ...found(type, name),
    },
  };
}

function answer(token: string): MockCallResult {
  switch (token) {
    case "aws:ec2/getManagedPrefixList:getManagedPrefixList":
      return { id: "pl-cloudfront" };
    case "aws:ssm/getParameter:getParameter":
      return { insecureValue: "ami-1" };
    default:
      return {};
  }
}

const nameOf = (urn: string): string => urn.split("::").at(-1) ?? urn;

/** Of a URN, whose type is that of all parents and its own. */
const keyOfUrn = (urn: string): string =>
  keyOf({ type: urn.split("::").at(-2)?.split("$").at(-1) ?? "", name: nameOf(urn) });

/**
 * Runs a program against mocks and returns what it asked the engine for, once every output is known. It proves what AWS is asked for, not
 * that AWS accepts it.
 */
export async function recordResources(program: () => unknown): Promise<Recording> {
  const made: MockResourceArgs[] = [];
  const calls: Call[] = [];
  pulumi.runtime.setMocks(
    {
      newResource: (args: MockResourceArgs) => {
        made.push(args);
        const { id, state } = stateOf(args.type, args.name, args.inputs);
        return { id: args.custom === false ? "" : id, state };
      },
      call: ({ token, inputs }: MockCallArgs) => {
        calls.push({ token, inputs });
        return answer(token);
      },
    },
    "perfbed",
    "test",
    false,
  );
  const monitor = getMonitor();
  if (monitor === undefined) throw new Error("there are no mocks");
  // Mocks are not told of parents and dependencies; the requests behind them are.
  const requests = jest.spyOn(monitor, "registerResource");
  program();
  await pulumi.runtime.disconnect();
  const registrations = made.map(({ type, name, inputs }) => {
    const request = requests.mock.calls
      .map(([one]) => one)
      .find((one) => one.getType() === type && one.getName() === name);
    const parent = request?.getParent() ?? "";
    const refersTo = new Set<string>();
    request?.getPropertydependenciesMap().forEach((dependencies) => {
      for (const urn of dependencies.getUrnsList()) refersTo.add(keyOfUrn(urn));
    });
    // `<urn>::<id>`
    const provider = request?.getProvider().split("::").at(-2);
    return {
      type,
      name,
      inputs,
      ...(parent === "" ? {} : { parent: nameOf(parent) }),
      dependsOn: [...new Set(request?.getDependenciesList().map(nameOf))].sort(),
      refersTo: [...refersTo].sort(),
      ...(provider === undefined ? {} : { provider }),
    };
  });
  return { registrations, calls };
}

/** `<type without its module's path> <name>` of each, sorted. */
export const listed = ({ registrations }: Recording): string[] =>
  registrations.map(({ type, name }) => `${type.replace(/\/\w+:/, ":")} ${name}`).sort();

/** The one registration of that name, and of that type where several bear it. */
export function named({ registrations }: Recording, name: string, type = ""): Registration {
  const [first, ...others] = registrations.filter(
    (one) => one.name === name && (type === "" || one.type === type),
  );
  if (first === undefined || others.length > 0) throw new Error(`${1 + others.length} named ${name}`);
  return first;
}

export const inputsOf = (recording: Recording, name: string): Record<string, unknown> =>
  named(recording, name).inputs;
