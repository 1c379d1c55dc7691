import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fitLognormal } from "../../../analysis/traffic/lognormal";
import { fitZipf } from "../../../analysis/traffic/zipf";

interface TrafficReference {
  readonly lognormal: readonly {
    readonly intervals: readonly (readonly [number, number, number])[];
    readonly mu: number;
    readonly sigma: number;
  }[];
  readonly zipf: readonly { readonly counts: readonly number[]; readonly exponent: number }[];
}

/** Made by test/crosscheck/reference.py with SciPy. */
const reference: TrafficReference = JSON.parse(
  readFileSync(join(__dirname, "../../fixtures/reference/traffic.json"), "utf8"),
);

describe("fits are the ones that SciPy's optimisers find", () => {
  test("lognormal pauses from intervals", () => {
    expect(reference.lognormal).toHaveLength(4);
    for (const { intervals, mu, sigma } of reference.lognormal) {
      const fit = fitLognormal(
        intervals.map(([fromSeconds, toSeconds, count]) => ({ fromSeconds, toSeconds, count })),
      );
      expect(fit?.mu).toBeCloseTo(mu, 4);
      expect(fit?.sigma).toBeCloseTo(sigma, 4);
    }
  });

  test("Zipf's exponent from counts", () => {
    expect(reference.zipf).toHaveLength(3);
    for (const { counts, exponent } of reference.zipf)
      expect(fitZipf(counts)?.exponent).toBeCloseTo(exponent, 5);
  });
});
