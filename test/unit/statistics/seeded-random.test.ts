import { seededRandom } from "../../../analysis/statistics/seeded-random";

describe("seeded random numbers", () => {
  test("are the same for the same seed and others for its neighbour", () => {
    const draw = (seed: number): number[] => {
      const random = seededRandom(seed);
      return Array.from({ length: 5 }, () => random.next());
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(draw(1)).not.toEqual(draw(2 ** 32 + 1));
    expect(() => seededRandom(0.5)).toThrow(RangeError);
  });

  test("are uniform and normal within what 100,000 draws allow", () => {
    const random = seededRandom(3);
    const n = 100_000;
    const uniform = Array.from({ length: n }, () => random.next());
    const normal = Array.from({ length: n }, () => random.normal());
    const mean = (values: readonly number[]): number =>
      values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(mean(uniform) - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / n));
    expect(Math.abs(mean(normal))).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(mean(normal.map((z) => z * z)) - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    expect(Math.abs(mean(normal.map((z) => z ** 4)) - 3)).toBeLessThan(4 * Math.sqrt(96 / n));
    const tenths = Array.from(
      { length: 10 },
      (_, tenth) => uniform.filter((u) => Math.floor(u * 10) === tenth).length,
    );
    const chiSquare = tenths.reduce((sum, count) => sum + (count - n / 10) ** 2 / (n / 10), 0);
    // 99.9 % quantile of chi-square with 9 degrees of freedom
    expect(chiSquare).toBeLessThan(27.88);
  });

  test("shuffle: every order of three things comes up equally often", () => {
    const random = seededRandom(11);
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = random.shuffled(["a", "b", "c"]).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });
});
