import { ConfigError } from "../../core/errors";
import { CpuArchitecture } from "./settings";

/** What one instance type offers. */
export interface InstanceType {
  /** E.g. `c7g.large`. */
  readonly name: string;
  readonly architecture: CpuArchitecture;
  readonly vcpus: number;
  readonly memoryMiB: number;
  /** Runs above its baseline on credits; perfbed launches these as `unlimited`, so that the vCPUs are there throughout a run. */
  readonly burstable: boolean;
}

const GIB = 1024;

/** Sizes of a family by name: vCPUs. */
const GRAVITON_3 = { medium: 1, large: 2, xlarge: 4, "2xlarge": 8, "4xlarge": 16, "8xlarge": 32 };
const GRAVITON_3_LARGE = { "12xlarge": 48, "16xlarge": 64 };
const INTEL_7 = { large: 2, xlarge: 4, "2xlarge": 8, "4xlarge": 16, "8xlarge": 32, "12xlarge": 48 };
const INTEL_7_LARGE = { "16xlarge": 64, "24xlarge": 96, "48xlarge": 192 };

function family(
  name: string,
  architecture: CpuArchitecture,
  gibPerVcpu: number,
  sizes: Readonly<Record<string, number>>,
): InstanceType[] {
  return Object.entries(sizes).map(([size, vcpus]) => ({
    name: `${name}.${size}`,
    architecture,
    vcpus,
    memoryMiB: vcpus * gibPerVcpu * GIB,
    burstable: false,
  }));
}

const burstable = (name: string, vcpus: number, memoryMiB: number): InstanceType => ({
  name,
  architecture: CpuArchitecture.Arm64,
  vcpus,
  memoryMiB,
  burstable: true,
});

/**
 * Instance types that perfbed chooses from: general, compute and memory families of one generation, so that two sizings differ by size and
 * not by processor. A user may name any other type.
 *
 * Source: https://aws.amazon.com/ec2/instance-types/ (pages t4, c7g, m7g, r7g, c7i, m7i, r7i), as of June 2025.
 */
export const INSTANCE_TYPES: readonly InstanceType[] = [
  ...family("c7g", CpuArchitecture.Arm64, 2, { ...GRAVITON_3, ...GRAVITON_3_LARGE }),
  ...family("m7g", CpuArchitecture.Arm64, 4, { ...GRAVITON_3, ...GRAVITON_3_LARGE }),
  ...family("r7g", CpuArchitecture.Arm64, 8, { ...GRAVITON_3, ...GRAVITON_3_LARGE }),
  burstable("t4g.nano", 2, GIB / 2),
  burstable("t4g.micro", 2, GIB),
  burstable("t4g.small", 2, 2 * GIB),
  burstable("t4g.medium", 2, 4 * GIB),
  burstable("t4g.large", 2, 8 * GIB),
  burstable("t4g.xlarge", 4, 16 * GIB),
  burstable("t4g.2xlarge", 8, 32 * GIB),
  ...family("c7i", CpuArchitecture.X8664, 2, { ...INTEL_7, ...INTEL_7_LARGE }),
  ...family("m7i", CpuArchitecture.X8664, 4, { ...INTEL_7, ...INTEL_7_LARGE }),
  ...family("r7i", CpuArchitecture.X8664, 8, { ...INTEL_7, ...INTEL_7_LARGE }),
];

/** By vCPUs, then by memory; of two that are alike, the one with its full processor comes first. */
export function compareInstanceTypes(a: InstanceType, b: InstanceType): number {
  return a.vcpus - b.vcpus || a.memoryMiB - b.memoryMiB || Number(a.burstable) - Number(b.burstable);
}

/** The type of that name; undefined for one that is not in the catalogue. */
export const instanceTypeNamed = (name: string): InstanceType | undefined =>
  INSTANCE_TYPES.find((type) => type.name === name);

/**
 * The smallest type that holds so much.
 * @param cpu cores; fractions are rounded up by the choice itself
 * @throws ConfigError when none is large enough
 */
export function chooseInstanceType(
  cpu: number,
  memoryMiB: number,
  architecture: CpuArchitecture,
): InstanceType {
  const [smallest] = INSTANCE_TYPES.filter(
    (type) => type.architecture === architecture && type.vcpus >= cpu && type.memoryMiB >= memoryMiB,
  ).sort(compareInstanceTypes);
  if (smallest === undefined) {
    throw new ConfigError("Instance type", [
      {
        field: "sizing.app",
        value: { cpu, memoryMiB },
        allowed: `what one instance of the ${architecture} catalogue holds`,
        hint: "Name the type yourself: aws.app.instanceType.",
      },
    ]);
  }
  return smallest;
}
