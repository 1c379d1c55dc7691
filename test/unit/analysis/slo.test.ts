import { judgeObjectives, objectiveProbabilities } from "../../../analysis/slo";

const journey = (name: string, requests: number, errors: number, p95: number | null) => ({
  journey: name,
  requests,
  errors,
  quantiles: [
    p95 === null
      ? ({ probability: 0.95, valueMs: null, exceedances: 2, missing: "too-few-samples" } as const)
      : { probability: 0.95, valueMs: p95, exceedances: requests * 0.05 },
  ],
});
const p95 = { kind: "latency", quantile: 0.95, threshold: 200 } as const;
const errors = { kind: "error-ratio", threshold: 0.01 } as const;

test("an objective without a journey is judged on every journey, also on one that never ran", () => {
  const results = judgeObjectives(
    [p95],
    [journey("browse", 1000, 0, 150), journey("search", 1000, 0, 200.1)],
    ["browse", "checkout"],
  );
  expect(results.map(({ journey, status, measured }) => [journey, status, measured])).toEqual([
    ["browse", "met", 150],
    ["checkout", "not-enough-data", null],
    ["search", "broken", 200.1],
  ]);
});

test("a quantile exactly at its threshold is met", () => {
  expect(judgeObjectives([p95], [journey("a", 1000, 0, 200)], [])[0]?.status).toBe("met");
});

test("a quantile with too few samples is not judged; one that falls among failures is broken", () => {
  expect(judgeObjectives([p95], [journey("a", 40, 0, null)], [])[0]?.status).toBe("not-enough-data");
  const failing = {
    journey: "a",
    requests: 1000,
    errors: 80,
    quantiles: [{ probability: 0.95, valueMs: null, exceedances: 50, missing: "failed-requests" }],
  } as const;
  expect(judgeObjectives([p95], [failing], [])[0]).toMatchObject({ status: "broken", measured: null });
});

test("an error share needs enough requests to be met, but one failure too many breaks it at once", () => {
  const status = (requests: number, failed: number, threshold = 0.01) =>
    judgeObjectives([{ ...errors, threshold }], [journey("a", requests, failed, 1)], [])[0]?.status;
  expect(status(99, 0)).toBe("not-enough-data");
  expect(status(100, 0)).toBe("met");
  expect(status(100, 1)).toBe("met");
  expect(status(20, 1)).toBe("broken");
  expect(status(10, 0, 0)).toBe("met");
  expect(status(9, 0, 0)).toBe("not-enough-data");
  expect(status(0, 0)).toBe("not-enough-data");
});

test("the quantiles to compute are those the latency objectives name", () => {
  expect(objectiveProbabilities([p95, errors, { ...p95, quantile: 0.75 }, p95])).toEqual([0.75, 0.95]);
});
