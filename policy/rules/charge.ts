import type { LinkedResource, StackResource } from "./stack";

/** Units of one item of a price list. */
export interface Charge {
  readonly item: string;
  readonly units: number;
}

/** A part of what a resource costs. Of several ways that it may turn out, the dearest counts. */
export type Part = readonly Charge[];

export const part = (item: string, units: number): Part => [{ item, units }];

/** Stands for an engine, a type or a class that nothing says. */
export const UNKNOWN = "unknown";

/** The resources that one refers to, of a type. */
export const referred = (one: StackResource, type: string): readonly LinkedResource[] =>
  one.refersTo.filter((other) => other.type === type);

const SUBNET = "aws:ec2/subnet:Subnet";

/** Zones that something has a foot in: one a subnet, or while those are not known all that the stack has subnets in. */
export function zonesOf(subnets: unknown, one: StackResource, stack: readonly StackResource[]): number {
  if (Array.isArray(subnets)) return subnets.length;
  const zones = stack
    .filter(({ type, region }) => type === SUBNET && region === one.region)
    .flatMap(({ props: { availabilityZone: zone } }) => (typeof zone === "string" ? [zone] : []));
  return Math.max(1, new Set(zones).size);
}
