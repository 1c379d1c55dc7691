import { appendFileSync, existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  formatEventLine,
  literal,
  parseEventLine,
  RunStore,
  readEventLines,
  readVersionedJson,
  runFolder,
  SqlEngine,
  writeVersionedJson,
} from "../../../storage";
import { samplesSql } from "./sample-rows";
import { tempFolder } from "./temp-folder";

const T0 = 1_760_000_000_000_000;
const results = tempFolder();

async function withStore<T>(name: string, work: (store: RunStore) => Promise<T>): Promise<T> {
  const store = await RunStore.open(join(results, name));
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** Writes a Parquet file that is not perfbed's, or not of this version. */
async function writeForeign(file: string, select: string, metadata: string): Promise<void> {
  const engine = await SqlEngine.open({ tempDir: join(results, "foreign-temp") });
  await engine.run(`COPY (${select}) TO ${literal(file)} (FORMAT parquet, KV_METADATA {${metadata}})`);
  await engine.close();
}

describe("samples", () => {
  const one = samplesSql("generator-1", [
    { journey: "j", step: "s", startedAtUs: T0, durationUs: 5, ok: true },
  ]);
  const window = { fromUs: T0, toUs: T0 + 1 };

  test("importing a generator again replaces its rows", async () => {
    await withStore("again", async (store) => {
      expect(await store.importSamples("generator-1", one)).toBe(1);
      await store.importSamples("generator-1", one);
      await store.importSamples("generator-2", one);
      expect((await store.sampleFigures(window)).overall.requests).toBe(2);
    });
  });

  test("means by slice count from the origin, before it too, and leave failed requests and empty slices out", async () => {
    const request = (atMs: number, durationUs: number, ok = true) => ({
      journey: "j",
      step: "s",
      startedAtUs: T0 + atMs * 1000,
      durationUs,
      ok,
    });
    await withStore("means", async (store) => {
      expect(await store.meanSlices({ originUs: T0, sliceSeconds: 0.25 })).toEqual([]);
      await store.importSamples(
        "generator-1",
        samplesSql("generator-1", [
          request(-1, 9000),
          request(0, 1000),
          request(249, 4000),
          request(249, 30_000, false),
        ]),
      );
      await store.importSamples(
        "generator-2",
        samplesSql("generator-2", [request(1, 1000), request(750, 2500)]),
      );
      expect(await store.meanSlices({ originUs: T0, sliceSeconds: 0.25 })).toEqual([
        { atSeconds: -0.25, meanMs: 9 },
        { atSeconds: 0, meanMs: 2 },
        { atSeconds: 0.75, meanMs: 2.5 },
      ]);
    });
  });

  test("other columns than a sample's are refused, by name", async () => {
    await withStore("columns", async (store) => {
      await expect(store.importSamples("g", "SELECT 1 AS campaign")).rejects.toMatchObject({
        code: "PERFBED_STORAGE_COLUMNS",
        message: expect.stringContaining("given were campaign"),
      });
    });
  });

  test("a failing import leaves no file behind", async () => {
    await withStore("failing", async (store) => {
      const failing = one.replace("200 ELSE 503", "error('broken row') ELSE 503");
      await expect(store.importSamples("generator-1", failing)).rejects.toMatchObject({
        code: "PERFBED_STORAGE_QUERY",
        message: expect.stringContaining("broken row"),
      });
      expect(readdirSync(store.files.samples)).toEqual([]);
    });
  });

  test("files of a newer schema are refused with their version", async () => {
    await withStore("newer", async (store) => {
      await store.importSamples("generator-1", one);
      const file = join(store.files.samples, "generator-2.parquet");
      await writeForeign(file, "SELECT 1 AS x", "perfbed_table: 'samples', perfbed_schema_version: '99'");
      await expect(store.sampleFigures(window)).rejects.toMatchObject({
        code: "PERFBED_STORAGE_NEWER",
        message: expect.stringContaining("version 99"),
      });
    });
  });

  test("Parquet files that perfbed did not write are refused", async () => {
    await withStore("foreign", async (store) => {
      await store.importSamples("generator-1", one);
      await writeForeign(join(store.files.samples, "other.parquet"), "SELECT 1 AS x", "tool: 'other'");
      await expect(store.sampleFigures(window)).rejects.toMatchObject({ code: "PERFBED_STORAGE_FOREIGN" });
    });
  });

  test("an import reads files in their order, which a load tool's rows depend on", async () => {
    await withStore("order", async (store) => {
      const telling = one.replace("'load'", "current_setting('preserve_insertion_order')::VARCHAR");
      await store.importSamples("generator-1", telling);
      const engine = await SqlEngine.open({ tempDir: join(results, "order-temp") });
      const file = join(store.files.samples, "generator-1.parquet");
      const row = await engine.row(`SELECT scenario FROM read_parquet(${literal(file)})`);
      await engine.close();
      expect(row?.text("scenario")).toBe("true");
    });
  });
});

describe("arrivals", () => {
  const second = (atUs: number, started: number, dropped = 0, journey = "browse") =>
    `SELECT 'generator-1' AS generator, '${journey}' AS journey, ${atUs} AS atUs, ${started} AS started, ${dropped} AS dropped, ${started} AS completed`;

  test("are counted in the window, a second that straddles its border by its part", async () => {
    await withStore("arrivals", async (store) => {
      const select = [second(T0 - 1e6, 100), second(T0, 40, 4), second(T0 + 1e6, 60)].join(" UNION ALL ");
      await store.importIterations("generator-1", select);
      expect(await store.countArrivals({ fromUs: T0, toUs: T0 + 2e6 })).toEqual({
        started: 100,
        dropped: 4,
        completed: 100,
      });
      expect(await store.countArrivals({ fromUs: T0 - 0.5e6, toUs: T0 + 1.5e6 })).toMatchObject({
        started: 50 + 40 + 30,
      });
    });
  });

  test("are told by journey as well, of all generators", async () => {
    await withStore("arrivals-by-journey", async (store) => {
      for (const generator of ["generator-1", "generator-2"]) {
        const select = [second(T0, 10, 2), second(T0, 5, 0, "search"), second(T0 + 1e6, 7, 1, "search")];
        await store.importIterations(generator, select.join(" UNION ALL "));
      }
      const arrivals = await store.countJourneyArrivals({ fromUs: T0, toUs: T0 + 2e6 });
      expect([...(arrivals ?? [])].sort()).toEqual([
        ["browse", { started: 20, dropped: 4, completed: 20 }],
        ["search", { started: 24, dropped: 2, completed: 24 }],
      ]);
    });
  });

  test("are unknown, not zero, when the tool did not tell", async () => {
    await withStore("no-arrivals", async (store) => {
      expect(await store.countArrivals({ fromUs: T0, toUs: T0 + 1 })).toBeNull();
      expect(await store.countJourneyArrivals({ fromUs: T0, toUs: T0 + 1 })).toBeNull();
    });
  });
});

describe("telemetry and events", () => {
  const point = (seconds: number, value: number) => ({
    atUs: BigInt(T0 + seconds * 1e6),
    tier: "cache",
    source: 'redis, "main"',
    metric: "hit_ratio",
    value,
  });

  test("points come back as they were, in time order", async () => {
    await withStore("points", async (store) => {
      expect(await store.readTelemetry()).toEqual([]);
      expect(await store.writeTelemetry([point(2, 0.1 + 0.2), point(1, 1e-300)])).toBe(2);
      expect(await store.readTelemetry()).toEqual([point(1, 1e-300), point(2, 0.1 + 0.2)]);
      expect(await store.readTelemetry({ fromUs: T0 + 2e6, toUs: T0 + 3e6 })).toEqual([point(2, 0.1 + 0.2)]);
    });
  });

  test("long runs are read as means per slice", async () => {
    await withStore("slices", async (store) => {
      await store.writeTelemetry([point(0, 1), point(1, 3), point(10, 7)]);
      expect((await store.readTelemetry(undefined, 10)).map(({ value }) => value)).toEqual([2, 7]);
    });
  });

  test("a spool file whose writer was killed amid a line is read up to the last whole line", async () => {
    await withStore("torn", async (store) => {
      const spool = join(store.folder, "telemetry.csv");
      writeFileSync(spool, `${T0},cache,"redis, ""main""",hit_ratio,0.5\n${T0},cache,redis,hit_ratio,12`);
      expect(await store.importTelemetry(spool)).toBe(1);
      expect(await store.readTelemetry()).toEqual([point(0, 0.5)]);
    });
  });

  test("a spool file of a run that ended before its first reading is no telemetry, and no error", async () => {
    await withStore("empty", async (store) => {
      const spool = join(store.folder, "telemetry.csv");
      writeFileSync(spool, "");
      expect(await store.importTelemetry(spool)).toBe(0);
      expect(await store.readTelemetry()).toEqual([]);
    });
  });

  test("events keep their details, and survive text of every kind", async () => {
    const events = [
      {
        atUs: BigInt(T0),
        tier: "app",
        source: "autoscaler",
        event: "scale-out-decided",
        detail: { from: 1, to: 3, why: 'it\'s "hot"\n' },
      },
      {
        atUs: BigInt(T0 + 1),
        tier: "app",
        source: "app-2",
        event: "first-request",
        detail: { ok: true, cause: null },
      },
    ];
    await withStore("events", async (store) => {
      await store.writeEvents(events.toReversed());
      expect(await store.readEvents()).toEqual(events);
    });
  });

  test("event lines round-trip; a torn last line is left out; no file is no event", async () => {
    const event = { atUs: 2n ** 60n, tier: "app", source: "app-1", event: "drained", detail: { left: 0 } };
    expect(parseEventLine(formatEventLine(event))).toEqual(event);
    const file = join(results, "events.jsonl");
    writeFileSync(file, formatEventLine(event));
    appendFileSync(file, formatEventLine(event).slice(0, 20));
    expect(await readEventLines(file)).toEqual([event]);
    expect(await readEventLines(join(results, "missing.jsonl"))).toEqual([]);
  });
});

describe("run.json", () => {
  const isManifest = (value: unknown): value is { schemaVersion: number; name: string } =>
    typeof value === "object" && value !== null && "name" in value && typeof value.name === "string";

  test("is written whole and read back", async () => {
    const file = join(results, "manifest", "run.json");
    await writeVersionedJson(file, { schemaVersion: 1, ...{ name: "x" } });
    expect(await readVersionedJson(file, 1, isManifest)).toEqual({ schemaVersion: 1, name: "x" });
    expect(readdirSync(join(results, "manifest"))).toEqual(["run.json"]);
  });

  test("of a newer version, of another shape or missing is refused, each with its own code", async () => {
    const file = join(results, "other.json");
    await writeVersionedJson(file, { schemaVersion: 2 });
    await expect(readVersionedJson(file, 1, isManifest)).rejects.toMatchObject({
      code: "PERFBED_STORAGE_NEWER",
    });
    await expect(readVersionedJson(file, 2, isManifest)).rejects.toMatchObject({
      code: "PERFBED_STORAGE_FOREIGN",
    });
    await expect(readVersionedJson(join(results, "none.json"), 1, isManifest)).rejects.toMatchObject({
      code: "PERFBED_STORAGE_UNREADABLE",
    });
  });

  test("a run's folder cannot be outside the results folder", () => {
    expect(runFolder("/results", "20260101T000000-ab12", "run-1")).toBe(
      "/results/20260101T000000-ab12/run-1",
    );
    expect(() => runFolder("/results", "..", "a/b")).toThrow(
      expect.objectContaining({ code: "PERFBED_CONFIG" }),
    );
    expect(existsSync("/results")).toBe(false);
  });
});
