import {
  ALL_JOURNEYS,
  HISTORY_METRICS,
  type HistoryFigure,
  type HistoryRow,
  type HistoryRun,
  type HistoryStore,
} from "../../storage/history";

/** 2026-01-01T00:00:00Z */
export const FIRST_DAY_US = Date.UTC(2026, 0, 1) * 1000;
export const DAY_US = 86_400_000_000;

/** A run of the shop on a day, with figures of two journeys that are easy to tell apart. */
export function historyRun(day: number, overrides: Partial<HistoryRun> = {}): HistoryRun {
  const campaign = overrides.campaign ?? `c-${String(day).padStart(4, "0")}`;
  return {
    campaign,
    run: "run-1",
    side: "single",
    replicate: 1,
    atUs: FIRST_DAY_US + day * DAY_US,
    application: "shop",
    version: `v${day}`,
    target: "local",
    sizing: "small",
    scenario: "load",
    parametersHash: "abc123",
    verdict: "pass",
    valid: true,
    manifest: { schemaVersion: 1, campaignId: campaign, note: "quotes ' \" and ünïcode" },
    figures: ["browse", "checkout", ALL_JOURNEYS].flatMap((journey, index) =>
      HISTORY_METRICS.map(
        (metric, position): HistoryFigure => ({
          journey,
          metric,
          // No round numbers: what comes back must be the same double.
          value: 0.1 + day / 3 + index * 100 + position * 10,
          requests: 1000 + day,
        }),
      ),
    ),
    ...overrides,
  };
}

export async function allRows(rows: AsyncIterable<HistoryRow>): Promise<HistoryRow[]> {
  const all: HistoryRow[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

/**
 * What every implementation must hold. `open` opens the same, at first empty place again and again: each store is a writer of its own.
 */
export function historyContract(open: () => Promise<HistoryStore>): void {
  const opened: HistoryStore[] = [];
  const store = async (): Promise<HistoryStore> => {
    const next = await open();
    opened.push(next);
    return next;
  };
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close();
  });

  test("gives back nothing of an empty place", async () => {
    const empty = await store();
    await empty.prepare();
    expect(await allRows(empty.rows())).toEqual([]);
    expect(await empty.runs()).toEqual([]);
    expect(await empty.manifest("c-0001", "run-1")).toBeUndefined();
  });

  test("gives back exactly what was recorded: every double, every character, the manifest", async () => {
    const hostile = `it's "a" <b> \\ % _ ; DROP TABLE runs; -- 商店 😀`;
    const run = historyRun(1, { version: hostile, application: hostile });
    const writer = await store();
    expect(await writer.record(run)).toBe("recorded");
    const reader = await store();
    const rows = await allRows(reader.rows());
    expect(rows).toHaveLength(run.figures.length);
    for (const figure of run.figures) {
      const { manifest: _, figures: __, ...facts } = run;
      expect(rows).toContainEqual({ ...facts, ...figure, schemaVersion: 1 });
    }
    expect(await reader.manifest("c-0001", "run-1")).toEqual(run.manifest);
    expect(await reader.runs({ application: hostile })).toHaveLength(1);
  });

  test("keeps a run that is recorded twice once", async () => {
    const writer = await store();
    await writer.record(historyRun(2));
    expect(await writer.record(historyRun(2))).toBe("already-recorded");
    expect(await (await store()).record(historyRun(2))).toBe("already-recorded");
    expect(await allRows(writer.rows({ version: "v2" }))).toHaveLength(18);
  });

  test("keeps the first record of a run and refuses another one of the same name", async () => {
    const writer = await store();
    await writer.record(historyRun(3));
    const other = historyRun(3, {
      figures: [{ journey: "browse", metric: "p95_ms", value: 1, requests: 1 }],
    });
    await expect(writer.record(other)).rejects.toMatchObject({ code: "PERFBED_HISTORY_CONFLICT" });
    expect(await allRows(writer.rows({ version: "v3", journey: "browse", metric: "p95_ms" }))).toMatchObject([
      { value: 11.1 },
    ]);
  });

  test("loses no run and doubles none with eight writers at once, four of them at the same runs", async () => {
    const days = [100, 101, 102, 103, 104, 105];
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        const writer = await store();
        const own = index < 4 ? days : [200 + index, 210 + index];
        const results: string[] = [];
        for (const day of own) results.push(await writer.record(historyRun(day, { scenario: "writers" })));
        return results;
      }),
    );
    expect(outcomes.flat().filter((outcome) => outcome === "recorded")).toHaveLength(6 + 8);
    const reader = await store();
    expect(await reader.runs({ scenario: "writers" })).toHaveLength(14);
    expect(await allRows(reader.rows({ scenario: "writers" }))).toHaveLength(14 * 18);
  });

  test("gives rows series by series, each in time order, and filters", async () => {
    const writer = await store();
    for (const day of [12, 10, 11]) await writer.record(historyRun(day, { application: "ordered" }));
    const rows = await allRows(writer.rows({ application: "ordered", metric: "p95_ms" }));
    expect(rows.map(({ journey, version }) => `${journey} ${version}`)).toEqual([
      "(all) v10",
      "(all) v11",
      "(all) v12",
      "browse v10",
      "browse v11",
      "browse v12",
      "checkout v10",
      "checkout v11",
      "checkout v12",
    ]);
    const since = { application: "ordered", sinceUs: FIRST_DAY_US + 11 * DAY_US };
    expect((await writer.runs(since)).map(({ version }) => version)).toEqual(["v11", "v12"]);
    expect(await allRows(writer.rows({ ...since, journey: "browse", metric: "error_ratio" }))).toHaveLength(
      2,
    );
    expect(await writer.runs({ application: "ordered", journey: "nobody" })).toEqual([]);
  });

  test("lets a reader stop half way and be asked again", async () => {
    const writer = await store();
    await writer.record(historyRun(13, { application: "half" }));
    for await (const row of writer.rows({ application: "half" })) {
      expect(row.application).toBe("half");
      break;
    }
    expect(await allRows(writer.rows({ application: "half" }))).toHaveLength(18);
  });
}
