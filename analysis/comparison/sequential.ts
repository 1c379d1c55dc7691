import { confidenceSequence, DEFAULT_EFFECT_SCALE, type SequentialState } from "./confidence-sequence";
import { decideComparison, pairDifferences } from "./decide";
import { adjustGating } from "./family-wise";
import type { ComparisonInput, MetricComparison } from "./model";
import type { ComparisonSettings } from "./settings";

export interface SequentialSettings {
  /** Pairs that the comparison would run at most. */
  readonly maxPairs: number;
  /** No stop before. @default 4 */
  readonly minPairs?: number;
  /** Spread of the standardised effects the mixture expects; moves power, never validity. @default DEFAULT_EFFECT_SCALE */
  readonly effectScale?: number;
}

/** One gating figure of one journey after the pairs run so far. On the scale of its test: log-ratios, shares; larger is worse. */
export interface SequentialFigure extends SequentialState {
  readonly journey: string;
  readonly metric: MetricComparison["metric"];
  readonly threshold: number;
  readonly pHolm: number;
  readonly status: "regression" | "pass" | "open";
}

export interface SequentialDecision {
  /** `exhausted`: all pairs have run without an early decision. */
  readonly decision: "regression" | "pass" | "continue" | "exhausted";
  /** Pairs run. */
  readonly pairs: number;
  readonly figures: readonly SequentialFigure[];
  readonly savedPairs: number;
  /** Null without `minutesPerPair` in the input. */
  readonly savedMinutes: number | null;
  readonly text: string;
}

const NOTHING_SEEN: SequentialState = {
  n: 0,
  estimate: 0,
  lower: Number.NEGATIVE_INFINITY,
  upper: Number.POSITIVE_INFINITY,
  eValue: 1,
  p: 1,
};

/** Chance of any false regression, and level of the sequences behind `pass`, both over all looks together. */
function figuresOf(
  input: ComparisonInput,
  settings: ComparisonSettings,
  { minPairs = 4, effectScale = DEFAULT_EFFECT_SCALE }: SequentialSettings,
): readonly SequentialFigure[] {
  const gating = decideComparison(input, settings).journeys.flatMap(({ journey, metrics }) =>
    metrics.filter(({ definition }) => definition.gating).map((metric) => ({ journey, metric })),
  );
  const states = gating.map(({ metric }) => {
    const options = { alpha: 1 - settings.confidence, effectScale };
    const sequence = confidenceSequence(pairDifferences(metric, true), options, metric.definition.sdFloor);
    return sequence.at(-1) ?? NOTHING_SEEN;
  });
  const adjusted = adjustGating(
    gating.map(({ metric }, index) => ({ kind: metric.definition.metric, p: states[index]?.p ?? 1 })),
    settings,
  );
  return gating.map(({ journey, metric }, index) => {
    const state = states[index] ?? NOTHING_SEEN;
    const pHolm = adjusted[index] ?? 1;
    const threshold = metric.definition.scaleThreshold;
    const enough = state.n >= minPairs && metric.n === metric.available;
    const status =
      enough && pHolm <= settings.alpha && state.estimate > threshold
        ? "regression"
        : enough && state.upper < threshold
          ? "pass"
          : "open";
    return { journey, metric: metric.definition.metric, threshold, ...state, pHolm, status };
  });
}

/**
 * Whether to stop after the pairs run so far. `regression`: the anytime-valid p-value of a gating figure is at most alpha after Holm
 * over all of them, and its estimate is above the threshold. `pass`: the upper end of every gating figure's confidence sequence is below its
 * threshold. May be asked after every pair or by any other plan: the levels hold over all looks together
 * (see {@link confidenceSequence}). The p-values and intervals of the fixed-size comparison do not survive an early stop; report these.
 * @throws RangeError when the sides are not paired
 */
export function sequentialDecision(
  input: ComparisonInput,
  settings: ComparisonSettings,
  sequential: SequentialSettings,
): SequentialDecision {
  if (!input.paired) throw new RangeError("early stopping needs paired sides");
  const { maxPairs } = sequential;
  const figures = figuresOf(input, settings, sequential);
  const pairs = figures.length === 0 ? 0 : Math.min(...figures.map(({ n }) => n));
  const found = figures.some(({ status }) => status === "regression");
  const allPass = figures.length > 0 && figures.every(({ status }) => status === "pass");
  const decision = found ? "regression" : allPass ? "pass" : pairs >= maxPairs ? "exhausted" : "continue";
  const savedPairs = found || allPass ? Math.max(0, maxPairs - pairs) : 0;
  const savedMinutes = input.minutesPerPair === undefined ? null : savedPairs * input.minutesPerPair;
  const saved =
    savedMinutes === null ? `${savedPairs} pairs` : `${savedPairs} pairs, ${Math.round(savedMinutes)} min`;
  const texts: Readonly<Record<SequentialDecision["decision"], string>> = {
    regression: `Stopped after ${pairs} of ${maxPairs} pairs: a regression is shown; saved ${saved}.`,
    pass: `Stopped after ${pairs} of ${maxPairs} pairs: every gating figure is within its threshold; saved ${saved}.`,
    continue: `${pairs} of ${maxPairs} pairs: not decided yet.`,
    exhausted: `All ${maxPairs} pairs have run without an early decision.`,
  };
  return { decision, pairs, figures, savedPairs, savedMinutes, text: texts[decision] };
}
