/** Baseline against candidate: settings, planning, order of runs, tests, verdicts, early stopping, self-knowledge. Pure. */
export * from "./calibration";
export { compareSides } from "./compare";
export {
  type ConfidenceSequenceOptions,
  confidenceSequence,
  DEFAULT_EFFECT_SCALE,
  type SequentialState,
} from "./confidence-sequence";
export { combineVerdicts, MIN_SHARE_WITH_FIGURE } from "./decide";
export { alphaShare, firstLevel, latencyTests } from "./family-wise";
export { interleavedPairs, interleavedRounds } from "./interleaving";
export { COMPARED_PROBABILITIES } from "./metrics";
export type * from "./model";
export { type Plan, type PlanRequest, planPairs } from "./planning";
export { replicateFigures } from "./replicates";
export {
  type SequentialDecision,
  type SequentialFigure,
  type SequentialSettings,
  sequentialDecision,
} from "./sequential";
export * from "./settings";
export { checkWarmUp, type SteadyStateResult, type SteadyStateSlice } from "./steady-state";
export { metricName, settlementText } from "./wording";
export { worstFirst } from "./worst-first";
