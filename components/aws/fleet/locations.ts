import type { GeneratorSlot } from "../../contracts";

/** Where a generator is, taken apart. */
export type GeneratorLocation =
  /** The instance at this position of the group's instances in service, sorted by instance id; counts from 1. */
  | {
      readonly kind: "asg";
      /** Absent: the environment's own. */
      readonly region?: string;
      readonly groupName: string;
      readonly index: number;
    }
  /** A task that the campaign starts from this definition in this cluster; counts from 1. */
  | {
      readonly kind: "ecs";
      readonly clusterName: string;
      /** `<family>:<revision>` */
      readonly taskDefinition: string;
      readonly index: number;
    };

/** `asg:<name>#<index>`, in another region `asg:<region>/<name>#<index>`, or `ecs:<cluster>/<task definition>#<index>`. */
export function formatLocation(location: GeneratorLocation): string {
  if (location.kind === "ecs")
    return `ecs:${location.clusterName}/${location.taskDefinition}#${location.index}`;
  const { region, groupName, index } = location;
  return `asg:${region === undefined ? "" : `${region}/`}${groupName}#${index}`;
}

/** @throws RangeError for anything that `formatLocation` does not write */
export function parseLocation(text: string): GeneratorLocation {
  const asg = /^asg:(?:([a-z0-9-]+)\/)?([^#/]+)#([1-9]\d*)$/.exec(text);
  if (asg !== null) {
    const [, region, groupName = "", index] = asg;
    return { kind: "asg", ...(region === undefined ? {} : { region }), groupName, index: Number(index) };
  }
  const ecs = /^ecs:([^#/]+)\/([^#/]+)#([1-9]\d*)$/.exec(text);
  if (ecs !== null) {
    return { kind: "ecs", clusterName: ecs[1] ?? "", taskDefinition: ecs[2] ?? "", index: Number(ecs[3]) };
  }
  throw new RangeError(`${text} is no place of a generator on AWS`);
}

/** `generator-1` … with their places. */
export function generatorSlots(count: number, place: (index: number) => GeneratorLocation): GeneratorSlot[] {
  return Array.from({ length: count }, (_, position) => ({
    name: `generator-${position + 1}`,
    location: formatLocation(place(position + 1)),
  }));
}
