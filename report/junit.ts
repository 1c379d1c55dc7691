import { DEFAULT_POLICY, type Policy } from "../core/policy";
import { type Check, type CheckReport, loudness } from "./checks/model";
import { escapeXml, xmlAttributes } from "./xml";

interface Counts {
  readonly tests: number;
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
}

type Element = "failure" | "error" | "skipped" | null;

/** A regression is a failure, an invalid measurement an error. What the policy does not fail on is skipped: seen, but no red. */
function elementOf(check: Check, policy: Policy): Element {
  if (check.outcome === "pass") return null;
  if (loudness(check.outcome, policy) !== "fail") return "skipped";
  return check.outcome === "invalid" ? "error" : "failure";
}

function testcase(check: Check, report: CheckReport, policy: Policy): string {
  const element = elementOf(check, policy);
  const attributes = xmlAttributes({
    name: check.name,
    classname: `${report.application}.${report.scenario}.${check.journey}`,
    time: "0",
  });
  if (element === null) return `    <testcase${attributes}/>`;
  const [headline = ""] = check.text.split("\n");
  const inner =
    element === "skipped"
      ? `<skipped${xmlAttributes({ message: `${check.outcome}: ${headline}` })}/>`
      : `<${element}${xmlAttributes({ message: headline, type: check.outcome })}>${escapeXml(check.text)}</${element}>`;
  return `    <testcase${attributes}>${inner}</testcase>`;
}

function suite(report: CheckReport, policy: Policy): { readonly xml: string; readonly counts: Counts } {
  const elements = report.checks.map((check) => elementOf(check, policy));
  const count = (wanted: Element): number => elements.filter((element) => element === wanted).length;
  const counts: Counts = {
    tests: report.checks.length,
    failures: count("failure"),
    errors: count("error"),
    skipped: count("skipped"),
  };
  const properties = {
    "perfbed.version": report.perfbedVersion,
    "perfbed.id": report.id,
    "perfbed.verdict": report.verdict.kind,
    "application.version": report.version,
  };
  const xml = [
    `  <testsuite${xmlAttributes({
      name: `${report.application} ${report.scenario}`,
      ...counts,
      time: report.durationSeconds.toFixed(3),
      timestamp: new Date(report.atUs / 1000).toISOString().slice(0, 19),
    })}>`,
    "    <properties>",
    ...Object.entries(properties).map(
      ([name, value]) => `      <property${xmlAttributes({ name, value })}/>`,
    ),
    "    </properties>",
    ...report.checks.map((check) => testcase(check, report, policy)),
    "  </testsuite>",
  ].join("\n");
  return { xml, counts };
}

/** JUnit XML as Jenkins, GitLab and GitHub actions read it: one test suite a scenario, one test case a check. */
export function renderJunit(reports: readonly CheckReport[], policy: Policy = DEFAULT_POLICY): string {
  const suites = reports.map((report) => suite(report, policy));
  const sum = (field: keyof Counts): number => suites.reduce((total, { counts }) => total + counts[field], 0);
  const seconds = reports.reduce((total, { durationSeconds }) => total + durationSeconds, 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${xmlAttributes({
      name: "perfbed",
      tests: sum("tests"),
      failures: sum("failures"),
      errors: sum("errors"),
      skipped: sum("skipped"),
      time: seconds.toFixed(3),
    })}>`,
    ...suites.map(({ xml }) => xml),
    "</testsuites>",
    "",
  ].join("\n");
}
