import fc from "fast-check";
import { burnRatePolicy, simulateAlerts } from "../../../analysis/slo-programme";
import { AVAILABILITY, slicesOf } from "./objective-fixtures";

const DAY_MINUTES = 1440;
const rates = (days: number): number[] =>
  burnRatePolicy(days * DAY_MINUTES).map(({ burnRate }) => Number(burnRate.toPrecision(4)));
const windows = (days: number): string[] =>
  burnRatePolicy(days * DAY_MINUTES).map(({ longMinutes, shortMinutes }) => `${longMinutes}/${shortMinutes}`);

describe("burn-rate policy", () => {
  test("for 30 days is the SRE workbook's: 14.4, 6, 3 and 1 over 1 h/5 min, 6 h/30 min, 1 d/2 h and 3 d/6 h", () => {
    expect(rates(30)).toEqual([14.4, 6, 3, 1]);
    expect(windows(30)).toEqual(["60/5", "360/30", "1440/120", "4320/360"]);
    expect(burnRatePolicy(30 * DAY_MINUTES).map(({ severity }) => severity)).toEqual([
      "page",
      "page",
      "ticket",
      "ticket",
    ]);
  });

  test("for other long periods keeps windows and budget shares, and the rates follow", () => {
    expect(rates(28)).toEqual([13.44, 5.6, 2.8, 0.9333]);
    expect(rates(90)).toEqual([43.2, 18, 9, 3]);
    expect(windows(90)).toEqual(windows(30));
  });

  test("for short periods keeps the rates, and the windows shrink with the period", () => {
    expect(rates(7)).toEqual([14.4, 6, 3, 1]);
    expect(windows(7)).toEqual(["14/1", "84/7", "336/28", "1008/84"]);
  });

  test("always: a long window at its rate uses exactly its share of the budget, and no rate is far below 1", () => {
    fc.assert(
      fc.property(fc.integer({ min: 60, max: 365 * DAY_MINUTES }), (periodMinutes) => {
        for (const { burnRate, longMinutes, shortMinutes, budgetShare } of burnRatePolicy(periodMinutes)) {
          expect((burnRate * longMinutes) / periodMinutes).toBeCloseTo(budgetShare, 9);
          expect(shortMinutes).toBeLessThanOrEqual(longMinutes);
          expect(burnRate).toBeGreaterThan(0.7);
        }
      }),
    );
  });
});

describe("alerts on a series", () => {
  const minutes = (badShares: readonly number[]) =>
    simulateAlerts(AVAILABILITY, slicesOf(badShares, 60, 100_000), 60);
  const fill = (length: number, bad: number): number[] => new Array<number>(length).fill(bad);

  test("a healthy service is silent, also one that burns a little below its budget", () => {
    expect(minutes(fill(3000, 0))).toEqual([]);
    expect(minutes(fill(3000, 0.0009))).toEqual([]);
  });

  test("a hard outage after a healthy day pages within minutes, and the page ends soon after the outage", () => {
    const episodes = minutes([...fill(1440, 0), ...fill(30, 0.5), ...fill(200, 0)]);
    const page = episodes.find(({ rule }) => rule.longMinutes === 60);
    // 14.4 * 0.1 % of an hour at 50 % bad: 1.7 minutes.
    expect(page?.fromSeconds).toBe((1440 + 2) * 60);
    expect(page?.toSeconds).toBeLessThanOrEqual((1440 + 30 + 5) * 60);
    expect(page?.peakBurnRate).toBeCloseTo(250, 0);
  });

  test("a slow burn at twice the budget opens a ticket and wakes nobody", () => {
    const episodes = minutes([...fill(1440, 0), ...fill(4320, 0.002)]);
    expect(episodes.map(({ rule }) => rule.severity)).toEqual(["ticket"]);
    expect(episodes[0]?.rule.longMinutes).toBe(4320);
  });

  test("a burst of a minute pages nobody: the long window has not burned enough", () => {
    expect(minutes([...fill(1440, 0), 0.02, ...fill(600, 0)])).toEqual([]);
  });

  test("silence is no alarm", () => {
    expect(simulateAlerts(AVAILABILITY, slicesOf(fill(100, 0), 60, 0), 60)).toEqual([]);
  });
});
