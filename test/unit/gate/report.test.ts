import { join } from "node:path";
import { judgeStoredComparison } from "../../../campaign/comparison/judge";
import { checksOfComparison } from "../../../report/checks";
import {
  type ComparisonReport,
  renderComparisonHtml,
  renderComparisonMarkdown,
  renderComparisonSummary,
} from "../../../report/comparison";
import { renderJunit } from "../../../report/junit";
import { tempFolder } from "../storage/temp-folder";
import { storeComparison, storedComparison } from "./fixtures";

jest.setTimeout(60_000);
const results = tempFolder();
const HOSTILE = '<img src=x onerror=alert(1)> | @team ]]> & "x"';

let report: ComparisonReport;
beforeAll(async () => {
  const folder = join(results, "slower");
  await storeComparison(folder, storedComparison(3), (side) =>
    side === "candidate" ? { slowdown: { search: 1.6 } } : {},
  );
  report = await judgeStoredComparison(folder);
});

const junit = (comparison: ComparisonReport): string => renderJunit([checksOfComparison(comparison)]);

const hostile = (): ComparisonReport => ({
  ...report,
  comparison: {
    ...report.comparison,
    scenario: HOSTILE,
    command: HOSTILE,
    notes: [HOSTILE],
    sides: report.comparison.sides.map((side) => ({ ...side, label: HOSTILE })),
  },
  verdict: { ...report.verdict, headline: HOSTILE, reasons: [HOSTILE], actions: [HOSTILE] },
  result:
    report.result === null
      ? null
      : {
          ...report.result,
          journeys: report.result.journeys.map((journey) => ({
            ...journey,
            journey: HOSTILE,
            reasons: [HOSTILE],
          })),
        },
  sides: report.sides.map((side) => ({
    ...side,
    label: HOSTILE,
    journeys: side.journeys.map((journey) => ({ ...journey, journey: HOSTILE })),
  })),
});

describe("the report of a comparison", () => {
  test("the page names verdict and journey, and loads and runs nothing", () => {
    const page = renderComparisonHtml(report);
    expect(page).toContain("<title>Regression: shop pr against shop main</title>");
    expect(page).toContain("The candidate is worse than the baseline: search.");
    expect(page).toMatch(/default-src 'none'/);
    expect(page).not.toMatch(/<script|<link rel="stylesheet"|https?:\/\//);
    expect(page).not.toMatch(/NaN|undefined|Infinity|\[object/);
  });

  test("nothing from outside becomes markup", () => {
    expect(renderComparisonHtml(hostile())).not.toContain("<img");
    const comment = renderComparisonMarkdown(hostile());
    const outsideOfCode = comment.replace(/```sh[\s\S]*?```/g, "");
    expect(outsideOfCode).not.toContain("<img");
    expect(outsideOfCode).not.toMatch(/@team/);
    expect(junit(hostile())).not.toContain("<img");
  });

  test("the comment has a row a journey, the regression first", () => {
    const rows = renderComparisonMarkdown(report)
      .split("\n")
      .filter((line) => line.startsWith("| search") || line.startsWith("| browse"));
    expect(rows[0]).toMatch(/^\| search .* ❌ regression/);
    expect(rows).toHaveLength(2);
  });

  test("JUnit has a case for the verdict and one for each gating figure, and counts them", () => {
    const xml = junit(report);
    expect(xml).toContain('tests="7" failures="3" errors="0" skipped="0"');
    expect(xml).toMatch(/<testcase name="verdict" [^>]*>\s*<failure/);
    expect(xml).toMatch(
      /<testcase name="P95 latency against the baseline" classname="[^"]*\.search"[^>]*>\s*<failure message="[^"]*slower/,
    );
    expect(xml).toMatch(
      /<testcase name="P95 latency against the baseline" classname="[^"]*\.browse"[^>]*><failure [^>]*type="inconclusive"/,
    );
    const lenient = renderJunit([checksOfComparison(report)], { inconclusive: "warn", invalid: "fail" });
    expect(lenient).toContain('tests="7" failures="2" errors="0" skipped="1"');
  });

  test("an invalid measurement is an error, and no figure passes", () => {
    const xml = junit({ ...report, verdict: { ...report.verdict, kind: "invalid" } });
    expect(xml).toContain('tests="7" failures="0" errors="7"');
  });

  test("the terminal summary holds no escape sequence without colour", () => {
    const text = renderComparisonSummary(report, { colour: false, width: 100 });
    expect(text).not.toContain("\u001b");
    expect(text).toMatch(/search .*regression/);
  });
});
