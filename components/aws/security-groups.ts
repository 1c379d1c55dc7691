import * as ec2 from "@pulumi/aws/ec2";
import * as vpc from "@pulumi/aws/vpc";
import type * as pulumi from "@pulumi/pulumi";
import type { EnvironmentIdentity } from "../contracts";
import { type AwsSecurityGroupIds, awsTags } from "./context";
import { type AwsSettings, CacheFlavour } from "./settings";

/** Addresses that CloudFront speaks to origins from; kept up to date by AWS. */
const CLOUDFRONT_PREFIX_LIST = "com.amazonaws.global.cloudfront.origin-facing";
const ANYWHERE = "0.0.0.0/0";

const HTTP = 80;
const HTTPS = 443;
const POSTGRES = 5432;
const REDIS = 6379;
/** Serverless caches answer reads of replicas at a port of their own, the next one. */
const REDIS_SERVERLESS_READER = 6380;

/** Groups, by their names in resources. */
export enum SecurityGroupName {
  LoadBalancer = "load-balancer",
  App = "app",
  Database = "database",
  Cache = "cache",
  Fleet = "fleet",
  Endpoints = "endpoints",
}

const TITLES: Readonly<Record<SecurityGroupName, string>> = {
  [SecurityGroupName.LoadBalancer]: "Load balancer",
  [SecurityGroupName.App]: "App instances",
  [SecurityGroupName.Database]: "Database and its proxy",
  [SecurityGroupName.Cache]: "Cache",
  [SecurityGroupName.Fleet]: "Load generators",
  [SecurityGroupName.Endpoints]: "Interface endpoints",
};

export enum Direction {
  In = "in",
  Out = "out",
}

/** The other side of a rule that is no group of the environment. */
export enum Outside {
  CloudFront = "cloudfront",
  /** For what goes out only. */
  Internet = "internet",
}

/** One permission to connect, over TCP. What no rule allows is refused. */
export interface SecurityRule {
  readonly group: SecurityGroupName;
  readonly direction: Direction;
  readonly peer: SecurityGroupName | Outside;
  readonly fromPort: number;
  readonly toPort: number;
}

/** Groups that the settings ask for. */
export function securityGroupNames(settings: AwsSettings): readonly SecurityGroupName[] {
  return Object.values(SecurityGroupName).filter(
    (group) => group !== SecurityGroupName.Endpoints || settings.network.interfaceEndpoints.length > 0,
  );
}

/** Who may talk to whom. Answers need no rule: AWS remembers connections. */
export function securityRules(settings: AwsSettings): readonly SecurityRule[] {
  const { LoadBalancer, App, Database, Cache, Fleet, Endpoints } = SecurityGroupName;
  const lastCachePort = settings.cache.flavour === CacheFlavour.Serverless ? REDIS_SERVERLESS_READER : REDIS;
  const rule = (
    group: SecurityGroupName,
    direction: Direction,
    peer: SecurityRule["peer"],
    fromPort: number,
    toPort = fromPort,
  ): SecurityRule => ({ group, direction, peer, fromPort, toPort });
  /** Out of one group and into the other. */
  const between = (
    from: SecurityGroupName,
    to: SecurityGroupName,
    fromPort: number,
    toPort = fromPort,
  ): SecurityRule[] => [
    rule(from, Direction.Out, to, fromPort, toPort),
    rule(to, Direction.In, from, fromPort, toPort),
  ];
  return [
    // One port, not two: CloudFront's list counts as 55 of the 60 rules that a group may have. TLS ends at the edge: no authority certifies
    // the name that AWS gives a load balancer.
    rule(LoadBalancer, Direction.In, Outside.CloudFront, HTTP),
    ...between(LoadBalancer, App, settings.app.port),
    ...between(App, Database, POSTGRES),
    ...between(App, Cache, REDIS, lastCachePort),
    rule(App, Direction.Out, Outside.Internet, HTTPS),
    // From the proxy to the servers.
    ...between(Database, Database, POSTGRES),
    rule(Fleet, Direction.Out, Outside.Internet, HTTPS),
    rule(Fleet, Direction.Out, Outside.Internet, HTTP),
    // Both go there as they go anywhere at 443.
    ...(settings.network.interfaceEndpoints.length === 0
      ? []
      : [rule(Endpoints, Direction.In, App, HTTPS), rule(Endpoints, Direction.In, Fleet, HTTPS)]),
  ];
}

/** `app-from-load-balancer`; with the port where the pair has several rules. */
export function ruleName({ group, direction, peer, fromPort }: SecurityRule): string {
  const name = `${group}-${direction === Direction.In ? "from" : "to"}-${peer === group ? "itself" : peer}`;
  return peer === Outside.Internet ? `${name}-${fromPort}` : name;
}

export interface SecurityGroups extends AwsSecurityGroupIds {
  /** Undefined when there are no interface endpoints. */
  readonly endpoints: pulumi.Output<string> | undefined;
}

export interface SecurityGroupsArgs {
  readonly environment: EnvironmentIdentity;
  readonly settings: AwsSettings;
  readonly vpcId: pulumi.Input<string>;
  /** For what is looked up. */
  readonly parent: pulumi.Resource;
}

/** A group a tier, and every rule as a resource of its own: two groups may then refer to each other, and a change replaces no group. */
export function createSecurityGroups(
  name: string,
  args: SecurityGroupsArgs,
  options: pulumi.CustomResourceOptions,
): SecurityGroups {
  const { environment, settings, vpcId, parent } = args;
  const ids: Partial<Record<SecurityGroupName, pulumi.Output<string>>> = Object.fromEntries(
    securityGroupNames(settings).map((group) => [
      group,
      createGroup(name, group, { environment, vpcId }, options),
    ]),
  );
  const idOf = (group: SecurityGroupName): pulumi.Output<string> => {
    const id = ids[group];
    if (id === undefined) throw new Error(`there is no security group ${group}`);
    return id;
  };
  const cloudFront = ec2.getManagedPrefixListOutput({ name: CLOUDFRONT_PREFIX_LIST }, { parent });
  const peerOf = (peer: SecurityRule["peer"]): PeerInputs => {
    if (peer === Outside.CloudFront) return { prefixListId: cloudFront.id };
    if (peer === Outside.Internet) return { cidrIpv4: ANYWHERE };
    return { referencedSecurityGroupId: idOf(peer) };
  };
  for (const rule of securityRules(settings)) {
    createRule(name, rule, { environment, groupId: idOf(rule.group), peer: peerOf(rule.peer) }, options);
  }
  return {
    loadBalancer: idOf(SecurityGroupName.LoadBalancer),
    app: idOf(SecurityGroupName.App),
    database: idOf(SecurityGroupName.Database),
    cache: idOf(SecurityGroupName.Cache),
    fleet: idOf(SecurityGroupName.Fleet),
    endpoints: ids[SecurityGroupName.Endpoints],
  };
}

/** The group of generators in a network where nothing else is: nothing leads in, and what it may go out to is what it may elsewhere. */
export function createLoneFleetGroup(
  name: string,
  args: Omit<SecurityGroupsArgs, "parent">,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const { environment, settings } = args;
  const groupId = createGroup(name, SecurityGroupName.Fleet, args, options);
  for (const rule of securityRules(settings)) {
    if (rule.group !== SecurityGroupName.Fleet || rule.peer !== Outside.Internet) continue;
    createRule(name, rule, { environment, groupId, peer: { cidrIpv4: ANYWHERE } }, options);
  }
  return groupId;
}

function createGroup(
  name: string,
  group: SecurityGroupName,
  { environment, vpcId }: Pick<SecurityGroupsArgs, "environment" | "vpcId">,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const description = `${TITLES[group]} of perfbed environment ${environment.id}`;
  const tags = awsTags(environment, group);
  return new ec2.SecurityGroup(`${name}-${group}-group`, { vpcId, description, tags }, options).id;
}

interface RuleParts {
  readonly environment: EnvironmentIdentity;
  readonly groupId: pulumi.Output<string>;
  readonly peer: PeerInputs;
}

function createRule(
  name: string,
  rule: SecurityRule,
  { environment, groupId, peer }: RuleParts,
  options: pulumi.CustomResourceOptions,
): void {
  const title = ruleName(rule);
  const { fromPort, toPort } = rule;
  const inputs = {
    securityGroupId: groupId,
    ...peer,
    ipProtocol: "tcp",
    fromPort,
    toPort,
    description: title.replaceAll("-", " "),
    tags: awsTags(environment, title),
  };
  if (rule.direction === Direction.In) new vpc.SecurityGroupIngressRule(`${name}-${title}`, inputs, options);
  else new vpc.SecurityGroupEgressRule(`${name}-${title}`, inputs, options);
}

/** The one input of a rule that says who is on its other side. */
type PeerInputs = Pick<
  vpc.SecurityGroupIngressRuleArgs,
  "prefixListId" | "cidrIpv4" | "referencedSecurityGroupId"
>;
