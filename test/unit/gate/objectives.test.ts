import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rejudge } from "../../../campaign/comparison";
import { judgeStoredComparison } from "../../../campaign/comparison/judge";
import { requiredObjectives } from "../../../campaign/comparison/objectives";
import { ExitCode } from "../../../core/errors";
import { checksOfComparison } from "../../../report/checks";
import { renderComparisonHtml } from "../../../report/comparison";
import { AVAILABILITY, LATENCY } from "../slo-programme/objective-fixtures";
import { tempFolder } from "../storage/temp-folder";
import { type StoredRunOptions, storeComparison, storedComparison } from "./fixtures";

jest.setTimeout(60_000);
const results = tempFolder();

const search = { ...LATENCY, name: "search-latency", journey: "search" };

async function judged(
  name: string,
  objectives: readonly (typeof LATENCY)[],
  maxBurnedShare = 1,
  runOf: (side: string, round: number) => StoredRunOptions = () => ({}),
) {
  const folder = join(results, name);
  await storeComparison(folder, storedComparison(8, { objectives: { objectives, maxBurnedShare } }), runOf);
  return { folder, report: await judgeStoredComparison(folder) };
}

describe("a gate that requires objectives", () => {
  test("passes where the candidate is no slower and meets them, from the candidate's requests alone", async () => {
    const { report, folder } = await judged("met", [search], 1, (side) =>
      side === "baseline" ? { failed: { search: 0.004 } } : {},
    );
    expect(report.verdict.kind).toBe("pass");
    // Eight rounds of 400 requests of the journey, one side.
    expect(report.objectives?.statuses).toMatchObject([{ good: 3200, total: 3200, status: "met" }]);
    expect((await rejudge(folder)).exitCode).toBe(ExitCode.Pass);
  });

  test("calls a candidate that is as slow as its baseline, but too slow, a regression", async () => {
    const strict = { ...search, indicator: { kind: "latency", thresholdMs: 6 } } as const;
    const { report } = await judged("too-slow", [strict]);
    expect(report.result?.verdict).toBe("pass");
    expect(report.verdict).toMatchObject({
      kind: "regression",
      headline: "The candidate does not meet the objectives that are required of it.",
    });
    expect(report.verdict.reasons[0]).toMatch(/^search-latency: .* the objective is broken\.$/);
    const check = checksOfComparison(report).checks.find(({ name }) => name === "objective search-latency");
    expect(check).toMatchObject({ outcome: "regression", journey: "search" });
    expect(renderComparisonHtml(report)).toMatch(/id="objectives".*search-latency/s);
  });

  test("allows no more of a period's error budget than was said", async () => {
    const short = { ...search, periodMinutes: 10 };
    const few = () => ({ failed: { search: 0.005 } });
    expect((await judged("within", [short], 0.5, few)).report.verdict.kind).toBe("pass");
    const { report } = await judged("burned", [short], 0.01, few);
    expect(report.verdict.kind).toBe("regression");
    expect(report.verdict.reasons[0]).toContain("more than 1");
  });

  test("knows nothing of an objective without traffic: inconclusive, not a pass", async () => {
    const { report } = await judged("no-traffic", [AVAILABILITY]);
    expect(report.verdict).toMatchObject({
      kind: "inconclusive",
      headline: "An objective that is required had no traffic, so nothing is known of it.",
    });
  });

  test("stays a regression of the comparison where the objectives are met, under the comparison's headline", async () => {
    const { report } = await judged("slower", [search], 1, (side) =>
      side === "candidate" ? { slowdown: { search: 1.5 } } : {},
    );
    expect(report.verdict).toMatchObject({
      kind: "regression",
      headline: "The candidate is worse than the baseline: search.",
    });
  });
});

describe("the objectives that a gate is given", () => {
  test("are read from an OpenSLO file", () => {
    const file = join(results, "slo.yaml");
    mkdirSync(results, { recursive: true });
    writeFileSync(
      file,
      `apiVersion: openslo/v1
kind: SLO
metadata: { name: checkout }
spec:
  service: shop
  indicator:
    metadata: { name: checkout }
    spec: { thresholdMetric: { metricSource: { type: perfbed, spec: { journey: checkout, unit: ms } } } }
  timeWindow: [{ duration: 28d, isRolling: true }]
  budgetingMethod: Occurrences
  objectives: [{ op: lte, value: 300, target: 0.99 }]
`,
    );
    expect(requiredObjectives(file, 0.01)).toMatchObject({
      maxBurnedShare: 0.01,
      objectives: [{ journey: "checkout", target: 0.99 }],
    });
    expect(requiredObjectives(undefined, undefined)).toBeNull();
  });

  test("a budget without objectives is refused, with what is missing", () => {
    expect(() => requiredObjectives(undefined, 0.01)).toThrow(
      expect.objectContaining({
        code: "PERFBED_CONFIG",
        problems: [expect.objectContaining({ field: "--max-burned" })],
      }),
    );
  });
});
