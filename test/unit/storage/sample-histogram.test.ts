import fc from "fast-check";
import { HISTOGRAM_RELATIVE_ERROR, RunStore } from "../../../storage";
import { type Request, samplesSql } from "./sample-rows";
import { tempFolder } from "./temp-folder";

const folder = tempFolder();
const WINDOW = { fromUs: 1_000_000_500, toUs: 1_060_000_500 };

const requests = fc.array(
  fc.record({
    journey: fc.constantFrom("browse", "buy"),
    step: fc.constantFrom("a", "b"),
    startedAtUs: fc.integer({ min: WINDOW.fromUs - 5_000_000, max: WINDOW.toUs + 5_000_000 }),
    durationUs: fc.oneof(
      fc.integer({ min: 0, max: 5000 }),
      fc.integer({ min: 0, max: 60_000_000 }),
      fc.integer({ min: 0, max: 30 }).map((power) => 2 ** power),
      fc.integer({ min: 1, max: 30 }).map((power) => 2 ** power - 1),
    ),
    ok: fc.boolean(),
  }),
  { minLength: 1, maxLength: 120 },
);

test("figures from the merged histograms of several generators are within the stated error of the exact ones", async () => {
  const exact = await RunStore.open(`${folder}/rows`, { threads: 1 });
  const merged = await RunStore.open(`${folder}/histograms`, { threads: 1 });
  try {
    await fc.assert(
      fc.asyncProperty(requests, async (all) => {
        const parts: readonly Request[][] = [0, 1, 2].map((part) => all.filter((_, at) => at % 3 === part));
        for (const [part, rows] of parts.entries()) {
          const select = samplesSql(`generator-${part}`, rows);
          await exact.importSamples(`generator-${part}`, select);
          await merged.importHistogram(`generator-${part}`, select, WINDOW.fromUs);
        }
        const [truth, found] = [await exact.sampleFigures(WINDOW), await merged.sampleFigures(WINDOW)];
        expect(found.overall.requests).toBe(truth.overall.requests);
        expect(found.overall.errors).toBe(truth.overall.errors);
        expect([...found.overall.durationUsByRank.keys()]).toEqual([
          ...truth.overall.durationUsByRank.keys(),
        ]);
        for (const [rank, us] of truth.overall.durationUsByRank) {
          const error = Math.abs((found.overall.durationUsByRank.get(rank) ?? Number.NaN) - us);
          expect(error).toBeLessThanOrEqual(us * HISTOGRAM_RELATIVE_ERROR);
        }
        expect(found.journeys.map(({ journey }) => journey)).toEqual(
          truth.journeys.map(({ journey }) => journey),
        );
      }),
      { numRuns: 8, seed: 4 },
    );
  } finally {
    await exact.close();
    await merged.close();
  }
});

test("the rows of eight generators give the very percentiles of one file with all of them", async () => {
  const all: readonly Request[] = Array.from({ length: 1600 }, (_, index) => ({
    journey: "j",
    step: "s",
    startedAtUs: WINDOW.fromUs + index * 5000,
    // A slow generator among fast ones: averages of percentiles would be far off.
    durationUs: (index % 8 === 0 ? 30_000 : 10_000) + ((index * 7919) % 9973),
    ok: true,
  }));
  const one = await RunStore.open(`${folder}/one`, { threads: 1 });
  const eight = await RunStore.open(`${folder}/eight`, { threads: 1 });
  try {
    await one.importSamples("all", samplesSql("all", all));
    for (let part = 0; part < 8; part += 1) {
      const rows = all.filter((_, index) => index % 8 === part);
      await eight.importSamples(`generator-${part}`, samplesSql(`generator-${part}`, rows));
    }
    expect((await eight.sampleFigures(WINDOW)).overall).toEqual((await one.sampleFigures(WINDOW)).overall);
  } finally {
    await one.close();
    await eight.close();
  }
});
