import { holmAdjust } from "../statistics/multiple-testing";
import type { MetricComparison } from "./model";
import type { ComparisonSettings } from "./settings";

type Kind = MetricComparison["metric"];

/**
 * Share of alpha that errors have, and throughput where it gates; latency has the rest. A version that breaks something breaks it in every
 * replicate, which a tenth of alpha shows as well as a third; what has to be told from noise is latency. The levels of the kinds add up
 * to alpha (Bonferroni), and within a kind Holm shares its level among the journeys.
 */
const SHARE_OF_OTHERS = 0.1;

/** Share of alpha that the gating figures of one kind have together. */
export function alphaShare(kind: Kind, { throughputGates }: ComparisonSettings): number {
  if (kind !== "latency") return SHARE_OF_OTHERS;
  return 1 - SHARE_OF_OTHERS * (throughputGates ? 2 : 1);
}

/** The level that the first of `tests` figures of one kind has to reach: what everything that plans has to count with. */
export const firstLevel = (kind: Kind, settings: ComparisonSettings, tests: number): number =>
  (settings.alpha * alphaShare(kind, settings)) / Math.max(1, tests);

/** By how many equal tests alpha would be divided so that each had the level of the first latency. */
export const latencyTests = (settings: ComparisonSettings, journeys: number): number =>
  settings.alpha / firstLevel("latency", settings, journeys);

/** A gating figure with its one-sided p-value. */
export interface GatingTest {
  readonly kind: Kind;
  readonly p: number;
}

/**
 * Adjusted p-values in the order given: calling a regression where they are at most alpha keeps the chance of any false one in the whole
 * comparison at most alpha, whatever the dependence.
 */
export function adjustGating(tests: readonly GatingTest[], settings: ComparisonSettings): number[] {
  const adjusted = new Array<number>(tests.length).fill(1);
  for (const kind of new Set(tests.map((test) => test.kind))) {
    const family = tests.flatMap((test, index) => (test.kind === kind ? [{ index, p: test.p }] : []));
    const share = alphaShare(kind, settings);
    holmAdjust(family.map(({ p }) => p)).forEach((value, at) => {
      const place = family[at];
      if (place !== undefined) adjusted[place.index] = Math.min(1, value / share);
    });
  }
  return adjusted;
}
