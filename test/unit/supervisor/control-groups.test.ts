import * as fc from "fast-check";
import {
  CgroupVersion,
  parseCgroupMounts,
  parseOwnCgroup,
} from "../../../components/local/supervisor/cgroup-hierarchy";
import { cgroupPaths, cpuQuota } from "../../../components/local/supervisor/cgroup-limits";
import { cgroupFolderName } from "../../../components/local/supervisor/cgroup-names";

const MOUNTINFO = `23 1 254:0 / / rw - ext4 /dev/vda rw
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
35 31 0:32 /docker/abc /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
`;

test("finds the hierarchies, co-mounted and optional fields included", () => {
  expect(parseCgroupMounts(MOUNTINFO)).toEqual([
    {
      root: "/",
      point: "/sys/fs/cgroup/cpu,cpuacct",
      type: "cgroup",
      controllers: ["rw", "cpu", "cpuacct"],
    },
    { root: "/docker/abc", point: "/sys/fs/cgroup/memory", type: "cgroup", controllers: ["rw", "memory"] },
    { root: "/", point: "/sys/fs/cgroup/unified", type: "cgroup2", controllers: [] },
  ]);
});

test("finds this process in a hierarchy by controller, in version 2 by none, colons in paths included", () => {
  const own = "9:name=systemd:/a\n4:cpu,cpuacct:/user.slice/a:b\n0::/init.scope\n";
  expect(parseOwnCgroup(own, "cpu")).toBe("/user.slice/a:b");
  expect(parseOwnCgroup(own, "")).toBe("/init.scope");
  expect(parseOwnCgroup(own, "memory")).toBeUndefined();
});

test("a quota is the asked share of its period, never under the kernel's millisecond", () => {
  expect(cpuQuota(0.5)).toEqual({ quotaUs: 10_000, periodUs: 20_000 });
  expect(cpuQuota(2)).toEqual({ quotaUs: 40_000, periodUs: 20_000 });
  fc.assert(
    fc.property(fc.double({ min: 0.005, max: 64, noNaN: true }), (cores) => {
      const { quotaUs, periodUs } = cpuQuota(cores);
      expect(quotaUs).toBeGreaterThanOrEqual(1_000);
      expect(periodUs).toBeLessThanOrEqual(1_000_000);
      expect(Math.abs(quotaUs / periodUs / cores - 1)).toBeLessThan(0.05);
    }),
  );
});

test("one group serves both limits in version 2; in version 1 memory has its own or none", () => {
  const limits = { cpu: 1, memoryMiB: 64 };
  const inside = `perfbed/${cgroupFolderName("pb-x")}/app-1`;
  expect(cgroupPaths({ version: CgroupVersion.V2, cpu: "/cg" }, "pb-x", "app-1", limits)).toEqual([
    `/cg/${inside}`,
  ]);
  expect(
    cgroupPaths({ version: CgroupVersion.V1, cpu: "/cg/cpu", memory: "/cg/memory" }, "pb-x", "app-1", limits),
  ).toEqual([`/cg/cpu/${inside}`, `/cg/memory/${inside}`]);
  expect(
    cgroupPaths({ version: CgroupVersion.V1, cpu: "/cg/cpu" }, "pb-x", "app-1", { memoryMiB: 64 }),
  ).toEqual([]);
});

test("the same environment id under another home has another group", () => {
  const previous = process.env.PERFBED_HOME;
  try {
    process.env.PERFBED_HOME = "/home-a";
    const a = cgroupFolderName("pb-x");
    process.env.PERFBED_HOME = "/home-b";
    expect(cgroupFolderName("pb-x")).not.toBe(a);
  } finally {
    if (previous === undefined) delete process.env.PERFBED_HOME;
    else process.env.PERFBED_HOME = previous;
  }
});
