import fc from "fast-check";
import {
  alignDecimals,
  formatClock,
  formatClockTenths,
  formatCount,
  formatInstant,
  formatMiB,
  formatMs,
  formatNumber,
  formatPercent,
  formatPlain,
  formatRate,
  formatTick,
  plainSpaces,
  quantileName,
} from "../../../report/format";
import { displayWidth, truncate } from "../../../report/text";

describe("numbers", () => {
  it.each([
    [0, "0 ms"],
    [0.1042, "0.104 ms"],
    [9.999, "10.0 ms"],
    [12.345, "12.3 ms"],
    [999.4, "999 ms"],
    [999.6, "1.00 s"],
    [1234, "1.23 s"],
    [60_000, "60.0 s"],
    [125_000, "2 min 05 s"],
    [3_725_000, "1 h 02 min"],
    [-5000, "−5.00 s"],
  ])("%d ms reads %s", (value, text) => {
    expect(plainSpaces(formatMs(value))).toBe(text);
  });

  it.each([
    [0, "0 %"],
    [0.00002, "<0.01 %"],
    [0.000881, "0.088 %"],
    [0.01, "1 %"],
    [0.6128, "61.3 %"],
    [0.9996, "99.96 %"],
    [0.99999, ">99.99 %"],
    [1, "100 %"],
  ])("a share of %d reads %s: failures are never rounded away", (value, text) => {
    expect(plainSpaces(formatPercent(value))).toBe(text);
  });

  it("groups thousands and keeps three significant digits", () => {
    expect(formatCount(1_234_567)).toBe("1\u202f234\u202f567");
    expect(plainSpaces(formatNumber(12_480.4))).toBe("12,480");
    expect(formatNumber(0.000_42)).toBe("0.000");
    expect(formatPlain(0.000_42)).toBe("0.00042");
    expect(formatPlain(0.5)).toBe("0.5");
    expect([5000, 20_000, 300_000, 2_000_000].map(formatTick).map(plainSpaces)).toEqual([
      "5,000",
      "20k",
      "300k",
      "2,000,000",
    ]);
    expect(formatRate(78)).toBe("78.0/s");
    expect(plainSpaces(formatMiB(24_001))).toBe("23.4 GiB");
    expect(quantileName(0.999)).toBe("P99.9");
  });

  it("reads positions on the time axis, also before its zero", () => {
    expect(formatClock(5)).toBe("0:05");
    expect(formatClock(-15)).toBe("−0:15");
    expect(formatClock(3723)).toBe("1:02:03");
    expect(formatClockTenths(32.44)).toBe("0:32.4");
    expect(formatClockTenths(59.96)).toBe("1:00.0");
    expect(formatInstant(1_772_360_115_000_000)).toBe("2026-03-01T10:15:15Z");
  });

  it("never prints NaN, Infinity or an exponent, whatever the number", () => {
    const all = [
      formatCount,
      formatNumber,
      formatPlain,
      formatMs,
      formatRate,
      formatTick,
      formatPercent,
      formatClock,
      formatClockTenths,
      formatInstant,
      formatMiB,
    ];
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.constant(null), fc.constant(undefined)), (value) => {
        fc.pre(value == null || !Number.isFinite(value) || Math.abs(value) < 1e18);
        for (const format of all) expect(format(value)).not.toMatch(/NaN|Infinity|undefined|null|e[+-]/);
      }),
    );
  });

  it("a missing number is a dash, not a zero", () => {
    expect([formatMs(null), formatCount(undefined), formatPercent(Number.NaN)]).toEqual(["—", "—", "—"]);
  });

  it("aligned numbers have their decimal points in one column, words are left alone", () => {
    expect(alignDecimals(["104", "12.3", "0.104", "not enough data"])).toEqual([
      "104\u2008\u2007\u2007\u2007",
      "12.3\u2007\u2007",
      "0.104",
      "not enough data",
    ]);
    expect(alignDecimals(["60\u202f000", "0.104"], 8)).toEqual(["60\u202f000", "0.104"]);
  });
});

describe("text", () => {
  it("counts the columns of wide and combining characters", () => {
    expect(displayWidth("abc")).toBe(3);
    expect(displayWidth("東京")).toBe(4);
    expect(displayWidth("e\u0301")).toBe(1);
  });

  it("never gets wider than asked", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 40 }),
        fc.integer({ min: 1, max: 30 }),
        (text, columns) => {
          expect(displayWidth(truncate(text, columns))).toBeLessThanOrEqual(columns);
        },
      ),
    );
  });
});
