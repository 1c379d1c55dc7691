import { wilcoxonPairsFor } from "../statistics/wilcoxon";
import type { DecidedMetric } from "./decide";
import type { Settlement } from "./model";
import {
  type Design,
  minimumDetectableEffect,
  pairsToCatch,
  pairsToPass,
  pairsToSee,
  smallestCaughtEffect,
  WILCOXON_EFFICIENCY,
} from "./power";
import { type ComparisonSettings, MIN_PAIRS_FOR_PAIRED_TEST, MIN_REPLICATES } from "./settings";

/** Nobody runs more pairs than this to settle one question; a larger number is no advice. */
const MAX_ADVISED_PAIRS = 200;

/** The design of a test that was made, for questions about other sizes of it. */
function designOf({ test, n }: DecidedMetric): Design | null {
  if (test === null) return null;
  const efficiency = test.method === "wilcoxon" ? WILCOXON_EFFICIENCY : 1;
  return { sd: test.sd, n, paired: test.method !== "welch", efficiency };
}

/**
 * Smallest true changes that a test of this spread and size sees, and that the rule with its threshold catches. Positive, in the unit of the
 * change.
 * @param level what the first of the figures of this kind has to reach; see `firstLevel`
 */
export function sensitivityOf(
  metric: DecidedMetric,
  settings: ComparisonSettings,
  level: number,
): { readonly detectable: number | null; readonly caught: number | null } {
  const design = designOf(metric);
  if (design === null) return { detectable: null, caught: null };
  const { scaleThreshold, toChange } = metric.definition;
  const asChange = (effect: number | null): number | null =>
    effect === null ? null : Math.abs(toChange(effect));
  return {
    detectable: asChange(minimumDetectableEffect(design, level, settings.power)),
    caught: asChange(smallestCaughtEffect(design, level, settings.power, scaleThreshold)),
  };
}

/**
 * Replicates that would most likely settle an inconclusive figure, if its change and spread are what they look like: enough to be
 * called a regression where the estimate is above the threshold, enough to pass where it is below, each with the wished power.
 * @param level what the first of the figures of this kind has to reach; see `firstLevel`
 */
export function settlementOf(
  metric: DecidedMetric,
  settings: ComparisonSettings,
  level: number,
  minutesPerPair: number | undefined,
): Settlement | null {
  const design = designOf(metric);
  if (design === null || metric.test === null || metric.status !== "inconclusive") return null;
  const { scaleThreshold } = metric.definition;
  const { estimate } = metric.test;
  const { power, confidence } = settings;
  const atLeast = metric.n + 1;
  const towards = estimate > scaleThreshold ? "regression" : "pass";
  const attainable = metric.test.method === "wilcoxon" ? wilcoxonPairsFor(level) : 0;
  const pairs =
    towards === "regression"
      ? pairsToCatch(design, estimate, level, power, scaleThreshold, Math.max(atLeast, attainable))
      : pairsToPass(design, estimate, confidence, power, scaleThreshold, atLeast);
  if (pairs === null || pairs > MAX_ADVISED_PAIRS)
    return { pairs: null, morePairs: null, moreMinutes: null, towards: null };
  const morePairs = pairs - metric.n;
  return {
    pairs,
    morePairs,
    moreMinutes: minutesPerPair === undefined ? null : morePairs * minutesPerPair,
    towards,
  };
}

export interface PlanRequest {
  /** Relative slowdown to be seen, 0.1 for 10 %. */
  readonly effect: number;
  /** Standard deviation of the difference of a pair's log-quantiles, from a calibration. */
  readonly sd: number;
  readonly alpha: number;
  readonly power: number;
  /** What alpha is divided by for the first of the tests; see `latencyTests`. May be fractional. */
  readonly tests: number;
  readonly method: "auto" | "paired-t" | "wilcoxon" | "welch";
  readonly minutesPerPair?: number;
}

export interface Plan {
  /** Null: more than anybody runs. */
  readonly pairs: number | null;
  readonly minutes: number | null;
  /** "To see 10 % at 80 % power you need 9 pairs, about 14 min." */
  readonly text: string;
}

/** Pairs and time that a slowdown needs to be seen (significant at the level Holm leaves to the first of the tests). */
export function planPairs(request: PlanRequest): Plan {
  const { sd, power, method, minutesPerPair } = request;
  const alpha = request.alpha / Math.max(1, request.tests);
  const effect = Math.log1p(request.effect);
  const paired = (atLeast: number): number | null =>
    pairsToSee({ sd, paired: true }, effect, alpha, power, atLeast);
  const welch = (): number | null => pairsToSee({ sd, paired: false }, effect, alpha, power, MIN_REPLICATES);
  const plans: Readonly<Record<PlanRequest["method"], () => number | null>> = {
    // Welch takes over below eight pairs; it needs fewer there because it has twice the degrees of freedom.
    auto: () => {
      const few = welch();
      return few !== null && few < MIN_PAIRS_FOR_PAIRED_TEST ? few : paired(MIN_PAIRS_FOR_PAIRED_TEST);
    },
    "paired-t": () => paired(MIN_REPLICATES),
    welch,
    wilcoxon: () =>
      pairsToSee(
        { sd, paired: true, efficiency: WILCOXON_EFFICIENCY },
        effect,
        alpha,
        power,
        Math.max(MIN_REPLICATES, wilcoxonPairsFor(alpha)),
      ),
  };
  const pairs = plans[method]();
  const minutes = pairs === null || minutesPerPair === undefined ? null : pairs * minutesPerPair;
  const aim = `To see ${percent(request.effect)} at ${percent(power)} power`;
  if (pairs === null)
    return {
      pairs,
      minutes,
      text: `${aim} no reasonable number of pairs is enough: runs differ too much from each other.`,
    };
  const time = minutes === null ? "" : `, about ${Math.ceil(minutes)} min`;
  return { pairs, minutes, text: `${aim} you need ${pairs} pairs${time}.` };
}

const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;
