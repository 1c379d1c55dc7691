import type { PolicyResource } from "@pulumi/policy";
import { type CheckedResource, isRecord } from "./rule";

type Props = CheckedResource["props"];

/** A resource as others refer to it. */
export interface LinkedResource extends CheckedResource {
  /** The same wherever the resource turns up. */
  readonly urn: string;
}

/** A resource of a stack, with what the engine knows beside its properties. */
export interface StackResource extends LinkedResource {
  /** Region of AWS that it is in; absent when nothing says so. */
  readonly region?: string;
  /** What its properties are made from the outputs of, each once. */
  readonly refersTo: readonly LinkedResource[];
}

const PROVIDER = "pulumi:providers:aws";
const REGION_OF_ZONE = /^([a-z]{2}(?:-[a-z]+)+-\d+)[a-z]$/;
const REGION_OF_ARN = /^arn:[^:]*:[^:]*:([a-z0-9-]+):/;

/** Pulumi throws where a value is read that a preview does not know yet. */
function read(value: () => unknown): unknown {
  try {
    return known(value());
  } catch {
    return undefined;
  }
}

/** A value without what is not known yet. Lists keep their length. */
function known(value: unknown): unknown {
  if (Array.isArray(value)) return Array.from({ length: value.length }, (_, at) => read(() => value[at]));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .map((key) => [key, read(() => value[key])] as const)
      .filter(([, one]) => one !== undefined),
  );
}

function knownProps(props: Props): Props {
  const all = known(props);
  return isRecord(all) ? all : {};
}

function regionOf(props: Props, provider: Props): string | undefined {
  const stated = [props.region, provider.region].find((one) => typeof one === "string" && one !== "");
  if (typeof stated === "string") return stated;
  return (
    REGION_OF_ZONE.exec(String(props.availabilityZone))?.[1] ?? REGION_OF_ARN.exec(String(props.arn))?.[1]
  );
}

/** The region of all providers of a stack; undefined when they have several, or none. */
function onlyRegion(resources: readonly LinkedResource[]): string | undefined {
  const regions = resources.filter(({ type }) => type === PROVIDER).map(({ props }) => regionOf(props, {}));
  const [first] = regions;
  return regions.every((region) => region === first) ? first : undefined;
}

/** The resources of a stack as rules see them. What a preview does not know yet is absent. */
export function stackResources(resources: readonly PolicyResource[]): readonly StackResource[] {
  const links = resources.map(
    ({ urn, type, name, props }): LinkedResource => ({ urn, type, name, props: knownProps(props) }),
  );
  const byUrn = new Map(links.map((link) => [link.urn, link]));
  const fallback = onlyRegion(links);
  return resources.flatMap(({ urn, provider, propertyDependencies }): StackResource[] => {
    const link = byUrn.get(urn);
    if (link === undefined) return [];
    const region = regionOf(link.props, knownProps(provider?.props ?? {})) ?? fallback;
    const urns = new Set(
      Object.values(propertyDependencies)
        .flat()
        .map((one) => one.urn),
    );
    return [
      {
        ...link,
        ...(region === undefined ? {} : { region }),
        refersTo: [...urns].flatMap((one) => byUrn.get(one) ?? []),
      },
    ];
  });
}

/** Those of a type that refer to a resource. */
export const referring = (
  stack: readonly StackResource[],
  type: string,
  to: LinkedResource,
): readonly StackResource[] =>
  stack.filter((one) => one.type === type && one.refersTo.some(({ urn }) => urn === to.urn));
