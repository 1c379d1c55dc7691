import { ConfigError } from "../../../core/errors";

/** CPU units (1024 a vCPU) and memory of a task. */
export interface FargateSize {
  readonly cpu: number;
  readonly memoryMiB: number;
}

const GIB = 1024;

/** From, to and step in GiB of the memory that goes with so many CPU units. */
const MEMORY_GIB: readonly (readonly [cpu: number, from: number, to: number, step: number])[] = [
  [256, 0.5, 2, 0.5],
  [512, 1, 4, 1],
  [1_024, 2, 8, 1],
  [2_048, 4, 16, 1],
  [4_096, 8, 30, 1],
  [8_192, 16, 60, 4],
  [16_384, 32, 120, 8],
];

/** Every size that Fargate offers on Linux, by CPU, then by memory. Source: "Amazon ECS task definition parameters", Task size. */
export const FARGATE_SIZES: readonly FargateSize[] = MEMORY_GIB.flatMap(([cpu, from, to, step]) => {
  const sizes: FargateSize[] = [];
  for (let gib = from; gib <= to; gib += step) {
    // With a quarter of a vCPU there are 0.5, 1 and 2 GiB.
    if (gib !== 1.5) sizes.push({ cpu, memoryMiB: gib * GIB });
  }
  return sizes;
});

/**
 * The smallest task that holds so much.
 * @param cpu cores
 * @param field what to name in the error
 * @throws ConfigError when none does
 */
export function fargateSize(cpu: number, memoryMiB: number, field: string): FargateSize {
  const size = FARGATE_SIZES.find((one) => one.cpu >= cpu * 1_024 && one.memoryMiB >= memoryMiB);
  if (size === undefined) {
    throw new ConfigError("Fargate task", [
      { field, value: { cpu, memoryMiB }, allowed: "at most 16 vCPUs and 120 GiB" },
    ]);
  }
  return size;
}
