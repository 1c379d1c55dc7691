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
 * 30 journeys a second without pauses for 15 s: at least 200 requests of each of the storefront's journeys, which a P95 needs (ten
 * beyond it), and load that two cores carry without being saturated. No ramp: every second of a replicate is alike.
 */
const steady = (holdSeconds: number): Readonly<Record<string, number>> => ({
  startRate: 30,
  peakRate: 30,
  warmupSeconds: 4,
  rampSeconds: 0,
  holdSeconds,
  thinkTimeScale: 0,
});

export const PRESETS: Readonly<Record<PresetName, ComparisonPreset>> = {
  quick: { pairs: COMPARISON_PRESETS.quick.pairs, load: steady(12) },
  default: { pairs: COMPARISON_PRESETS.standard.pairs, load: steady(15) },
  thorough: { pairs: COMPARISON_PRESETS.thorough.pairs, load: steady(20) },
};

/** The first load an environment sees: compilers, connections and caches get warm. It is never judged. */
export const FIRST_WARMUP_SECONDS = 15;

/** What a replicate takes on top of its arrivals: starting generators, and every request into Parquet. */
export const REPLICATE_OVERHEAD_SECONDS = 3.5;

/** Provisioning and removing one environment, from experience on two cores. */
export const ENVIRONMENT_OVERHEAD_SECONDS = 12;
