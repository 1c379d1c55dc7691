import fc from "fast-check";
import { interleavedPairs, interleavedRounds } from "../../../analysis/comparison";

describe("order of the runs", () => {
  test("every round has every side once, and no side holds a place more than once oftener than another", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 5 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer(),
        (sides, rounds, seed) => {
          const order = interleavedRounds(sides, rounds, seed);
          expect(order).toHaveLength(rounds);
          for (const round of order)
            expect([...round].sort()).toEqual(Array.from({ length: sides }, (_, side) => side));
          const firsts = Array.from(
            { length: sides },
            (_, side) => order.filter(([first]) => first === side).length,
          );
          expect(Math.max(...firsts) - Math.min(...firsts)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  test("is the same for a seed, and over many seeds either side begins the first pair about half of the time", () => {
    expect(interleavedPairs(10, 7)).toEqual(interleavedPairs(10, 7));
    const baselineFirst = Array.from(
      { length: 1000 },
      (_, seed) => interleavedPairs(8, seed)[0]?.order[0],
    ).filter((side) => side === "baseline");
    expect(Math.abs(baselineFirst.length - 500)).toBeLessThan(60);
    expect(
      new Set(Array.from({ length: 50 }, (_, seed) => JSON.stringify(interleavedPairs(8, seed)))).size,
    ).toBeGreaterThan(10);
  });

  test("one side or no round is refused", () => {
    expect(() => interleavedRounds(1, 4, 1)).toThrow(RangeError);
    expect(() => interleavedRounds(2, 0, 1)).toThrow(RangeError);
  });
});
