import type { SloResult, VerdictKind } from "../../analysis/model";
import { describeSlo } from "../../analysis/verdict";
import { plainSpaces } from "../format";
import type { ReportData } from "../model";
import { objectiveText } from "../objectives";
import { type Check, type CheckReport, verdictCheck } from "./model";

const OUTCOMES: Readonly<Record<SloResult["status"], VerdictKind>> = {
  met: "pass",
  broken: "regression",
  "not-enough-data": "inconclusive",
};

/** Checks of a single run: its objectives, and every reason not to believe it. */
export function checksOfRun(data: ReportData): CheckReport {
  const { manifest, verdict } = data;
  const invalid = verdict.kind === "invalid";
  const findings = data.validity
    .filter(({ severity }) => severity === "invalid")
    .map(
      ({ code, text }): Check => ({
        journey: "(all)",
        name: `measurement: ${code}`,
        outcome: "invalid",
        text,
      }),
    );
  const objectives = data.slos.map((slo): Check => {
    const { journey, what, limit } = objectiveText(slo);
    return {
      journey,
      name: plainSpaces(`${what} ${limit}`),
      outcome: invalid ? "invalid" : OUTCOMES[slo.status],
      text: invalid ? "Not judged: the measurement is not to be believed." : describeSlo(slo),
    };
  });
  return {
    application: manifest.application.name,
    version: manifest.application.version,
    scenario: manifest.scenario.name,
    atUs: manifest.window.measuredFromUs,
    durationSeconds: manifest.scenario.measuredSeconds,
    perfbedVersion: manifest.perfbedVersion,
    id: manifest.campaignId,
    verdict,
    checks: [verdictCheck(verdict), ...findings, ...objectives],
  };
}
