import type { ComparisonResult } from "../../analysis/comparison/model";
import type { Dominance, SideFigures } from "../../report/comparison/model";

const number = (value: number): string => Number(value.toFixed(2)).toString();

/** More than a rounding of the mean number of instances. */
const MORE = 1.02;

/**
 * Which side another one makes pointless: it is no slower and fails no more on any journey, shown by the tests and not by a mere lack of
 * evidence, takes no more CPU and memory (nor money, where prices are given), and less of one of them or is faster.
 * @param compare tests of the second side against the first
 */
export function dominanceOf(
  sides: readonly SideFigures[],
  compare: (baseline: string, candidate: string) => ComparisonResult,
): readonly Dominance[] {
  const found: Dominance[] = [];
  for (const one of sides) {
    for (const other of sides) {
      if (one === other || one.replicates < 3 || other.replicates < 3) continue;
      const noMore = one.cores <= other.cores * MORE && one.memoryGiB <= other.memoryGiB * MORE;
      if (!noMore) continue;
      const result = compare(other.side, one.side);
      if (result.verdict !== "pass") continue;
      const faster = result.journeys
        .filter(({ metrics }) => metrics.some(({ gating, improvement }) => gating && improvement))
        .map(({ journey }) => journey);
      const less = other.cores > one.cores * MORE || other.memoryGiB > one.memoryGiB * MORE;
      if (!less && faster.length === 0) continue;
      const gains = [
        ...(less
          ? [
              `takes ${number(one.cores)} instead of ${number(other.cores)} cores and ${number(one.memoryGiB)} instead of ${number(other.memoryGiB)} GiB`,
            ]
          : []),
        ...(faster.length > 0 ? [`is faster on ${faster.join(", ")}`] : []),
      ];
      found.push({
        side: one.side,
        over: other.side,
        text: `${one.label} is no slower than ${other.label} at this load and ${gains.join(" and ")}.`,
      });
    }
  }
  return found;
}
