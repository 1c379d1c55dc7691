import { createHash } from "node:crypto";
import type { Log, ReportingDescriptor, Result } from "sarif";
import { DEFAULT_POLICY, type Policy } from "../core/policy";
import { type Check, type CheckReport, loudness } from "./checks/model";
import { cleanText } from "./text";

export interface SarifOptions {
  /** File that findings are shown at, relative to the repository's root: code scanning wants one. @default perfbed.config.ts */
  readonly file?: string;
  readonly policy?: Policy;
}

type Finding = Exclude<Check["outcome"], "pass">;

const RULES: Readonly<Record<Finding, ReportingDescriptor>> = {
  regression: {
    id: "perfbed/regression",
    name: "Regression",
    shortDescription: { text: "A regression, or a broken service-level objective" },
    defaultConfiguration: { level: "error" },
  },
  inconclusive: {
    id: "perfbed/inconclusive",
    name: "Inconclusive",
    shortDescription: { text: "The data cannot decide" },
    defaultConfiguration: { level: "warning" },
  },
  invalid: {
    id: "perfbed/invalid-measurement",
    name: "InvalidMeasurement",
    shortDescription: { text: "The measurement is not to be believed" },
    defaultConfiguration: { level: "error" },
  },
};
const RULE_ORDER = ["regression", "inconclusive", "invalid"] as const;

/** Stable from run to run, so that a finding is followed and closed; without the figures, which change. */
function fingerprint(report: CheckReport, check: Check): string {
  const parts = [report.application, report.scenario, check.journey, check.name];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

function result(
  report: CheckReport,
  check: Check,
  outcome: Finding,
  options: Required<SarifOptions>,
): Result {
  const level = { fail: "error", warn: "warning", none: "note" } as const;
  const where = check.journey === "(all)" ? "" : `${check.journey}: `;
  return {
    ruleId: RULES[outcome].id,
    ruleIndex: RULE_ORDER.indexOf(outcome),
    level: level[loudness(outcome, options.policy)],
    message: {
      text: cleanText(`${report.application} ${report.version}, ${where}${check.name}. ${check.text}`),
    },
    locations: [
      { physicalLocation: { artifactLocation: { uri: encodeURI(options.file) }, region: { startLine: 1 } } },
    ],
    partialFingerprints: { "perfbedCheck/v1": fingerprint(report, check) },
  };
}

/** SARIF 2.1.0 for code scanning: one run a scenario, one result for each check that is not a pass. */
export function renderSarif(reports: readonly CheckReport[], options: SarifOptions = {}): string {
  const complete = { file: options.file ?? "perfbed.config.ts", policy: options.policy ?? DEFAULT_POLICY };
  const log: Log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: reports.map((report) => ({
      tool: {
        driver: {
          name: "perfbed",
          semanticVersion: report.perfbedVersion,
          rules: RULE_ORDER.map((outcome) => RULES[outcome]),
        },
      },
      automationDetails: { id: `perfbed/${cleanText(report.application)}/${cleanText(report.scenario)}/` },
      invocations: [
        {
          executionSuccessful: report.verdict.kind !== "invalid",
          startTimeUtc: new Date(report.atUs / 1000).toISOString(),
        },
      ],
      columnKind: "utf16CodeUnits",
      results: report.checks.flatMap((check) =>
        check.outcome === "pass" ? [] : [result(report, check, check.outcome, complete)],
      ),
    })),
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}
