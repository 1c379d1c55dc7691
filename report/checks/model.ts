import type { Verdict, VerdictKind } from "../../analysis/model";
import type { Policy } from "../../core/policy";

/** One thing that was judged: an objective, a journey's figure, a rule of validity. What a pipeline shows as one test. */
export interface Check {
  readonly journey: string;
  /** `P95 latency at most 250 ms`. */
  readonly name: string;
  readonly outcome: VerdictKind;
  /** One sentence with the figures. */
  readonly text: string;
}

/** All checks of a run or of a comparison: the data behind JUnit, SARIF and annotations. */
export interface CheckReport {
  readonly application: string;
  readonly version: string;
  readonly scenario: string;
  /** Start of the measurement, microseconds since the epoch. */
  readonly atUs: number;
  readonly durationSeconds: number;
  readonly perfbedVersion: string;
  /** Where the whole result is: campaign, or comparison. */
  readonly id: string;
  readonly verdict: Verdict;
  /** The first one is the verdict itself, so that no format can be green when the verdict is not. */
  readonly checks: readonly Check[];
}

/** How loud a check is: `fail` stops a pipeline, `warn` is shown, `none` is fine. */
export type Loudness = "fail" | "warn" | "none";

export function loudness(outcome: VerdictKind, policy: Policy): Loudness {
  if (outcome === "pass") return "none";
  if (outcome === "regression") return "fail";
  const rule = policy[outcome];
  return rule === "pass" ? "none" : rule;
}

/** Name of the check that is the verdict itself. */
export const VERDICT = "verdict";

/** The verdict as a check, with its reasons. */
export function verdictCheck(verdict: Verdict): Check {
  return {
    journey: "(all)",
    name: VERDICT,
    outcome: verdict.kind,
    text: [verdict.headline, ...verdict.reasons, ...verdict.actions.map((action) => `Next: ${action}`)].join(
      "\n",
    ),
  };
}
