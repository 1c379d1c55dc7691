import fc from "fast-check";
import {
  arrivalCorners,
  arrivalInstant,
  arrivalsBetween,
  arrivalsTotal,
  joinProfiles,
  peakRate,
  rateAt,
  scaleProfile,
  splitProfile,
  totalSeconds,
} from "../../../scenarios/arrival";
import type { ArrivalProfile } from "../../../scenarios/model";

const ramp: ArrivalProfile = {
  startRatePerSecond: 10,
  stages: [
    { durationSeconds: 10, ratePerSecond: 30, label: "ramp" },
    { durationSeconds: 0, ratePerSecond: 100, label: "spike" },
    { durationSeconds: 5, ratePerSecond: 100, label: "spike" },
    { durationSeconds: 0, ratePerSecond: 4, label: "after" },
    { durationSeconds: 5, ratePerSecond: 0, label: "after" },
  ],
};

const profiles: fc.Arbitrary<ArrivalProfile> = fc.record({
  startRatePerSecond: fc.double({ min: 0, max: 1000, noNaN: true }),
  stages: fc.array(
    fc.record({
      durationSeconds: fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 600, noNaN: true })),
      ratePerSecond: fc.double({ min: 0, max: 1000, noNaN: true }),
      label: fc.constant("s"),
    }),
    { minLength: 1, maxLength: 8 },
  ),
});

test("rate, integral, corners and peak of a ramp, a jump and a decay have their hand-worked values", () => {
  expect(totalSeconds(ramp)).toBe(20);
  expect([0, 5, 9.999, 10, 15, 17.5, 20, 21].map((at) => Math.round(rateAt(ramp, at)))).toEqual([
    10, 20, 30, 100, 4, 2, 0, 0,
  ]);
  expect(arrivalsTotal(ramp)).toBeCloseTo(200 + 500 + 10, 9);
  expect(arrivalsBetween(ramp, 5, 11)).toBeCloseTo(125 + 100, 9);
  expect(peakRate(ramp)).toBe(100);
  expect(arrivalCorners(ramp).map(({ atSeconds, ratePerSecond }) => [atSeconds, ratePerSecond])).toEqual([
    [0, 10],
    [10, 30],
    [10, 100],
    [15, 100],
    [15, 4],
    [20, 0],
  ]);
});

test("the n-th arrival is due when the integral reaches n", () => {
  expect(arrivalInstant(ramp, 200)).toBeCloseTo(10, 9);
  expect(arrivalInstant(ramp, 250)).toBeCloseTo(10.5, 9);
  expect(arrivalInstant(ramp, 711)).toBeNull();
  fc.assert(
    fc.property(profiles, fc.double({ min: 0.001, max: 0.999, noNaN: true }), (profile, share) => {
      const n = arrivalsTotal(profile) * share;
      const at = arrivalInstant(profile, n);
      if (n < 1e-6) return;
      expect(at).not.toBeNull();
      expect(Math.abs(arrivalsBetween(profile, 0, at ?? -1) - n)).toBeLessThan(1e-6 * Math.max(1, n));
    }),
  );
});

test("the integral adds up over any cut, and a split profile is the same curve", () => {
  fc.assert(
    fc.property(profiles, fc.double({ min: 0, max: 1, noNaN: true }), (profile, share) => {
      const end = totalSeconds(profile);
      const cut = end * share;
      const whole = arrivalsTotal(profile);
      const sum = arrivalsBetween(profile, 0, cut) + arrivalsBetween(profile, cut, end);
      expect(Math.abs(sum - whole)).toBeLessThanOrEqual(1e-9 * Math.max(1, whole));
      const { before, after } = splitProfile(profile, cut);
      expect(totalSeconds(before) + totalSeconds(after)).toBeCloseTo(end, 6);
      expect(Math.abs(arrivalsTotal(before) + arrivalsTotal(after) - whole)).toBeLessThanOrEqual(
        1e-6 * Math.max(1, whole),
      );
    }),
  );
});

test("no rate is above the peak, and the integral is between 0 and peak times length", () => {
  fc.assert(
    fc.property(profiles, fc.double({ min: 0, max: 1, noNaN: true }), (profile, share) => {
      const peak = peakRate(profile);
      expect(rateAt(profile, totalSeconds(profile) * share)).toBeLessThanOrEqual(
        Math.max(peak, profile.startRatePerSecond) * (1 + 1e-12),
      );
      expect(arrivalsTotal(profile)).toBeLessThanOrEqual(peak * totalSeconds(profile) * (1 + 1e-9) + 1e-9);
    }),
  );
});

test("joining keeps both curves and scaling multiplies every arrival", () => {
  fc.assert(
    fc.property(profiles, profiles, fc.double({ min: 0, max: 10, noNaN: true }), (first, second, factor) => {
      const joined = joinProfiles(first, second);
      const total = arrivalsTotal(first) + arrivalsTotal(second);
      expect(Math.abs(arrivalsTotal(joined) - total)).toBeLessThanOrEqual(1e-9 * Math.max(1, total));
      const scaled = arrivalsTotal(scaleProfile(first, factor));
      expect(Math.abs(scaled - arrivalsTotal(first) * factor)).toBeLessThanOrEqual(
        1e-9 * Math.max(1, scaled),
      );
    }),
  );
});
