import { meanPlannedRate, plannedArrivals, riseStarts } from "../../../analysis/arrival-curve";

/** Ramp 0 to 10 in 10 s, hold 20 s, jump to 50 and hold 10 s, fall to 0 in 10 s. */
const curve = [
  { atSeconds: 0, ratePerSecond: 0 },
  { atSeconds: 10, ratePerSecond: 10 },
  { atSeconds: 30, ratePerSecond: 10 },
  { atSeconds: 30, ratePerSecond: 50 },
  { atSeconds: 40, ratePerSecond: 50 },
  { atSeconds: 50, ratePerSecond: 0 },
];

test("planned arrivals are the area under the curve", () => {
  expect(plannedArrivals(curve, 0, 50)).toBeCloseTo(50 + 200 + 500 + 250, 9);
  expect(plannedArrivals(curve, 5, 15)).toBeCloseTo(37.5 + 50, 9);
  expect(plannedArrivals(curve, 60, 70)).toBe(0);
});

test("the mean rate of a slice crosses corners and jumps, and is unknown outside the plan", () => {
  expect(meanPlannedRate(curve, 29, 31)).toBeCloseTo(30, 9);
  expect(meanPlannedRate(curve, 49, 50)).toBeCloseTo(2.5, 9);
  expect(meanPlannedRate(curve, 49.5, 50.5)).toBeNull();
  expect(meanPlannedRate(curve, -1, 0)).toBeNull();
  expect(meanPlannedRate([], 0, 1)).toBeNull();
});

test("the load rises at the start of the ramp and at the jump, not in holds and falls", () => {
  expect(riseStarts(curve)).toEqual([0, 30]);
  expect(
    riseStarts([
      { atSeconds: -5, ratePerSecond: 20 },
      { atSeconds: 5, ratePerSecond: 20 },
    ]),
  ).toEqual([-5]);
});
