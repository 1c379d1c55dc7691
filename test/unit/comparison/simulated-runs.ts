import type { ComparisonInput, ReplicateFigures } from "../../../analysis/comparison";
import { type SeededRandom, seededRandom } from "../../../analysis/statistics/seeded-random";

export interface SimulatedJourney {
  readonly journey: string;
  /** Candidate / baseline - 1 at every quantile. */
  readonly slowdown?: number;
  /** Added to the candidate's error share. */
  readonly addedErrors?: number;
  /** Candidate's loss of planned arrivals. */
  readonly lostShare?: number;
}

export interface SimulationOptions {
  readonly journeys: readonly SimulatedJourney[];
  readonly pairs: number;
  /** Spread of ln(quantile) between runs of one version, around what both sides of a pair share. */
  readonly runSd: number;
  /** Spread of what the pair shares: the environment's mood at that time. */
  readonly pairSd?: number;
  readonly requests?: number;
  readonly errorShare?: number;
  readonly paired?: boolean;
}

const LEVELS: readonly (readonly [number, number])[] = [
  [0.5, Math.log(40)],
  [0.95, Math.log(200)],
  [0.99, Math.log(400)],
];

function replicate(
  random: SeededRandom,
  pair: number,
  shift: number,
  options: SimulationOptions,
  errorShare: number,
  achievedShare: number,
): ReplicateFigures {
  const requests = options.requests ?? 1000;
  let errors = 0;
  // Enough of a binomial for large counts: normal, rounded, never negative.
  const expected = requests * errorShare;
  errors = Math.max(0, Math.round(expected + Math.sqrt(expected * (1 - errorShare)) * random.normal()));
  // The quantiles of one run move together.
  const common = options.runSd * random.normal();
  return {
    pair,
    quantiles: [
      ...LEVELS.map(([probability, level]) => ({
        probability,
        logMs: level + shift + common + 0.01 * random.normal(),
      })),
      { probability: 0.999, logMs: null },
    ],
    requests,
    errors,
    achievedShare,
  };
}

/** Replicates of two sides from a random source, so that one source can make many comparisons. */
export function simulatedComparison(random: SeededRandom, options: SimulationOptions): ComparisonInput {
  const { journeys, pairs, pairSd = 0, errorShare = 0.0005, paired = true } = options;
  const moods = Array.from({ length: pairs }, () => pairSd * random.normal());
  return {
    paired,
    minutesPerPair: 1.5,
    journeys: journeys.map(({ journey, slowdown = 0, addedErrors = 0, lostShare = 0 }) => ({
      journey,
      baseline: moods.map((mood, pair) =>
        replicate(random, pair, mood, options, errorShare, 1 - 0.001 * random.next()),
      ),
      candidate: moods.map((mood, pair) =>
        replicate(
          random,
          pair,
          mood + Math.log1p(slowdown),
          options,
          errorShare + addedErrors,
          1 - lostShare - 0.001 * random.next(),
        ),
      ),
    })),
  };
}

export const simulated = (seed: number, options: SimulationOptions): ComparisonInput =>
  simulatedComparison(seededRandom(seed), options);

export const FIVE_JOURNEYS: readonly SimulatedJourney[] = [
  "browse",
  "search",
  "cart",
  "checkout",
  "account",
].map((journey) => ({ journey }));
