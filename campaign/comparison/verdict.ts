import {
  type ComparisonResult,
  type MetricComparison,
  type SequentialDecision,
  worstFirst,
} from "../../analysis/comparison";
import type { ValidityFinding, Verdict } from "../../analysis/model";
import { REMEDIES } from "../../analysis/verdict";
import type { Dominance, ObjectivesVerdict, SideFigures } from "../../report/comparison/model";
import type { StoredComparison } from "./stored";

/** What to do about reasons that only comparisons have. */
const COMPARISON_REMEDIES: Readonly<Record<string, string>> = {
  "too-many-excluded":
    "Look at the rounds left out: something else used the machine, or the load is too high for it.",
  "environment-drift": "Run again when nothing else changes on the machine.",
  interrupted: "Run it again to its end.",
  "not-steady": "Lengthen the warm-up of the replicates, for instance with --set warmupSeconds=20.",
};

export interface VerdictInput {
  readonly stored: StoredComparison;
  readonly result: ComparisonResult | null;
  readonly sequential: SequentialDecision | undefined;
  readonly objectives: ObjectivesVerdict | undefined;
  readonly sides: readonly SideFigures[];
  readonly dominance: readonly Dominance[];
  readonly validity: readonly ValidityFinding[];
  readonly attributed: readonly { readonly side: string; readonly text: string }[];
}

const sentence = (text: string): string => {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return first.endsWith(".") ? first : `${first}.`;
};

const remedies = (findings: readonly ValidityFinding[]): readonly string[] => [
  ...new Set(findings.flatMap(({ code }) => COMPARISON_REMEDIES[code] ?? REMEDIES[code] ?? [])),
];

function compareHeadline({ dominance, sides }: VerdictInput): string {
  const [first] = dominance;
  if (first !== undefined) return first.text;
  return `None of the ${sides.length} sides makes another one pointless at this load: each is slower, larger, or not shown to be better.`;
}

/**
 * The verdict of a comparison. A measurement that is not to be believed is invalid whatever its figures say. A sequential comparison is
 * judged by the test that may be looked at after every pair: the p-values of the fixed size do not survive an early stop.
 */
export function comparisonVerdict(input: VerdictInput): Verdict {
  const { stored, result, sequential, objectives, validity, attributed, dominance } = input;
  const invalid = validity.filter(({ severity }) => severity === "invalid");
  const warnings = validity.filter(({ severity }) => severity === "warning");
  const notes = [
    ...attributed.map(({ side, text }) => `Taken as the doing of ${side}: ${text}.`),
    ...warnings.map(({ text }) => sentence(`Warning: ${text}`)),
  ];
  if (invalid.length > 0) {
    return {
      kind: "invalid",
      headline: "The measurement is not to be believed, so nothing was judged.",
      reasons: [...invalid.map(({ text }) => sentence(text)), ...notes],
      actions: remedies(invalid),
    };
  }
  if (stored.kind === "calibration" && result !== null) {
    const alarms = result.journeys
      .filter(({ verdict }) => verdict === "regression")
      .map(({ journey }) => journey);
    return {
      kind: alarms.length === 0 ? "pass" : "inconclusive",
      headline:
        alarms.length === 0
          ? "No false alarm: the version was not called slower than itself. What a gate can see here stands under Statistics."
          : `False alarm: the version was called slower than itself on ${alarms.join(", ")}.`,
      reasons: [...result.warnings.map((text) => sentence(`Warning: ${text}`)), ...notes],
      actions: [
        ...(alarms.length === 0
          ? []
          : ["Calibrate again; if it happens more than now and then, find what differs."]),
        ...remedies(warnings),
      ],
    };
  }
  if (stored.kind === "compare") {
    return {
      kind: "pass",
      headline: compareHeadline(input),
      reasons: [...dominance.slice(1).map(({ text }) => text), ...notes],
      actions: remedies(warnings),
    };
  }
  if (result === null) {
    return {
      kind: "invalid",
      headline: "Too few rounds count, so nothing was judged.",
      reasons: notes,
      actions: remedies(validity),
    };
  }
  const early =
    sequential !== undefined && (sequential.decision === "regression" || sequential.decision === "pass");
  const compared = sequential === undefined ? result.verdict : early ? earlyKind(sequential) : "inconclusive";
  const worse = sequential?.figures.filter(({ status }) => status === "regression") ?? [];
  const earlyHeadline =
    sequential?.decision === "regression"
      ? `The candidate is worse than the baseline: ${[...new Set(worse.map(({ journey }) => journey))].join(", ")}.`
      : "The candidate is no worse than the baseline, within the thresholds.";
  const headline =
    sequential === undefined
      ? result.headline
      : early
        ? earlyHeadline
        : "The pairs have run out before the sequential test could decide.";
  return withObjectives(objectives, {
    kind: compared,
    headline,
    reasons: [
      ...(sequential === undefined ? [] : [sequential.text]),
      ...gatingReasons(result),
      ...result.warnings.map((text) => sentence(`Warning: ${text}`)),
      ...notes,
    ],
    actions: [...actionsOf(compared, result), ...remedies(warnings)],
  });
}

/** From best to worst. */
const SEVERITY: Readonly<Record<Verdict["kind"], number>> = {
  pass: 0,
  inconclusive: 1,
  regression: 2,
  invalid: 3,
};

/** What is required beside the comparison can make its verdict worse, never better. */
function withObjectives(objectives: ObjectivesVerdict | undefined, compared: Verdict): Verdict {
  if (objectives === undefined) return compared;
  const { verdict: kind, reasons } = objectives;
  const worse = SEVERITY[kind] > SEVERITY[compared.kind];
  const text = OBJECTIVES_TEXT[kind];
  return {
    kind: worse ? kind : compared.kind,
    headline: worse ? text.headline : compared.headline,
    reasons: [...reasons, ...compared.reasons],
    actions: text.action === undefined ? compared.actions : [text.action, ...compared.actions],
  };
}

const OBJECTIVES_TEXT: Readonly<
  Record<ObjectivesVerdict["verdict"], { readonly headline: string; readonly action?: string }>
> = {
  pass: { headline: "" },
  inconclusive: {
    headline: "An objective that is required had no traffic, so nothing is known of it.",
    action: "Use a scenario that makes requests of every journey with an objective.",
  },
  regression: {
    headline: "The candidate does not meet the objectives that are required of it.",
    action: "Start with the objective that is broken: perfbed slo check shows it over time.",
  },
};

const earlyKind = ({ decision }: SequentialDecision): "regression" | "pass" =>
  decision === "regression" ? "regression" : "pass";

const IMPORTANCE: readonly MetricComparison["status"][] = [
  "regression",
  "inconclusive",
  "not-enough-data",
  "pass",
];

const gatingMetrics = ({ journeys }: ComparisonResult): readonly MetricComparison[] =>
  worstFirst(journeys).flatMap(({ metrics }) => metrics.filter(({ gating }) => gating));

/** What decided, over all journeys: regressions first, the worst of them at the top, figures that pass last. */
const gatingReasons = (result: ComparisonResult): readonly string[] =>
  gatingMetrics(result)
    .toSorted((a, b) => IMPORTANCE.indexOf(a.status) - IMPORTANCE.indexOf(b.status))
    .map(({ why }) => why);

function actionsOf(kind: ComparisonResult["verdict"], result: ComparisonResult): readonly string[] {
  if (kind === "regression") {
    return [
      `Start with ${worstFirst(result.journeys).find(({ verdict }) => verdict === "regression")?.journey ?? "the slowest journey"}: compare the tiers of both sides below, and the reports of one pair's runs.`,
    ];
  }
  if (kind === "inconclusive") {
    const more = result.settlement?.morePairs;
    return more === null || more === undefined
      ? [
          "Accept the risk, or make runs repeat better: quieter machine, longer replicates, warmer environments.",
        ]
      : [`Run again with --pairs ${result.n + more}, or use the preset thorough.`];
  }
  return [];
}
