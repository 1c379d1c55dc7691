import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkObjectives } from "../../../campaign/slo-programme/check";
import { ConfigError, ExitCode } from "../../../core/errors";
import { renderSloCheck } from "../../../report/slo-programme/terminal";
import { storeComparison, storedComparison, storeRun } from "../gate/fixtures";
import { tempFolder } from "../storage/temp-folder";

const results = tempFolder();

const objectiveYaml = (name: string, journey: string, thresholdMs: number, target: number): string => `
apiVersion: openslo/v1
kind: SLO
metadata:
  name: ${name}
spec:
  service: shop
  indicator:
    metadata:
      name: ${name}
    spec:
      thresholdMetric:
        metricSource:
          type: perfbed
          spec:
            journey: ${journey}
            unit: ms
  timeWindow:
    - duration: 28d
      isRolling: true
  budgetingMethod: Occurrences
  objectives:
    - op: lte
      value: ${thresholdMs}
      target: ${target}
`;

function objectives(name: string, ...documents: readonly string[]): string {
  const file = join(results, `${name}.yaml`);
  writeFileSync(file, documents.join("---"));
  return file;
}

// Medians are 5 ms: nearly everything is within 50 ms, nothing within 1 ms.
const FINE = objectiveYaml("browse-fine", "browse", 50, 0.99);
const BROKEN = objectiveYaml("search-broken", "search", 1, 0.99);
const UNSEEN = objectiveYaml("checkout-unseen", "checkout", 50, 0.99);

let comparison: string;
beforeAll(async () => {
  comparison = join(results, "comparison");
  // Every tenth search of the candidate fails; the baseline's are fine.
  await storeComparison(comparison, storedComparison(3), (side) =>
    side === "candidate" ? { failed: { search: 0.1 } } : {},
  );
});

describe("objectives over stored runs", () => {
  test("an objective that holds passes, counted over the candidate's runs alone", async () => {
    const check = await checkObjectives({ folder: comparison, objectives: objectives("fine", FINE) });
    expect(check).toMatchObject({
      verdict: "pass",
      exitCode: ExitCode.Pass,
      measuredSeconds: 30,
      excluded: [],
    });
    expect(check.runs).toHaveLength(3);
    expect(check.runs.every((run) => run.includes("candidate"))).toBe(true);
    const [{ status, overTime } = { status: undefined, overTime: [] }] = check.objectives;
    expect(status).toMatchObject({ total: 1200, status: "met" });
    expect(overTime).toHaveLength(30);
    expect(overTime.at(-1)?.compliance).toBe(status?.compliance);
  });

  test("failed requests use up the budget, and the side that has none keeps it", async () => {
    const file = objectives("failing", objectiveYaml("search-answered", "search", 10_000, 0.95));
    const candidate = await checkObjectives({ folder: comparison, objectives: file });
    expect(candidate).toMatchObject({ verdict: "regression", exitCode: ExitCode.Regression });
    const { status } = candidate.objectives[0] ?? {};
    expect(status?.compliance).toBeGreaterThan(0.85);
    expect(status?.compliance).toBeLessThan(0.95);
    const baseline = await checkObjectives({ folder: comparison, objectives: file, side: "baseline" });
    expect(baseline).toMatchObject({ verdict: "pass" });
    expect(baseline.objectives[0]?.status.compliance).toBe(1);
  });

  test("one broken objective among others decides, its reason first and its alerts told", async () => {
    const check = await checkObjectives({
      folder: comparison,
      objectives: objectives("mixed", FINE, UNSEEN, BROKEN),
    });
    expect(check.verdict).toBe("regression");
    expect(check.reasons[0]).toMatch(/^search-broken: .*broken/);
    const text = renderSloCheck(check, { colour: false });
    expect(text).toContain("REGRESSION");
    expect(text).toMatch(/search-broken: would have paged/);
    expect(text).not.toContain("\u001b");
    expect(text).not.toMatch(/NaN|undefined/);
  });

  test("a journey without traffic is no pass", async () => {
    const check = await checkObjectives({
      folder: comparison,
      objectives: objectives("unseen", FINE, UNSEEN),
    });
    expect(check).toMatchObject({ verdict: "inconclusive", exitCode: ExitCode.Inconclusive });
    expect(renderSloCheck(check, { colour: false })).toMatch(/checkout-unseen +checkout +99\.000 % +– +0 +–/);
  });

  test("a budget limit below what was used fails, although no objective is broken", async () => {
    const file = objectives("tight", objectiveYaml("search-mostly", "search", 10_000, 0.8));
    const used = (await checkObjectives({ folder: comparison, objectives: file })).objectives[0]?.status
      .burnedOfPeriod;
    expect(used).toBeGreaterThan(0);
    const check = await checkObjectives({
      folder: comparison,
      objectives: file,
      maxBurnedShare: (used ?? 0) / 2,
    });
    expect(check.verdict).toBe("regression");
  });

  test("invalid runs never count, and when there is no other the verdict is invalid", async () => {
    const folder = join(results, "invalid");
    const aborted = "generator-1 was ended by SIGKILL";
    await storeRun(folder, "single", 1, 0, { manifest: { aborted } });
    const file = objectives("fine", FINE);
    const alone = await checkObjectives({ folder, objectives: file });
    expect(alone).toMatchObject({ verdict: "invalid", exitCode: ExitCode.InvalidMeasurement, runs: [] });
    expect(alone.excluded).toHaveLength(1);
    await storeRun(folder, "single", 2, 0);
    const both = await checkObjectives({ folder, objectives: file });
    expect(both).toMatchObject({ verdict: "pass", measuredSeconds: 10 });
    expect(both.excluded).toHaveLength(1);
  });

  test.each([
    ["no file", { objectives: "/nowhere/slo.yaml" }, /--objectives/],
    ["no run", { folder: "/nowhere" }, /folder/],
    ["no such side", { side: "canary" }, /--side/],
  ])("%s is one clear error", async (_, changes, field) => {
    const options = { folder: comparison, objectives: objectives("fine", FINE), ...changes };
    const error: unknown = await checkObjectives(options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error instanceof ConfigError ? error.problems[0]?.field : "").toMatch(field);
  });

  test("a file without objectives is refused", async () => {
    const empty = join(results, "empty.yaml");
    writeFileSync(empty, "");
    await expect(checkObjectives({ folder: comparison, objectives: empty })).rejects.toThrow(ConfigError);
  });
});
