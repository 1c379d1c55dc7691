import { renderTerminalSummary } from "../../../report/terminal";
import { displayWidth } from "../../../report/text";
import { reportFixture } from "../../support/report-fixture";
import { emptyFixture, extremeFixture, hostileFixture } from "../../support/report-fixture-edge-cases";

const plain = { colour: false, width: 100 };

describe("terminal summary", () => {
  it("shows requests, rate, errors and percentiles per journey, objectives and the verdict", () => {
    const lines = renderTerminalSummary(reportFixture({ kind: "regression" }), plain).split("\n");
    expect(lines[0]).toBe("  Journey   requests    rate   errors      P50      P95       P99");
    expect(lines[4]).toBe("  checkout       998  6.24/s    0.1 %   212 ms   509 ms  few data");
    expect(lines).toContain("Objectives 4 of 6 objectives met");
    expect(lines.some((line) => /checkout +P95 latency at most 400 ms +509 ms +broken/.test(line))).toBe(
      true,
    );
    expect(lines).toContain("Verdict    REGRESSION");
  });

  it("holds no escape sequence unless colour is asked for, not even from the data", () => {
    expect(renderTerminalSummary(hostileFixture(), plain)).not.toContain("\u001b");
    const coloured = renderTerminalSummary(hostileFixture(), { ...plain, colour: true });
    expect(coloured).toContain("\u001b[32m");
    // the data's own sequence is red text
    expect(coloured).not.toContain("\u001b[31m\ufffd");
    expect(coloured.split("\u001b[31m")).toHaveLength(1);
  });

  it.each([60, 80, 120])("keeps within %d columns with very long names", (width) => {
    const data = extremeFixture();
    const usual = { ...reportFixture({ kind: "inconclusive" }), manifest: data.manifest };
    const named = { ...usual, journeys: usual.journeys.map((one) => ({ ...one, journey: "x".repeat(90) })) };
    const wide = { ...named, slos: usual.slos.map((slo) => ({ ...slo, journey: "y".repeat(90) })) };
    for (const line of renderTerminalSummary(wide, { colour: false, width }).split("\n"))
      expect(displayWidth(line)).toBeLessThanOrEqual(Math.max(width, 70));
  });

  it("says that the numbers of an invalid run are not to be used", () => {
    const text = renderTerminalSummary(reportFixture({ kind: "invalid" }), plain);
    expect(text).toContain("Do not use these numbers.");
    expect(text).toContain("not judged");
    expect(text).not.toMatch(/\bmet$/m);
  });

  it("never prints NaN for a run without requests", () => {
    const text = renderTerminalSummary(emptyFixture(), plain);
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
    expect(text).toContain("no requests");
    expect(text).toContain("Cut short: no generator could reach the entry URL");
  });
});
