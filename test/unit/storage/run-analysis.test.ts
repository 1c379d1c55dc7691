import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import type { LatencySummary } from "../../../analysis/model";
import { analyseRun, RunStore } from "../../../storage";
import { type Request, samplesSql } from "./sample-rows";
import { tempFolder } from "./temp-folder";

const T0 = 1_760_000_000_000_000;
const WINDOW = { runStartedAtUs: T0 - 2e6, measuredFromUs: T0, measuredToUs: T0 + 10e6, plannedCurve: [] };
const results = tempFolder();
let runs = 0;

/** Imports the requests of each generator as a file of its own and analyses them as one run. */
async function analyse(
  generators: readonly (readonly Request[])[],
  options: Parameters<typeof analyseRun>[1] = WINDOW,
): ReturnType<typeof analyseRun> {
  runs += 1;
  const store = await RunStore.open(join(results, `run-${runs}`), { memoryLimitMiB: 256, threads: 2 });
  try {
    for (const [index, requests] of generators.entries()) {
      await store.importSamples(`generator-${index + 1}`, samplesSql(`generator-${index + 1}`, requests));
    }
    return await analyseRun(store, options);
  } finally {
    await store.close();
  }
}

/** Sorts all durations, failures last, and takes type 7 by its definition. */
function naive(requests: readonly Request[]): Pick<
  LatencySummary,
  "requests" | "errors" | "minMs" | "maxMs"
> & {
  quantiles: (number | null)[];
  meanMs: number | null;
} {
  const ok = requests.filter((request) => request.ok).map(({ durationUs }) => durationUs / 1000);
  const all = [
    ...ok.sort((a, b) => a - b),
    ...requests.filter((request) => !request.ok).map(() => Number.POSITIVE_INFINITY),
  ];
  const quantile = (p: number): number | null => {
    if (Math.round(all.length * (1 - p) * 1e6) / 1e6 < 10) return null;
    const h = (all.length - 1) * p;
    const lower = all[Math.floor(h)] ?? Number.NaN;
    const upper = all[Math.ceil(h)] ?? Number.NaN;
    const value = lower === upper ? lower : lower + (h - Math.floor(h)) * (upper - lower);
    return Number.isFinite(value) ? value : null;
  };
  return {
    requests: requests.length,
    errors: requests.length - ok.length,
    minMs: ok[0] ?? null,
    maxMs: ok.at(-1) ?? null,
    meanMs: ok.length === 0 ? null : ok.reduce((a, b) => a + b, 0) / ok.length,
    quantiles: [0.5, 0.9, 0.95, 0.99, 0.999].map(quantile),
  };
}

function expectSame(summary: LatencySummary | undefined, requests: readonly Request[]): void {
  const expected = naive(requests);
  expect(summary).toMatchObject({
    requests: expected.requests,
    errors: expected.errors,
    minMs: expected.minMs,
    maxMs: expected.maxMs,
    meanMs: expected.meanMs === null ? null : expect.closeTo(expected.meanMs, 6),
  });
  expect(summary?.quantiles.map(({ valueMs }) => valueMs)).toEqual(
    expected.quantiles.map((value) => (value === null ? null : expect.closeTo(value, 9))),
  );
}

const request = fc.record({
  journey: fc.constantFrom("browse", "checkout", "it's"),
  step: fc.constantFrom("home", "pay"),
  startedAtUs: fc.integer({ min: T0 - 2_000_000, max: T0 + 11_000_000 }),
  // Few distinct values and many: ties are where rank arithmetic goes wrong.
  durationUs: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 3_000_000 })),
  ok: fc.boolean().chain((likely) => (likely ? fc.constant(true) : fc.boolean())),
});

test("figures overall, per journey and per step equal a naive sort of all rows of all generators", async () => {
  const generators = fc.array(fc.array(request, { maxLength: 400 }), { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(generators, async (rows) => {
      const analysis = await analyse(rows);
      const measured = rows
        .flat()
        .filter(({ startedAtUs }) => startedAtUs >= T0 && startedAtUs < T0 + 10_000_000);
      expectSame(analysis.overall, measured);
      const journeys = [...new Set(measured.map(({ journey }) => journey))].sort();
      expect(analysis.journeys.map(({ journey }) => journey)).toEqual(journeys);
      for (const journey of analysis.journeys) {
        const ofJourney = measured.filter((row) => row.journey === journey.journey);
        expectSame(journey, ofJourney);
        expect(journey.steps.map(({ step }) => step)).toEqual(
          [...new Set(ofJourney.map(({ step }) => step))].sort(),
        );
        for (const step of journey.steps) {
          expectSame(
            step,
            ofJourney.filter((row) => row.step === step.step),
          );
        }
      }
    }),
    { numRuns: 25 },
  );
});

const requests = (count: number, change: (index: number) => Partial<Request> = () => ({})): Request[] =>
  Array.from({ length: count }, (_, index) => ({
    journey: "browse",
    step: "home",
    startedAtUs: T0 + index * 1000,
    durationUs: 1000 + index,
    ok: true,
    ...change(index),
  }));

test("the measured window includes its first instant and excludes its last", async () => {
  const instants = [T0 - 1, T0, T0 + 9_999_999, T0 + 10_000_000];
  const analysis = await analyse([requests(4, (index) => ({ startedAtUs: instants[index] ?? 0 }))]);
  expect(analysis.overall.requests).toBe(2);
  expect(analysis.overall.ratePerSecond).toBeCloseTo(0.2, 12);
});

test("one generator three times as slow shows in the merged P95, as averaging percentiles would not", async () => {
  const fast = requests(1000, () => ({ durationUs: 100_000 }));
  const slow = requests(1000, () => ({ durationUs: 300_000 }));
  const analysis = await analyse([fast, fast, fast, slow]);
  expect(analysis.overall.quantiles.map(({ valueMs }) => valueMs).slice(0, 3)).toEqual([100, 300, 300]);
});

test("a flood of fast failures does not make latency look better", async () => {
  const clean = await analyse([requests(1000)]);
  const flooded = await analyse([
    [...requests(1000), ...requests(800, () => ({ durationUs: 10, ok: false }))],
  ]);
  const p50 = (analysis: Awaited<ReturnType<typeof analyse>>) =>
    analysis.overall.quantiles[0]?.valueMs ?? Number.NaN;
  expect(p50(flooded)).toBeGreaterThan(p50(clean));
  expect(flooded.overall.quantiles[2]).toMatchObject({ valueMs: null, missing: "failed-requests" });
});

test("further quantiles reach the judgement, and leave the report's five as they are", async () => {
  const analysis = await analyse([requests(1000)], { ...WINDOW, probabilities: [0.75] });
  expect(analysis.judged[0]?.quantiles.find(({ probability }) => probability === 0.75)?.valueMs).toBeCloseTo(
    1.74925,
    9,
  );
  expect(analysis.journeys[0]?.quantiles.map(({ probability }) => probability)).toEqual([
    0.5, 0.9, 0.95, 0.99, 0.999,
  ]);
});

test("the timeline counts warm-up on negative seconds and tells exact quantiles per second", async () => {
  const warmup = requests(50, (index) => ({ startedAtUs: T0 - 1_500_000 + index }));
  const second = requests(300, (index) => ({ startedAtUs: T0 + 3_000_000 + index, ok: index % 100 !== 0 }));
  const { timeline } = await analyse([warmup, second]);
  expect(timeline[0]).toMatchObject({
    atSeconds: -2,
    requestRatePerSecond: 50,
    p50Ms: expect.closeTo(1.0245, 9),
  });
  expect(timeline.find(({ atSeconds }) => atSeconds === 3)).toMatchObject({
    requestRatePerSecond: 300,
    errorRatePerSecond: 3,
    // 297 successes 1.001 … without 1.000, 1.100 and 1.200; the failures rank last.
    p50Ms: expect.closeTo(1.1515, 9),
  });
  expect(timeline.find(({ atSeconds }) => atSeconds === 4)).toMatchObject({
    requestRatePerSecond: 0,
    p50Ms: null,
  });
  expect(timeline.at(-1)?.atSeconds).toBe(9);
});

test("a run without any sample has figures of nothing, not an error", async () => {
  const analysis = await analyse([]);
  expect(analysis.overall).toMatchObject({ requests: 0, errorRatio: 0, meanMs: null });
  expect(analysis.journeys).toEqual([]);
  expect(analysis.timeline).toHaveLength(12);
  expect(analysis.arrivals).toBeNull();
});

test("no scratch file of the engine is left in a run's folder", () => {
  for (const run of readdirSync(results)) expect(existsSync(join(results, run, ".engine-temp"))).toBe(false);
});
