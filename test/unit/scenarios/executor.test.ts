import fc from "fast-check";
import { arrivalsBetween, arrivalsTotal, totalSeconds } from "../../../scenarios/arrival";
import { defineScenario, z } from "../../../scenarios/authoring";
import type { Executor } from "../../../scenarios/executor";
import {
  arrivalsArePlanned,
  executorCurve,
  profileOfCounts,
  usersAt,
} from "../../../scenarios/executor-plan";
import type { Journey, Workload } from "../../../scenarios/model";
import { planWorkload } from "../../../scenarios/plan";
import { buildWorkload } from "../../../scenarios/resolve";

const journeys: readonly Journey[] = [
  {
    name: "look",
    weight: 1,
    steps: [
      {
        name: "home",
        request: { method: "GET", path: "/" },
        thinkTime: { distribution: "constant", meanSeconds: 0.9 },
      },
    ],
  },
];

const workloadOf = (executor: Executor, more: Partial<Workload> = {}): Workload =>
  buildWorkload(
    defineScenario({
      name: "s",
      description: "d",
      parameters: z.object({}),
      workload: () => ({ executor, journeys, ...more }),
    }),
    {},
    { storefront: false },
  );

const problemsOf = (executor: Executor, more: Partial<Workload> = {}): readonly string[] => {
  try {
    workloadOf(executor, more);
    return [];
  } catch (error) {
    if (!(error instanceof Error) || !("problems" in error) || !Array.isArray(error.problems)) throw error;
    return error.problems.map((problem: { field: string }) => problem.field);
  }
};

test("the curve of a trace has each second's arrivals, a second later, whatever the trace", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 30, noNaN: true }), { minLength: 1 }), (instants) => {
      const atSeconds = [...instants].sort((a, b) => a - b);
      const { warmup, arrival } = executorCurve({ kind: "arrival-trace", atSeconds });
      expect(totalSeconds(warmup)).toBe(1);
      expect(arrivalsTotal(warmup)).toBe(0);
      expect(arrivalsTotal(arrival)).toBeCloseTo(atSeconds.length, 9);
      for (let second = 0; second <= 30; second += 1) {
        const expected = atSeconds.filter((at) => Math.floor(at) === second).length;
        expect(arrivalsBetween(arrival, second, second + 1)).toBeCloseTo(expected, 9);
      }
    }),
    { seed: 5 },
  );
});

test("the warm-up of a trace is cut off its front", () => {
  const workload = workloadOf({
    kind: "arrival-trace",
    atSeconds: [0.5, 1.5, 1.6, 2.5],
    durationSeconds: 4,
    warmupSeconds: 1,
  });
  expect(totalSeconds(workload.warmup)).toBe(2);
  expect(totalSeconds(workload.arrival)).toBe(3);
  expect(arrivalsTotal(workload.warmup)).toBeCloseTo(1, 9);
  expect(planWorkload(workload)).toMatchObject({ arrivals: "planned", peakArrivalsPerSecond: 2 });
  expect(planWorkload(workload).measuredArrivals).toBeCloseTo(3, 9);
});

test("counts a minute become a curve without a lost arrival, equal neighbours in one stage", () => {
  const profile = profileOfCounts([60, 60, 0, 90], 60, "log");
  expect(profile.stages).toEqual([
    { durationSeconds: 120, ratePerSecond: 1, label: "log" },
    { durationSeconds: 0, ratePerSecond: 0, label: "log" },
    { durationSeconds: 60, ratePerSecond: 0, label: "log" },
    { durationSeconds: 0, ratePerSecond: 1.5, label: "log" },
    { durationSeconds: 60, ratePerSecond: 1.5, label: "log" },
  ]);
  expect(arrivalsTotal(profile)).toBe(210);
});

test("a closed model plans no arrivals, and says how many visits may be expected", () => {
  const executor: Executor = {
    kind: "virtual-users",
    startUsers: 10,
    stages: [
      { durationSeconds: 10, users: 10, label: "hold" },
      { durationSeconds: 10, users: 20, label: "ramp" },
    ],
    warmupSeconds: 10,
  };
  const workload = workloadOf(executor);
  expect(arrivalsTotal(workload.arrival)).toBe(0);
  expect([totalSeconds(workload.warmup), totalSeconds(workload.arrival)]).toEqual([10, 10]);
  // 15 users on average, a second a visit with 0.1 s for the response.
  expect(planWorkload(workload)).toMatchObject({ arrivals: "estimate", users: 20 });
  expect(planWorkload(workload).measuredArrivals).toBeCloseTo(150, 6);
  expect(arrivalsArePlanned(executor).planned).toBe(false);
  expect([0, 9, 15, 20, 30].map((at) => usersAt(executor, at))).toEqual([10, 10, 15, 20, 20]);
});

test("visits for each user are counted, not estimated", () => {
  const workload = workloadOf({ kind: "iterations-per-user", users: 4, iterations: 25, maxSeconds: 60 });
  expect(planWorkload(workload)).toMatchObject({ measuredArrivals: 100, measuredRequests: 100, users: 4 });
});

test("every mistake of an executor is told with its field", () => {
  expect(
    problemsOf({
      kind: "arrival-trace",
      atSeconds: [2, 1],
      journeys: ["look", "buy", "look"],
      durationSeconds: 1,
    }),
  ).toEqual(["executor.atSeconds[1]", "executor.durationSeconds", "executor.journeys", "executor.journeys"]);
  expect(problemsOf({ kind: "virtual-users", startUsers: 0.5, stages: [], warmupSeconds: 1 })).toEqual([
    "executor.startUsers",
    "executor.warmupSeconds",
  ]);
  expect(problemsOf({ kind: "iterations-per-user", users: 0, iterations: 1.5, maxSeconds: 0 })).toEqual([
    "executor.users",
    "executor.iterations",
    "executor.maxSeconds",
  ]);
  expect(
    problemsOf({
      kind: "external-rate",
      control: "http://example.com/rate",
      startRatePerSecond: 20,
      maxRatePerSecond: 10,
      durationSeconds: 5,
      pacingSeconds: 0,
    }),
  ).toEqual(["executor.control", "executor.startRatePerSecond", "executor.pacingSeconds"]);
});

test("an executor stands in place of a curve, not beside it", () => {
  expect(
    problemsOf(
      { kind: "iterations-per-user", users: 1, iterations: 1, maxSeconds: 1 },
      { arrival: { startRatePerSecond: 1, stages: [] } },
    ),
  ).toEqual(["arrival"]);
});
