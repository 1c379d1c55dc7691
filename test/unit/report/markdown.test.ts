import fc from "fast-check";
import { codeSpan, escapeMarkdown, renderMarkdown } from "../../../report/markdown";
import { reportFixture } from "../../support/report-fixture";
import {
  emptyFixture,
  extremeFixture,
  HOSTILE,
  hostileFixture,
} from "../../support/report-fixture-edge-cases";

const unescapedPipes = (line: string): number =>
  line.replace(/\\\\/g, "").replace(/\\\|/g, "").split("|").length - 1;

describe("markdown report", () => {
  it("says verdict, figures, objectives, scale-out lag, teardown and how to reproduce", () => {
    const text = renderMarkdown(reportFixture({ kind: "regression" }));
    expect(text).toContain("## ❌ Regression: storefront 1.4.2, spike");
    expect(text).toMatch(
      /\| checkout \| 998 \| 6\.24\/s \| 1 \(0\.1 %\) \| 212 ms \| 509 ms \| not enough data \|/,
    );
    expect(text).toContain("| checkout | P95 latency at most 400 ms | 509 ms | ❌ broken |");
    expect(text).toContain("| app-3 | 0:30 | 16,240 | 16,281 | 17,190 | 17,322 | 17,340 |");
    expect(text).toContain("Teardown proved: 0 processes");
    expect(text).toContain("```sh\nperfbed campaign -s spike --set peakRate=60\n```");
  });

  it("says how a cold-cache run began", () => {
    const data = reportFixture();
    const coldCache = { warmupSeconds: 15, emptiedAtUs: 1_772_360_090_000_000 };
    expect(renderMarkdown({ ...data, manifest: { ...data.manifest, coldCache } })).toContain(
      "The edge's cache was emptied after 15 s of warm-up, before the first request of this run.",
    );
    expect(renderMarkdown(data)).not.toContain("was emptied");
  });

  it("keeps every table row at the columns of its head, also with pipes in names", () => {
    const data = hostileFixture();
    const named = { ...data, journeys: data.journeys.map((one) => ({ ...one, journey: "a|b\\|c\n|d" })) };
    for (const block of renderMarkdown(named).split("\n\n")) {
      const rows = block.split("\n").filter((line) => line.startsWith("|"));
      const widths = new Set(rows.map(unescapedPipes));
      expect(widths.size).toBeLessThanOrEqual(1);
    }
  });

  it("lets no HTML, link, mention or control character of the data through", () => {
    const text = renderMarkdown(hostileFixture({ kind: "invalid" }))
      // in code nothing is interpreted
      .replace(/```+sh\n[\s\S]*?\n```+/g, "")
      .replace(/\\[\s\S]/g, "")
      .replace(/(`+) ?[\s\S]*?[^`]\1(?!`)/g, "");
    expect(text.replaceAll("<sub>", "").replaceAll("</sub>", "")).not.toMatch(/<[a-z/!]/i);
    expect(text).not.toMatch(/@everyone|https:\/\/evil/);
    expect(text).not.toContain("\u001b");
    expect(text).not.toContain("\u202e");
  });

  it("escapes what would format, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary-ascii", maxLength: 40 }), (text) => {
        const escaped = escapeMarkdown(text);
        expect(escaped.replace(/\\[\s\S]/g, "")).not.toMatch(/[`*_[\]|~$<>\n]/);
      }),
    );
  });

  it("a code span cannot be closed by what it holds", () => {
    expect(codeSpan("a``b")).toBe("``` a``b ```");
    expect(codeSpan("plain")).toBe("`plain`");
  });

  it("makes an invalid run say that its numbers are not to be used, and judges no objective", () => {
    const text = renderMarkdown(reportFixture({ kind: "invalid" }));
    expect(text).toContain("Do not use these numbers.");
    expect(text).not.toContain("✅ met");
    expect(text).toContain("🚫 not judged");
  });

  it("says plainly that an environment still stands", () => {
    expect(renderMarkdown(emptyFixture())).toContain("**still stands**");
  });

  it.each([
    ["empty", emptyFixture()],
    ["extreme", extremeFixture()],
    ["hostile", hostileFixture()],
  ])("never prints NaN or undefined: %s data", (_, data) => {
    expect(renderMarkdown(data)).not.toMatch(/NaN|undefined|Infinity|\[object/);
  });

  it("stays short enough for a comment with twenty journeys", () => {
    expect(renderMarkdown(extremeFixture()).length).toBeLessThan(20_000);
    expect(HOSTILE.length).toBeGreaterThan(100);
  });
});
