import type { MetricComparison, MetricStatus } from "../../analysis/comparison/model";
import type { VerdictKind } from "../../analysis/model";
import type { ComparisonReport } from "../comparison/model";
import { quantileName } from "../format";
import { type Check, type CheckReport, verdictCheck } from "./model";

const OUTCOMES: Readonly<Record<MetricStatus, VerdictKind>> = {
  pass: "pass",
  regression: "regression",
  inconclusive: "inconclusive",
  "not-enough-data": "inconclusive",
};

const METRIC_NAMES: Readonly<Record<MetricComparison["metric"], string>> = {
  latency: "latency",
  "error-ratio": "error ratio",
  throughput: "throughput",
};

/** Checks of a comparison: every figure that the verdict hangs on, and every reason not to believe it. */
export function checksOfComparison(report: ComparisonReport): CheckReport {
  const { comparison, verdict, result } = report;
  const invalid = verdict.kind === "invalid";
  const findings = report.validity
    .filter(({ severity }) => severity === "invalid")
    .map(
      ({ code, text }): Check => ({
        journey: "(all)",
        name: `measurement: ${code}`,
        outcome: "invalid",
        text,
      }),
    );
  const figures = (result?.journeys ?? []).flatMap(({ journey, metrics }) =>
    metrics
      .filter(({ gating }) => gating)
      .map(
        (metric): Check => ({
          journey,
          name: `${metric.probability === null ? "" : `${quantileName(metric.probability)} `}${METRIC_NAMES[metric.metric]} against the baseline`,
          outcome: invalid ? "invalid" : OUTCOMES[metric.status],
          text: invalid ? "Not judged: the measurement is not to be believed." : metric.why,
        }),
      ),
  );
  const required = (report.objectives?.statuses ?? []).map((status): Check => {
    const { objective, journey, burnedOfPeriod } = status;
    const burned = (burnedOfPeriod ?? 0) > (report.objectives?.maxBurnedShare ?? 1);
    return {
      journey: journey ?? "(all)",
      name: `objective ${objective}`,
      outcome: invalid
        ? "invalid"
        : status.status === "not-enough-data"
          ? "inconclusive"
          : status.status === "broken" || burned
            ? "regression"
            : "pass",
      text: report.objectives?.reasons.find((reason) => reason.startsWith(`${objective}: `)) ?? "",
    };
  });
  const candidate = comparison.sides.at(-1);
  const times = report.replicates.map(({ startedAtUs }) => startedAtUs);
  const startedAtUs = Date.parse(comparison.startedAt) * 1000;
  const lastUs = Math.max(startedAtUs, ...times);
  return {
    application: candidate?.application.name ?? "",
    version: candidate?.application.version ?? "",
    scenario: comparison.scenario,
    atUs: startedAtUs,
    durationSeconds: (lastUs - startedAtUs) / 1e6,
    perfbedVersion: comparison.perfbedVersion,
    id: comparison.campaignId,
    verdict,
    checks: [verdictCheck(verdict), ...findings, ...required, ...figures],
  };
}
