import { renderJson } from "../../../report/json";
import { reportFixture } from "../../support/report-fixture";
import { emptyFixture } from "../../support/report-fixture-edge-cases";

describe("json report", () => {
  it("holds the whole data object", () => {
    const data = reportFixture({ kind: "regression" });
    expect(JSON.parse(renderJson(data))).toEqual(data);
  });

  it("prints the same text for the same data, in whatever order its keys were made", () => {
    const data = reportFixture();
    const reversed = { ...Object.fromEntries(Object.entries(data).reverse()), ...data };
    expect(Object.keys(reversed)[0]).not.toBe(Object.keys(data)[0]);
    expect(renderJson(reversed)).toBe(renderJson(data));
  });

  it("starts with its version", () => {
    expect(renderJson(reportFixture()).split("\n")[1]).toBe('  "schemaVersion": 1,');
  });

  it("turns numbers that are not finite into null", () => {
    const text = renderJson(emptyFixture());
    expect(text).not.toMatch(/NaN|Infinity/);
    expect(text).toContain('"achievedRatio": null');
  });
});
