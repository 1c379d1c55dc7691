import { type LocationTest, pairedTTest, welchTTest } from "../statistics/location-test";
import { TRACE_TIERS, type TraceTier } from "./model";
import { MIN_TRACES, type TierBreakdown } from "./summary";

/** Traces of both sides in one round. */
export interface TracedRound {
  readonly baseline: readonly TierBreakdown[];
  readonly candidate: readonly TierBreakdown[];
}

/** What one tier took of a visit, before and after. */
export interface TierChange {
  readonly tier: TraceTier;
  /** Mean over the rounds, milliseconds of one visit. */
  readonly baselineMs: number;
  readonly candidateMs: number;
  /** candidateMs - baselineMs. */
  readonly changeMs: number;
  /** Of the change, at the confidence asked for. */
  readonly lowerMs: number;
  readonly upperMs: number;
}

/** Where the time of a journey's visit has changed. The tiers' figures add up to the journey's, exactly. */
export interface JourneyAttribution {
  readonly journey: string;
  /** Steps that are in the figures: those with traces in every round of both sides. */
  readonly steps: readonly string[];
  readonly baselineTraces: number;
  readonly candidateTraces: number;
  readonly baselineMs: number;
  readonly candidateMs: number;
  readonly changeMs: number;
  readonly lowerMs: number;
  readonly upperMs: number;
  /** In the order of TRACE_TIERS. */
  readonly tiers: readonly TierChange[];
  /** The tier with the largest increase that is no chance of looking at several tiers (Bonferroni); null when there is none. */
  readonly slower: TraceTier | null;
}

export interface AttributionOptions {
  /** The two sides of a round ran one after the other, as a pair. */
  readonly paired: boolean;
  /** Of the intervals. */
  readonly confidence: number;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;

const stepsOf = (breakdowns: readonly TierBreakdown[], journey: string): ReadonlyMap<string, TierBreakdown> =>
  new Map(breakdowns.filter((one) => one.journey === journey).map((one) => [one.step, one]));

const test = (
  baseline: readonly number[],
  candidate: readonly number[],
  options: AttributionOptions,
): LocationTest =>
  options.paired
    ? pairedTTest(
        candidate.map((value, index) => value - (baseline[index] ?? 0)),
        { confidence: options.confidence },
      )
    : welchTTest(baseline, candidate, { confidence: options.confidence });

function attributeJourney(
  journey: string,
  rounds: readonly TracedRound[],
  options: AttributionOptions,
): JourneyAttribution | undefined {
  const baseline = rounds.map((round) => stepsOf(round.baseline, journey));
  const candidate = rounds.map((round) => stepsOf(round.candidate, journey));
  const traces = (sides: typeof baseline, step: string): number =>
    sum(sides.map((steps) => steps.get(step)?.traces ?? 0));
  const steps = [...(baseline[0]?.keys() ?? [])]
    .filter(
      (step) =>
        [...baseline, ...candidate].every((known) => known.has(step)) &&
        traces(baseline, step) >= MIN_TRACES &&
        traces(candidate, step) >= MIN_TRACES,
    )
    .sort();
  if (steps.length === 0) return undefined;
  /** Milliseconds of one visit, round by round: each step once, at its mean. */
  const visits = (sides: typeof baseline, of: (step: TierBreakdown) => number): readonly number[] =>
    sides.map((known) =>
      sum(
        steps.map((step) => {
          const found = known.get(step);
          return found === undefined ? 0 : of(found);
        }),
      ),
    );
  const change = (of: (step: TierBreakdown) => number, confidence = options.confidence) => {
    const [before, after] = [visits(baseline, of), visits(candidate, of)];
    const { interval } = test(before, after, { ...options, confidence });
    const [baselineMs, candidateMs] = [mean(before), mean(after)];
    return {
      baselineMs,
      candidateMs,
      changeMs: candidateMs - baselineMs,
      lowerMs: interval.lower,
      upperMs: interval.upper,
    };
  };
  const tiers = TRACE_TIERS.map((tier): TierChange => ({ tier, ...change((step) => step.tiers[tier]) }));
  // Bonferroni: one of several tiers is slower by chance more often than a given one.
  const strict = 1 - (1 - options.confidence) / TRACE_TIERS.length;
  const [slower] = tiers
    .filter(({ tier }) => change((step) => step.tiers[tier], strict).lowerMs > 0)
    .sort((a, b) => b.changeMs - a.changeMs);
  return {
    journey,
    steps,
    baselineTraces: sum(steps.map((step) => traces(baseline, step))),
    candidateTraces: sum(steps.map((step) => traces(candidate, step))),
    ...change(({ meanMs }) => meanMs),
    tiers,
    slower: slower?.tier ?? null,
  };
}

/**
 * Traces a difference between two sides to the tiers it comes from. The time of one visit is the sum of its steps' mean times, so that it
 * does not depend on which steps happened to be traced more often; the round is the unit of the intervals, as everywhere. The changes of
 * the tiers add up to the change of the visit.
 *
 * Means are taken apart, not quantiles: the quantiles of tiers do not add up to those of requests.
 * @returns one for each journey with traces enough, in order of name; none with fewer than two rounds
 */
export function attributeChange(
  rounds: readonly TracedRound[],
  options: AttributionOptions,
): readonly JourneyAttribution[] {
  if (rounds.length < 2) return [];
  const journeys = new Set(
    rounds.flatMap(({ baseline, candidate }) => [...baseline, ...candidate].map(({ journey }) => journey)),
  );
  return [...journeys]
    .filter((journey) => journey !== "")
    .sort()
    .flatMap((journey) => attributeJourney(journey, rounds, options) ?? []);
}
