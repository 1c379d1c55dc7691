import { z } from "zod";
import { ConfigError } from "../../core/errors";
import { problemsFromZod } from "../../core/zod-problems";
import { seededRandom } from "../statistics/seeded-random";
import { bestSplit, type SplitCandidate } from "./divergence";
import { bestOfAll, divide } from "./divide";
import {
  changeMagnitude,
  compareSegments,
  type Segment,
  type SegmentComparison,
  segmentsBetween,
} from "./segments";

export interface ChangePoint extends SegmentComparison {
  /** Index of the first value of the new level. */
  readonly index: number;
  /** After / before - 1; null where the level before is 0. */
  readonly changeRatio: number | null;
  /** 1 - p. */
  readonly confidence: number;
}

const schema = z.strictObject({
  windowLength: z.number().int().min(2).max(10_000).default(50),
  maxPValue: z.number().gt(0).lt(1).default(0.001),
  minMagnitude: z.number().min(0).default(0),
  recheck: z.boolean().default(false),
});

/**
 * - `windowLength`: values looked at together; a change needs to show within them. Default 50.
 * - `maxPValue`: significance of a change point. Default 0.001: there are many series, and people read every alarm.
 * - `minMagnitude`: smallest relative change, 0.05 for 5 %. Default 0.
 * - `recheck`: also judge a point anew when the one after it was taken out. Apache Otava does not, so about one point in fifty stays
 *   whose final figures are not significant. Default false: the same points as Otava.
 */
export type ChangePointSettings = z.output<typeof schema>;
export type ChangePointSettingsInput = z.input<typeof schema>;

/** Fills in the defaults. @throws ConfigError with every problem */
export function changePointSettings(input: unknown = {}): ChangePointSettings {
  const parsed = schema.safeParse(input);
  if (!parsed.success) {
    throw new ConfigError(
      "change-point settings",
      problemsFromZod(parsed.error, input, schema, "changePoints"),
    );
  }
  return parsed.data;
}

function finiteSeries(values: readonly number[]): Float64Array {
  if (values.some((value) => !Number.isFinite(value)))
    throw new RangeError("a series must hold finite numbers only");
  return Float64Array.from(values);
}

/** The two stretches on either side of a split, which lies inside one of the segments. */
function sidesOf(index: number, segments: readonly Segment[]): readonly [Segment, Segment] {
  const around = segments.find(({ from, to }) => from < index && index < to);
  if (around === undefined) throw new RangeError(`no segment around ${index}`);
  return [
    { from: around.from, to: index },
    { from: index, to: around.to },
  ];
}

/** Change points at their places with figures about the stretches between them. */
function describeAll(series: ArrayLike<number>, indexes: readonly number[]): ChangePoint[] {
  const segments = segmentsBetween(indexes, series.length);
  return indexes.flatMap((index, position) => {
    const before = segments[position];
    const after = segments[position + 1];
    return before === undefined || after === undefined ? [] : [describe(series, index, before, after)];
  });
}

function describe(series: ArrayLike<number>, index: number, before: Segment, after: Segment): ChangePoint {
  const comparison = compareSegments(series, before, after);
  const { meanBefore, meanAfter, p } = comparison;
  return {
    index,
    ...comparison,
    changeRatio: meanBefore === 0 ? null : meanAfter / meanBefore - 1,
    confidence: 1 - p,
  };
}

/** Candidates are looked for at a looser level first: a point may become significant once its false neighbours are gone. */
function firstPassPValue(maxPValue: number): number {
  if (maxPValue < 0.05) return maxPValue * 10;
  return maxPValue < 0.5 ? maxPValue * 2 : maxPValue;
}

/** Split step of Hunter: E-divisive in windows that overlap by half, all their change points together. */
function weakChangePoints(series: Float64Array, windowLength: number, maxPValue: number): readonly number[] {
  const found = new Set<number>();
  const step = Math.floor(windowLength / 2);
  for (let start = 0; start < series.length; ) {
    const window = series.subarray(start, Math.min(start + windowLength, series.length));
    const inWindow = divide(window, ({ index }, segments) => {
      const [before, after] = sidesOf(index, segments);
      return compareSegments(window, before, after).p <= maxPValue;
    });
    for (const index of inWindow) found.add(start + index);
    // The next window begins at the last change, so that the new level is seen whole.
    start = Math.max(start + (inWindow.at(-1) ?? 0), start + step);
  }
  return [...found].sort((a, b) => a - b);
}

const weakestBy = (points: readonly ChangePoint[], weakness: (point: ChangePoint) => number): number =>
  points.reduce((worst, point, position) => {
    const other = points[worst];
    return other !== undefined && weakness(point) > weakness(other) ? position : worst;
  }, 0);

/**
 * Merge step of Hunter: takes out the least significant point, then the smallest, until all that is left is significant and large
 * enough. After each, the figures of the two points that follow are made anew; those of the one before only with
 * `recheck`.
 */
function strongChangePoints(
  series: Float64Array,
  weak: readonly number[],
  { maxPValue, minMagnitude, recheck }: ChangePointSettings,
): readonly number[] {
  const points = describeAll(series, weak);
  while (points.length > 0) {
    let weakest = weakestBy(points, ({ p }) => p);
    if ((points[weakest]?.p ?? 1) < maxPValue) {
      weakest = weakestBy(points, (point) => -changeMagnitude(point));
      const smallest = points[weakest];
      if (smallest !== undefined && changeMagnitude(smallest) > minMagnitude) break;
    }
    points.splice(weakest, 1);
    for (const position of recheck ? [weakest - 1, weakest, weakest + 1] : [weakest, weakest + 1]) {
      const point = points[position];
      if (point === undefined) continue;
      const before = { from: points[position - 1]?.index ?? 0, to: point.index };
      const after = { from: point.index, to: points[position + 1]?.index ?? series.length };
      points[position] = describe(series, point.index, before, after);
    }
  }
  return points.map(({ index }) => index);
}

/**
 * Change points of the mean of a series, oldest value first: E-divisive means (Matteson and James 2014) with the significance test,
 * windows and merging of Hunter (Fleming et al. 2023), the method of Apache Otava; the same settings find the same points. The figures of each
 * point are of the whole stretches to its neighbours.
 * @throws RangeError when a value is not a finite number: leave missing runs out
 */
export function detectChangePoints(
  values: readonly number[],
  settings: ChangePointSettings = changePointSettings(),
): readonly ChangePoint[] {
  const series = finiteSeries(values);
  const weak = weakChangePoints(series, settings.windowLength, firstPassPValue(settings.maxPValue));
  return describeAll(series, strongChangePoints(series, weak, settings));
}

export interface PermutationSettings {
  readonly maxPValue: number;
  /** At least 1 / maxPValue - 1, or nothing could ever be significant. */
  readonly permutations: number;
  readonly seed: number;
}

/**
 * E-divisive means as first published (Matteson and James 2014; the method of MongoDB's signal processing, Daly et al. 2020): over the
 * whole series, a split counts when its divergence is exceeded by few random orders of the values within the stretches found so far.
 * p = (extreme + 1) / (permutations + 1), never 0. Assumes nothing about the distribution; slower than {@link detectChangePoints}.
 * @throws ConfigError when the permutations cannot reach maxPValue
 */
export function detectChangePointsByPermutation(
  values: readonly number[],
  { maxPValue, permutations, seed }: PermutationSettings,
): readonly ChangePoint[] {
  const needed = Math.ceil(1 / maxPValue - 1 - 1e-9);
  if (!(permutations >= needed)) {
    throw new ConfigError("change points by permutation", [
      {
        field: "permutations",
        value: permutations,
        allowed: `at least ${needed}`,
        hint: `The smallest p-value is 1 / (permutations + 1), which has to reach ${maxPValue}`,
      },
    ]);
  }
  const series = finiteSeries(values);
  const random = seededRandom(seed);
  const pOf = new Map<number, number>();
  const indexes = divide(series, (candidate, segments) => {
    const p = permutationP(series, candidate, segments, permutations, random.below);
    pOf.set(candidate.index, p);
    return p <= maxPValue;
  });
  return describeAll(series, indexes).map((point) => {
    const p = pOf.get(point.index) ?? point.p;
    return { ...point, p, confidence: 1 - p };
  });
}

function permutationP(
  series: Float64Array,
  candidate: SplitCandidate,
  segments: readonly Segment[],
  permutations: number,
  below: (bound: number) => number,
): number {
  let extreme = 0;
  const shuffled = Float64Array.from(series);
  for (let permutation = 0; permutation < permutations; permutation++) {
    for (const { from, to } of segments) {
      for (let i = to - 1; i > from; i--) {
        const j = from + below(i - from + 1);
        const value = shuffled[i] ?? 0;
        shuffled[i] = shuffled[j] ?? 0;
        shuffled[j] = value;
      }
    }
    const best = bestOfAll(segments.map(({ from, to }) => bestSplit(shuffled, from, to)));
    if (best !== null && best.divergence >= candidate.divergence) extreme += 1;
  }
  return (extreme + 1) / (permutations + 1);
}

export interface NamedSeries {
  readonly name: string;
  readonly values: readonly number[];
}

/** Change points of any number of series, one at a time: memory does not grow with their number when they come from a generator. */
export function* detectInAll(
  series: Iterable<NamedSeries>,
  settings: ChangePointSettings = changePointSettings(),
): Generator<{ readonly name: string; readonly changePoints: readonly ChangePoint[] }> {
  for (const { name, values } of series) yield { name, changePoints: detectChangePoints(values, settings) };
}
