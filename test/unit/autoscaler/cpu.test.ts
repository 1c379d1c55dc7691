import { readFileSync } from "node:fs";
import { CpuMeter, parseProcessStat, processTreeCpuSeconds } from "../../../components/local/autoscaler/cpu";

function self(): { pid: number; startTicks: number } {
  const stat = parseProcessStat(readFileSync(`/proc/${process.pid}/stat`, "latin1"));
  if (stat === null) throw new Error("no /proc");
  return { pid: process.pid, startTicks: stat.startTicks };
}

describe("CPU time from /proc", () => {
  it("is read past a command name with spaces and brackets, children's included", () => {
    const line = "42 (a) b (c) S 1 42 42 0 -1 4194304 100 0 0 0 11 22 33 44 20 0 7 0 98765 1 2 3";
    expect(parseProcessStat(line)).toEqual({ ticks: 110, startTicks: 98_765 });
  });

  it("is nothing for a line that is cut off", () => {
    expect(parseProcessStat("42 (a) S 1 42")).toBeNull();
  });

  it("agrees with what the process knows of itself", () => {
    const used = process.cpuUsage();
    const own = (used.user + used.system) / 1e6;
    const seen = processTreeCpuSeconds(self());
    // At least its own share (10 ms ticks); more where it has waited for children.
    expect(seen).toBeGreaterThan(own - 0.05);
  });

  it("is nothing for a pid that belongs to another process by now", () => {
    expect(processTreeCpuSeconds({ ...self(), startTicks: 1 })).toBeNull();
  });
});

describe("the CPU meter", () => {
  it("has no figure for the first look, then percent of the allotment", () => {
    const meter = new CpuMeter(self(), 0.5);
    expect(meter.read(0)).toBeNull();
    const before = process.cpuUsage();
    let burnt = 0;
    while (burnt < 300_000) {
      const used = process.cpuUsage(before);
      burnt = used.user + used.system;
    }
    // 0.3 s of CPU in what counts as one second, on half a core: 60 %; other threads of this process may add to it.
    const percent = meter.read(1000);
    expect(percent).toBeGreaterThan(55);
    expect(percent).toBeLessThan(120);
  });

  it("has no figure once the process is another one", () => {
    const meter = new CpuMeter({ ...self(), startTicks: 1 }, 1);
    meter.read(0);
    expect(meter.read(1000)).toBeNull();
  });
});
