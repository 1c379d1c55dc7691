import { readFileSync } from "node:fs";
import { join } from "node:path";
import { rejudge } from "../../../campaign/comparison";
import { judgeStoredComparison } from "../../../campaign/comparison/judge";
import { ExitCode } from "../../../core/errors";
import { tempFolder } from "../storage/temp-folder";
import { storeComparison, storedComparison } from "./fixtures";

jest.setTimeout(60_000);
const results = tempFolder();

describe("the judgement of a stored comparison", () => {
  test("nothing changed passes, and the same folder gives the same bytes", async () => {
    const folder = join(results, "same");
    await storeComparison(folder, storedComparison(8));
    const first = await rejudge(folder);
    const bytes = readFileSync(join(folder, "verdict.json"));
    const second = await rejudge(folder);
    expect(first.report.verdict.kind).toBe("pass");
    expect(second.exitCode).toBe(ExitCode.Pass);
    expect(readFileSync(join(folder, "verdict.json")).equals(bytes)).toBe(true);
  });

  test("the journey that got slower is named, and no other", async () => {
    const folder = join(results, "slower");
    await storeComparison(folder, storedComparison(8), (side) =>
      side === "candidate" ? { slowdown: { search: 1.25 } } : {},
    );
    const { verdict, result } = await judgeStoredComparison(folder);
    expect(verdict.kind).toBe("regression");
    expect(verdict.headline).toBe("The candidate is worse than the baseline: search.");
    expect(result?.journeys.map(({ journey, verdict: own }) => [journey, own])).toEqual([
      ["browse", "pass"],
      ["search", "regression"],
    ]);
  });

  test("of two slower journeys the reasons and the advice begin with the one that is worst hit", async () => {
    const folder = join(results, "two-slower");
    await storeComparison(folder, storedComparison(8), (side) =>
      side === "candidate" ? { slowdown: { browse: 1.2, search: 1.5 } } : {},
    );
    const { verdict } = await judgeStoredComparison(folder);
    expect(verdict.headline).toBe("The candidate is worse than the baseline: search, browse.");
    expect(verdict.reasons.slice(0, 2).map((text) => text.split(":")[0])).toEqual([
      "P95 of search",
      "P95 of browse",
    ]);
    expect(verdict.actions[0]).toMatch(/^Start with search/);
  });

  test("errors of the candidate are a regression, also when most requests fail", async () => {
    const folder = join(results, "errors");
    await storeComparison(folder, storedComparison(8), (side) =>
      side === "candidate" ? { failed: { browse: 0.8, search: 0.8 } } : {},
    );
    const { verdict } = await judgeStoredComparison(folder);
    expect(verdict.kind).toBe("regression");
    expect(verdict.reasons.join(" ")).toContain("error ratio");
  });

  test("a journey whose arrivals are dropped loses throughput, and no other journey does", async () => {
    const folder = join(results, "dropped");
    await storeComparison(folder, storedComparison(8), (side) => ({
      dropped: { browse: 0.02, search: side === "candidate" ? 0.17 : 0.02 },
    }));
    const { verdict, result } = await judgeStoredComparison(folder);
    expect(verdict.headline).toBe("The candidate is worse than the baseline: search.");
    const throughput = (journey: string) =>
      result?.journeys
        .find((one) => one.journey === journey)
        ?.metrics.find(({ metric }) => metric === "throughput");
    expect(throughput("search")).toMatchObject({ status: "regression" });
    expect(throughput("search")?.change).toBeCloseTo(-0.15, 2);
    expect(throughput("browse")).toMatchObject({ status: "pass" });
  });

  test("too many rounds left out make it invalid, whatever the figures say", async () => {
    const folder = join(results, "invalid");
    const missed = { planned: 300, started: 200, dropped: 0, achievedRatio: 2 / 3 };
    await storeComparison(folder, storedComparison(8), (side, round) =>
      side === "baseline" && round <= 2 ? { manifest: { arrivals: missed } } : {},
    );
    const report = await judgeStoredComparison(folder);
    expect(report.verdict.kind).toBe("invalid");
    expect(report.excluded.map(({ round }) => round)).toEqual([1, 2]);
    expect((await rejudge(folder)).exitCode).toBe(ExitCode.InvalidMeasurement);
  });

  test("one round left out of eight is a warning", async () => {
    const folder = join(results, "one-out");
    const missed = { planned: 300, started: 200, dropped: 0, achievedRatio: 2 / 3 };
    await storeComparison(folder, storedComparison(8), (side, round) =>
      side === "baseline" && round === 3 ? { manifest: { arrivals: missed } } : {},
    );
    const { verdict, result } = await judgeStoredComparison(folder);
    expect(verdict.kind).not.toBe("invalid");
    expect(result?.n).toBe(7);
  });

  test("rounds that only the host disturbed are left out and named, and the rest is judged", async () => {
    const folder = join(results, "steal");
    await storeComparison(folder, storedComparison(8), (_side, round) => ({
      stealShare: round <= 3 ? 0.05 : 0.001,
    }));
    const { verdict, result, validity } = await judgeStoredComparison(folder);
    expect(verdict.kind).toBe("pass");
    expect(result?.n).toBe(5);
    expect(validity).toContainEqual(
      expect.objectContaining({
        code: "rounds-excluded",
        severity: "warning",
        measured: 0,
        text: expect.stringMatching(
          /^3 of 8 rounds were left out.*\(3 of them disturbed by the machine's host\)$/,
        ),
      }),
    );
  });

  test("half of the planned rounds are enough where the host disturbed the others", async () => {
    const folder = join(results, "steal-half");
    await storeComparison(folder, storedComparison(8), (side, round) =>
      side === "candidate" && round > 4 ? { stealShare: 0.05 } : {},
    );
    expect((await judgeStoredComparison(folder)).verdict.kind).not.toBe("invalid");
  });

  test.each(["gate", "calibration"] as const)(
    "where the host disturbed more than half of the rounds of a %s, nothing can be judged",
    async (kind) => {
      const folder = join(results, `steal-everywhere-${kind}`);
      await storeComparison(folder, storedComparison(8, { kind }), (side, round) =>
        side === "candidate" && round > 3 ? { stealShare: 0.05 } : {},
      );
      const { verdict } = await judgeStoredComparison(folder);
      expect(verdict.kind).toBe("invalid");
      expect(verdict.reasons[0]).toContain("5 of them disturbed by the machine's host); 4 must remain");
    },
  );

  test("an interrupted comparison is invalid", async () => {
    const folder = join(results, "interrupted");
    const { ended: _, ...stored } = storedComparison(3);
    await storeComparison(folder, stored);
    const { verdict } = await judgeStoredComparison(folder);
    expect(verdict).toMatchObject({ kind: "invalid" });
    expect(verdict.reasons[0]).toContain("interrupted");
  });

  test("a calibration that finds nothing says what its runs can see", async () => {
    const folder = join(results, "calibration");
    await storeComparison(folder, storedComparison(3, { kind: "calibration" }));
    const { verdict, selfKnowledge } = await judgeStoredComparison(folder);
    expect(verdict).toMatchObject({ kind: "pass", headline: expect.stringContaining("No false alarm") });
    expect(selfKnowledge[0]).toBe("Calibrated 2026-01-01 with 6 runs of shop against itself.");
    expect(selfKnowledge.join(" ")).toMatch(/browse: P95 differs by [0-9.]+ % between runs/);
    expect(selfKnowledge.at(-1)).toMatch(/To see 10 % at 80 % power you need \d+ pairs, about \d+ min/);
  });

  test("an early stop is judged by the test that allows it, and says what it saved", async () => {
    const folder = join(results, "sequential");
    const ended = { how: "stopped-early", rounds: 6, text: "a regression is shown" } as const;
    await storeComparison(folder, storedComparison(6, { sequential: true, rounds: 20, ended }), (side) =>
      side === "candidate" ? { slowdown: { search: 2 } } : {},
    );
    const { verdict, sequential } = await judgeStoredComparison(folder);
    expect(sequential).toMatchObject({ decision: "regression", pairs: 6, savedPairs: 14 });
    expect(verdict).toMatchObject({
      kind: "regression",
      headline: "The candidate is worse than the baseline: search.",
    });
    expect(verdict.reasons[0]).toContain("Stopped after 6 of 20 pairs");
  });

  test("a stored baseline is compared without pairs, and the verdict says so", async () => {
    const folder = join(results, "stored-baseline");
    await storeComparison(folder, storedComparison(3, { baselineFrom: "20251231T000000-0000" }));
    const { result, verdict } = await judgeStoredComparison(folder);
    expect(result?.paired).toBe(false);
    expect(verdict.reasons.join(" ")).toContain("effects of order and of the time of day are not controlled");
  });

  test("a folder that is none is refused with what it should be", async () => {
    await expect(judgeStoredComparison(results)).rejects.toMatchObject({
      code: "PERFBED_CONFIG",
      problems: [{ field: "folder", allowed: expect.stringContaining("comparison.json") }],
    });
  });

  test("the policy decides what an undecided verdict does to a pipeline", async () => {
    const folder = join(results, "policy");
    const { ended: _, ...stored } = storedComparison(3, {
      policy: { inconclusive: "fail", invalid: "pass" },
    });
    await storeComparison(folder, stored);
    const { exitCode, report } = await rejudge(folder);
    expect(report.verdict.kind).toBe("invalid");
    expect(exitCode).toBe(ExitCode.Pass);
  });
});
