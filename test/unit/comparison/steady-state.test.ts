import { checkWarmUp } from "../../../analysis/comparison";
import { mser5 } from "../../../analysis/comparison/steady-state";
import { seededRandom } from "../../../analysis/statistics/seeded-random";

/** A level with noise and a transient that dies out with the given time constant. */
function settling(seconds: number, transient: number, constant: number, seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from(
    { length: seconds },
    (_, at) => 100 + transient * Math.exp(-at / constant) + 2 * random.normal(),
  );
}

/** MSER-5 straight from its definition. */
function naiveCut(values: readonly number[]): number {
  const batches = Array.from(
    { length: Math.floor(values.length / 5) },
    (_, i) => values.slice(5 * i, 5 * i + 5).reduce((a, b) => a + b, 0) / 5,
  );
  const errors = batches.slice(0, batches.length - 4).map((_, cut) => {
    const left = batches.slice(cut);
    const mean = left.reduce((a, b) => a + b, 0) / left.length;
    return left.reduce((sum, value) => sum + (value - mean) ** 2, 0) / left.length ** 2;
  });
  return 5 * errors.indexOf(Math.min(...errors));
}

const slices = (values: readonly number[], warmUp: number) =>
  values.map((value, index) => ({ atSeconds: index - warmUp, value }));

describe("steady state", () => {
  test("MSER-5 cuts where its definition says", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const values = settling(200, 80, 10, seed);
      const naive = naiveCut(values);
      expect(mser5(values).truncate).toBe(naive > 100 ? null : naive);
    }
  });

  test("a warm-up longer than the transient covers it", () => {
    const result = checkWarmUp(slices(settling(300, 200, 8, 3), 60));
    expect(result.status).toBe("covered");
    expect(result.steadyFromSeconds).toBeLessThanOrEqual(0);
  });

  test("a warm-up too short is told, with by how much it shifts the figures and how much longer it should be", () => {
    const result = checkWarmUp(slices(settling(300, 200, 15, 4), 5));
    expect(result.status).toBe("short");
    expect(result.steadyFromSeconds).toBeGreaterThan(20);
    expect(result.shift).toBeGreaterThan(0.02);
    expect(result.text).toMatch(/Lengthen the warm-up by \d+ s/);
  });

  test("a run that drifts to its end has no steady state", () => {
    const random = seededRandom(5);
    const leak = Array.from({ length: 300 }, (_, at) => 100 + at + random.normal());
    expect(checkWarmUp(slices(leak, 30)).status).toBe("not-reached");
  });

  test("too short a series, or one with holes only, is not judged", () => {
    expect(checkWarmUp(slices(settling(40, 0, 1, 6), 10)).status).toBe("not-enough-data");
    expect(checkWarmUp(Array.from({ length: 200 }, (_, at) => ({ atSeconds: at, value: null }))).status).toBe(
      "not-enough-data",
    );
  });
});
