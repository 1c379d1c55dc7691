import { describe } from "../statistics/descriptive";
import { clopperPearson, type Interval } from "../statistics/distributions";
import { seededRandom } from "../statistics/seeded-random";
import { decideComparison } from "./decide";
import { firstLevel } from "./family-wise";
import { COMPARED_PROBABILITIES } from "./metrics";
import type { ComparisonInput, ReplicateFigures } from "./model";
import { minimumDetectableEffect, smallestCaughtEffect } from "./power";
import { type ComparisonSettings, MIN_PAIRS_FOR_PAIRED_TEST, MIN_REPLICATES, settingsOf } from "./settings";

/** One journey's replicates of one and the same version, in the order they ran; `pair` is that order. */
export interface CalibrationJourney {
  readonly journey: string;
  readonly replicates: readonly ReplicateFigures[];
}

export interface CalibrationOptions {
  /** Pairs of the comparisons this calibrates. */
  readonly pairs: number;
  /** Random re-pairings. @default 1000 */
  readonly resamples?: number;
  readonly seed: number;
}

export interface QuantileSpread {
  readonly probability: number;
  /** Replicates that have the quantile. */
  readonly n: number;
  /** Standard deviation of ln(quantile) between runs; null with fewer than three. */
  readonly betweenRunSd: number | null;
  /** Standard deviation of the difference of two runs next to each other: what a paired test works with. */
  readonly pairSd: number | null;
  /** Smallest true slowdown (0.1 = 10 %) that the test sees with the wished power. */
  readonly detectable: number | null;
  /** Smallest true slowdown that the rule, threshold included, catches with the wished power. */
  readonly caught: number | null;
}

/** How often comparisons of a version with itself were called a regression. */
export interface FalseAlarms {
  readonly comparisons: number;
  readonly alarms: number;
  readonly rate: number;
  /** Clopper and Pearson, 95 %. */
  readonly interval: Interval;
}

export interface JourneyCalibration {
  readonly journey: string;
  readonly quantiles: readonly QuantileSpread[];
  readonly falseAlarms: FalseAlarms | null;
}

export interface Calibration {
  readonly pairs: number;
  /** Whole comparisons with at least one journey called a regression. */
  readonly falseAlarms: FalseAlarms | null;
  readonly journeys: readonly JourneyCalibration[];
  /** Why there is no false-alarm rate, or how it is to be read. */
  readonly note: string;
}

/** A measured rate with its exact interval. @throws RangeError without a comparison */
export function falseAlarmRate(alarms: number, comparisons: number): FalseAlarms {
  return { comparisons, alarms, rate: alarms / comparisons, interval: clopperPearson(alarms, comparisons) };
}

/**
 * Standard deviation of the differences of neighbours (1st and 2nd run, 3rd and 4th, ...). Their true mean is 0, because both are the
 * same version, so it is not subtracted: one more degree of freedom.
 */
function neighbourSd(values: readonly number[]): number | null {
  const differences = values.flatMap((value, index) => {
    const next = values[index + 1];
    return index % 2 === 0 && next !== undefined ? [next - value] : [];
  });
  if (differences.length < MIN_REPLICATES) return null;
  return Math.sqrt(differences.reduce((sum, difference) => sum + difference ** 2, 0) / differences.length);
}

function spreadOf(
  { journey, replicates }: CalibrationJourney,
  probability: number,
  settings: ComparisonSettings,
  pairs: number,
  journeys: number,
): QuantileSpread {
  const values = replicates
    .toSorted((a, b) => a.pair - b.pair)
    .flatMap(({ quantiles }) => quantiles.find((entry) => entry.probability === probability)?.logMs ?? []);
  const betweenRunSd = values.length < MIN_REPLICATES ? null : describe(values).sd;
  const pairSd = neighbourSd(values);
  // Pairs of neighbours carry the drift of the environment out; with too few of them, independent runs are the safe assumption.
  const sd = pairSd ?? (betweenRunSd === null ? null : betweenRunSd * Math.SQRT2);
  const paired =
    settings.method !== "welch" && (settings.method !== "auto" || pairs >= MIN_PAIRS_FOR_PAIRED_TEST);
  const alpha = firstLevel("latency", settings, journeys);
  const design = { sd: sd ?? 0, n: pairs, paired };
  const threshold = Math.log1p(settingsOf(settings, journey).threshold);
  const asShare = (effect: number | null): number | null => (effect === null ? null : Math.expm1(effect));
  return {
    probability,
    n: values.length,
    betweenRunSd,
    pairSd,
    detectable: asShare(minimumDetectableEffect(design, alpha, settings.power)),
    caught: asShare(smallestCaughtEffect(design, alpha, settings.power, threshold)),
  };
}

/** Replicates (by their order number) that every journey has. */
function commonReplicates(journeys: readonly CalibrationJourney[]): readonly number[] {
  const [first, ...rest] = journeys;
  const others = rest.map(({ replicates }) => new Set(replicates.map(({ pair }) => pair)));
  return (first?.replicates ?? [])
    .map(({ pair }) => pair)
    .filter((pair) => others.every((set) => set.has(pair)));
}

/** Runs drawn without repeats, paired as drawn, sides by chance: one comparison of the version with itself. Whole runs stay together. */
function repairing(journeys: readonly CalibrationJourney[], drawn: readonly number[]): ComparisonInput {
  const pairs = Math.floor(drawn.length / 2);
  return {
    paired: true,
    journeys: journeys.map(({ journey, replicates }) => {
      const byNumber = new Map(replicates.map((replicate) => [replicate.pair, replicate]));
      const side = (offset: number): ReplicateFigures[] =>
        Array.from({ length: pairs }, (_, pair) => ({
          replicate: byNumber.get(drawn[2 * pair + offset] ?? -1),
          pair,
        })).flatMap(({ replicate, pair }) => (replicate === undefined ? [] : [{ ...replicate, pair }]));
      return { journey, baseline: side(0), candidate: side(1) };
    }),
  };
}

/**
 * What a gate knows about itself from A/A runs (one version against itself): spread between runs and between neighbours, what it can
 * detect, and how often its whole rule calls nothing a regression, by random re-pairing of the same runs.
 * The re-pairings share their runs, so the interval tells the precision of the resampling, not of the environment; for the latter give
 * counts of separate A/A campaigns to {@link falseAlarmRate}.
 */
export function calibrate(
  journeys: readonly CalibrationJourney[],
  settings: ComparisonSettings,
  { pairs, resamples = 1000, seed }: CalibrationOptions,
): Calibration {
  const runs = commonReplicates(journeys);
  const used = Math.min(pairs, Math.floor(runs.length / 2));
  const enough = used >= MIN_REPLICATES && resamples >= 1;
  const alarms = new Map<string, number>();
  let comparisonsWithAlarm = 0;
  if (enough) {
    const random = seededRandom(seed);
    for (let resample = 0; resample < resamples; resample++) {
      const drawn = random.shuffled(runs).slice(0, 2 * used);
      const decided = decideComparison(repairing(journeys, drawn), settings);
      if (decided.verdict === "regression") comparisonsWithAlarm += 1;
      for (const { journey, verdict } of decided.journeys) {
        if (verdict === "regression") alarms.set(journey, (alarms.get(journey) ?? 0) + 1);
      }
    }
  }
  const rate = (count: number): FalseAlarms | null => (enough ? falseAlarmRate(count, resamples) : null);
  return {
    pairs: enough ? used : pairs,
    falseAlarms: rate(comparisonsWithAlarm),
    journeys: journeys.map((journey) => {
      const own = settingsOf(settings, journey.journey).gatingQuantile;
      const probabilities = [...new Set([...COMPARED_PROBABILITIES, own])].sort((a, b) => a - b);
      return {
        journey: journey.journey,
        quantiles: probabilities.map((probability) =>
          spreadOf(journey, probability, settings, pairs, journeys.length),
        ),
        falseAlarms: rate(alarms.get(journey.journey) ?? 0),
      };
    }),
    note: enough
      ? `${resamples} random re-pairings of ${runs.length} runs into ${used} pairs; they share the runs, so the interval is that of the resampling.`
      : `${runs.length} runs are too few to measure false alarms: ${2 * MIN_REPLICATES} at least, ${2 * pairs} for ${pairs} pairs.`,
  };
}
