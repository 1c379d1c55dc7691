import fc from "fast-check";
import { breakDown, placeTrace, tierOfSpan, traceTimes } from "../../../analysis/traces/breakdown";
import {
  SPAN_CLIENT,
  SPAN_SERVER,
  TRACE_TIERS,
  type Trace,
  type TraceSpan,
} from "../../../analysis/traces/model";

const span = (
  spanId: string,
  parentSpanId: string | null,
  startUs: number,
  durationUs: number,
  changes: Partial<TraceSpan> = {},
): TraceSpan => ({
  spanId,
  parentSpanId,
  name: spanId,
  kind: parentSpanId === null ? SPAN_SERVER : SPAN_CLIENT,
  startUs,
  durationUs,
  failed: false,
  attributes: {},
  ...changes,
});
const database = { attributes: { "db.system.name": "postgresql" } };
const cache = { attributes: { "db.system": "redis" } };

const trace = (spans: readonly TraceSpan[], durationUs?: number): Trace => ({
  traceId: "t",
  service: "shop",
  instance: "app-1",
  spans,
  sample: durationUs === undefined ? null : { journey: "browse", step: "home", durationUs },
});

const times = (spans: readonly TraceSpan[]): Record<string, number> => {
  const placed = placeTrace(trace(spans));
  if (placed === undefined) throw new Error("no root");
  return Object.fromEntries(Object.entries(breakDown(placed)).filter(([, us]) => us !== 0));
};

describe("time by tier of one trace", () => {
  test("what no call covers is the application's own", () => {
    expect(
      times([
        span("root", null, 0, 100),
        span("q", "root", 10, 30, database),
        span("r", "root", 50, 5, cache),
      ]),
    ).toEqual({
      app: 65,
      database: 30,
      cache: 5,
    });
  });

  test("calls side by side share their time equally, and the whole stays the whole", () => {
    expect(
      times([
        span("root", null, 0, 100),
        span("q", "root", 0, 60, database),
        span("r", "root", 40, 60, cache),
      ]),
    ).toEqual({ database: 40 + 10, cache: 10 + 40 });
  });

  test("a query that waits for its connection first counts the wait apart", () => {
    expect(
      times([
        span("root", null, 0, 100),
        span("outer", "root", 10, 80, database),
        span("pg-pool.connect", "outer", 10, 50, database),
      ]),
    ).toEqual({ app: 20, "pool-wait": 50, database: 30 });
  });

  test("whatever a called service does is that service's time", () => {
    expect(
      times([
        span("root", null, 0, 100),
        span("call", "root", 0, 50),
        span("served", "call", 5, 40, { kind: SPAN_SERVER }),
        span("its-query", "served", 10, 20, database),
      ]),
    ).toEqual({ app: 50, other: 50 });
  });

  test("work after the answer is not part of the request", () => {
    expect(times([span("root", null, 0, 100), span("late", "root", 90, 500, cache)])).toEqual({
      app: 90,
      cache: 10,
    });
    expect(times([span("root", null, 0, 100), span("later", "root", 200, 50, cache)])).toEqual({ app: 100 });
  });

  test("a span whose parent never arrived is taken for a child of the root", () => {
    expect(
      times([span("root", "generator", 0, 100, { kind: SPAN_SERVER }), span("q", "lost", 10, 20, database)]),
    ).toEqual({
      app: 80,
      database: 20,
    });
  });

  test("for any tree of spans the parts add up to the root's duration", () => {
    const any = fc.array(
      fc.record({
        parent: fc.nat(),
        startUs: fc.double({ min: -50, max: 1_200, noNaN: true }),
        durationUs: fc.double({ min: 0, max: 900, noNaN: true }),
        system: fc.constantFrom("postgresql", "redis", undefined),
      }),
      { maxLength: 25 },
    );
    fc.assert(
      fc.property(any, (drawn) => {
        const spans = [span("0", null, 0, 1_000)];
        for (const { parent, startUs, durationUs, system } of drawn) {
          const above = String(parent % spans.length);
          const attributes: Record<string, string> = system === undefined ? {} : { "db.system.name": system };
          spans.push(span(String(spans.length), above, startUs, durationUs, { attributes }));
        }
        const placed = placeTrace(trace(spans));
        const parts: Readonly<Record<string, number>> = placed === undefined ? {} : breakDown(placed);
        const sum = Object.values(parts).reduce((total, us) => total + us, 0);
        expect(sum).toBeCloseTo(1_000, 6);
        expect(Math.min(...Object.values(parts))).toBeGreaterThanOrEqual(0);
      }),
      { seed: 20_261_126 },
    );
  });
});

test("what the load generator saw beyond the application is the edge's, and the parts add up to its measure", () => {
  const found = traceTimes(trace([span("root", "generator", 0, 80, { kind: SPAN_SERVER })], 100));
  expect(found).toEqual({
    totalUs: 100,
    tiers: { edge: 20, app: 80, "pool-wait": 0, database: 0, cache: 0, other: 0 },
  });
  const early = traceTimes(trace([span("root", "generator", 0, 103, { kind: SPAN_SERVER })], 100));
  expect(early?.tiers.edge).toBe(-3);
  expect(TRACE_TIERS.reduce((sum, tier) => sum + (early?.tiers[tier] ?? 0), 0)).toBe(100);
});

test.each([
  ["a tier that a span names itself", { attributes: { "perfbed.tier": "pool-wait" } }, "pool-wait"],
  ["the older attribute of databases", { attributes: { "db.system": "mysql" } }, "database"],
  ["Memcached", { attributes: { "db.system.name": "memcached" } }, "cache"],
  ["a call over HTTP", { kind: SPAN_CLIENT }, "other"],
  ["HikariCP's wait", { name: "HikariDataSource.getConnection", kind: 1 }, "pool-wait"],
  ["a middleware", { name: "middleware - pooling", kind: 1 }, "app"],
  ["a tier that there is not", { kind: 1, attributes: { "perfbed.tier": "moon" } }, "app"],
])("%s", (_name, changes, tier) => {
  expect(tierOfSpan(span("x", "root", 0, 1, changes))).toBe(tier);
});
