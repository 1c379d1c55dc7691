import type { SloResult, ValidityFinding } from "../../../analysis/model";
import { describeSlo, judgeRun, quantileLabel } from "../../../analysis/verdict";

const slo = (status: SloResult["status"], measured: number | null): SloResult => ({
  journey: "checkout",
  kind: "latency",
  quantile: 0.95,
  threshold: 300,
  measured,
  status,
});
const invalid: ValidityFinding = {
  code: "generator-lost",
  severity: "invalid",
  text: "generator-2 did not start",
  measured: null,
  limit: null,
};
const warning: ValidityFinding = {
  ...invalid,
  code: "clock-offset",
  severity: "warning",
  text: "the clocks are apart",
};

test("a run that is not to be believed is invalid, even with a broken objective", () => {
  const verdict = judgeRun([slo("broken", 812)], [invalid, warning]);
  expect(verdict.kind).toBe("invalid");
  expect(verdict.reasons).toEqual(["Generator-2 did not start.", "Warning: the clocks are apart."]);
  expect(verdict.actions).toEqual(["Read the generator's log in the run folder and run again."]);
});

test("a broken objective is a regression, even when another cannot be judged", () => {
  const verdict = judgeRun([slo("met", 100), slo("not-enough-data", null), slo("broken", 812)], []);
  expect(verdict.kind).toBe("regression");
  expect(verdict.headline).toBe("1 objective is broken, of 3.");
  expect(verdict.reasons[0]).toBe("P95 of checkout is 812 ms (objective: at most 300 ms).");
});

test("an objective without enough data is inconclusive, whatever the others say", () => {
  const verdict = judgeRun([slo("met", 100), slo("not-enough-data", null)], []);
  expect(verdict.kind).toBe("inconclusive");
  expect(verdict.reasons[0]).toContain("cannot be judged");
});

test("a run without objectives was not judged, and does not pass", () => {
  const verdict = judgeRun([], []);
  expect(verdict.kind).toBe("inconclusive");
  expect(verdict.headline).toContain("not judged");
});

test("a pass names its warnings", () => {
  const verdict = judgeRun([slo("met", 100), slo("met", 120)], [warning]);
  expect(verdict.kind).toBe("pass");
  expect(verdict.headline).toBe("All 2 objectives are met.");
  expect(verdict.reasons.at(-1)).toBe("Warning: the clocks are apart.");
});

test("sentences show the unit of their objective", () => {
  expect(
    describeSlo({ ...slo("broken", 0.0312), kind: "error-ratio", quantile: null, threshold: 0.01 }),
  ).toBe("Error share of checkout is 3.12 % (objective: at most 1 %).");
  expect(describeSlo(slo("broken", null))).toContain("too many of its requests failed");
  expect([0.5, 0.95, 0.999].map(quantileLabel)).toEqual(["P50", "P95", "P99.9"]);
});
