import { seededRandom } from "../statistics/seeded-random";
import type { Side } from "./model";

/**
 * Order of the sides in each round: randomised blocks balanced for position (Latin squares; Fisher 1935, "The Design of Experiments").
 * Each block of as many rounds as there are sides has every side once in every place; which label a side has in the square and the order
 * of its rounds are random. However many rounds are run, no side was first more than once oftener than another.
 * @returns one list of side numbers (0-based) a round
 * @throws RangeError for fewer than two sides or no round
 */
export function interleavedRounds(
  sides: number,
  rounds: number,
  seed: number,
): readonly (readonly number[])[] {
  if (!Number.isInteger(sides) || sides < 2) throw new RangeError(`${sides} sides`);
  if (!Number.isInteger(rounds) || rounds < 1) throw new RangeError(`${rounds} rounds`);
  const random = seededRandom(seed);
  const order: (readonly number[])[] = [];
  const numbers = Array.from({ length: sides }, (_, index) => index);
  while (order.length < rounds) {
    const labels = random.shuffled(numbers);
    const square = numbers.map((shift) => labels.map((_, place) => labels[(place + shift) % sides] ?? 0));
    order.push(...random.shuffled(square));
  }
  return order.slice(0, rounds);
}

/** Which side runs first in each of n pairs; each side first in half of them (n odd: one more for either, by chance). */
export function interleavedPairs(
  pairs: number,
  seed: number,
): readonly { readonly pair: number; readonly order: readonly [Side, Side] }[] {
  return interleavedRounds(2, pairs, seed).map(([first], pair) => ({
    pair,
    order: first === 0 ? ["baseline", "candidate"] : ["candidate", "baseline"],
  }));
}
