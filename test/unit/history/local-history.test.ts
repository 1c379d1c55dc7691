import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { literal, SqlEngine } from "../../../storage";
import { HistoryLocation, type HistoryStore, openHistory } from "../../../storage/history";
import { allRows, historyContract, historyRun } from "../../support/history-runs";

const root = mkdtempSync(join(tmpdir(), "perfbed-history-test-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const open = (folder: string): Promise<HistoryStore> =>
  openHistory(HistoryLocation.parse(folder, { field: "--history", source: "argument", baseDir: root }));

async function withStore<T>(folder: string, work: (store: HistoryStore) => Promise<T>): Promise<T> {
  const store = await open(folder);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

async function inEngine<T>(work: (engine: SqlEngine) => Promise<T>): Promise<T> {
  const engine = await SqlEngine.open({ tempDir: join(root, "engine") });
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

describe("history in a folder", () => {
  historyContract(() => open("contract"));

  test("is plain Parquet that DuckDB reads with one line, and a manifest beside it", async () => {
    await withStore("plain", (store) => store.record(historyRun(1)));
    const files = join(root, "plain/runs/**/*.parquet");
    const row = await inEngine((engine) =>
      engine.row(
        `SELECT version, value FROM ${literal(files)} WHERE journey = 'browse' AND metric = 'p95_ms'`,
      ),
    );
    expect(row?.text("version")).toBe("v1");
    expect(row?.number("value")).toBe(0.1 + 1 / 3 + 10);
    const manifest = readFileSync(join(root, "plain/manifests/c-0001/run-1.json"), "utf8");
    expect(JSON.parse(manifest)).toEqual(historyRun(1).manifest);
  });

  test("records a run whose writer was killed between the manifest and the figures", async () => {
    const run = historyRun(1);
    mkdirSync(join(root, "killed/manifests/c-0001"), { recursive: true });
    writeFileSync(
      join(root, "killed/manifests/c-0001/run-1.json"),
      `${JSON.stringify(run.manifest, null, 2)}\n`,
    );
    mkdirSync(join(root, "killed/.incoming"), { recursive: true });
    writeFileSync(join(root, "killed/.incoming/half"), "PAR1");
    await withStore("killed", async (store) => {
      expect(await store.runs()).toEqual([]);
      expect(await store.record(run)).toBe("recorded");
      expect(await store.runs()).toHaveLength(1);
    });
  });

  test("leaves no scratch files, neither in the folder nor in the temporary one", async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith("perfbed-history-"));
    await withStore("tidy", async (store) => {
      await store.record(historyRun(1));
      await store.record(historyRun(1));
      await allRows(store.rows());
    });
    expect(readdirSync(join(root, "tidy/.incoming"))).toEqual([]);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith("perfbed-history-"))).toEqual(before);
  });

  test("refuses names that would leave the folder", async () => {
    await withStore("names", async (store) => {
      for (const campaign of ["../up", "a/b", "", ".hidden"]) {
        await expect(store.record(historyRun(1, { campaign }))).rejects.toMatchObject({
          code: "PERFBED_CONFIG",
        });
      }
    });
    expect(existsSync(join(root, "names"))).toBe(false);
  });

  test("names a file that is not perfbed's, and one of a newer perfbed", async () => {
    const foreign = join(root, "foreign/runs/c/x.parquet");
    mkdirSync(join(root, "foreign/runs/c"), { recursive: true });
    await inEngine((engine) => engine.run(`COPY (SELECT 1 AS a) TO ${literal(foreign)} (FORMAT parquet)`));
    await withStore("foreign", (store) =>
      expect(store.runs()).rejects.toMatchObject({
        code: "PERFBED_STORAGE_FOREIGN",
        message: expect.stringContaining(foreign),
      }),
    );
    const newer = join(root, "newer/runs/c/x.parquet");
    mkdirSync(join(root, "newer/runs/c"), { recursive: true });
    await inEngine((engine) =>
      engine.run(
        `COPY (SELECT 1 AS a) TO ${literal(newer)} (FORMAT parquet, KV_METADATA {perfbed_table: 'history', perfbed_schema_version: '2'})`,
      ),
    );
    await withStore("newer", (store) =>
      expect(store.runs()).rejects.toMatchObject({
        code: "PERFBED_STORAGE_NEWER",
        message: expect.stringContaining("has schema version 2"),
      }),
    );
  });

  test("says which folder cannot be written, before anything is measured", async () => {
    writeFileSync(join(root, "a-file"), "");
    await withStore("a-file/history", (store) =>
      expect(store.prepare()).rejects.toMatchObject({ code: "PERFBED_HISTORY_WRITE", exitCode: 2 }),
    );
  });
});

describe("history files of version 0", () => {
  // As version 0 wrote them: the instant as text, latencies in microseconds, errors in percent.
  const version0 = `
    SELECT 'c-old' AS campaign, 'run-1' AS run, '2025-12-31T23:00:00.250Z' AS at, 'shop' AS application, 'v0' AS version,
      'small' AS sizing, 'load' AS scenario, journey, metric, value, 700::BIGINT AS requests, verdict
    FROM (VALUES ('browse', 'p95_us', 12345.0, 'pass'), ('browse', 'p999_us', 99000.0, 'pass'),
      ('browse', 'error_percent', 0.5, 'pass'), ('browse', 'rate_per_second', 41.5, 'pass')) AS t (journey, metric, value, verdict)`;

  async function writeVersion0(folder: string, select: string): Promise<void> {
    const file = join(root, folder, "runs/c-old/run-1.parquet");
    mkdirSync(join(root, folder, "runs/c-old"), { recursive: true });
    await inEngine((engine) =>
      engine.run(
        `COPY (${select}) TO ${literal(file)} (FORMAT parquet, KV_METADATA {perfbed_table: 'history', perfbed_schema_version: '0'})`,
      ),
    );
  }

  test("are read as rows of today, beside today's, and are not rewritten", async () => {
    await writeVersion0("old", version0);
    const before = readFileSync(join(root, "old/runs/c-old/run-1.parquet"));
    await withStore("old", async (store) => {
      await store.record(historyRun(5));
      const rows = await allRows(store.rows({ journey: "browse" }));
      const old = rows.filter(({ campaign }) => campaign === "c-old");
      expect(old.map(({ metric, value }) => [metric, value])).toEqual([
        ["error_ratio", 0.005],
        ["p95_ms", 12.345],
        ["p999_ms", 99],
        ["rate_per_second", 41.5],
      ]);
      expect(old[0]).toMatchObject({
        atUs: Date.UTC(2025, 11, 31, 23, 0, 0, 250) * 1000,
        side: "single",
        replicate: 1,
        target: "local",
        parametersHash: "",
        valid: true,
        schemaVersion: 0,
        requests: 700,
      });
      expect(rows).toHaveLength(4 + 6);
      expect((await store.runs()).map(({ campaign }) => campaign)).toEqual(["c-old", "c-0005"]);
    });
    expect(readFileSync(join(root, "old/runs/c-old/run-1.parquet")).equals(before)).toBe(true);
  });

  test("of an invalid measurement stay invalid", async () => {
    await writeVersion0("old-invalid", version0.replaceAll("'pass'", "'invalid'"));
    await withStore("old-invalid", async (store) => {
      expect(await store.runs()).toMatchObject([{ campaign: "c-old", valid: false }]);
    });
  });
});
