import { type CheckedResource, isTrue, objectsOf, type Rule } from "./rule";
import type { LinkedResource, StackResource } from "./stack";

type Permission = Readonly<Record<string, unknown>>;

const EVERYONE = new Set(["0.0.0.0/0", "::/0"]);
const WEB_PORTS = new Set([80, 443]);
const TCP = new Set(["tcp", "6"]);

const GROUP = "aws:ec2/securityGroup:SecurityGroup";
const DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup";
const OLDER_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule";
const INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const EGRESS_RULE = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
/** What a group is made of; everything else that refers to one stands behind it. */
const GROUPS_AND_RULES = new Set([GROUP, DEFAULT_GROUP, OLDER_RULE, INGRESS_RULE, EGRESS_RULE]);
const BALANCERS = new Set([
  "aws:lb/loadBalancer:LoadBalancer",
  "aws:alb/loadBalancer:LoadBalancer",
  "aws:elb/loadBalancer:LoadBalancer",
]);

/** Ways in that a resource allows, in any of AWS's spellings. */
function permissionsOf({ type, props }: CheckedResource): readonly Permission[] {
  switch (type) {
    case INGRESS_RULE:
      return [props];
    case OLDER_RULE:
      return props.type === "ingress" ? [props] : [];
    case GROUP:
    case DEFAULT_GROUP:
      return objectsOf(props.ingress);
    default:
      return [];
  }
}

/** The addresses of everyone among those that a permission lets in. */
function everyoneOf({ cidrBlocks, ipv6CidrBlocks, cidrIpv4, cidrIpv6 }: Permission): string[] {
  const lists = [cidrBlocks, ipv6CidrBlocks].flatMap((list): unknown[] => (Array.isArray(list) ? list : []));
  return [...lists, cidrIpv4, cidrIpv6].flatMap((address) =>
    typeof address === "string" && EVERYONE.has(address) ? [address] : [],
  );
}

/** One port of the web over TCP. With another protocol AWS takes ports for something else, or for all of them. */
const isWeb = ({ protocol, ipProtocol, fromPort, toPort }: Permission): boolean =>
  TCP.has(String(ipProtocol ?? protocol)) &&
  Number(fromPort) === Number(toPort) &&
  WEB_PORTS.has(Number(fromPort));

const openings = (resource: CheckedResource, web: boolean): string[] =>
  permissionsOf(resource)
    .filter((permission) => isWeb(permission) === web)
    .flatMap(everyoneOf);

/**
 * Nobody is let in from everywhere, whatever stands there; ports of the web are {@link openBesideTheEdge}'s, which knows what stands behind
 * them. Ways out are another matter: instances fetch packages.
 */
export const openToTheWorld: Rule = (resource) =>
  openings(resource, false).map((address) => `it lets in ${address}`);

/** What is wrong with one resource of a stack. */
export interface Finding {
  readonly resource: StackResource;
  readonly text: string;
}

/** Components are handed groups and have none. */
const isOfAws = ({ type }: StackResource): boolean => /^aws(-native)?:/.test(type);

const facesInternet = ({ type, props }: StackResource): boolean =>
  BALANCERS.has(type) && !isTrue(props.internal);

/** URNs of the groups that resources refer to. */
const groupsOf = (resources: readonly StackResource[]): ReadonlySet<string> =>
  new Set(
    resources
      .flatMap(({ refersTo }) => refersTo)
      .filter(({ type }) => type === GROUP)
      .map(({ urn }) => urn),
  );

/**
 * Ports of the web are open to everyone only in groups of load balancers that face the internet, and that nothing else has. What a group is
 * called or tagged does not matter. perfbed itself lets nobody but CloudFront in there.
 */
export function openBesideTheEdge(stack: readonly StackResource[]): readonly Finding[] {
  const behind = stack.filter((one) => isOfAws(one) && !GROUPS_AND_RULES.has(one.type));
  const ofBalancers = groupsOf(behind.filter(facesInternet));
  const ofOthers = groupsOf(behind.filter((one) => !facesInternet(one)));
  return stack.flatMap((resource): Finding[] => {
    const groups: readonly LinkedResource[] =
      resource.type === GROUP ? [resource] : resource.refersTo.filter(({ type }) => type === GROUP);
    const isEdge = groups.length > 0 && groups.every(({ urn }) => ofBalancers.has(urn) && !ofOthers.has(urn));
    if (isEdge) return [];
    return openings(resource, true).map((address) => ({
      resource,
      text: `it lets in ${address}, and is not the entrance of a load balancer alone`,
    }));
  });
}
