import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Trace } from "../../../analysis/traces/model";
import { RunStore } from "../../../storage";
import { tempFolder } from "./temp-folder";
import { attribute, exported, otlpSpan, resource, text, tracedSampleSql } from "./trace-rows";

const folder = tempFolder();
const SECOND_NS = 1_000_000_000n;
const START_NS = 1_800_000_000n * SECOND_NS;
const START_US = Number(START_NS / 1_000n);
const WHOLE_RUN = { fromUs: START_US, toUs: START_US + 60e6 };

/** At this many milliseconds of the run. */
const spanAt = (
  traceId: string,
  spanId: string,
  parent: string,
  atMs: number,
  durationUs: number,
  changes = {},
) => otlpSpan(traceId, spanId, parent, START_US + atMs * 1_000, durationUs, changes);
const sampleSql = (traceId: string | null, step: string, atMs: number, durationUs: number): string =>
  tracedSampleSql(traceId, step, START_US + atMs * 1_000, durationUs);

async function tracesOf(store: RunStore, window = WHOLE_RUN): Promise<Trace[]> {
  const found: Trace[] = [];
  for await (const one of store.traces(window)) found.push(one);
  return found;
}

async function withStore<T>(name: string, work: (store: RunStore) => Promise<T>): Promise<T> {
  const store = await RunStore.open(join(folder, name));
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

describe("spans of a collector's file", () => {
  test("are kept with their times to the nanosecond, their resource and their attributes as text", async () => {
    const file = join(folder, "plain.jsonl");
    const database = {
      kind: 3,
      attributes: [
        text("db.system.name", "postgresql"),
        attribute("rows", { intValue: "12" }),
        attribute("share", { doubleValue: 0.5 }),
        attribute("cached", { boolValue: false }),
        attribute("list", { arrayValue: { values: [] } }),
      ],
      status: { code: 2 },
    };
    writeFileSync(
      file,
      `${exported([spanAt("aa", "root", "gen", 5, 90_000), spanAt("aa", "query", "root", 7, 250, database)])}\n`,
    );
    const traces = await withStore("plain", async (store) => {
      expect(await store.importSpans(file, WHOLE_RUN)).toBe(2);
      return tracesOf(store);
    });
    expect(traces).toEqual([
      {
        traceId: "aa",
        service: "shop",
        instance: "app-1",
        sample: null,
        spans: [
          {
            spanId: "root",
            parentSpanId: "gen",
            name: "root",
            kind: 2,
            startUs: 0,
            durationUs: 90_000,
            failed: false,
            attributes: {},
          },
          {
            spanId: "query",
            parentSpanId: "root",
            name: "query",
            kind: 3,
            startUs: 2_000,
            durationUs: 250,
            failed: true,
            attributes: { "db.system.name": "postgresql", rows: "12", share: "0.5", cached: "false" },
          },
        ],
      },
    ]);
  });

  test("a line that was cut off is left out, the others stay", async () => {
    const file = join(folder, "torn.jsonl");
    const whole = exported([spanAt("aa", "root", "", 0, 10)]);
    writeFileSync(file, `${whole}\n${exported([spanAt("bb", "root", "", 0, 10)]).slice(0, -30)}`);
    const traces = await withStore("torn", async (store) => {
      await store.importSpans(file, WHOLE_RUN);
      return tracesOf(store);
    });
    expect(traces.map(({ traceId }) => traceId)).toEqual(["aa"]);
  });

  test("are joined with the samples that asked for them; warm-up keeps its traces outside of the window", async () => {
    const file = join(folder, "joined.jsonl");
    writeFileSync(
      file,
      `${exported([
        spanAt("aa", "root", "gen", 900, 10),
        spanAt("bb", "root", "gen", 5_000, 10),
        spanAt("cc", "root", "", 6_000, 10),
        spanAt("dd", "root", "", 500, 10),
      ])}\n`,
    );
    const measured = { fromUs: START_US + 1e6, toUs: START_US + 60e6 };
    await withStore("joined", async (store) => {
      await store.importSpans(file, WHOLE_RUN);
      await store.importSamples(
        "generator-1",
        [
          // Begun in the warm-up by the load generator's clock, a moment before the application's.
          sampleSql("aa", "early", 900, 1_000),
          sampleSql("bb", "home", 4_999, 12_000),
          sampleSql("ee", "answered-by-the-edge", 7_000, 200),
          sampleSql(null, "not-asked", 8_000, 300),
        ].join(" UNION ALL "),
      );
      expect(await store.countAsked(measured)).toBe(2);
      const traces = await tracesOf(store, measured);
      expect(traces.map(({ traceId, sample }) => [traceId, sample])).toEqual([
        ["bb", { journey: "browse", step: "home", durationUs: 12_000 }],
        ["cc", null],
      ]);
    });
  });

  test("a run without spans has no traces", async () => {
    await withStore("without", async (store) => {
      expect(store.hasSpans).toBe(false);
      expect(await tracesOf(store)).toEqual([]);
    });
  });
});

test("metrics are kept by instance and label: counters, gauges, and histograms with their count and sum", async () => {
  const file = join(folder, "metrics.jsonl");
  const at = { timeUnixNano: String(START_NS + SECOND_NS), attributes: [text("http.route", "/")] };
  const metrics = [
    { name: "requests", sum: { isMonotonic: true, dataPoints: [{ ...at, asInt: "41" }] } },
    { name: "in-flight", sum: { isMonotonic: false, dataPoints: [{ ...at, asInt: "3" }] } },
    { name: "load", gauge: { dataPoints: [{ ...at, asDouble: 0.25 }] } },
    { name: "duration", histogram: { dataPoints: [{ ...at, count: "8", sum: 1.5, bucketCounts: ["8"] }] } },
    { name: "too-early", gauge: { dataPoints: [{ ...at, timeUnixNano: "1", asDouble: 1 }] } },
  ];
  writeFileSync(
    file,
    `${JSON.stringify({ resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }] })}\n`,
  );
  await withStore("metrics", async (store) => {
    expect(await store.importOpenTelemetryMetrics(file, WHOLE_RUN)).toBe(4);
  });
});

test("Prometheus readings are kept as they were spooled, infinite ones included", async () => {
  const spool = join(folder, "prometheus.csv");
  writeFileSync(
    spool,
    `${START_US},"app-1","requests_total","counter","{""route"":""/""}",41,\n${START_US},"app-1","le","histogram","{}",Infinity,\n`,
  );
  await withStore("prometheus", async (store) => {
    expect(await store.importPrometheus(spool)).toBe(2);
  });
});
