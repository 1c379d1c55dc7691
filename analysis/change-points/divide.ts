import { bestSplit, type SplitCandidate } from "./divergence";
import { type Segment, segmentsBetween } from "./segments";

/** Whether a split is real: given the split, and the stretches found so far. */
export type SignificanceTest = (candidate: SplitCandidate, segments: readonly Segment[]) => boolean;

/** The best split of any of the stretches; the first of equals. */
export function bestOfAll(candidates: readonly (SplitCandidate | null)[]): SplitCandidate | null {
  return candidates.reduce<SplitCandidate | null>(
    (best, next) => (next !== null && (best === null || next.divergence > best.divergence) ? next : best),
    null,
  );
}

/**
 * Divisive step of E-divisive means (Matteson and James 2014, section 3.1): split where the divergence is largest, as long as that split
 * is significant. Splits of stretches that did not change are kept between rounds.
 * @returns change points, ascending
 */
export function divide(values: ArrayLike<number>, isSignificant: SignificanceTest): readonly number[] {
  const changePoints: number[] = [];
  const known = new Map<string, SplitCandidate | null>();
  const splitOf = ({ from, to }: Segment): SplitCandidate | null => {
    const key = `${from}-${to}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const split = bestSplit(values, from, to);
    known.set(key, split);
    return split;
  };
  for (;;) {
    const segments = segmentsBetween(changePoints, values.length);
    const candidate = bestOfAll(segments.map(splitOf));
    if (candidate === null || !isSignificant(candidate, segments)) return changePoints;
    changePoints.push(candidate.index);
    changePoints.sort((a, b) => a - b);
  }
}
