import { parse } from "yaml";
import {
  cloudWatchAlarms,
  cloudWatchAlarmsJson,
  prometheusRules,
  type ServiceObjective,
} from "../../../analysis/slo-programme";
import { ConfigError } from "../../../core/errors";
import { AVAILABILITY, LATENCY } from "./objective-fixtures";

interface Rules {
  readonly groups: readonly {
    readonly name: string;
    readonly rules: readonly Readonly<Record<string, unknown>>[];
  }[];
}
const rulesOf = (objectives: readonly ServiceObjective[]): Rules["groups"][number]["rules"] => {
  const parsed: Rules = parse(prometheusRules(objectives));
  return parsed.groups.flatMap(({ rules }) => rules);
};

const TIME_SLICES: ServiceObjective = {
  ...AVAILABILITY,
  budgeting: { method: "timeslices", sliceMinutes: 5, sliceTarget: 0.9 },
};

describe("Prometheus rules", () => {
  test("record the error ratio of each of the seven windows and alert when long and short burn", () => {
    const rules = rulesOf([AVAILABILITY]);
    expect(rules.filter((rule) => "record" in rule).map(({ record }) => record)).toEqual(
      ["5m", "30m", "1h", "2h", "6h", "1d", "3d"].map((window) => `perfbed:slo_error_ratio:rate${window}`),
    );
    expect(rules[0]).toEqual({
      record: "perfbed:slo_error_ratio:rate5m",
      expr: '(sum(rate(http_requests_total{journey="checkout",code=~"5.."}[5m])) or vector(0)) / sum(rate(http_requests_total{journey="checkout"}[5m]))',
      labels: { slo: "checkout-availability", service: "storefront" },
    });
    const alerts = rules.filter((rule) => "alert" in rule);
    expect(alerts).toHaveLength(4);
    const labels = '{slo="checkout-availability",service="storefront"}';
    expect(alerts[0]).toMatchObject({
      alert: "ErrorBudgetBurn",
      expr: `perfbed:slo_error_ratio:rate1h${labels} > 0.0144 and perfbed:slo_error_ratio:rate5m${labels} > 0.0144`,
      labels: { severity: "page", window: "1h" },
    });
    expect(alerts[3]).toMatchObject({ labels: { severity: "ticket", window: "3d" } });
  });

  test("count latency from the histogram's bucket at the threshold", () => {
    expect(rulesOf([LATENCY])[0]?.expr).toBe(
      '1 - sum(rate(http_request_duration_seconds_bucket{journey="checkout",le="0.3"}[5m])) / sum(rate(http_request_duration_seconds_count{journey="checkout"}[5m]))',
    );
  });

  test("use the objective's own queries, with the window filled in", () => {
    const queries = {
      source: "Prometheus",
      kind: "bad",
      counted: "sum(rate(bad[$window]))",
      total: "sum(rate(all[{{.window}}]))",
    } as const;
    expect(rulesOf([{ ...AVAILABILITY, queries }])[0]?.expr).toBe(
      "((sum(rate(bad[5m]))) or vector(0)) / (sum(rate(all[5m])))",
    );
  });

  test("names from outside cannot break out of a selector", () => {
    const hostile = { ...AVAILABILITY, journey: 'x"} or vector(1) #\n' };
    expect(rulesOf([hostile])[0]?.expr).toContain('journey="x\\"} or vector(1) #\\n"');
  });

  test("what cannot be expressed is refused, all at once", () => {
    const fixed = {
      ...AVAILABILITY,
      name: "fixed",
      queries: { source: "", kind: "good", counted: "a", total: "b" },
    } as const;
    try {
      prometheusRules([TIME_SLICES, fixed]);
      throw new Error("it was accepted");
    } catch (error) {
      expect(error instanceof ConfigError ? error.problems.map(({ field }) => field) : error).toEqual([
        "checkout-availability",
        "fixed",
        "fixed",
      ]);
    }
  });
});

describe("CloudWatch alarms", () => {
  test("are two metric alarms and a composite one for each rule, which fires when both do", () => {
    const { MetricAlarms, CompositeAlarms } = cloudWatchAlarms([AVAILABILITY], {
      actions: ["arn:aws:sns:eu-central-1:1:pager"],
    });
    expect([MetricAlarms.length, CompositeAlarms.length]).toEqual([8, 4]);
    const names = new Set(MetricAlarms.map(({ AlarmName }) => AlarmName));
    expect(names.size).toBe(8);
    for (const { AlarmRule, AlarmActions } of CompositeAlarms) {
      const used = [...AlarmRule.matchAll(/ALARM\("([^"]+)"\)/g)].map(([, name = ""]) => name);
      expect(used).toHaveLength(2);
      expect(used.every((name) => names.has(name))).toBe(true);
      expect(AlarmActions).toEqual(["arn:aws:sns:eu-central-1:1:pager"]);
    }
    expect(MetricAlarms[0]).toMatchObject({
      Threshold: 14.4,
      EvaluationPeriods: 1,
      TreatMissingData: "notBreaching",
    });
    expect(MetricAlarms[0]?.Metrics[0]).toMatchObject({
      Id: "burn",
      Expression: "(FILL(failed, 0) / requests) / 0.001",
      ReturnData: true,
    });
    expect(MetricAlarms[0]?.Metrics[1]?.MetricStat).toMatchObject({
      Period: 3600,
      Stat: "Sum",
      Metric: { Dimensions: [{ Name: "Journey", Value: "checkout" }] },
    });
  });

  test("keep within the limits of CloudWatch: periods of whole minutes up to a day, a window of three days in three of them", () => {
    for (const objective of [AVAILABILITY, LATENCY, { ...LATENCY, periodMinutes: 7 * 1440 }]) {
      for (const { EvaluationPeriods, Metrics } of cloudWatchAlarms([objective]).MetricAlarms) {
        for (const { MetricStat } of Metrics) {
          if (MetricStat === undefined) continue;
          expect(MetricStat.Period % 60).toBe(0);
          expect(MetricStat.Period).toBeLessThanOrEqual(86_400);
          expect(MetricStat.Period * EvaluationPeriods).toBeLessThanOrEqual(7 * 86_400);
        }
      }
    }
    const threeDays = cloudWatchAlarms([AVAILABILITY]).MetricAlarms.find(({ AlarmName }) =>
      AlarmName.includes("-3d-"),
    );
    expect(threeDays).toMatchObject({
      EvaluationPeriods: 3,
      DatapointsToAlarm: 3,
      AlarmDescription: expect.stringMatching(/each of 3 periods/),
    });
  });

  test("count latency as the percentage within the threshold", () => {
    const [alarm] = cloudWatchAlarms([LATENCY]).MetricAlarms;
    expect(alarm?.Metrics.map(({ Expression, MetricStat }) => Expression ?? MetricStat?.Stat)).toEqual([
      "(1 - within / 100) / 0.01",
      "PR(:300)",
    ]);
  });

  test("are the same as JSON, and a budget by time slices is refused", () => {
    expect(JSON.parse(cloudWatchAlarmsJson([AVAILABILITY]))).toEqual(cloudWatchAlarms([AVAILABILITY]));
    expect(() => cloudWatchAlarms([TIME_SLICES])).toThrow(ConfigError);
  });
});
