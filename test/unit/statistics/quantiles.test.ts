import { quantileOfSorted, sortSamples } from "../../../analysis/quantiles";
import { expectNear, quantileReference } from "./reference-values";

describe("quantiles", () => {
  test("equal NumPy 2.2.0 (numpy.quantile) to 1e-9, from 2 to 1,000 values, extremes included", () => {
    for (const { values, quantiles } of quantileReference().cases) {
      const sorted = sortSamples(values);
      for (const [p = 0, wished = 0] of quantiles)
        expectNear(quantileOfSorted(sorted, p) ?? Number.NaN, wished, 1e-9);
    }
  });
});
