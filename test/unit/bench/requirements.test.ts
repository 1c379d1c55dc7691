import { fleetRequirement, noiseOf, provisionRequirements } from "../../../bench/local/requirements";
import { median, orderOfRound, roundRatios } from "../../../bench/local/statistics";

const holds = (perfbedMs: readonly number[], scriptMs: readonly number[]): boolean[] =>
  provisionRequirements(perfbedMs, scriptMs).map((requirement) => requirement.holds);

test("provision is judged on the medians: 15 s is too long, and slower than the script counts only beyond its noise", () => {
  expect(holds([6_000, 6_100, 9_000], [6_000, 6_200, 6_100])).toEqual([true, true]);
  expect(holds([7_000, 7_100, 6_900], [6_000, 6_200, 6_100])).toEqual([true, false]);
  expect(holds([15_000, 15_000, 15_000], [16_000, 16_000, 16_000])).toEqual([false, true]);
});

test("noise is half the spread of the script's rounds, never under one and never over ten percent", () => {
  expect(noiseOf({ median: 100, min: 98, max: 104 })).toBeCloseTo(0.03, 12);
  expect(noiseOf({ median: 100, min: 100, max: 100 })).toBe(0.01);
  expect(noiseOf({ median: 100, min: 50, max: 200 })).toBe(0.1);
});

test("a machine that is slow for one round does not decide on the fleet, because rounds are compared with themselves", () => {
  expect(fleetRequirement([10_000, 3_000, 10_100], [10_000, 3_000, 10_000]).holds).toBe(true);
  expect(fleetRequirement([9_400, 2_820, 9_500], [10_000, 3_000, 10_000]).holds).toBe(false);
  expect(roundRatios([2, 9], [1, 3])).toEqual({ median: 2.5, min: 2, max: 3 });
});

test("rounds run forwards and backwards in turn", () => {
  expect([0, 1, 2].map((round) => orderOfRound(["a", "b", "c"], round).join(""))).toEqual([
    "abc",
    "cba",
    "abc",
  ]);
});

test("the median of an even number of rounds is the mean of the middle two", () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(() => median([])).toThrow(RangeError);
});
