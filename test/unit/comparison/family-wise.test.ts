import fc from "fast-check";
import { comparisonSettings } from "../../../analysis/comparison";
import {
  adjustGating,
  alphaShare,
  firstLevel,
  type GatingTest,
  latencyTests,
} from "../../../analysis/comparison/family-wise";
import { holmAdjust } from "../../../analysis/statistics/multiple-testing";
import { seededRandom } from "../../../analysis/statistics/seeded-random";

const settings = comparisonSettings();
const KINDS = ["latency", "error-ratio", "throughput"] as const;
const gatingTests = fc.array(
  fc.record({ kind: fc.constantFrom(...KINDS), p: fc.double({ min: 0, max: 1, noNaN: true }) }),
  { maxLength: 20 },
);

describe("the chance of any false regression", () => {
  test("is shared out whole among the kinds of figures that gate", () => {
    for (const throughputGates of [true, false]) {
      const own = { ...settings, throughputGates };
      const gating = KINDS.filter((kind) => throughputGates || kind !== "throughput");
      expect(gating.reduce((sum, kind) => sum + alphaShare(kind, own), 0)).toBeCloseTo(1, 12);
    }
  });

  test("latency has most of it, so that errors and throughput of four journeys cost its test little", () => {
    expect(firstLevel("latency", settings, 4)).toBeCloseTo(0.01, 12);
    expect(firstLevel("error-ratio", settings, 4)).toBeCloseTo(0.00125, 12);
    expect(latencyTests(settings, 4)).toBeCloseTo(5, 12);
  });

  test("within a kind Holm shares it, whatever the other kinds say, and nothing becomes smaller or exceeds 1", () => {
    fc.assert(
      fc.property(gatingTests, (tests) => {
        const adjusted = adjustGating(tests, settings);
        for (const kind of KINDS) {
          const places = tests.flatMap((test, index) => (test.kind === kind ? [index] : []));
          const holm = holmAdjust(places.map((index) => tests[index]?.p ?? 1));
          places.forEach((index, at) => {
            const expected = Math.min(1, (holm[at] ?? 1) / alphaShare(kind, settings));
            expect(adjusted[index]).toBeCloseTo(expected, 12);
            expect(adjusted[index]).toBeGreaterThanOrEqual(tests[index]?.p ?? 1);
          });
        }
      }),
    );
  });

  test("is at most alpha in 20,000 comparisons in which nothing differs, with four journeys", () => {
    const random = seededRandom(11);
    const rounds = 20_000;
    let alarms = 0;
    for (let round = 0; round < rounds; round++) {
      const tests = KINDS.flatMap((kind) =>
        Array.from({ length: 4 }, (): GatingTest => ({ kind, p: random.next() })),
      );
      if (adjustGating(tests, settings).some((p) => p <= settings.alpha)) alarms += 1;
    }
    // Three standard errors above 5 %.
    expect(alarms / rounds).toBeLessThan(0.055);
    // Independent tests use nearly all of it.
    expect(alarms / rounds).toBeGreaterThan(0.04);
  });
});
