import {
  type CalibrationJourney,
  calibrate,
  comparisonSettings,
  falseAlarmRate,
} from "../../../analysis/comparison";
import { seededRandom } from "../../../analysis/statistics/seeded-random";

const settings = comparisonSettings();

/** One version's runs, all of one environment: spread between runs, and a slow wave that neighbours share. */
function runs(
  seed: number,
  journeys: readonly string[],
  count: number,
  sd: number,
  wave = 0,
): CalibrationJourney[] {
  const random = seededRandom(seed);
  return journeys.map((journey) => ({
    journey,
    replicates: Array.from({ length: count }, (_, pair) => ({
      pair,
      quantiles: [0.5, 0.95, 0.99].map((probability) => ({
        probability,
        logMs: 5 + wave * Math.sin(pair / 4) + sd * random.normal(),
      })),
      requests: 1000,
      errors: 0,
      achievedShare: 1,
    })),
  }));
}

describe("calibration from A/A runs", () => {
  test("measures the spread between runs and between neighbours, and what can be detected with it", () => {
    // Latency has eight tenths of alpha: a level of a third of 5 %.
    const own = { ...settings, alpha: 0.05 / 3 / 0.8 };
    const { journeys } = calibrate(runs(1, ["cart"], 400, 0.05), own, {
      pairs: 10,
      resamples: 1,
      seed: 1,
    });
    const p95 = journeys[0]?.quantiles.find(({ probability }) => probability === 0.95);
    expect(p95?.betweenRunSd).toBeCloseTo(0.05, 2);
    expect(p95?.pairSd).toBeCloseTo(0.05 * Math.SQRT2, 2);
    // 10 pairs, spread 0.07: statsmodels' TTestPower gives 1.1 spreads.
    expect(p95?.detectable).toBeGreaterThan(0.07);
    expect(p95?.detectable).toBeLessThan(0.1);
    expect(p95?.caught).toBeGreaterThan(0.1);
    const p999 = journeys[0]?.quantiles.find(({ probability }) => probability === 0.999);
    expect(p999).toEqual({
      probability: 0.999,
      n: 0,
      betweenRunSd: null,
      pairSd: null,
      detectable: null,
      caught: null,
    });
  });

  test("neighbours leave a slow drift of the environment out, which the spread between runs has in it", () => {
    const { journeys } = calibrate(runs(2, ["cart"], 200, 0.02, 0.3), settings, {
      pairs: 10,
      resamples: 1,
      seed: 1,
    });
    const p95 = journeys[0]?.quantiles[1];
    expect(p95?.betweenRunSd).toBeGreaterThan(0.15);
    expect(p95?.pairSd).toBeLessThan(0.09);
  });

  test("measures false alarms of the whole rule by re-pairing, with an exact interval, the same for the same seed", () => {
    const journeys = runs(3, ["browse", "cart"], 24, 0.1);
    const calibration = calibrate(journeys, settings, { pairs: 10, resamples: 300, seed: 4 });
    expect(calibration.pairs).toBe(10);
    expect(calibration.falseAlarms?.comparisons).toBe(300);
    expect(calibration.falseAlarms?.interval.upper).toBeLessThan(0.05);
    expect(calibration.journeys).toHaveLength(2);
    expect(calibration).toEqual(calibrate(journeys, settings, { pairs: 10, resamples: 300, seed: 4 }));
  });

  test("sees the alarms that there are: runs in two camps alarm far more often under a careless rule", () => {
    const careless = comparisonSettings({ alpha: 0.2, threshold: 0.001 });
    const calibration = calibrate(runs(5, ["cart"], 16, 0.2), careless, {
      pairs: 8,
      resamples: 300,
      seed: 6,
    });
    expect(calibration.falseAlarms?.alarms).toBeGreaterThan(3);
    expect(calibration.falseAlarms?.rate).toBe((calibration.falseAlarms?.alarms ?? 0) / 300);
  });

  test("with too few runs there is no rate, and the reason", () => {
    const calibration = calibrate(runs(7, ["cart"], 4, 0.1), settings, {
      pairs: 10,
      resamples: 100,
      seed: 1,
    });
    expect(calibration.falseAlarms).toBeNull();
    expect(calibration.note).toMatch(/^4 runs are too few/);
  });

  test("no false alarm in 60 verdicts shows at most 6 %: the interval says how little 60 are", () => {
    const { interval } = falseAlarmRate(0, 60);
    expect(interval.lower).toBe(0);
    expect(interval.upper).toBeCloseTo(0.0596, 4);
  });
});
