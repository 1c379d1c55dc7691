import fc from "fast-check";
import { benjaminiHochbergAdjust, holmAdjust } from "../../../analysis/statistics/multiple-testing";
import { expectNear, statisticsReference } from "./reference-values";

const pValues = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 });

describe("corrections for many tests", () => {
  test("equal statsmodels 0.15.0 (multipletests, holm and fdr_bh)", () => {
    for (const { p, holm, benjaminiHochberg } of statisticsReference().corrections) {
      holmAdjust(p).forEach((value, index) => {
        expectNear(value, holm[index] ?? Number.NaN, 1e-12);
      });
      benjaminiHochbergAdjust(p).forEach((value, index) => {
        expectNear(value, benjaminiHochberg[index] ?? Number.NaN, 1e-12);
      });
    }
  });

  test("never make a p-value smaller, never exceed 1, keep the order, and Holm is never milder than Benjamini-Hochberg", () => {
    fc.assert(
      fc.property(pValues, (p) => {
        const holm = holmAdjust(p);
        const bh = benjaminiHochbergAdjust(p);
        p.forEach((value, index) => {
          const [h = Number.NaN, b = Number.NaN] = [holm[index], bh[index]];
          expect(b).toBeGreaterThanOrEqual(value - 1e-12);
          expect(h).toBeGreaterThanOrEqual(b - 1e-12);
          expect(h).toBeLessThanOrEqual(1);
          p.forEach((other, at) => {
            if (other < value) expect(holm[at]).toBeLessThanOrEqual(h);
          });
        });
      }),
    );
  });
});
