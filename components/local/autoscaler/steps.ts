import type { Problem } from "../../../core/errors";
import type { ScalingStep } from "../../contracts";

/**
 * The step that applies when the metric is `difference` away from the threshold, or `undefined` when none does.
 *
 * Bounds as in AWS's `StepAdjustment` (MetricIntervalLowerBound, MetricIntervalUpperBound): at and above the threshold the lower
 * bound is inclusive and the upper exclusive; below it the lower is exclusive and the upper inclusive.
 */
export function stepFor(difference: number, steps: readonly ScalingStep[]): ScalingStep | undefined {
  return steps.find((step) => {
    const lower = step.lowerBound ?? Number.NEGATIVE_INFINITY;
    const upper = step.upperBound ?? Number.POSITIVE_INFINITY;
    return difference >= 0
      ? difference >= lower && difference < upper
      : difference > lower && difference <= upper;
  });
}

/**
 * Everything wrong with the steps of one policy, by AWS's rules for `StepAdjustment`: no overlap, no gap, at most one open end on
 * either side and not both in one step. Unlike AWS, which keeps scale-out and scale-in in two policies, one list holds both, so
 * steps must also point the right way: adding above the threshold, removing below it.
 */
export function stepProblems(steps: readonly ScalingStep[], field = "scaling.steps"): Problem[] {
  const problems: Problem[] = [];
  if (steps.length === 0) {
    return [{ field, value: steps, allowed: "at least one step for a step-scaling policy" }];
  }
  const ranges = steps.map((step, index) => ({
    step,
    at: `${field}[${index}]`,
    lower: step.lowerBound ?? Number.NEGATIVE_INFINITY,
    upper: step.upperBound ?? Number.POSITIVE_INFINITY,
  }));
  for (const { step, at, lower, upper } of ranges) {
    if (!(lower < upper)) {
      problems.push({ field: at, value: step, allowed: "a lowerBound below the upperBound" });
    }
    if (lower === Number.NEGATIVE_INFINITY && upper === Number.POSITIVE_INFINITY) {
      problems.push({ field: at, value: step, allowed: "a lowerBound, an upperBound or both" });
    }
    if (!Number.isInteger(step.adjustment)) {
      problems.push({
        field: `${at}.adjustment`,
        value: step.adjustment,
        allowed: "a whole number of instances",
      });
    }
    if (step.adjustment > 0 && lower < 0) {
      problems.push({ field: at, value: step, allowed: "adding instances only at or above the threshold" });
    }
    if (step.adjustment < 0 && upper > 0) {
      problems.push({ field: at, value: step, allowed: "removing instances only below the threshold" });
    }
  }
  const sorted = [...ranges].sort((a, b) => a.lower - b.lower);
  sorted.slice(1).forEach((range, index) => {
    const previous = sorted[index];
    if (previous === undefined) return;
    // A gap around the threshold is where nothing needs doing; anywhere else it is a mistake.
    const gapAllowed = previous.upper <= 0 && range.lower >= 0;
    if (range.lower < previous.upper) {
      problems.push({ field: range.at, value: range.step, allowed: `no overlap with ${previous.at}` });
    } else if (range.lower > previous.upper && !gapAllowed) {
      problems.push({ field: range.at, value: range.step, allowed: `no gap after ${previous.at}` });
    }
  });
  return problems;
}
