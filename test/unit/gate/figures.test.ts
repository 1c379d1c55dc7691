import { controlDrift } from "../../../campaign/comparison/control-drift";
import type { Replicate } from "../../../campaign/comparison/replicate";
import { allotted, geometricInterval, sideFigures } from "../../../campaign/comparison/side-figures";
import { comparisonSizing, withoutScaling } from "../../../campaign/comparison/sizing";
import { tierUse } from "../../../campaign/comparison/tier-use";
import type { TelemetryPoint } from "../../../storage";
import { replicate } from "./fixtures";

const sizing = comparisonSizing();

describe("figures of a side", () => {
  test("the interval is that of the mean logarithm, with the replicate as the unit", () => {
    // logs 0, ln 2, ln 4: mean ln 2, sd ln 2, t(0.975, 2) = 4.302653
    const { value, lower, upper } = geometricInterval([1, 2, 4]);
    const margin = (4.302652729696142 * Math.LN2) / Math.sqrt(3);
    expect(value).toBeCloseTo(2, 12);
    expect(lower).toBeCloseTo(2 * Math.exp(-margin), 9);
    expect(upper).toBeCloseTo(2 * Math.exp(margin), 9);
  });

  test("one value has no interval, none has no figure", () => {
    expect(geometricInterval([3])).toEqual({ value: expect.closeTo(3, 12), lower: null, upper: null });
    expect(geometricInterval([])).toEqual({ value: null, lower: null, upper: null });
  });

  test("what is allotted counts every server and the mean of the instances", () => {
    // 2 x 1 app, 2 x 1 database, 0.25 cache, 0.25 edge
    expect(allotted(sizing, 2).cores).toBeCloseTo(4.5, 12);
    expect(allotted(sizing, 2).memoryGiB).toBeCloseTo((2 * 256 + 2 * 256 + 64 + 64) / 1024, 12);
  });

  const met = { journey: "browse", kind: "latency", quantile: 0.95, threshold: 500, measured: 12 } as const;
  const prices = { asOf: "2026-01-01", currency: "EUR", corePerHour: 0.04, memoryGiBPerHour: 0.004 };
  const figures = (changes: Partial<Replicate>) =>
    sideFigures({ name: "s", label: "s", sizing }, [replicate("s", 1, changes)], 0.95, prices);

  test("cost per million requests follows from the answered ones, where every objective is met", () => {
    // 100 requests a second for 10 s: 360,000 an hour; 4.5 cores and 1 + 0.125 GiB
    const { costPerHour, costPerMillion } = figures({ slos: [{ ...met, status: "met" }] });
    expect(costPerHour).toBeCloseTo(4.5 * 0.04 + 1.125 * 0.004, 12);
    expect(costPerMillion).toBeCloseTo((4.5 * 0.04 + 1.125 * 0.004) / 0.36, 9);
  });

  test("a broken objective, or none, has no cost per million", () => {
    expect(figures({ slos: [{ ...met, status: "broken" }] }).costPerMillion).toBeNull();
    expect(figures({ slos: [] }).costPerMillion).toBeNull();
  });

  test("the busiest process of a tier counts, and the busiest tier is named", () => {
    const point = (tier: string, source: string, metric: string, value: number): TelemetryPoint => ({
      atUs: 0n,
      tier,
      source,
      metric,
      value,
    });
    const points = [
      point("database", "database-primary", "cpu_cores", 0.15),
      point("database", "database-replica-1", "cpu_cores", 0.6),
      point("app", "app-1", "cpu_cores", 0.3),
      point("app", "load-balancer", "cpu_cores", 5),
      point("app", "autoscaler", "instances_in_service", 1),
    ];
    const tiers = tierUse(points, sizing);
    expect(tiers).toEqual([
      { tier: "app", utilisation: expect.closeTo(0.3, 12), throttledShare: 0, instances: 1 },
      { tier: "database", utilisation: expect.closeTo(0.6, 12), throttledShare: 0, instances: null },
    ]);
    expect(figures({ tiers }).limiting).toMatchObject({ tier: "database" });
  });
});

describe("the control measurement", () => {
  const withP50 = (valueMs: number) =>
    replicate("baseline", 0, {
      journeys: [
        {
          ...replicate("baseline", 0).overall,
          journey: "browse",
          steps: [],
          quantiles: [{ probability: 0.5, valueMs, exceedances: 100 }],
        },
      ],
    });

  test.each([
    [10, 12, undefined],
    [10, 13, "warning"],
    [13, 10, "warning"],
    [10, 17, "invalid"],
    [17, 10, "invalid"],
  ])("P50 of %d ms before and %d ms after: %s", (before, after, severity) => {
    const { findings, control } = controlDrift(withP50(before), withP50(after));
    expect(control?.ratio).toBeCloseTo(after / before, 12);
    expect(findings[0]?.severity).toBe(severity);
  });

  test("without a control nothing is claimed", () => {
    expect(controlDrift(undefined, withP50(1))).toEqual({ control: null, findings: [] });
  });
});

test("a sizing held still keeps everything but the largest number of instances", () => {
  const moving = { ...sizing, app: { ...sizing.app, minInstances: 2, maxInstances: 6 } };
  expect(withoutScaling(moving)).toEqual({ ...moving, app: { ...moving.app, maxInstances: 2 } });
});
