// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${name} is a variable of the journey, not of this module
import { placeProblems } from "../../../campaign/fleet/checks";
import { DEFAULT_LIMITS, limitProblems, withAbortRatio } from "../../../campaign/limits";
import { getStep, workloadOf } from "../../support/fleet-world";

const hold = (ratePerSecond: number, durationSeconds: number) => ({
  arrival: {
    startRatePerSecond: ratePerSecond,
    stages: [{ durationSeconds, ratePerSecond, label: "hold" }],
  },
});
const journeys = [{ name: "j", weight: 1, steps: [getStep("a", "/a"), getStep("b", "/b")] }];

test("a plan within the limits has no problems, and one beyond them says which setting to change", () => {
  expect(limitProblems(workloadOf(journeys, hold(1000, 60)), DEFAULT_LIMITS)).toEqual([]);
  const far = limitProblems(workloadOf(journeys, hold(3000, 50_000)), DEFAULT_LIMITS);
  expect(far).toMatchObject([
    { field: "limits.maxDurationMinutes", value: 834 },
    { field: "limits.maxRequestsPerSecond", value: 6000, allowed: "at most 5000 requests a second" },
    { field: "limits.maxRequests", value: 300_000_000 },
  ]);
  expect(far[1]?.hint).toContain("set limits.maxRequestsPerSecond to at least 6000");
});

test("the configuration's error limit stands in where a scenario has none", () => {
  expect(withAbortRatio(workloadOf(journeys), DEFAULT_LIMITS).abortErrorRatio).toBe(0.5);
  expect(withAbortRatio(workloadOf(journeys, { abortErrorRatio: 0.1 }), DEFAULT_LIMITS).abortErrorRatio).toBe(
    0.1,
  );
});

test("missing endpoints, endpoints elsewhere and unset variables are told together, without values", () => {
  const workload = workloadOf([
    {
      name: "j",
      weight: 1,
      steps: [{ ...getStep("a", "/a?key=${env.PERFBED_NEVER_SET}"), endpoint: "orders" }],
    },
  ]);
  expect(placeProblems(workload, { other: "https://user:secret@example.org/x" })).toEqual([
    {
      field: "endpoints.other",
      value: "https://example.org",
      allowed: "an address on this machine (127.0.0.1)",
    },
    expect.objectContaining({ field: "endpoints.orders" }),
    expect.objectContaining({
      field: "PERFBED_NEVER_SET",
      hint: "The scenario uses ${env.PERFBED_NEVER_SET}.",
    }),
  ]);
});
