import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { historyRun, parametersHash } from "../../../campaign/history/history-run";
import { recordAfterRun } from "../../../campaign/history/record";
import { silentObserver } from "../../../campaign/observer";
import { HistoryLocation } from "../../../storage/history";
import { reportFixture } from "../../support/report-fixture";

describe("what the history keeps of a run", () => {
  test("is one figure for each journey and metric, and for all requests together", () => {
    const report = reportFixture();
    const run = historyRun(report);
    expect(run).toMatchObject({
      campaign: report.manifest.campaignId,
      run: report.manifest.runId,
      verdict: report.verdict.kind,
      valid: true,
      atUs: report.manifest.window.measuredFromUs,
    });
    const names = run.figures.map(({ journey, metric }) => `${journey} ${metric}`);
    expect(new Set(names).size).toBe(names.length);
    const p95 = report.journeys[0]?.quantiles.find(({ probability }) => probability === 0.95);
    expect(run.figures).toContainEqual({
      journey: report.journeys[0]?.journey,
      metric: "p95_ms",
      value: p95?.valueMs,
      requests: report.journeys[0]?.requests,
    });
    expect(names).toEqual(
      expect.arrayContaining(["(all) p50_ms", "(all) error_ratio", "(all) rate_per_second"]),
    );
  });

  test("has no row for a percentile without enough data, rather than a zero", () => {
    const report = reportFixture();
    const missing = report.journeys.flatMap(({ journey, quantiles }) =>
      quantiles
        .filter(({ probability, valueMs }) => valueMs === null && probability === 0.999)
        .map(() => `${journey} p999_ms`),
    );
    expect(missing.length).toBeGreaterThan(0);
    const names = historyRun(report).figures.map(({ journey, metric }) => `${journey} ${metric}`);
    for (const name of missing) expect(names).not.toContain(name);
  });

  test("marks an invalid measurement as not valid", () => {
    const report = reportFixture();
    const invalid = { ...report, verdict: { ...report.verdict, kind: "invalid" as const } };
    expect(historyRun(invalid)).toMatchObject({ valid: false, verdict: "invalid" });
  });

  test("hashes parameters by what they say, not by their order", () => {
    const hash = parametersHash({ rate: 20, users: { a: 1, b: [1, 2] } });
    expect(hash).toMatch(/^[0-9a-f]{12}$/);
    expect(parametersHash({ users: { b: [1, 2], a: 1 }, rate: 20 })).toBe(hash);
    expect(parametersHash({ users: { b: [2, 1], a: 1 }, rate: 20 })).not.toBe(hash);
  });
});

test("a history that cannot be written leaves the run's result alone and says how to record it later", async () => {
  const folder = mkdtempSync(join(tmpdir(), "perfbed-history-fail-"));
  try {
    writeFileSync(join(folder, "file"), "");
    const location = HistoryLocation.parse(join(folder, "file/history"), {
      field: "--history",
      source: "argument",
      baseDir: "/",
    });
    const notes: string[] = [];
    const observer = { ...silentObserver, note: (text: string) => notes.push(text) };
    expect(await recordAfterRun(location, [reportFixture()], "perfbed-results/c1", observer)).toEqual({});
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain("NOT recorded in the history");
    expect(notes[0]).toContain(`perfbed history record perfbed-results/c1 --history ${location}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
