import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { RowsTail } from "../../../../campaign/fleet/rows-tail";
import type { SampleSink } from "../../../../campaign/fleet/sample-tail";
import { rowIterationsSql, rowSamplesSql } from "../../../../scenarios/adapters/rows/parse";
import { type SampleFile, SampleOutput } from "../../../../scenarios/adapters/sample-file";

const context = { campaign: "c", run: "r", side: "single", replicate: 1, generator: "g1", scenario: "mixed" };
const recorded = (tool: string): SampleFile => ({
  path: join(__dirname, "recorded", `${tool}.csv`),
  output: SampleOutput.Rows,
  native: false,
});

async function query(sql: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowObjects();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Real output of one generator of the mixed workload (test/support/tool-fleet.ts), as the tool's recorder wrote it. */
test.each(["locust", "gatling", "jmeter"])(
  "recorded real output of %s becomes samples and arrivals",
  async (tool) => {
    const samples = rowSamplesSql(recorded(tool), context);
    const steps = await query(
      `SELECT journey, step, count(*)::INT AS n, min(status)::INT AS status, bool_and(ok) AS ok, min(error) AS error,
      bool_and(durationUs >= 0 AND startedAtUs > 1700000000000000) AS sane FROM (${samples}) GROUP BY ALL ORDER BY ALL`,
    );
    const row = (
      journey: string,
      step: string,
      n: number,
      status: number,
      ok = true,
      error: string | null = null,
    ) => ({
      journey,
      step,
      n,
      status,
      ok,
      error,
      sane: true,
    });
    const after = Number(steps.find(({ step }) => step === "after")?.n);
    expect([22, 23]).toContain(after);
    expect(steps).toEqual([
      row("buy", "after", after, 200),
      row("buy", "fails", 45, 503, false, "http-5xx"),
      row("buy", "half", 45, 200, false, "check-failed"),
      row("buy", "missing", 45, 404),
      row("read", "item", 135, 200),
      row("read", "list", 135, 200),
    ]);
    const arrivals = await query(
      `SELECT journey, sum(started)::INT AS started, sum(completed)::INT AS completed, sum(dropped)::INT AS dropped
     FROM (${rowIterationsSql(recorded(tool), context)}) GROUP BY journey ORDER BY journey`,
    );
    expect(arrivals).toEqual([
      { journey: "buy", started: 45, completed: 45, dropped: 0 },
      { journey: "read", started: 135, completed: 135, dropped: 0 },
    ]);
  },
);

test("the tail tells what the rows say, and cuts off what a killed writer left", async () => {
  const folder = mkdtempSync(join(tmpdir(), "rows-"));
  const path = join(folder, "samples.csv");
  const told: string[] = [];
  const sink: SampleSink = {
    request: (at, ms) => told.push(`request ${at} ${ms}`),
    failedRequest: (at) => told.push(`failed ${at}`),
    failedCheck: () => told.push("check"),
    started: (at) => told.push(`started ${at}`),
    dropped: (at, count) => told.push(`dropped ${at} ${count}`),
    scenarioStart: (at) => told.push(`begin ${at}`),
    late: (at, by) => told.push(`late ${at} ${by}`),
  };
  const rows = [
    "kind,at_us,duration_us,first_byte_us,status,ok,late_us,bytes,error,journey,step",
    "begin,1795493483500000,,,,,,,,,",
    "start,1795493483600000,,,,,-120,,,read,",
    'request,1795493483600100,2500,1800,200,1,-120,17,,read,"a, b"',
    "request,1795493483700000,1000,,0,0,,,connection-refused,read,list",
    "start,1795493483700500,,,,,,,,buy,",
    "drop,1795493483800000,,,,,,,,buy,",
    "end,1795493483900000,,,,,,,,read,",
  ];
  try {
    writeFileSync(path, `${rows.join("\n")}\nrequest,17954934`);
    const tail = new RowsTail(path, sink);
    await tail.poll();
    await tail.close();
    expect(told).toEqual([
      "begin 1795493483500",
      "started 1795493483600000",
      "late 1795493483600000 -120",
      "request 1795493483602600 2.5",
      "request 1795493483701000 1",
      "failed 1795493483701000",
      "started 1795493483700500",
      "dropped 1795493483800000 1",
    ]);
    expect(readFileSync(path, "utf8")).toBe(`${rows.join("\n")}\n`);
    const [one] = await query(
      `SELECT * FROM (${rowSamplesSql({ path, output: SampleOutput.Rows, native: false }, context)}) WHERE step = 'a, b'`,
    );
    expect(one).toMatchObject({
      scheduledAtUs: 1795493483600220n,
      startedAtUs: 1795493483600100n,
      durationUs: 2500n,
      firstByteUs: 1800n,
      status: 200,
      ok: true,
      error: null,
      bytes: 17n,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
