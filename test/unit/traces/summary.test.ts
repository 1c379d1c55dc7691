import { SPAN_SERVER, TRACE_TIERS, type Trace } from "../../../analysis/traces/model";
import { TraceSummariser } from "../../../analysis/traces/summary";

/** A request of which a part was spent in the database, milliseconds. */
function trace(id: number, step: string | null, totalMs: number, databaseMs: number): Trace {
  const applicationUs = (totalMs - 1) * 1_000;
  return {
    traceId: `trace-${id}`,
    service: "shop",
    instance: "app-1",
    spans: [
      {
        spanId: "root",
        parentSpanId: "generator",
        name: "GET /",
        kind: SPAN_SERVER,
        startUs: 0,
        durationUs: applicationUs,
        failed: false,
        attributes: {},
      },
      {
        spanId: "query",
        parentSpanId: "root",
        name: "select",
        kind: 3,
        startUs: 100,
        durationUs: databaseMs * 1_000,
        failed: id === 3,
        attributes: { "db.system.name": "postgresql" },
      },
    ],
    sample: step === null ? null : { journey: "browse", step, durationUs: totalMs * 1_000 },
  };
}

test("means by step are those of the traced requests, and their parts add up to them", () => {
  const summariser = new TraceSummariser();
  for (const one of [trace(1, "home", 10, 4), trace(2, "home", 20, 8), trace(3, "search", 50, 40)])
    summariser.add(one);
  const { traces, spans, asked, linked, steps } = summariser.summary(5);
  expect({ traces, spans, asked, linked }).toEqual({ traces: 3, spans: 6, asked: 5, linked: 3 });
  expect(steps).toEqual([
    {
      journey: "browse",
      step: "home",
      traces: 2,
      meanMs: 15,
      tiers: { edge: 1, app: 8, "pool-wait": 0, database: 6, cache: 0, other: 0 },
    },
    {
      journey: "browse",
      step: "search",
      traces: 1,
      meanMs: 50,
      tiers: { edge: 1, app: 9, "pool-wait": 0, database: 40, cache: 0, other: 0 },
    },
  ]);
  for (const { meanMs, tiers } of steps)
    expect(TRACE_TIERS.reduce((sum, tier) => sum + tiers[tier], 0)).toBeCloseTo(meanMs, 9);
});

test("the five slowest marked requests are kept whole, slowest first, before any that nobody marked", () => {
  const summariser = new TraceSummariser();
  summariser.add(trace(99, null, 500, 400));
  for (let id = 1; id <= 9; id++) summariser.add(trace(id, "home", 10 * id, 1));
  const { slowest, steps } = summariser.summary(9);
  expect(slowest.map(({ totalMs }) => totalMs)).toEqual([90, 80, 70, 60, 50]);
  expect(slowest[0]?.spans).toEqual([
    { name: "GET /", tier: "app", depth: 0, startMs: 0, durationMs: 89, failed: false },
    { name: "select", tier: "database", depth: 1, startMs: 0.1, durationMs: 1, failed: false },
  ]);
  expect(steps.map(({ journey, step }) => [journey, step])).toEqual([
    ["browse", "home"],
    ["", "GET /"],
  ]);
});

test("unmarked requests are shown by route when no load generator marked any", () => {
  const summariser = new TraceSummariser();
  summariser.add(trace(1, null, 30, 5));
  const { slowest, linked, steps } = summariser.summary(0);
  expect(linked).toBe(0);
  expect(slowest.map(({ totalMs, step }) => [totalMs, step])).toEqual([[29, "GET /"]]);
  expect(steps[0]).toMatchObject({ journey: "", step: "GET /", meanMs: 29 });
});

test("a request with hundreds of queries is drawn by its first spans, and the rest is counted", () => {
  const summariser = new TraceSummariser();
  const one = trace(1, "home", 900, 1);
  const [root, query] = one.spans;
  if (root === undefined || query === undefined) throw new Error("no spans");
  const spans = [
    root,
    ...Array.from({ length: 200 }, (_, index) => ({ ...query, spanId: `q${index}`, startUs: index * 2_000 })),
  ];
  summariser.add({ ...one, spans });
  expect(summariser.summary(1).slowest[0]).toMatchObject({ furtherSpans: 141 });
});
