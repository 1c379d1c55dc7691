import * as pulumi from "@pulumi/pulumi";
import type { MockCallArgs, MockResourceArgs } from "@pulumi/pulumi/runtime";
import type { AwsContext } from "../../../components/aws/context";
import { type AwsSettingsInput, awsSettings } from "../../../components/aws/settings";
import type { Registration } from "../support";

/** Everything that was registered and looked up while a tier was made. */
export interface Recorded {
  readonly registrations: Registration[];
  readonly calls: { readonly token: string; readonly inputs: unknown }[];
}

const ACCOUNT = "123456789012";

/** What AWS would answer when a resource is made. */
const FOUND: Readonly<Record<string, (name: string) => Record<string, unknown>>> = {
  "aws:lb/loadBalancer:LoadBalancer": () => ({
    dnsName: "pb-test-app-1.eu-west-1.elb.amazonaws.com",
    arnSuffix: "app/pb-test-app/1",
  }),
  "aws:lb/targetGroup:TargetGroup": () => ({ arnSuffix: "targetgroup/pb-test-app/2" }),
  "aws:ec2/launchTemplate:LaunchTemplate": () => ({ latestVersion: 3 }),
  "aws:ecs/taskDefinition:TaskDefinition": () => ({ revision: 7 }),
};

/** Records what a tier registers. What mocks cannot prove is that AWS takes it. */
export function recordTier(): Recorded {
  const recorded: Recorded = { registrations: [], calls: [] };
  pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, custom }: MockResourceArgs) => {
        recorded.registrations.push({ type, name, inputs });
        const arn = `arn:aws:${type.split(":")[1]?.split("/")[0]}:eu-west-1:${ACCOUNT}:${name}`;
        return {
          id: custom ? `${name}-id` : "",
          state: { arn, name: `${name}-physical`, ...inputs, ...FOUND[type]?.(name) },
        };
      },
      call: ({ token, inputs }: MockCallArgs) => {
        recorded.calls.push({ token, inputs });
        return token === "aws:ssm/getParameter:getParameter" ? { insecureValue: "ami-1" } : {};
      },
    },
    "perfbed",
    "test",
    false,
  );
  return recorded;
}

/** A foundation that stands. */
export function contextWith(settings: Omit<AwsSettingsInput, "region"> = {}): AwsContext {
  const ids = (kind: string): pulumi.Output<string[]> => pulumi.output([`${kind}-a`, `${kind}-b`]);
  const group = (tier: string): pulumi.Output<string> => pulumi.output(`sg-${tier}`);
  return {
    settings: awsSettings({ region: "eu-west-1", ...settings }),
    ground: () => ({
      vpcId: pulumi.output("vpc-1"),
      subnets: { publicIds: ids("public"), privateIds: ids("private"), isolatedIds: ids("isolated") },
      securityGroups: {
        loadBalancer: group("load-balancer"),
        app: group("app"),
        database: group("database"),
        cache: group("cache"),
        fleet: group("fleet"),
      },
      bucketName: pulumi.output("pb-test-bucket"),
      bucketArn: pulumi.output("arn:aws:s3:::pb-test-bucket"),
      logGroupName: pulumi.output("/perfbed/pb-test"),
    }),
  };
}

/** Inputs of the one resource of that name. */
export function inputsOf({ registrations }: Recorded, name: string): Record<string, unknown> {
  const found = registrations.filter((one) => one.name === name);
  expect(found.map(({ name: one }) => one)).toEqual([name]);
  return found[0]?.inputs ?? {};
}

/** `<type without its module's path> <name>` of everything registered, sorted. */
export const registered = ({ registrations }: Recorded): string[] =>
  registrations.map(({ type, name }) => `${type.replace(/\/\w+:/, ":")} ${name}`).sort();

/** Statements of a policy document, by their Sid. */
export function statements(policy: unknown): Record<string, unknown> {
  const document: unknown = JSON.parse(String(policy));
  const list =
    typeof document === "object" && document !== null && "Statement" in document ? document.Statement : [];
  return Object.fromEntries(
    (Array.isArray(list) ? list : []).map(({ Sid, ...rest }: { Sid: string }) => [Sid, rest]),
  );
}

/** User data as the instance gets it. */
export const decoded = (userData: unknown): string => Buffer.from(String(userData), "base64").toString();

export const TAGS = {
  team: "checkout",
  "perfbed:environment": "pb-test",
  "perfbed:owner": "ada",
  "perfbed:expires-at": "2030-01-01T00:00:00.000Z",
};
export const tagged = (title: string): Record<string, string> => ({ ...TAGS, Name: `pb-test-${title}` });
export const groupTags = (title: string): unknown[] =>
  Object.entries(tagged(title)).map(([key, value]) => ({ key, value, propagateAtLaunch: true }));
