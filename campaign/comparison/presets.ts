import { COMPARISON_PRESETS } from "../../analysis/comparison/settings";

/** How much is measured. The number of pairs is what decides; a replicate need only be long enough for its quantiles. */
export interface ComparisonPreset {
  readonly pairs: number;
  /** Parameters of the scenario `load`, where neither config file nor `--set` names them. */
  readonly load: Readonly<Record<string, number>>;
}

export const PRESET_NAMES = ["quick", "default", "thorough"] as const;
export type PresetName = (typeof PRESET_NAMES)[number];

/**
 * 40 journeys a second without pauses. A P95 needs 200 requests (ten beyond it) to be told at all; its own sampling error falls with
 * the root of their number. The storefront's two instances then use about a fifth of a core each, and answer nearly without queues:
 * where requests wait for each other, a slower journey slows all of them. No ramp: every second of a replicate is alike. New app
 * instances get faster for their first 10 to 12 s, while their compiler gets to know them: the warm-up covers that.
 */
const steady = (holdSeconds: number): Readonly<Record<string, number>> => ({
  startRate: 40,
  peakRate: 40,
  warmupSeconds: 12,
  rampSeconds: 0,
  holdSeconds,
  thinkTimeScale: 0,
});

export const PRESETS: Readonly<Record<PresetName, ComparisonPreset>> = {
  quick: { pairs: COMPARISON_PRESETS.quick.pairs, load: steady(10) },
  default: { pairs: COMPARISON_PRESETS.standard.pairs, load: steady(12) },
  thorough: { pairs: COMPARISON_PRESETS.thorough.pairs, load: steady(20) },
};

/** Longest first load of an environment; else it is as long as a replicate. Compilers, connections and caches get warm in it. */
export const FIRST_WARMUP_SECONDS = 15;

/**
 * Spare rounds, as a share of the rounds: each takes the place of one that had to be left out because its measurement is not to be
 * believed. What is left out never depends on which side looks better, so replacing it favours neither.
 */
export const SPARE_SHARE = 0.5;

/** What a replicate takes on top of its arrivals: new app instances, starting generators, and every request into Parquet. */
export const REPLICATE_OVERHEAD_SECONDS = 2;

/** Provisioning and removing one environment, from experience on two cores. */
export const ENVIRONMENT_OVERHEAD_SECONDS = 12;
