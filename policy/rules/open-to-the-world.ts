import { type CheckedResource, isRecord, objectsOf, type Rule } from "./rule";

const EVERYONE = new Set(["0.0.0.0/0", "::/0"]);
const WEB_PORTS = new Set([80, 443]);

/** Addresses that a rule in any of AWS's spellings lets in. */
function letsIn(rule: Readonly<Record<string, unknown>>): unknown[] {
  const lists = [rule.cidrBlocks, rule.ipv6CidrBlocks].flatMap((list) => (Array.isArray(list) ? list : []));
  return [...lists, rule.cidrIpv4, rule.cidrIpv6];
}

/** What stands at the edge: the load balancer, at the ports of the web. perfbed itself lets only CloudFront in there. */
function isEntrance({ props }: CheckedResource): boolean {
  const title = isRecord(props.tags) ? String(props.tags.Name ?? "") : "";
  return (
    title.includes("-load-balancer-from-") &&
    props.fromPort === props.toPort &&
    WEB_PORTS.has(Number(props.fromPort))
  );
}

function ingressOf(resource: CheckedResource): readonly Readonly<Record<string, unknown>>[] {
  const { type, props } = resource;
  switch (type) {
    case "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule":
      return isEntrance(resource) ? [] : [props];
    case "aws:ec2/securityGroupRule:SecurityGroupRule":
      return props.type === "ingress" && !isEntrance(resource) ? [props] : [];
    case "aws:ec2/securityGroup:SecurityGroup":
    case "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup":
      return objectsOf(props.ingress);
    default:
      return [];
  }
}

/** Nobody is let in from everywhere, except at the load balancer. Ways out are another matter: instances fetch packages. */
export const openToTheWorld: Rule = (resource) =>
  ingressOf(resource)
    .flatMap(letsIn)
    .filter((address) => typeof address === "string" && EVERYONE.has(address))
    .map((address) => `it lets in ${address}`);
