// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${name} is a variable of the journey, not of this module
import { arrivalsTotal, peakRate, rateAt, totalSeconds } from "../../../scenarios/arrival";
import { catalogue, findScenario } from "../../../scenarios/catalogue";
import { describeArrivals, describeWorkload } from "../../../scenarios/curve-text";
import type { Workload } from "../../../scenarios/model";
import { resolveParameters } from "../../../scenarios/parameters";
import { expectedRequests, planWorkload, virtualUsersFor } from "../../../scenarios/plan";
import { buildWorkload } from "../../../scenarios/resolve";
import { workloadProblems } from "../../../scenarios/validate";

const build = (name: string, set: readonly string[] = [], storefront = true): Workload => {
  const scenario = findScenario(name);
  return buildWorkload(scenario, resolveParameters(scenario, { set }), { storefront });
};

test("every scenario of the catalogue is valid with its defaults, for the sample and for any other application", () => {
  for (const { name } of catalogue) {
    expect(workloadProblems(build(name))).toEqual([]);
    expect(build(name).journeys.map((journey) => journey.name)).toEqual([
      "browse",
      "search",
      "product",
      "checkout",
    ]);
    expect(build(name, [], false).journeys).toMatchObject([{ name: "visit", steps: [{ name: "root" }] }]);
    expect(build(name, ["paths=/a/b,/a/b?x=1"]).journeys[0]?.steps.map((step) => step.name)).toEqual([
      "a-b",
      "a-b-2",
    ]);
  }
});

test("load fits into three minutes: 15 s of warm-up and 75 to 90 s measured", () => {
  const load = build("load");
  expect(totalSeconds(load.warmup)).toBe(15);
  expect(totalSeconds(load.arrival)).toBeGreaterThanOrEqual(75);
  expect(totalSeconds(load.arrival)).toBeLessThanOrEqual(90);
});

test("spike jumps at once, holds for 40 s and leaves time for scale-in", () => {
  const { arrival } = build("spike", ["baseRate=5", "peakRate=60", "baseSeconds=10"]);
  expect([9.99, 10, 49.9, 50].map((at) => rateAt(arrival, at))).toEqual([5, 60, 60, 5]);
  expect(totalSeconds(arrival) - 50).toBeGreaterThanOrEqual(60);
});

test("no warm-up leaves no stages behind", () => {
  expect(build("load", ["warmupSeconds=0"]).warmup).toEqual({ startRatePerSecond: 0, stages: [] });
});

test("the plan counts arrivals by share and requests by steps", () => {
  const smoke = build("smoke", ["peakRate=10", "holdSeconds=20"]);
  const plan = planWorkload(smoke);
  expect(plan.measuredArrivals).toBe(200);
  // browse 6 steps at 45 %, search 3 at 20 %, product 3 at 25 %, checkout 6 at 10 %
  expect(expectedRequests(smoke)).toBeCloseTo(200 * (6 * 0.45 + 3 * 0.2 + 3 * 0.25 + 6 * 0.1), 9);
  expect(plan.journeys.map(({ share }) => share)).toEqual([0.45, 0.2, 0.25, 0.1]);
});

test("virtual users follow Little's law with room to spare, and every generator has some", () => {
  const journey = {
    name: "j",
    weight: 1,
    steps: [
      {
        name: "s",
        request: { method: "GET" as const, path: "/" },
        thinkTime: { distribution: "constant" as const, meanSeconds: 2 },
      },
    ],
  };
  // 100/s x (2 s pause + 0.3 s response) x 1.25, and 3 for each of 2 generators
  expect(virtualUsersFor(journey, 100, 2)).toEqual({ preAllocated: 294, maximum: 700 });
  expect(virtualUsersFor(journey, 0, 4).preAllocated).toBe(12);
});

test("the arrival curve is drawn as wide as asked, with its peak, its length and the end of the warm-up", () => {
  const lines = describeArrivals(build("spike"), 72).split("\n");
  expect(lines[0]).toMatch(/^36\/s/);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(72);
  expect(lines.at(-1)).toMatch(/12 s +167 s$/);
  expect(lines[0]).toContain("█");
  expect(describeWorkload(build("spike")).join("\n")).toContain("P95 at most 1500 ms");
});

test("every problem of a workload is found at once, each with the path of its field", () => {
  const workload: Workload = {
    scenario: "bad",
    description: "",
    seed: -1,
    warmup: { startRatePerSecond: Number.NaN, stages: [] },
    arrival: { startRatePerSecond: 1, stages: [{ durationSeconds: -1, ratePerSecond: 1e9, label: "x" }] },
    journeys: [
      {
        name: "same",
        weight: 0,
        feeders: [
          { kind: "zipf", name: "id", min: 5, max: 1, exponent: 0 },
          { kind: "choice", name: "word", values: ["a"], weights: [1, 2] },
        ],
        steps: [
          { name: "one", request: { method: "GET", path: "no-slash/${later}" } },
          {
            name: "one",
            request: { method: "GET", path: "/${id}", body: "x", timeoutSeconds: 0 },
            checks: [
              { kind: "status", statuses: [200] },
              { kind: "status", statuses: [404] },
            ],
            extract: [{ kind: "regex", name: "later", pattern: "(" }],
            thinkTime: { distribution: "uniform", minSeconds: 2, maxSeconds: 1 },
          },
        ],
      },
      { name: "same", weight: 1, steps: [] },
    ],
    slos: [
      { kind: "latency", threshold: 0, quantile: 1 },
      { kind: "error-ratio", threshold: 2, journey: "nobody" },
    ],
    abortErrorRatio: 0,
    parameters: {},
  };
  expect(
    workloadProblems(workload)
      .map(({ field }) => field)
      .sort(),
  ).toEqual(
    [
      "abortErrorRatio",
      "arrival.stages",
      "arrival.stages[0].durationSeconds",
      "arrival.stages[0].ratePerSecond",
      "journeys[0].feeders[0].exponent",
      "journeys[0].feeders[0].max",
      "journeys[0].feeders[1].weights",
      "journeys[0].steps[0].request.path",
      "journeys[0].steps[0].request.path",
      "journeys[0].steps[1].checks",
      "journeys[0].steps[1].extract[0].pattern",
      "journeys[0].steps[1].name",
      "journeys[0].steps[1].request.body",
      "journeys[0].steps[1].request.timeoutSeconds",
      "journeys[0].steps[1].thinkTime.minSeconds",
      "journeys[0].weight",
      "journeys[1].name",
      "journeys[1].steps",
      "seed",
      "slos[0].quantile",
      "slos[0].threshold",
      "slos[1].journey",
      "slos[1].threshold",
      "warmup.startRatePerSecond",
    ].sort(),
  );
});

test("a variable may be used from the step after its extraction on", () => {
  const base = build("smoke");
  const step = (name: string, path: string) => ({ name, request: { method: "GET" as const, path } });
  const journeys = (steps: Workload["journeys"][number]["steps"]) => ({
    ...base,
    journeys: [{ name: "j", weight: 1, steps }],
  });
  const extract = [{ kind: "json" as const, name: "id", path: "id" }];
  expect(workloadProblems(journeys([{ ...step("a", "/a"), extract }, step("b", "/b/${id}")]))).toEqual([]);
  expect(workloadProblems(journeys([{ ...step("a", "/a/${id}"), extract }]))).toHaveLength(1);
});

test("peak and total of breakpoint are those of its ramp", () => {
  const { arrival, abortErrorRatio } = build("breakpoint", [
    "startRate=0.5",
    "peakRate=100.5",
    "rampSeconds=10",
  ]);
  expect(peakRate(arrival)).toBe(100.5);
  expect(arrivalsTotal(arrival)).toBe(505);
  expect(abortErrorRatio).toBe(0.2);
});
