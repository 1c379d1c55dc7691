import fc from "fast-check";
import { complianceOverTime, errorBudget, judgeSloGate } from "../../../analysis/slo-programme";
import { AVAILABILITY, slicesOf } from "./objective-fixtures";

const DAY = 86_400;

describe("error budget", () => {
  test("half the allowed failures leave half of the budget; a day at that rate uses a sixtieth of the month's", () => {
    const budget = errorBudget(AVAILABILITY, slicesOf([0, 0.001], DAY / 2, 10_000), DAY / 2);
    expect(budget).toMatchObject({ good: 19_990, total: 20_000, status: "met" });
    expect(budget.burnRate).toBeCloseTo(0.5, 12);
    expect(budget.remaining).toBeCloseTo(0.5, 12);
    expect(budget.burnedOfPeriod).toBeCloseTo(0.5 / 30, 12);
  });

  test("exactly the wished share is met, one failure more is broken", () => {
    const exact = [{ atSeconds: 0, good: 9990, total: 10_000 }];
    expect(errorBudget(AVAILABILITY, exact, 60).status).toBe("met");
    expect(errorBudget(AVAILABILITY, [{ atSeconds: 0, good: 9989, total: 10_000 }], 60)).toMatchObject({
      status: "broken",
    });
  });

  test("without traffic nothing is known", () => {
    expect(errorBudget(AVAILABILITY, slicesOf([0], 60, 0), 60)).toMatchObject({
      compliance: null,
      status: "not-enough-data",
    });
  });

  test("by time slices, a slice counts as a whole, and silent ones do not count", () => {
    const objective = {
      ...AVAILABILITY,
      target: 0.5,
      budgeting: { method: "timeslices", sliceMinutes: 2, sliceTarget: 0.9 },
    } as const;
    // Minutes in pairs: 5 % bad (good), 50 % bad (bad), silent.
    const slices = [
      ...slicesOf([0.05, 0.05, 0.9, 0.1], 60),
      { atSeconds: 240, good: 0, total: 0 },
      { atSeconds: 300, good: 0, total: 0 },
    ];
    expect(errorBudget(objective, slices, 60)).toMatchObject({
      good: 1,
      total: 2,
      compliance: 0.5,
      status: "met",
    });
    expect(complianceOverTime(objective, slices, 60)).toEqual([
      { atSeconds: 120, compliance: 1, remaining: 1 },
      { atSeconds: 240, compliance: 0.5, remaining: 0 },
      { atSeconds: 360, compliance: 0.5, remaining: 0 },
    ]);
  });

  test("compliance over time rolls: a bad day is forgotten after the period", () => {
    const objective = { ...AVAILABILITY, target: 0.9, periodMinutes: 3 * 1440 };
    const points = complianceOverTime(objective, slicesOf([0.3, 0, 0, 0, 0], DAY), DAY);
    expect(points.map(({ compliance }) => compliance)).toEqual([0.7, 0.85, 0.9, 1, 1]);
    expect(points[0]?.remaining).toBeCloseTo(-2, 12);
    expect(points.map(({ atSeconds }) => atSeconds / DAY)).toEqual([1, 2, 3, 4, 5]);
  });

  test("the last point over a period that holds everything equals the budget as a whole", () => {
    const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(shares, (bad) => {
        const slices = slicesOf(bad, 3600);
        const last = complianceOverTime(AVAILABILITY, slices, 3600).at(-1);
        expect(last?.compliance).toBe(errorBudget(AVAILABILITY, slices, 3600).compliance);
      }),
    );
  });
});

describe("gate on objectives", () => {
  const at = (bad: number) => errorBudget(AVAILABILITY, slicesOf([bad], DAY, 100_000), DAY);

  test("passes when all are met and little budget is used", () => {
    expect(judgeSloGate([at(0), at(0.0005)], { maxBurnedShare: 0.05 }).verdict).toBe("pass");
  });

  test("fails on a broken objective, and on a budget burned by more than allowed though met", () => {
    expect(judgeSloGate([at(0), at(0.002)], { maxBurnedShare: 1 })).toMatchObject({
      verdict: "regression",
      reasons: [expect.stringMatching(/is broken/), expect.anything()],
    });
    const burned = judgeSloGate([at(0.0009)], { maxBurnedShare: 0.02 });
    expect(burned).toEqual({
      verdict: "regression",
      reasons: [
        "checkout-availability: 99.91 % good of 99.9 % wished, 3 % of the period's error budget used: more than 2 %.",
      ],
    });
  });

  test("no objective, or one without traffic, is never a pass", () => {
    expect(judgeSloGate([], { maxBurnedShare: 1 }).verdict).toBe("inconclusive");
    expect(judgeSloGate([at(0), errorBudget(AVAILABILITY, [], DAY)], { maxBurnedShare: 1 }).verdict).toBe(
      "inconclusive",
    );
  });
});
