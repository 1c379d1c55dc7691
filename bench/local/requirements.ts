import { median, roundRatios, type Spread, spread } from "./statistics";

/** One thing that must hold, with the figure it was judged on. */
export interface Requirement {
  readonly what: string;
  readonly holds: boolean;
  readonly figure: string;
}

export const MOST_PROVISION_SECONDS = 15;
export const LEAST_FLEET_RATIO = 0.95;
export const MOST_ANALYSIS_SECONDS = 20;
export const MOST_ANALYSIS_MIB = 2_048;
/** The number of samples that the limits of the analysis are for. */
export const ANALYSIS_SAMPLES = 10_000_000;

/**
 * By how much a ratio of two medians may be off because the rounds differ among themselves: half the spread of the reference's rounds,
 * relative to their median, at most a tenth. Two rounds that happen to agree do not make it zero: at least one hundredth.
 */
export function noiseOf(reference: Spread): number {
  return Math.min(0.1, Math.max(0.01, (reference.max - reference.min) / 2 / reference.median));
}

/** Whole commands, ms: from the start of `perfbed up` to its end, verification and all. */
export function provisionRequirements(
  perfbedMs: readonly number[],
  scriptMs: readonly number[],
): readonly Requirement[] {
  const seconds = median(perfbedMs) / 1000;
  const reference = spread(scriptMs);
  const ratio = median(perfbedMs) / reference.median;
  const noise = noiseOf(reference);
  return [
    {
      what: `perfbed up takes less than ${MOST_PROVISION_SECONDS} s`,
      holds: seconds < MOST_PROVISION_SECONDS,
      figure: `${seconds.toFixed(2)} s`,
    },
    {
      what: "perfbed up is not slower than the plain script",
      holds: ratio <= 1 + noise,
      figure: `${ratio.toFixed(2)} times its time; noise of the script's rounds ${(noise * 100).toFixed(0)} %`,
    },
  ];
}

/** Requests per second in a closed loop, with the same number of generators. */
export function fleetRequirement(perfbed: readonly number[], bare: readonly number[]): Requirement {
  const ratio = roundRatios(perfbed, bare).median;
  return {
    what: `the fleet sends at least ${LEAST_FLEET_RATIO} of what bare k6 sends`,
    holds: ratio >= LEAST_FLEET_RATIO,
    figure: `${ratio.toFixed(3)}, median of the rounds' ratios`,
  };
}

export function analysisRequirements(seconds: number, peakMiB: number): readonly Requirement[] {
  return [
    {
      what: `10 million samples are analysed in less than ${MOST_ANALYSIS_SECONDS} s`,
      holds: seconds < MOST_ANALYSIS_SECONDS,
      figure: `${seconds.toFixed(1)} s`,
    },
    {
      what: "10 million samples are analysed in less than 2 GiB",
      holds: peakMiB < MOST_ANALYSIS_MIB,
      figure: `${peakMiB.toFixed(0)} MiB`,
    },
  ];
}
