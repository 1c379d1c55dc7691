import { NODE_TYPES } from "../../components/aws/cache/node-types";
import { instanceClassNamed } from "../../components/aws/database/instance-classes";
import { instanceTypeNamed } from "../../components/aws/instance-types";
import { type CheckedResource, objectAt, objectsOf, type Rule } from "./rule";

/** vCPUs of a size by AWS's names, for types that are in no catalogue of perfbed: `4xlarge` has sixteen. */
function vcpusOfSize(size: string): number | undefined {
  const times = /^(\d*)xlarge$/.exec(size)?.[1];
  if (times !== undefined) return times === "" ? 4 : 4 * Number(times);
  return ["nano", "micro", "small", "medium", "large"].includes(size) ? 2 : undefined;
}

/** vCPUs of `c7g.large`, `db.r7g.xlarge` or `cache.m7g.large`; undefined when nobody can tell. */
export function vcpusOf(type: string): number | undefined {
  const known =
    instanceTypeNamed(type) ?? instanceClassNamed(type) ?? NODE_TYPES.find(({ name }) => name === type);
  return known?.vcpus ?? vcpusOfSize(type.split(".").at(-1) ?? "");
}

/** What a mixed group says of each type beside its template. */
export const overridesOf = (props: CheckedResource["props"]): ReturnType<typeof objectsOf> =>
  objectsOf(objectAt(objectAt(props, "mixedInstancesPolicy"), "launchTemplate").overrides);

/** Every type, class or node type that a resource names. */
function typesOf({ type, props }: CheckedResource): unknown[] {
  switch (type) {
    case "aws:ec2/instance:Instance":
    case "aws:ec2/launchConfiguration:LaunchConfiguration":
    case "aws:ec2/launchTemplate:LaunchTemplate":
    case "aws:ec2/spotInstanceRequest:SpotInstanceRequest":
      return [props.instanceType];
    case "aws:autoscaling/group:Group":
      return overridesOf(props).map(({ instanceType }) => instanceType);
    case "aws:rds/instance:Instance":
    case "aws:rds/clusterInstance:ClusterInstance":
      return [props.instanceClass];
    case "aws:elasticache/replicationGroup:ReplicationGroup":
    case "aws:elasticache/cluster:Cluster":
      return [props.nodeType];
    default:
      return [];
  }
}

/** No single machine is larger than the ceiling; one whose size nobody can tell is refused as well. */
export const instanceCeiling =
  (maxVcpus: number): Rule =>
  (resource) =>
    typesOf(resource).flatMap((type) => {
      if (typeof type !== "string") return [];
      const vcpus = vcpusOf(type);
      if (vcpus === undefined) return [`nobody can tell how many vCPUs ${type} has`];
      return vcpus > maxVcpus ? [`${type} has ${vcpus} vCPUs; at most ${maxVcpus} are allowed`] : [];
    });
