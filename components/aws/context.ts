import type { Provider } from "@pulumi/aws/provider";
import type * as pulumi from "@pulumi/pulumi";
import type { EnvironmentIdentity } from "../contracts";
import { EXPIRY_TAG, environmentTags, OWNER_TAG } from "../tagging";
import type { ExpiryGuard } from "./guard/expiry";
import type { AwsSettings } from "./settings";

/** Subnets of one kind, one a zone. */
export interface AwsSubnets {
  /** Load balancer and NAT gateways. */
  readonly publicIds: pulumi.Output<string[]>;
  /** App instances and load generators: out through NAT, nothing in. */
  readonly privateIds: pulumi.Output<string[]>;
  /** Database and cache: no way in or out of the network. */
  readonly isolatedIds: pulumi.Output<string[]>;
}

/** One a tier. Who may talk to whom is decided in one place, `security-groups.ts`. */
export interface AwsSecurityGroupIds {
  readonly loadBalancer: pulumi.Output<string>;
  readonly app: pulumi.Output<string>;
  readonly database: pulumi.Output<string>;
  readonly cache: pulumi.Output<string>;
  readonly fleet: pulumi.Output<string>;
}

/** What all tiers stand on. */
export interface AwsGround {
  readonly vpcId: pulumi.Output<string>;
  readonly subnets: AwsSubnets;
  readonly securityGroups: AwsSecurityGroupIds;
  /** Bucket of the environment: application bundles, samples of the fleet, access logs. */
  readonly bucketName: pulumi.Output<string>;
  readonly bucketArn: pulumi.Output<string>;
  /** Log group of instances and tasks. */
  readonly logGroupName: pulumi.Output<string>;
  /** What ends the environment at its expiry; absent where the settings want none. */
  readonly guard?: ExpiryGuard;
}

/** What every tier of AWS is made with. */
export interface AwsContext {
  readonly settings: AwsSettings;
  /** Throws before the foundation stands. */
  readonly ground: () => AwsGround;
  /** Providers of further regions of the fleet, by region. @default one is made for each */
  readonly providers?: Readonly<Record<string, Provider>>;
}

/** Tags of every resource, with a name that people find in the console. */
export function awsTags(environment: EnvironmentIdentity, name: string): Record<string, string> {
  return { ...environmentTags(environment), Name: `${environment.id}-${name}` };
}

/** Tags that stay for as long as the environment does: its owner and its expiry may become others. */
export function lastingTags(environment: EnvironmentIdentity, name: string): Record<string, string> {
  const entries = Object.entries(awsTags(environment, name));
  return Object.fromEntries(entries.filter(([key]) => key !== OWNER_TAG && key !== EXPIRY_TAG));
}

/**
 * Physical name of a resource whose name must be known or short: the environment's id and a suffix. Ids have at most 24 characters, so that
 * 32 (load balancers, target groups) leaves a suffix of seven.
 * @throws RangeError when it is longer than `longest`
 */
export function physicalName(environment: EnvironmentIdentity, suffix: string, longest = 63): string {
  const name = `${environment.id}-${suffix}`;
  if (name.length > longest) throw new RangeError(`${name} is longer than ${longest} characters`);
  return name;
}

/** Path of roles and instance profiles. Pulumi makes up their names: this is what says whose they are, to the inventory and to IAM policies. */
export const iamPath = (environment: EnvironmentIdentity): string => `/perfbed/${environment.id}/`;

/** Options of a tier's children: they belong to the tier and wait for what it waits for, when made and, in reverse, when removed. */
export function childOptions(
  parent: pulumi.ComponentResource,
  opts: pulumi.ComponentResourceOptions,
): pulumi.CustomResourceOptions {
  return { parent, ...(opts.dependsOn === undefined ? {} : { dependsOn: opts.dependsOn }) };
}
