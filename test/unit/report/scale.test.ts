import fc from "fast-check";
import { linePath, segments, thin, usualGap } from "../../../report/html/charts/path";
import {
  latencyScale,
  linearScale,
  logScale,
  logTicks,
  niceStep,
  timeScale,
} from "../../../report/html/charts/scale";
import { letterGroups } from "../../../report/html/charts/time-panel";

const values = (scale: { ticks: readonly { value: number }[] }): number[] =>
  scale.ticks.map(({ value }) => value);

describe("ticks", () => {
  it.each([
    [10, 4, 5],
    [100, 4, 50],
    [0.3, 3, 0.1],
    [7, 7, 1],
    [1, 3, 0.5],
  ])("a span of %d in about %d parts has steps of %d", (span, count, step) => {
    expect(niceStep(span, count)).toBeCloseTo(step, 12);
  });

  it("a linear axis ends on round figures around the data", () => {
    const scale = linearScale(0, 147);
    expect(values(scale)).toEqual([0, 50, 100, 150]);
    expect(scale.at(75)).toBeCloseTo(0.5, 12);
  });

  it("does not print drifted sums of a tenth", () => {
    expect(values(linearScale(0, 0.31, 4))).toEqual([0, 0.1, 0.2, 0.3, 0.4]);
  });

  it("an axis of nothing, of one value or of no finite value still has a length", () => {
    for (const scale of [
      linearScale(0, 0),
      linearScale(5, 5),
      linearScale(Number.NaN, Number.NaN),
      logScale(0, 0),
      logScale(3, 3),
      timeScale(0, 0),
    ]) {
      expect(scale.max).toBeGreaterThan(scale.min);
      expect(Number.isFinite(scale.at(1))).toBe(true);
    }
  });

  it("a logarithmic axis uses 1, 2, 5 where they fit, else fewer figures a decade", () => {
    expect(values(logScale(8, 350))).toEqual([5, 10, 20, 50, 100, 200, 500]);
    expect(values(logScale(0.1, 60_000))).toEqual([0.1, 1, 10, 100, 1000, 10_000, 100_000]);
    expect(logTicks(1e-6, 1e12, 7).length).toBeLessThanOrEqual(7);
  });

  it("equal factors are equal distances on a logarithmic axis, and zero sits at its start", () => {
    const scale = logScale(1, 1000);
    expect(scale.at(10) - scale.at(1)).toBeCloseTo(scale.at(1000) - scale.at(100), 12);
    expect(scale.at(0)).toBe(0);
  });

  it("latency is drawn on a logarithmic axis only when it spreads beyond a factor of 30", () => {
    expect(latencyScale([10, 200]).kind).toBe("linear");
    expect(latencyScale([10, 400]).kind).toBe("log");
    expect(latencyScale([]).kind).toBe("linear");
  });

  it.each([
    [-15, 160, [0, 30, 60, 90, 120, 150]],
    [0, 10, [0, 2, 4, 6, 8, 10]],
    [0, 7200, [0, 900, 1800, 2700, 3600, 4500, 5400, 6300, 7200]],
  ])("a time axis from %d to %d s has ticks at whole units", (from, to, expected) => {
    expect(values(timeScale(from, to))).toEqual(expected);
  });

  it("any axis puts its ticks inside the plot, in order, and never too many", () => {
    const finite = fc.double({ min: 1e-6, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(finite, finite, fc.integer({ min: 2, max: 9 }), (a, b, count) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        for (const scale of [
          linearScale(0, high, count),
          logScale(low, high, count),
          timeScale(low, high, count),
        ]) {
          const ats = scale.ticks.map(({ at }) => at);
          expect(ats.every((at) => at >= 0 && at <= 1)).toBe(true);
          expect([...ats].sort((x, y) => x - y)).toEqual(ats);
          expect(ats.length).toBeLessThanOrEqual(2 * count + 2);
        }
      }),
    );
  });
});

describe("curves", () => {
  const x = timeScale(0, 10);
  const y = linearScale(0, 10);

  it("a missing reading leaves a gap, never a zero", () => {
    const readings = [1, 2, null, 4].map((value, atSeconds) => ({ atSeconds, value }));
    expect(linePath(readings, { x, y, height: 100 })).toBe("M0 90L100 80M298 60h4");
  });

  it("a step curve holds its value until the next reading", () => {
    const readings = [
      { atSeconds: 0, value: 1 },
      { atSeconds: 5, value: 3 },
    ];
    expect(linePath(readings, { x, y, height: 100, step: true })).toBe("M0 90H500V70");
  });

  it("a hole in time breaks the line as a missing reading does", () => {
    const readings = [0, 1, 2, 3, 30, 31].map((atSeconds) => ({ atSeconds, value: 1 }));
    expect(segments(readings, usualGap(readings)).map((segment) => segment.length)).toEqual([4, 2]);
  });

  it("thinning a long series keeps its highest and lowest readings and its gaps", () => {
    const readings = Array.from({ length: 50_000 }, (_, at) => ({
      atSeconds: at,
      value: at === 31_234 ? 999 : at === 77 ? -5 : at === 40_000 ? null : 10 + (at % 7),
    }));
    const kept = thin(readings, 500);
    expect(kept.length).toBeLessThan(2_100);
    expect(kept.some(({ value }) => value === 999)).toBe(true);
    expect(kept.some(({ value }) => value === -5)).toBe(true);
    expect(kept.some(({ value }) => value === null)).toBe(true);
    expect(kept[0]).toBe(readings[0]);
    expect(kept.at(-1)).toBe(readings.at(-1));
  });

  it("a short series is drawn whole", () => {
    const readings = [{ atSeconds: 0, value: 1 }];
    expect(thin(readings)).toBe(readings);
  });

  it("joins the letters of moments that stand too close for labels of their own", () => {
    const moments = [0, 0.5, 5, 9].map((atSeconds, index) => ({
      atSeconds,
      letter: "ABCD".charAt(index),
      text: "",
    }));
    expect(letterGroups(moments, x).map(({ label }) => label)).toEqual(["A–B", "C", "D"]);
  });
});
