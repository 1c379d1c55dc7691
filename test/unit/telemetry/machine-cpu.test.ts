import { machineCpuOf } from "../../../campaign/telemetry/process-usage";

test("work of a lowered priority and waiting for disks count as free, stolen time as busy", () => {
  // user nice system idle iowait irq softirq steal guest guest_nice
  expect(machineCpuOf("cpu  100 20 30 400 5 1 2 7 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n")).toEqual({
    idle: 425,
    busy: 140,
    stolen: 7,
  });
});

test("a text without the machine's line tells nothing", () => {
  expect(machineCpuOf("")).toBeUndefined();
  expect(machineCpuOf("cpu0 1 2 3 4\n")).toBeUndefined();
});
