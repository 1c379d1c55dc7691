import { DEFAULT_PERIOD_MINUTES, durationMinutes, parseOpenSlo } from "../../../analysis/slo-programme";
import { ConfigError, type Problem } from "../../../core/errors";

const LATENCY = `
apiVersion: openslo/v1
kind: SLO
metadata:
  name: checkout-latency
  displayName: Checkout is quick
spec:
  service: storefront
  indicator:
    metadata:
      name: checkout-latency
    spec:
      thresholdMetric:
        metricSource:
          type: perfbed
          spec:
            journey: checkout
            unit: s
  timeWindow:
    - duration: 4w
      isRolling: true
  budgetingMethod: Occurrences
  objectives:
    - op: lte
      value: 0.3
      target: 0.99
`;

const AVAILABILITY = `
apiVersion: openslo/v1
kind: SLI
metadata:
  name: answered
spec:
  ratioMetric:
    counter: true
    good:
      metricSource:
        type: Prometheus
        spec:
          query: sum(rate(http_requests_total{code!~"5.."}[$window]))
    total:
      metricSource:
        type: Prometheus
        spec:
          query: sum(rate(http_requests_total[$window]))
---
apiVersion: openslo/v1
kind: SLO
metadata:
  name: availability
  labels:
    journey: browse
spec:
  service: storefront
  indicatorRef: answered
  budgetingMethod: Timeslices
  objectives:
    - displayName: good
      targetPercent: 99.9
      timeSliceTarget: 0.95
      timeSliceWindow: 5m
    - targetPercent: 99
      timeSliceTarget: 0.9
      timeSliceWindow: 10
---
apiVersion: openslo/v1
kind: AlertPolicy
metadata:
  name: fast-burn
spec:
  conditions: []
`;

function problemsOf(text: string): readonly Problem[] {
  try {
    parseOpenSlo(text, "slo.yaml");
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe("OpenSLO", () => {
  test("a latency objective is read with its journey, unit and period", () => {
    expect(parseOpenSlo(LATENCY).objectives).toEqual([
      {
        name: "checkout-latency",
        service: "storefront",
        description: "Checkout is quick",
        journey: "checkout",
        indicator: { kind: "latency", thresholdMs: 300 },
        target: 0.99,
        periodMinutes: 28 * 1440,
        budgeting: { method: "occurrences" },
      },
    ]);
  });

  test("an availability objective is read through its indicator, with labels, time slices, queries and two targets; other kinds are listed", () => {
    const { objectives, ignored } = parseOpenSlo(AVAILABILITY);
    expect(objectives.map(({ name, target, budgeting }) => ({ name, target, budgeting }))).toEqual([
      {
        name: "availability/good",
        target: 0.999,
        budgeting: { method: "timeslices", sliceMinutes: 5, sliceTarget: 0.95 },
      },
      {
        name: "availability/2",
        target: 0.99,
        budgeting: { method: "timeslices", sliceMinutes: 10, sliceTarget: 0.9 },
      },
    ]);
    expect(objectives[0]).toMatchObject({
      journey: "browse",
      indicator: { kind: "availability" },
      periodMinutes: DEFAULT_PERIOD_MINUTES,
      queries: { source: "Prometheus", kind: "good", total: "sum(rate(http_requests_total[$window]))" },
    });
    expect(ignored).toEqual(["AlertPolicy fast-burn"]);
  });

  test("every problem of a file is told at once, each with its document and field", () => {
    const wrong = `${LATENCY.replace("target: 0.99", "target: 99").replace("4w", "1M").replace("service: storefront", "servise: storefront")}---
apiVersion: openslo/v1
kind: Slo
metadata: { name: x }
---
${AVAILABILITY.replace("indicatorRef: answered", "indicatorRef: anwsered")}`;
    const fields = problemsOf(wrong).map(({ field }) => field);
    expect(fields).toEqual(
      expect.arrayContaining([
        "document 1.spec.service",
        "document 1.spec.servise",
        "document 1.spec.objectives.0.target",
        "document 2.kind",
        "document 4.spec.indicatorRef",
      ]),
    );
  });

  test.each([
    ["a calendar month", LATENCY.replace("4w", "1M"), "document 1.spec.timeWindow.0.duration"],
    [
      "a calendar window",
      LATENCY.replace("isRolling: true", "isRolling: false"),
      "document 1.spec.timeWindow.0",
    ],
    [
      "both targets",
      LATENCY.replace("target: 0.99", "target: 0.99\n      targetPercent: 99"),
      "document 1.spec.objectives.0",
    ],
    ["no threshold", LATENCY.replace("value: 0.3", "displayName: x"), "document 1.spec.objectives.0.value"],
    [
      "a latency that should be long",
      LATENCY.replace("op: lte", "op: gte"),
      "document 1.spec.objectives.0.op",
    ],
    ["an empty file", "", "(the whole file)"],
    ["a name twice", `${LATENCY}---${LATENCY}`, "metadata.name"],
    ["broken YAML", "a: [1", "document 1"],
    [
      "no indicator",
      LATENCY.replace("thresholdMetric:", "rawMetric:"),
      "document 1.spec.indicator.spec.rawMetric",
    ],
  ])("%s is refused and named", (_name, text, field) => {
    expect(problemsOf(text).map((problem) => problem.field)).toContain(field);
  });

  test("durations are minutes", () => {
    expect(["5m", "1h", "30d", "4w"].map(durationMinutes)).toEqual([5, 60, 43_200, 40_320]);
    expect(["", "0m", "1M", "1.5h", "d"].map(durationMinutes)).toEqual([null, null, null, null, null]);
  });
});
