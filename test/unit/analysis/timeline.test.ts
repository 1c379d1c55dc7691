import { assembleTimeline, MAX_TIMELINE_SLICES, sliceSecondsFor } from "../../../analysis/timeline";

const slice = (index: number, requests: number) => ({
  index,
  requests,
  errors: 1,
  p50Ms: 5,
  p95Ms: 9,
  p99Ms: null,
});

test("slices are one second up to ten minutes, then round lengths that keep the count under the limit", () => {
  expect(sliceSecondsFor(30)).toBe(1);
  expect(sliceSecondsFor(600)).toBe(1);
  expect(sliceSecondsFor(601)).toBe(2);
  expect(sliceSecondsFor(8 * 3600)).toBe(60);
  expect(sliceSecondsFor(40 * 86_400)).toBe(7200);
  for (const seconds of [1, 599, 12_345, 10 * 86_400, 60 * 86_400]) {
    expect(seconds / sliceSecondsFor(seconds)).toBeLessThanOrEqual(MAX_TIMELINE_SLICES);
  }
});

test("a second without requests is a rate of zero, not a hole", () => {
  const timeline = assembleTimeline([slice(0, 10), slice(3, 20)], {
    sliceSeconds: 1,
    runFromSeconds: -1,
    measuredToSeconds: 5,
    lastRequestSeconds: 3.5,
    plannedCurve: [
      { atSeconds: 0, ratePerSecond: 4 },
      { atSeconds: 5, ratePerSecond: 4 },
    ],
  });
  expect(timeline.map(({ atSeconds, requestRatePerSecond }) => [atSeconds, requestRatePerSecond])).toEqual([
    [-1, 0],
    [0, 10],
    [1, 0],
    [2, 0],
    [3, 20],
    [4, 0],
  ]);
  expect(timeline.map(({ plannedRatePerSecond }) => plannedRatePerSecond)).toEqual([null, 4, 4, 4, 4, 4]);
  expect(timeline[2]?.p50Ms).toBeNull();
});

test("a slice that the run only half covers shows the rate of its half", () => {
  const timeline = assembleTimeline([slice(0, 100), slice(1, 50)], {
    sliceSeconds: 2,
    runFromSeconds: 0,
    measuredToSeconds: 3,
    lastRequestSeconds: 2.99,
    plannedCurve: [],
  });
  expect(timeline.map(({ requestRatePerSecond }) => requestRatePerSecond)).toEqual([50, 50]);
});
