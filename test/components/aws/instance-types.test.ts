import fc from "fast-check";
import {
  chooseInstanceType,
  compareInstanceTypes,
  INSTANCE_TYPES,
  instanceTypeNamed,
} from "../../../components/aws/instance-types";
import { FARGATE_SIZES, fargateSize } from "../../../components/aws/instances/fargate-size";
import { CpuArchitecture } from "../../../components/aws/settings";
import { ConfigError } from "../../../core/errors";

const architecture = fc.constantFrom(CpuArchitecture.Arm64, CpuArchitecture.X8664);

describe("the catalogue of instance types", () => {
  test("names are unique, and a name's family and size say what AWS says they hold", () => {
    const names = INSTANCE_TYPES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const held = (name: string): (number | undefined)[] => {
      const type = instanceTypeNamed(name);
      return [type?.vcpus, type?.memoryMiB];
    };
    expect(held("c7g.medium")).toEqual([1, 2_048]);
    expect(held("c7g.16xlarge")).toEqual([64, 131_072]);
    expect(held("m7g.large")).toEqual([2, 8_192]);
    expect(held("r7g.2xlarge")).toEqual([8, 65_536]);
    expect(held("t4g.nano")).toEqual([2, 512]);
    expect(held("t4g.2xlarge")).toEqual([8, 32_768]);
    expect(held("c7i.large")).toEqual([2, 4_096]);
    expect(held("r7i.48xlarge")).toEqual([192, 1_572_864]);
    expect(instanceTypeNamed("z1d.large")).toBeUndefined();
  });

  test("processors go with families", () => {
    expect(instanceTypeNamed("m7g.large")?.architecture).toBe(CpuArchitecture.Arm64);
    expect(instanceTypeNamed("m7i.large")?.architecture).toBe(CpuArchitecture.X8664);
  });
});

describe("chooseInstanceType", () => {
  test("the chosen type always holds what was asked, and no smaller one of that processor does", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 64, noNaN: true }),
        fc.integer({ min: 32, max: 512 * 1024 }),
        architecture,
        (cpu, memoryMiB, processor) => {
          const chosen = chooseInstanceType(cpu, memoryMiB, processor);
          expect(chosen.architecture).toBe(processor);
          expect(chosen.vcpus).toBeGreaterThanOrEqual(cpu);
          expect(chosen.memoryMiB).toBeGreaterThanOrEqual(memoryMiB);
          const smaller = INSTANCE_TYPES.filter(
            (type) => type.architecture === processor && compareInstanceTypes(type, chosen) < 0,
          );
          for (const type of smaller) {
            expect(type.vcpus >= cpu && type.memoryMiB >= memoryMiB).toBe(false);
          }
        },
      ),
    );
  });

  test.each([
    [0.5, 512, CpuArchitecture.Arm64, "c7g.medium"],
    [2, 2_048, CpuArchitecture.Arm64, "t4g.small"],
    [2, 4_096, CpuArchitecture.Arm64, "c7g.large"],
    [2, 16_384, CpuArchitecture.Arm64, "r7g.large"],
    [0.5, 512, CpuArchitecture.X8664, "c7i.large"],
    [3, 16_384, CpuArchitecture.X8664, "m7i.xlarge"],
  ])("%p vCPUs and %p MiB on %s are %s", (cpu, memoryMiB, processor, name) => {
    expect(chooseInstanceType(cpu, memoryMiB, processor).name).toBe(name);
  });

  test("what no type holds is a mistake of the sizing, with a way out", () => {
    const choose = (): unknown => chooseInstanceType(65, 1_024, CpuArchitecture.Arm64);
    expect(choose).toThrow(ConfigError);
    expect(choose).toThrow("Instance type: 1 problem");
  });
});

describe("fargateSize", () => {
  test("the chosen size always holds what was asked, and none before it in the list does", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 16, noNaN: true }),
        fc.integer({ min: 32, max: 120 * 1024 }),
        (cpu, memoryMiB) => {
          const chosen = fargateSize(cpu, memoryMiB, "sizing.app");
          const holds = (size: { cpu: number; memoryMiB: number }): boolean =>
            size.cpu >= cpu * 1_024 && size.memoryMiB >= memoryMiB;
          expect(holds(chosen)).toBe(true);
          expect(FARGATE_SIZES.slice(0, FARGATE_SIZES.indexOf(chosen)).some(holds)).toBe(false);
        },
      ),
    );
  });

  test.each([
    [0.25, 512, 256, 512],
    [0.25, 1_200, 256, 2_048],
    [0.5, 512, 512, 1_024],
    [2, 4_096, 2_048, 4_096],
    [8, 17_000, 8_192, 20_480],
    [1, 100_000, 16_384, 106_496],
  ])("%p vCPUs and %p MiB are %p units and %p MiB", (cpu, memoryMiB, units, memory) => {
    expect(fargateSize(cpu, memoryMiB, "sizing.app")).toEqual({ cpu: units, memoryMiB: memory });
  });

  test("more than 16 vCPUs is refused", () => {
    expect(() => fargateSize(17, 1_024, "sizing.app")).toThrow(ConfigError);
  });
});
