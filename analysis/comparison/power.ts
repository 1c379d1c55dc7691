import { lgam } from "cephes";
import { normalCdf, tQuantile } from "../statistics/distributions";

/** How a comparison is made, as far as its power goes. Effects and spreads are on the scale of the test (log-ratios, shares). */
export interface Design {
  /** Standard deviation of one pair's difference; unpaired: root of the summed variances of both sides. */
  readonly sd: number;
  /** Pairs, or replicates a side. May be fractional inside a search. */
  readonly n: number;
  readonly paired: boolean;
  /** Relative efficiency of the test against the t-test: 3/pi for Wilcoxon's under normality (Lehmann 1975), else 1. @default 1 */
  readonly efficiency?: number;
}

/** Asymptotic relative efficiency of the signed-rank test against the t-test for normal data. */
export const WILCOXON_EFFICIENCY = 3 / Math.PI;

/** A search for a number of pairs ends here: nobody runs more. */
export const MAX_PLANNED_PAIRS = 2000;

const PANELS = 256;

interface Spread {
  readonly df: number;
  /** Standard error of the estimate if the spread were known. */
  readonly se: number;
}

function spreadOf({ sd, n, paired, efficiency = 1 }: Design): Spread {
  const effective = n * efficiency;
  return { df: Math.max(0.5, paired ? effective - 1 : 2 * (effective - 1)), se: sd / Math.sqrt(effective) };
}

interface Node {
  /** Estimated over true spread. */
  readonly u: number;
  readonly weight: number;
}

/**
 * Nodes to average over u, the ratio of the estimated to the true spread: u^2 df is chi-square distributed. Simpson's rule over nine
 * standard deviations of u. The mean of a normal probability over it is the definition of the noncentral t distribution, and it holds
 * for decision rules that have more conditions than the test.
 */
function spreadNodes(df: number): readonly Node[] {
  const width = 9 / Math.sqrt(2 * df);
  const from = Math.max(0, 1 - width);
  const step = (1 + width - from) / PANELS;
  const constant = Math.LN2 + (df / 2) * Math.log(df / 2) - lgam(df / 2);
  return Array.from({ length: PANELS + 1 }, (_, panel): Node => {
    const u = from + panel * step;
    const simpson = panel === 0 || panel === PANELS ? 1 : panel % 2 === 1 ? 4 : 2;
    const logDensity =
      u === 0 ? (df === 1 ? 0 : Number.NEGATIVE_INFINITY) : (df - 1) * Math.log(u) - (df * u * u) / 2;
    return { u, weight: (simpson * step * Math.exp(constant + logDensity)) / 3 };
  }).filter(({ weight }) => weight > 1e-18);
}

/** Chance of an outcome as a function of the true effect. */
type Chance = (effect: number) => number;

function chanceOf(df: number, given: (effect: number, u: number) => number): Chance {
  const nodes = spreadNodes(df);
  return (effect) => {
    const sum = nodes.reduce((total, { u, weight }) => total + weight * given(effect, u), 0);
    return Math.min(1, Math.max(0, sum));
  };
}

function regressionChance(design: Design, alpha: number, threshold: number): Chance {
  const { df, se } = spreadOf(design);
  const critical = tQuantile(1 - alpha, df);
  return chanceOf(df, (effect, u) => normalCdf((effect - Math.max(threshold, critical * u * se)) / se));
}

/** P(the one-sided test at `alpha` is significant | true effect): noncentral t (Cohen 1988, chapter 2). */
export function testPower(design: Design, effect: number, alpha: number): number {
  return regressionChance(design, alpha, Number.NEGATIVE_INFINITY)(effect);
}

/** P(significant AND estimate above the threshold | true effect): the power of perfbed's rule, not of its test alone. */
export function regressionProbability(
  design: Design,
  effect: number,
  alpha: number,
  threshold: number,
): number {
  return regressionChance(design, alpha, threshold)(effect);
}

/** P(upper end of the two-sided interval below the threshold | true effect): how often a candidate passes. */
export function passProbability(
  design: Design,
  effect: number,
  confidence: number,
  threshold: number,
): number {
  const { df, se } = spreadOf(design);
  const critical = tQuantile(1 - (1 - confidence) / 2, df);
  return chanceOf(df, (trueEffect, u) => normalCdf((threshold - critical * u * se - trueEffect) / se))(
    effect,
  );
}

/** Smallest x in (0, limit] at which a rising function reaches the target; null when it does not there. */
function smallestReaching(rising: (x: number) => number, target: number, limit: number): number | null {
  if (rising(limit) < target) return null;
  let low = 0;
  let high = limit;
  for (let step = 0; step < 60 && high - low > 1e-9 * high; step++) {
    const middle = (low + high) / 2;
    if (rising(middle) >= target) high = middle;
    else low = middle;
  }
  return high;
}

/** The smallest true effect that the test sees with probability `power`; null when it lies beyond fifty standard errors (too few pairs). */
export function minimumDetectableEffect(design: Design, alpha: number, power: number): number | null {
  if (!(design.sd > 0) || design.n < 2) return null;
  const { se } = spreadOf(design);
  return smallestReaching(regressionChance(design, alpha, Number.NEGATIVE_INFINITY), power, 50 * se);
}

/** The smallest true effect that the whole rule (significant and above the threshold) catches with probability `power`. */
export function smallestCaughtEffect(
  design: Design,
  alpha: number,
  power: number,
  threshold: number,
): number | null {
  if (!(design.sd > 0) || design.n < 2) return null;
  const { se } = spreadOf(design);
  return smallestReaching(regressionChance(design, alpha, threshold), power, threshold + 50 * se);
}

/** Smallest n from `from` on at which a chance that rises with n reaches the target; null above {@link MAX_PLANNED_PAIRS}. */
function smallestCount(chance: (n: number) => number, target: number, from: number): number | null {
  if (chance(from) >= target) return from;
  let low = from;
  let high = from;
  do {
    low = high;
    if (high >= MAX_PLANNED_PAIRS) return null;
    high = Math.min(MAX_PLANNED_PAIRS, high * 2);
  } while (chance(high) < target);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (chance(middle) >= target) high = middle;
    else low = middle;
  }
  return high;
}

type DesignOfAnySize = Omit<Design, "n">;

/** Pairs (or replicates a side) with which the test sees the effect with probability `power`; null: more than anybody runs. */
export function pairsToSee(
  design: DesignOfAnySize,
  effect: number,
  alpha: number,
  power: number,
  atLeast = 3,
): number | null {
  if (!(effect > 0)) return null;
  return smallestCount((n) => testPower({ ...design, n }, effect, alpha), power, atLeast);
}

/** Pairs with which the rule calls this true effect a regression with probability `power`; null at or below the threshold. */
export function pairsToCatch(
  design: DesignOfAnySize,
  effect: number,
  alpha: number,
  power: number,
  threshold: number,
  atLeast = 3,
): number | null {
  if (!(effect > threshold)) return null;
  return smallestCount(
    (n) => regressionProbability({ ...design, n }, effect, alpha, threshold),
    power,
    atLeast,
  );
}

/** Pairs with which a candidate of this true effect passes with probability `power`; null at or above the threshold. */
export function pairsToPass(
  design: DesignOfAnySize,
  effect: number,
  confidence: number,
  power: number,
  threshold: number,
  atLeast = 3,
): number | null {
  if (!(effect < threshold)) return null;
  return smallestCount(
    (n) => passProbability({ ...design, n }, effect, confidence, threshold),
    power,
    atLeast,
  );
}
