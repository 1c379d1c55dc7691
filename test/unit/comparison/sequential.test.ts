import {
  COMPARISON_PRESETS,
  comparisonSettings,
  confidenceSequence,
  sequentialDecision,
} from "../../../analysis/comparison";
import { clopperPearson } from "../../../analysis/statistics/distributions";
import { pairedTTest } from "../../../analysis/statistics/location-test";
import { seededRandom } from "../../../analysis/statistics/seeded-random";
import { simulated, simulatedComparison } from "./simulated-runs";

const settings = comparisonSettings();
const draw = (random: ReturnType<typeof seededRandom>, n: number, mean: number, sd: number): number[] =>
  Array.from({ length: n }, () => mean + sd * random.normal());

/** e-value for "the mean is 0" by integrating the likelihood ratio of the t-statistic over the mixture, straight from its definition. */
function naiveEValue(values: readonly number[], scale: number): number {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + value * value, 0);
  // Likelihood of the data up to scale for a standardised effect d, the spread integrated out under its invariant (1/sigma) measure.
  const likelihood = (d: number): number => {
    let sum = 0;
    const steps = 4000;
    for (let step = 0; step < steps; step++) {
      const logSigma = -6 + (9 * (step + 0.5)) / steps;
      const sigma = Math.exp(logSigma) * Math.sqrt(squares / n);
      const exponent =
        -n * Math.log(sigma) -
        (squares - 2 * d * sigma * n * mean + n * d * d * sigma * sigma) / (2 * sigma * sigma);
      sum += Math.exp(exponent + (n / 2) * Math.log(squares / n) + n / 2);
    }
    return sum;
  };
  let mixed = 0;
  const points = 600;
  for (let point = 0; point < points; point++) {
    const z = -6 + (12 * (point + 0.5)) / points;
    mixed += (((12 / points) * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI)) * likelihood(scale * z);
  }
  return mixed / likelihood(0);
}

describe("confidence sequence", () => {
  test("its e-value is the mixture of likelihood ratios over effects, integrated numerically", () => {
    const values = [0.12, -0.05, 0.21, 0.3, 0.08];
    const state = confidenceSequence(values, { effectScale: 1.5 }).at(-1);
    expect((state?.eValue ?? 0) / naiveEValue(values, 1.5)).toBeCloseTo(1, 3);
  });

  test("excludes 0 exactly when the e-value exceeds 1 / alpha", () => {
    const random = seededRandom(8);
    let excluded = 0;
    for (let round = 0; round < 300; round++) {
      for (const { lower, upper, eValue } of confidenceSequence(draw(random, 15, 0.1, 0.1), {
        alpha: 0.05,
      })) {
        expect(lower > 0 || upper < 0).toBe(eValue > 20);
        if (eValue > 20) excluded += 1;
      }
    }
    expect(excluded).toBeGreaterThan(100);
  });

  test.each([0.5, 2])(
    "with a look after each of 4 to 30 pairs, no effect is called one in fewer than 5 %% of 4,000 sequences (effect scale %d)",
    (effectScale) => {
      const random = seededRandom(21);
      let alarms = 0;
      for (let round = 0; round < 4000; round++) {
        const sequence = confidenceSequence(draw(random, 30, 0, 0.1), { alpha: 0.05, effectScale });
        if (sequence.some(({ n, p }) => n >= 4 && p <= 0.05)) alarms += 1;
      }
      expect(clopperPearson(alarms, 4000).upper).toBeLessThan(0.05);
    },
  );

  test("which a t-test with the same looks does not hold: more than 15 % of 500 sequences", () => {
    const random = seededRandom(23);
    let alarms = 0;
    for (let round = 0; round < 500; round++) {
      const values = draw(random, 30, 0, 0.1);
      const looks = Array.from({ length: 27 }, (_, look) => pairedTTest(values.slice(0, look + 4)).pTwoSided);
      if (looks.some((p) => p <= 0.05)) alarms += 1;
    }
    expect(alarms / 500).toBeGreaterThan(0.15);
  });

  test("holds with heavy tails too: fewer than 5 % of 2,000 sequences of t-distributed values with five degrees of freedom", () => {
    const random = seededRandom(22);
    const heavy = (): number => {
      const chi = Array.from({ length: 5 }, () => random.normal() ** 2).reduce(
        (sum, square) => sum + square,
        0,
      );
      return random.normal() / Math.sqrt(chi / 5);
    };
    let alarms = 0;
    for (let round = 0; round < 2000; round++) {
      const sequence = confidenceSequence(Array.from({ length: 30 }, heavy));
      if (sequence.some(({ p }) => p <= 0.05)) alarms += 1;
    }
    expect(clopperPearson(alarms, 2000).upper).toBeLessThan(0.05);
  });

  test("claims nothing from one value, nor from equal values without a least spread", () => {
    expect(confidenceSequence([0.5])[0]).toMatchObject({ lower: Number.NEGATIVE_INFINITY, p: 1 });
    expect(confidenceSequence([0.5, 0.5, 0.5, 0.5, 0.5, 0.5]).at(-1)).toMatchObject({
      upper: Number.POSITIVE_INFINITY,
      p: 1,
    });
  });
});

describe("early stopping", () => {
  const maxPairs = COMPARISON_PRESETS.thorough.pairs;
  const options = { pairs: maxPairs, runSd: 0.05, journeys: [{ journey: "cart", slowdown: 0.2 }] };

  /** The decision after each pair, until it stops. */
  function run(seed: number, own: typeof options) {
    const whole = simulatedComparison(seededRandom(seed), own);
    for (let pairs = 1; pairs <= own.pairs; pairs++) {
      const sofar = {
        ...whole,
        journeys: whole.journeys.map(({ journey, baseline, candidate }) => ({
          journey,
          baseline: baseline.slice(0, pairs),
          candidate: candidate.slice(0, pairs),
        })),
      };
      const decision = sequentialDecision(sofar, settings, { maxPairs });
      if (decision.decision !== "continue") return decision;
    }
    throw new Error("it never stopped");
  }

  test("+20 % is stopped early as a regression and saves more than half of 20 pairs on average; the saved time is told", () => {
    const decisions = Array.from({ length: 100 }, (_, seed) => run(seed + 1, options));
    expect(decisions.filter(({ decision }) => decision === "regression").length).toBeGreaterThanOrEqual(98);
    const saved = decisions.reduce((sum, { savedPairs }) => sum + savedPairs, 0) / decisions.length;
    expect(saved).toBeGreaterThan(10);
    const [first] = decisions;
    expect(first?.savedMinutes).toBe((first?.savedPairs ?? 0) * 1.5);
    expect(first?.text).toMatch(
      /^Stopped after \d+ of 20 pairs: a regression is shown; saved \d+ pairs, \d+ min\.$/,
    );
  });

  test("an unchanged candidate mostly stops early as a pass, hardly ever as a regression", () => {
    const decisions = Array.from({ length: 100 }, (_, seed) =>
      run(seed + 1, { ...options, journeys: [{ journey: "cart", slowdown: 0 }] }),
    );
    expect(decisions.filter(({ decision }) => decision === "pass").length).toBeGreaterThan(80);
    expect(decisions.filter(({ decision }) => decision === "regression").length).toBeLessThanOrEqual(2);
  });

  test("does not stop for a journey without data, nor before the least number of pairs", () => {
    const input = simulated(3, { pairs: 3, runSd: 0.001, journeys: [{ journey: "cart", slowdown: 0.5 }] });
    expect(sequentialDecision(input, settings, { maxPairs })).toMatchObject({
      decision: "continue",
      pairs: 3,
    });
    const empty = { paired: true, journeys: [{ journey: "cart", baseline: [], candidate: [] }] };
    expect(sequentialDecision(empty, settings, { maxPairs })).toMatchObject({
      decision: "continue",
      pairs: 0,
    });
    expect(() => sequentialDecision({ ...empty, paired: false }, settings, { maxPairs })).toThrow(RangeError);
  });
});
