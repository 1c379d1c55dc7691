import fc from "fast-check";
import { totalSeconds } from "../../../scenarios/arrival";
import { arrivalClock } from "../../../scenarios/arrival-clock";
import { arrivalsOfShare, type ShareStage, shareStages } from "../../../scenarios/arrival-shares";
import type { ArrivalProfile } from "../../../scenarios/model";

const profiles: fc.Arbitrary<ArrivalProfile> = fc.record({
  startRatePerSecond: fc.double({ min: 0, max: 50, noNaN: true }),
  stages: fc.array(
    fc.record({
      durationSeconds: fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 60, noNaN: true })),
      ratePerSecond: fc.double({ min: 0, max: 50, noNaN: true }),
      label: fc.constant("s"),
    }),
    { minLength: 1, maxLength: 5 },
  ),
});
const flat = (...stages: readonly (readonly [number, number])[]): ArrivalProfile => ({
  startRatePerSecond: stages[0]?.[1] ?? 0,
  stages: stages.flatMap(([durationSeconds, ratePerSecond]) => [
    { durationSeconds: 0, ratePerSecond, label: "s" },
    { durationSeconds, ratePerSecond, label: "s" },
  ]),
});

/** When a tool begins visits that starts each stage with one, and the next when the area since then is 1, 2, … */
function starts(stages: readonly ShareStage[]): number[] {
  let at = 0;
  return stages.flatMap(({ durationSeconds, fromRate, toRate, arrivals }) => {
    const from = at;
    at += durationSeconds;
    const slope = (toRate - fromRate) / durationSeconds;
    return Array.from({ length: arrivals }, (_, area) => {
      const into = (2 * area) / (fromRate + Math.sqrt(Math.max(0, fromRate ** 2 + 2 * slope * area)));
      return from + (area === 0 ? 0 : into);
    });
  });
}

/** What the generators of a fleet begin, all together. */
const fleetStarts = (profile: ArrivalProfile, count: number): number[] =>
  Array.from({ length: count }, (_, index) => starts(shareStages(profile, { index, count })))
    .flat()
    .sort((a, b) => a - b);

test("generators take turns: two at one rate begin visits one after the other, not in pairs", () => {
  const begun = fleetStarts(flat([10, 0.6]), 2);
  expect(begun.map((at) => Math.round(at * 100))).toEqual([167, 333, 500, 667, 833, 1000]);
});

test("a jump of the rate neither bunches visits before it nor leaves a gap behind it", () => {
  const begun = fleetStarts(flat([10, 1], [2, 10], [10, 1]), 3);
  const clock = arrivalClock(flat([10, 1], [2, 10], [10, 1]));
  expect(begun).toHaveLength(40);
  begun.forEach((at, index) => {
    expect(Math.abs(at - (clock(index + 1) ?? Number.NaN))).toBeLessThan(0.002);
  });
});

test("a fleet's visits begin when the curve says, to some milliseconds, and all of them", () => {
  fc.assert(
    fc.property(profiles, fc.integer({ min: 1, max: 5 }), (profile, count) => {
      const clock = arrivalClock(profile);
      const begun = fleetStarts(profile, count);
      expect(begun).toHaveLength(arrivalsOfShare(profile, { index: 0, count: 1 }, 0, totalSeconds(profile)));
      begun.forEach((at, index) => {
        expect(Math.abs(at - (clock(index + 1) ?? totalSeconds(profile)))).toBeLessThan(0.02);
      });
    }),
  );
});

test("each stage's own sum is a whole number, as tools that drop fractions need it", () => {
  fc.assert(
    fc.property(profiles, fc.integer({ min: 1, max: 5 }), (profile, count) => {
      for (const { durationSeconds, fromRate, toRate, arrivals } of shareStages(profile, {
        index: count - 1,
        count,
      })) {
        expect(durationSeconds).toBeGreaterThan(0);
        expect(((fromRate + toRate) / 2) * durationSeconds).toBeCloseTo(arrivals, 6);
      }
    }),
  );
});
