import { seededRandom } from "../../analysis/statistics/seeded-random";

/**
 * The order of the sides in each round. Every round has every side once, in random order; with two sides, each goes first in half of
 * the rounds (or one more), so that an effect of being first cannot lean to either.
 * @param seed the same seed gives the same order
 */
export function roundOrder(
  sides: readonly string[],
  rounds: number,
  seed: number,
): readonly (readonly string[])[] {
  const random = seededRandom(seed);
  const [first, second] = sides;
  if (sides.length !== 2 || first === undefined || second === undefined) {
    return Array.from({ length: rounds }, () => random.shuffled(sides));
  }
  const half = Math.floor(rounds / 2);
  const odd = rounds % 2 === 1 ? [random.next() < 0.5] : [];
  const firstLeads = random.shuffled([
    ...Array.from({ length: half }, () => true),
    ...Array.from({ length: half }, () => false),
    ...odd,
  ]);
  return firstLeads.map((leads) => (leads ? [first, second] : [second, first]));
}
