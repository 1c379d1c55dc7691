import * as pulumi from "@pulumi/pulumi";
import type { MockCallArgs, MockResourceArgs } from "@pulumi/pulumi/runtime";
import type { AwsContext } from "../../../components/aws/context";
import { AwsDatabase } from "../../../components/aws/database";
import { type AwsSettingsInput, awsSettings, type DatabaseSettings } from "../../../components/aws/settings";
import type { DatabaseSizing, EnvironmentIdentity } from "../../../components/contracts";
import { allRegistered, settled } from "../support";

/** One registration as the engine would get it. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  /** Provider it was asked of; empty: the default one. */
  readonly provider: string;
}

export const ENVIRONMENT: EnvironmentIdentity = {
  id: "pb-test",
  owner: "ada",
  expiresAt: "2030-01-01T00:00:00.000Z",
  tags: { team: "checkout" },
};

/** What AWS finds out about a resource when it is made. */
function found(type: string, name: string): Record<string, unknown> {
  switch (type) {
    case "random:index/randomPassword:RandomPassword":
      return { result: `secret-of-${name}` };
    case "aws:rds/instance:Instance":
      return { address: `${name}.rds`, username: "app", dbName: "app" };
    case "aws:rds/cluster:Cluster":
      return {
        endpoint: `${name}.writer`,
        readerEndpoint: `${name}.readers`,
        masterUsername: "app",
        databaseName: "app",
      };
    case "aws:rds/proxy:Proxy":
    case "aws:rds/proxyEndpoint:ProxyEndpoint":
      return { endpoint: `${name}.proxy` };
    case "aws:elasticache/replicationGroup:ReplicationGroup":
      return { primaryEndpointAddress: `${name}.primary`, configurationEndpointAddress: `${name}.cluster` };
    case "aws:elasticache/serverlessCache:ServerlessCache":
      return { endpoints: [{ address: `${name}.serverless`, port: 6379 }] };
    case "aws:cloudfront/distribution:Distribution":
      return { domainName: "d1.cloudfront.net" };
    default:
      return {};
  }
}

export interface RecorderOptions {
  /** What else comes back, over the inputs: the snapshot's own user, for one. */
  readonly state?: (type: string, name: string) => Record<string, unknown>;
}

/** Mocks that record every registration. They prove what AWS is asked for, not that AWS accepts it. */
export function recordRegistrations({ state = () => ({}) }: RecorderOptions = {}): Registration[] {
  const registrations: Registration[] = [];
  pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, custom, provider }: MockResourceArgs) => {
        registrations.push({ type, name, inputs, provider: provider ?? "" });
        const known = { name, arn: `arn:${name}`, ...inputs, ...found(type, name), ...state(type, name) };
        return { id: custom === false ? "" : `${name}-id`, state: known };
      },
      call: ({ token, inputs }: MockCallArgs) =>
        token === "aws:ec2/getSubnet:getSubnet" ? { availabilityZone: `zone-of-${inputs.id}` } : {},
    },
    "perfbed",
    "test",
    false,
  );
  return registrations;
}

export function awsContext(input: Omit<AwsSettingsInput, "region"> = {}): AwsContext {
  const output = (value: string): pulumi.Output<string> => pulumi.output(value);
  return {
    settings: awsSettings({ region: "eu-west-1", ...input }),
    ground: () => ({
      vpcId: output("vpc"),
      subnets: {
        publicIds: pulumi.output(["public-1", "public-2"]),
        privateIds: pulumi.output(["private-1", "private-2"]),
        isolatedIds: pulumi.output(["isolated-1", "isolated-2"]),
      },
      securityGroups: {
        loadBalancer: output("sg-load-balancer"),
        app: output("sg-app"),
        database: output("sg-database"),
        cache: output("sg-cache"),
        fleet: output("sg-fleet"),
      },
      bucketName: output("bucket"),
      bucketArn: output("arn:bucket"),
      logGroupName: output("logs"),
    }),
  };
}

/** A database of two replicas, registered to its end. */
export async function registerDatabase(
  settings: Partial<DatabaseSettings> = {},
  sizing: Partial<DatabaseSizing> = {},
  options: RecorderOptions = {},
): Promise<{ database: AwsDatabase; registrations: Registration[] }> {
  const registrations = recordRegistrations(options);
  const database = new AwsDatabase(
    "shop-database",
    {
      environment: ENVIRONMENT,
      sizing: { cpu: 2, memoryMiB: 8_192, replicas: 2, poolSize: 20, maxClientConnections: 500, ...sizing },
    },
    awsContext({ database: settings }),
    {},
  );
  await settled(database.readerUrls);
  await settled(database.writerUrl);
  await allRegistered();
  return { database, registrations };
}

/** URL of the database with a reference to its secret, straight to a host. */
export const databaseUrl = (host: string, user = "app", database = "app"): string =>
  `postgresql://${user}:{{secret:arn:shop-database-credentials:password}}@${host}:5432/${database}?sslmode=require`;

/** Every type and name, sorted. */
export const listed = (registrations: readonly Registration[]): string[] =>
  registrations.map(({ type, name }) => `${type} ${name}`).sort();

/** The one registration of that name. */
export function named(registrations: readonly Registration[], name: string): Registration {
  const [first, ...others] = registrations.filter((one) => one.name === name);
  if (first === undefined || others.length > 0) {
    throw new Error(`${others.length === 0 ? "none" : "several"} named ${name} of ${listed(registrations)}`);
  }
  return first;
}

export const inputsOf = (registrations: readonly Registration[], name: string): Record<string, unknown> =>
  named(registrations, name).inputs;

/** Tags of a resource with that name in the console. */
export const tags = (name: string): Record<string, string> => ({
  team: "checkout",
  "perfbed:environment": "pb-test",
  "perfbed:owner": "ada",
  "perfbed:expires-at": "2030-01-01T00:00:00.000Z",
  Name: `pb-test-${name}`,
});

/** Kinds that AWS has no tags for. */
const UNTAGGABLE = [
  "pulumi:providers:aws",
  "random:index/randomPassword:RandomPassword",
  "aws:appautoscaling/policy:Policy",
  "aws:cloudfront/cachePolicy:CachePolicy",
  "aws:cloudfront/monitoringSubscription:MonitoringSubscription",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  "aws:rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup",
  "aws:rds/proxyTarget:ProxyTarget",
  "aws:secretsmanager/secretVersion:SecretVersion",
];

/** Registrations that should carry the environment's tags and do not. */
export const untagged = (registrations: readonly Registration[]): string[] =>
  listed(
    registrations.filter(
      ({ type, inputs }) =>
        !type.startsWith("perfbed:") &&
        !UNTAGGABLE.includes(type) &&
        !(
          inputs.tags !== null &&
          typeof inputs.tags === "object" &&
          "perfbed:environment" in inputs.tags &&
          "Name" in inputs.tags
        ),
    ),
  );
