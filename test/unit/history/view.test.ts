import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { viewHistory } from "../../../campaign/history/view";
import { renderHistoryPage } from "../../../report/history/page";
import { renderHistoryText } from "../../../report/history/terminal";
import { HistoryLocation, type HistoryRun, openHistory } from "../../../storage/history";
import { historyRun } from "../../support/history-runs";
import { seededRandom } from "../../support/report-fixture-run";

const root = mkdtempSync(join(tmpdir(), "perfbed-history-view-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const at = (folder: string): HistoryLocation =>
  HistoryLocation.parse(folder, { field: "--history", source: "argument", baseDir: root });

async function recorded(folder: string, runs: readonly HistoryRun[]): Promise<HistoryLocation> {
  const store = await openHistory(at(folder));
  for (const run of runs) await store.record(run);
  await store.close();
  return at(folder);
}

/** Thirty days: P95 of checkout rises by 20 % with v18, the rate stays; noise of ±2 %. */
function thirtyDays(change: Partial<HistoryRun> = {}): HistoryRun[] {
  const random = seededRandom(11);
  const noisy = (value: number): number => value * (0.98 + 0.04 * random());
  return Array.from({ length: 30 }, (_, day) =>
    historyRun(day, {
      ...change,
      figures: [
        { journey: "checkout", metric: "p95_ms", value: noisy(day < 18 ? 100 : 120), requests: 900 },
        { journey: "checkout", metric: "rate_per_second", value: noisy(day < 18 ? 50 : 40), requests: 900 },
        { journey: "browse", metric: "p95_ms", value: noisy(40), requests: 900 },
      ],
    }),
  );
}

describe("change points of a history", () => {
  test("are found with the run and the version they began with, before and after, and what that means", async () => {
    const view = await viewHistory(await recorded("step", thirtyDays()), { keepPoints: false });
    expect(
      view.series.map(({ key, count, points, changes }) => [
        key.journey,
        key.metric,
        count,
        points.length,
        changes.length,
      ]),
    ).toEqual([
      ["browse", "p95_ms", 30, 0, 0],
      ["checkout", "p95_ms", 30, 0, 1],
      ["checkout", "rate_per_second", 30, 0, 1],
    ]);
    const slower = view.series[1]?.changes[0];
    expect(slower).toMatchObject({
      index: 18,
      version: "v18",
      previousVersion: "v17",
      campaign: "c-0018",
      run: "run-1",
      direction: "worse",
    });
    expect(slower?.meanBefore).toBeCloseTo(100, 0);
    expect(slower?.meanAfter).toBeCloseTo(120, -0.5);
    expect(slower?.changeRatio).toBeCloseTo(0.2, 1);
    expect(slower?.confidence).toBeGreaterThan(0.999);
    // Less throughput is worse as well, although the figure fell.
    expect(view.series[2]?.changes[0]).toMatchObject({ index: 18, direction: "worse" });
  });

  test("leave invalid runs out and count them, however wild their figures", async () => {
    const runs = thirtyDays().map((run, day) =>
      day % 7 === 3
        ? {
            ...run,
            valid: false,
            verdict: "invalid",
            figures: run.figures.map((figure) => ({ ...figure, value: figure.value * 50 })),
          }
        : run,
    );
    const view = await viewHistory(await recorded("invalid", runs), { keepPoints: true });
    expect(view.invalidRuns).toBe(4);
    const checkout = view.series.find(({ key }) => key.journey === "checkout" && key.metric === "p95_ms");
    expect(checkout).toMatchObject({ count: 26, invalid: 4 });
    expect(Math.max(...(checkout?.points ?? []).map(({ value }) => value))).toBeLessThan(130);
    expect(checkout?.changes).toMatchObject([{ version: "v18" }]);
    const text = renderHistoryText(view, { colour: false, runs: 5 });
    expect(text).toContain("30 runs, 4 invalid and left out, 3 series");
  });

  test("leave the baseline side of comparisons out: it measures an old version once more", async () => {
    const baselines = thirtyDays().map((run) => ({ ...run, run: "run-2", side: "baseline", version: "old" }));
    const runs = thirtyDays().flatMap((run, day) => [{ ...run, side: "candidate" }, baselines[day] ?? run]);
    const view = await viewHistory(await recorded("sides", runs), { keepPoints: true });
    expect(view.runs).toHaveLength(60);
    for (const series of view.series) {
      expect(series.count).toBe(30);
      expect(series.points.every(({ version }) => version !== "old")).toBe(true);
    }
  });

  test("are not looked for across other parameters, sizings or applications: those are other series", async () => {
    const runs = thirtyDays().map((run, day) => ({ ...run, parametersHash: day < 18 ? "aaa" : "bbb" }));
    const view = await viewHistory(await recorded("parameters", runs), { keepPoints: false });
    expect(view.series).toHaveLength(6);
    expect(view.series.flatMap(({ changes }) => changes)).toEqual([]);
  });

  test("need six valid runs, and the table says which series have fewer", async () => {
    const view = await viewHistory(await recorded("few", thirtyDays().slice(0, 5)), { keepPoints: false });
    expect(view.series.flatMap(({ changes }) => changes)).toEqual([]);
    expect(renderHistoryText(view, { colour: false, runs: 0 })).toContain(
      "3 of 3 series have fewer than 6 valid runs: too few to show a change.",
    );
  });

  test("of an empty history are an empty table, not an error", async () => {
    const view = await viewHistory(at("nothing"), { keepPoints: true });
    expect(renderHistoryText(view, { colour: false, runs: 5 })).toBe(`No runs in ${join(root, "nothing")}.`);
    expect(renderHistoryPage(view)).toContain("No change points in 0 series.");
  });
});

describe("history page and table", () => {
  const hostile = `</style></title><script>alert(1)</script>"'\u001b[31m\u202e`;

  test("show hostile names as text: no script, no escape sequence, one style sheet", async () => {
    const runs = thirtyDays({ application: hostile, version: hostile, scenario: hostile, sizing: hostile });
    const view = await viewHistory(await recorded("hostile", runs), { keepPoints: true });
    const page = renderHistoryPage(view);
    expect(page).not.toContain("<script");
    expect(page).not.toContain("\u001b");
    expect(page).not.toContain("\u202e");
    expect(page.match(/<\/style>/g)).toHaveLength(1);
    expect(page.match(/<\/title>/g)?.length).toBe(page.match(/<title/g)?.length);
    expect(page).toContain("&lt;script&gt;alert(1)");
    const text = renderHistoryText(view, { colour: false, runs: 5 });
    expect(text).not.toContain("\u001b");
    expect(text).not.toContain("\u202e");
  });

  test("is one self-contained page: nothing loaded, nothing run, a described chart for each series", async () => {
    const view = await viewHistory(await recorded("page", thirtyDays()), { keepPoints: true });
    const page = renderHistoryPage(view);
    expect(page).toMatch(/Content-Security-Policy" content="default-src 'none'; style-src 'sha256-[\w+/=]+'/);
    expect(page).not.toMatch(/<script|<iframe|@import|url\(|\son\w+=|\sstyle=/);
    expect(page.match(/(?:src|href)="(?!#|data:,")[^"]*"/g)).toBeNull();
    expect(page).not.toMatch(/NaN|undefined|Infinity|\[object/);
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(page.match(/role="img"/g)).toHaveLength(3);
    expect(page).toMatch(/At run 19, version v18: from .* to .*, \+\d+.%, confidence/);
  });
});
