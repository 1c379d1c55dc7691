import { ScalingMetric } from "../../../components/contracts";
import { groupMetric, RunningMean } from "../../../components/local/autoscaler/metric";

const CALM = { queued: 0, inService: 2 };

describe("the group's metric", () => {
  it("is the mean CPU of the measured instances", () => {
    const readings = [
      { cpuPercent: 30, inFlight: 1 },
      { cpuPercent: 70, inFlight: 3 },
    ];
    expect(groupMetric(ScalingMetric.CpuUtilization, readings, CALM)).toBe(50);
    expect(groupMetric(ScalingMetric.InFlightRequests, readings, CALM)).toBe(2);
  });

  it("leaves out what could not be read rather than counting it as zero", () => {
    const readings = [
      { cpuPercent: null, inFlight: null },
      { cpuPercent: 70, inFlight: 3 },
    ];
    expect(groupMetric(ScalingMetric.CpuUtilization, readings, CALM)).toBe(70);
    expect(groupMetric(ScalingMetric.InFlightRequests, readings, CALM)).toBe(3);
  });

  it("is missing, not zero, without any reading", () => {
    expect(groupMetric(ScalingMetric.CpuUtilization, [], CALM)).toBeNull();
    expect(groupMetric(ScalingMetric.InFlightRequests, [{ cpuPercent: 5, inFlight: null }], CALM)).toBeNull();
  });

  it("shares the balancer's queue among the instances in service", () => {
    const readings = [{ cpuPercent: 100, inFlight: 10 }];
    expect(groupMetric(ScalingMetric.InFlightRequests, readings, { queued: 30, inService: 3 })).toBe(20);
    expect(groupMetric(ScalingMetric.InFlightRequests, readings, { queued: 30, inService: 0 })).toBe(40);
    expect(groupMetric(ScalingMetric.CpuUtilization, readings, { queued: 30, inService: 3 })).toBe(100);
  });
});

describe("a running mean", () => {
  it("starts over with every look and is null when nothing came", () => {
    const mean = new RunningMean();
    expect(mean.take()).toBeNull();
    for (const value of [1, 2, 6]) mean.add(value);
    expect(mean.take()).toBe(3);
    expect(mean.take()).toBeNull();
  });
});
