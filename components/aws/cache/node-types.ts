/** What one node type of ElastiCache offers. */
export interface NodeType {
  /** E.g. `cache.m7g.large`. */
  readonly name: string;
  readonly vcpus: number;
  /** Memory of the node. A quarter of it is reserved, as on every target: data takes 75 %. */
  readonly memoryMiB: number;
}

/** Size, vCPUs, memory in GiB as AWS states it. */
type Size = readonly [string, number, number];

const T4G: readonly Size[] = [
  ["micro", 2, 0.5],
  ["small", 2, 1.37],
  ["medium", 2, 3.09],
];
const M7G: readonly Size[] = [
  ["large", 2, 6.38],
  ["xlarge", 4, 12.93],
  ["2xlarge", 8, 26.04],
  ["4xlarge", 16, 52.26],
  ["8xlarge", 32, 103.68],
  ["12xlarge", 48, 157.12],
  ["16xlarge", 64, 209.55],
];
const R7G: readonly Size[] = [
  ["large", 2, 13.07],
  ["xlarge", 4, 26.32],
  ["2xlarge", 8, 52.82],
  ["4xlarge", 16, 105.81],
  ["8xlarge", 32, 209.55],
  ["12xlarge", 48, 317.77],
  ["16xlarge", 64, 419.09],
];

const family = (name: string, sizes: readonly Size[]): readonly NodeType[] =>
  sizes.map(([size, vcpus, gib]) => ({
    name: `cache.${name}.${size}`,
    vcpus,
    memoryMiB: Math.floor(gib * 1024),
  }));

/**
 * Node types that perfbed chooses from. cache.t4g runs on CPU credits: good for trying out, not for long runs at full load.
 *
 * Source: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheNodes.SupportedTypes.html and the price page, as of June 2025.
 */
export const NODE_TYPES: readonly NodeType[] = [
  ...family("t4g", T4G),
  ...family("m7g", M7G),
  ...family("r7g", R7G),
];

/**
 * The smallest node type that holds so much: fewest vCPUs first, then least memory.
 * @param cpu cores; fractions allowed
 * @returns undefined when none is large enough
 */
export function smallestNodeType(cpu: number, memoryMiB: number): NodeType | undefined {
  const [smallest] = NODE_TYPES.filter((one) => one.vcpus >= cpu && one.memoryMiB >= memoryMiB).sort(
    (a, b) => a.vcpus - b.vcpus || a.memoryMiB - b.memoryMiB,
  );
  return smallest;
}
