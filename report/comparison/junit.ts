import { type MetricComparison, metricName } from "../../analysis/comparison";
import { cleanText } from "../text";
import type { ComparisonReport } from "./model";
import { comparisonTitle } from "./page";

// XML 1.0 forbids most control characters even as references.
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

const xmlText = (text: string): string =>
  cleanText(text)
    .replaceAll(FORBIDDEN, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");

interface Case {
  readonly className: string;
  readonly name: string;
  readonly outcome: "passed" | "failure" | "error" | "skipped";
  readonly text: string;
}

const OUTCOMES: Readonly<Record<MetricComparison["status"], Case["outcome"]>> = {
  pass: "passed",
  regression: "failure",
  inconclusive: "skipped",
  "not-enough-data": "skipped",
};

function casesOf({ result, verdict, validity, comparison }: ComparisonReport): readonly Case[] {
  const invalid = verdict.kind === "invalid";
  const measurement: Case = {
    className: "perfbed.measurement",
    name: "the measurement can be believed",
    outcome: invalid ? "error" : "passed",
    text: validity
      .filter(({ severity }) => severity === "invalid")
      .map(({ code, text }) => `${code}: ${text}`)
      .join("\n"),
  };
  if (result === null || comparison.kind === "compare") return [measurement];
  return [
    measurement,
    ...result.journeys.flatMap(({ journey, metrics }) =>
      metrics
        .filter(({ gating }) => gating)
        .map(
          (metric): Case => ({
            className: `perfbed.${journey}`,
            name: `${metricName(metric)} is no worse than the baseline's`,
            outcome: invalid ? "skipped" : OUTCOMES[metric.status],
            text: invalid ? "not judged: the measurement is invalid" : metric.why,
          }),
        ),
    ),
  ];
}

function caseXml({ className, name, outcome, text }: Case): string {
  const open = `    <testcase classname="${xmlText(className)}" name="${xmlText(name)}"`;
  if (outcome === "passed")
    return text === ""
      ? `${open}/>`
      : `${open}>\n      <system-out>${xmlText(text)}</system-out>\n    </testcase>`;
  const first = text.split("\n")[0] ?? "";
  return outcome === "skipped"
    ? `${open}>\n      <skipped message="${xmlText(text)}"/>\n    </testcase>`
    : `${open}>\n      <${outcome} message="${xmlText(first)}" type="${outcome === "failure" ? "regression" : "invalid"}">${xmlText(text)}</${outcome}>\n    </testcase>`;
}

/**
 * JUnit XML: one test case for the measurement, one for each gating figure of each journey. A regression is a failure, an invalid
 * measurement an error, an open question skipped with its reason.
 */
export function renderComparisonJunit(report: ComparisonReport): string {
  const cases = casesOf(report);
  const count = (outcome: Case["outcome"]): number => cases.filter((one) => one.outcome === outcome).length;
  const totals = `tests="${cases.length}" failures="${count("failure")}" errors="${count("error")}" skipped="${count("skipped")}"`;
  const { comparison } = report;
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="perfbed" ${totals}>
  <testsuite name="${xmlText(comparisonTitle(report))}" timestamp="${xmlText(comparison.startedAt.slice(0, 19))}" ${totals}>
${cases.map(caseXml).join("\n")}
  </testsuite>
</testsuites>
`;
}
