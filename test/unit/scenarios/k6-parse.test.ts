import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import {
  k6IntegritySql,
  k6IterationsSql,
  k6SamplesSql,
  type SampleFile,
  SampleOutput,
} from "../../../scenarios/adapters/k6";
import { ITERATION_COLUMNS, SAMPLE_COLUMNS } from "../../../storage/schema";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pbcsv-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const METRICS = [
  "http_reqs",
  "duration",
  "blocked",
  "connecting",
  "tls_handshaking",
  "sending",
  "waiting",
  "receiving",
  "failed",
];

/** The nine rows that k6 1.8.1 writes for one request. */
function request(
  tags: string,
  atUs: number,
  figures: {
    durationMs?: number;
    sendingMs?: number;
    waitingMs?: number;
    failed?: number;
    metadata?: string;
    blockedMs?: number;
  },
): string[] {
  const value = (metric: string): number =>
    metric === "http_reqs"
      ? 1
      : metric === "duration"
        ? (figures.durationMs ?? 0)
        : metric === "sending"
          ? (figures.sendingMs ?? 0)
          : metric === "waiting"
            ? (figures.waitingMs ?? 0)
            : metric === "blocked"
              ? (figures.blockedMs ?? 0)
              : metric === "failed"
                ? (figures.failed ?? 0)
                : 0;
  return METRICS.map(
    (metric) =>
      `${metric === "http_reqs" ? metric : `http_req_${metric}`},${atUs},${value(metric).toFixed(6)},${tags},,${figures.metadata ?? ""}`,
  );
}

const HEADER = "metric_name,timestamp,metric_value,error_code,name,scenario,status,extra_tags,metadata";
const NATIVE_HEADER =
  "metric_name,timestamp,metric_value,check,error_code,name,scenario,status,extra_tags,metadata";

const PERFBED_HEADER =
  "metric_name,timestamp,metric_value,failed,sending,waiting,blocked,status,error_code,scenario,name,metadata";

const context = {
  campaign: "it's",
  run: "r",
  side: "baseline",
  replicate: 3,
  generator: "generator-1",
  scenario: "load",
};

async function file(lines: readonly string[], native = false): Promise<SampleFile> {
  const path = join(folder, `it's ${Math.random()}.csv`);
  await writeFile(path, `${lines.join("\n")}\n`);
  return { path, output: lines[0] === PERFBED_HEADER ? SampleOutput.Perfbed : SampleOutput.Csv, native };
}

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

test("nine rows become one sample with the columns and types of the schema", async () => {
  const csv = await file([
    HEADER,
    ...request(",home,browse,200", 1_000_000, {
      durationMs: 12.3456,
      sendingMs: 0.3,
      waitingMs: 11,
      blockedMs: 5,
    }),
  ]);
  const sql = k6SamplesSql(csv, context);
  const types = await query(`DESCRIBE ${sql}`);
  expect(Object.fromEntries(types.map((row) => [row.column_name, row.column_type]))).toEqual(SAMPLE_COLUMNS);
  expect(types.map((row) => row.column_name)).toEqual(Object.keys(SAMPLE_COLUMNS));
  expect(await query(sql)).toEqual([
    {
      campaign: "it's",
      run: "r",
      side: "baseline",
      replicate: 3,
      generator: "generator-1",
      scenario: "load",
      journey: "browse",
      step: "home",
      scheduledAtUs: null,
      startedAtUs: 987_654n,
      durationUs: 12_346n,
      firstByteUs: 11_300n,
      status: 200,
      ok: true,
      error: null,
      bytes: null,
      traceId: null,
    },
  ]);
});

test.each([
  ["1050", "0", "timeout"],
  ["1211", "0", "connect-timeout"],
  ["1212", "0", "connection-refused"],
  ["1220", "0", "connection-reset"],
  ["1201", "0", "broken-pipe"],
  ["1101", "0", "dns"],
  ["1310", "0", "tls"],
  ["1000", "0", "no-response"],
  ["1503", "503", "http-5xx"],
  ["1404", "404", "http-4xx"],
  ["", "302", "unexpected-status"],
])("error code %s with status %s is a %s", async (code, status, expected) => {
  const csv = await file([HEADER, ...request(`${code},s,j,${status}`, 5, { failed: 1 })]);
  expect(await query(k6SamplesSql(csv, context))).toMatchObject([
    { ok: false, error: expected, status: Number(status), firstByteUs: status === "0" ? null : 0n },
  ]);
});

test("a failed check marks the request it was linked to, not its neighbours, and a bad status stays what it is", async () => {
  const csv = await file([
    HEADER,
    ...request(",s,j,200", 10, { metadata: "request=1" }),
    ...request(",s,j,200", 11, { metadata: "request=2" }),
    ...request(",s,k,200", 12, { metadata: "request=1" }),
    ...request("1500,s,j,500", 13, { metadata: "request=3", failed: 1 }),
    "perfbed_check_failed,14,1.000000,,s,j,,,request=1",
    "perfbed_check_failed,15,1.000000,,s,j,,,request=3",
    ...request(",s,j,200", 16, {}),
  ]);
  const rows = await query(
    `SELECT journey, ok, error FROM (${k6SamplesSql(csv, context)}) ORDER BY startedAtUs`,
  );
  expect(rows).toEqual([
    { journey: "j", ok: false, error: "check-failed" },
    { journey: "j", ok: true, error: null },
    { journey: "k", ok: true, error: null },
    { journey: "j", ok: false, error: "http-5xx" },
    { journey: "j", ok: true, error: null },
  ]);
});

test("a native script's failed check belongs to the last request of the same virtual user and iteration", async () => {
  const native = (name: string, vu: number, iter: number, atUs: number, swap = false): string[] =>
    request(`,,${name},j,200`, atUs, { metadata: swap ? `iter=${iter}&vu=${vu}` : `vu=${vu}&iter=${iter}` });
  const csv = await file(
    [
      NATIVE_HEADER,
      ...native("a", 1, 0, 10),
      ...native("b", 1, 0, 11, true),
      ...native("a", 2, 0, 12),
      "checks,13,0.000000,has id,,,j,,,iter=0&vu=1",
      "checks,13,1.000000,has name,,,j,,,vu=1&iter=0",
      ...native("c", 1, 0, 14),
      ...native("a", 1, 1, 15),
      "checks,16,0.000000,nothing before it,,,j,,,vu=9&iter=0",
    ],
    true,
  );
  const rows = await query(`SELECT step, ok FROM (${k6SamplesSql(csv, context)}) ORDER BY startedAtUs`);
  expect(rows.map((row) => `${row.step} ${row.ok}`)).toEqual([
    "a true",
    "b false",
    "a true",
    "c true",
    "a true",
  ]);
});

test("without k6's own judgement the status decides, and a file cut off in a request loses no sample", async () => {
  const cut = request(",cut,j,200", 30, { waitingMs: 4 }).slice(0, 4);
  const csv = await file([
    HEADER,
    ...request(",fine,j,200", 10, { waitingMs: 1 }).slice(0, -1),
    ...request("1404,missing,j,404", 20, { waitingMs: 2 }).slice(0, -1),
    ...cut,
  ]);
  const rows = await query(
    `SELECT step, ok, firstByteUs FROM (${k6SamplesSql(csv, context)}) ORDER BY startedAtUs`,
  );
  expect(rows).toEqual([
    { step: "fine", ok: true, firstByteUs: 1000n },
    { step: "missing", ok: false, firstByteUs: 2000n },
    { step: "cut", ok: true, firstByteUs: null },
  ]);
  expect(await query(k6IntegritySql(csv))).toMatchObject([{ requests: 3n, durations: 3n, incomplete: 3n }]);
});

test("arrivals are counted by journey and second: started, dropped, completed", async () => {
  const csv = await file([
    HEADER,
    "perfbed_visit_started,1000000,1.000000,,,a,,,",
    "perfbed_visit_started,1999999,1.000000,,,a,,,",
    "perfbed_visit_started,1500000,1.000000,,,b,,,",
    "iterations,2500000,1.000000,,,a,,,",
    "iteration_duration,2500000,1500.000000,,,a,,,",
    "dropped_iterations,2600000,3.000000,,,a,,,",
  ]);
  const sql = k6IterationsSql(csv, context);
  const types = await query(`DESCRIBE ${sql}`);
  expect(Object.fromEntries(types.map((row) => [row.column_name, row.column_type]))).toEqual(
    ITERATION_COLUMNS,
  );
  const row = (journey: string, atUs: bigint, started: bigint, dropped: bigint, completed: bigint) => ({
    generator: "generator-1",
    journey,
    atUs,
    started,
    dropped,
    completed,
  });
  expect(await query(sql)).toEqual([
    row("a", 1_000_000n, 2n, 0n, 0n),
    row("b", 1_000_000n, 1n, 0n, 0n),
    row("a", 2_000_000n, 0n, 3n, 1n),
  ]);
});

test("perfbed's output: one row is one sample, with the columns and types of the schema", async () => {
  const samples = await file([
    PERFBED_HEADER,
    "perfbed_visit_started,900000,1.000000,,,,,,,browse,,",
    'http_req,1000000,12.3456,0,0.3,11,5,200,,browse,"home, sweet ""home""",request=1',
    "http_req,1000010,7,0,0.2,6,0,200,,browse,item,request=1",
    "http_req,1000020,3,1,0.1,0,0,0,1050,browse,home,request=2",
    "perfbed_check_failed,1000030,1.000000,,,,,,,browse,item,request=1",
    "iterations,1000040,1.000000,,,,,,,browse,,",
    "end,1000050,3,,,,,,,,,",
  ]);
  const sql = k6SamplesSql(samples, context);
  const types = await query(`DESCRIBE ${sql}`);
  expect(Object.fromEntries(types.map((row) => [row.column_name, row.column_type]))).toEqual(SAMPLE_COLUMNS);
  const of = (step: string, startedAtUs: bigint, durationUs: bigint, firstByteUs: bigint | null) => ({
    journey: "browse",
    step,
    startedAtUs,
    durationUs,
    firstByteUs,
  });
  expect(await query(sql)).toMatchObject([
    { ...of('home, sweet "home"', 987_654n, 12_346n, 11_300n), status: 200, ok: true, error: null },
    { ...of("item", 993_010n, 7000n, 6200n), status: 200, ok: false, error: "check-failed" },
    { ...of("home", 997_020n, 3000n, null), status: 0, ok: false, error: "timeout" },
  ]);
  expect(await query(k6IterationsSql(samples, context))).toMatchObject([
    { journey: "browse", atUs: 0n, started: 1n },
    { journey: "browse", atUs: 1_000_000n, completed: 1n },
  ]);
  expect(await query(k6IntegritySql(samples))).toEqual([
    {
      requests: 3n,
      durations: 3n,
      incomplete: 0n,
      connectionWaitMaxMs: 5,
      connectionWaitMeanMs: expect.closeTo(5 / 3, 9),
    },
  ]);
});

test("perfbed's output without its last row has no count of k6's own, and its rows still count", async () => {
  const samples = await file([PERFBED_HEADER, "http_req,1000000,12,0,0.3,11,5,200,,browse,home,"]);
  expect(await query(k6IntegritySql(samples))).toMatchObject([{ requests: null, durations: 1n }]);
});

test("perfbed's output of a native script: a failed check belongs to the last request of the same user and iteration", async () => {
  const samples = await file(
    [
      PERFBED_HEADER,
      "http_req,10,1,0,0,1,0,200,,j,a,iter=0&vu=1",
      "http_req,11,1,0,0,1,0,200,,j,b,iter=0&vu=1",
      "http_req,12,1,0,0,1,0,200,,j,a,iter=0&vu=2",
      "checks,13,0.000000,,,,,,,j,,iter=0&vu=1",
      "iteration_duration,14,2.000000,,,,,,,j,,iter=0&vu=1",
      "end,20,3,,,,,,,,,",
    ],
    true,
  );
  const rows = await query(`SELECT step, ok FROM (${k6SamplesSql(samples, context)})`);
  expect(rows.map((row) => `${row.step} ${row.ok}`)).toEqual(["a true", "b false", "a true"]);
  expect(await query(k6IterationsSql(samples, context))).toMatchObject([{ journey: "j", started: 1n }]);
});

test("the rows of a request stay together in files that DuckDB would read in parts", async () => {
  const requests = 60_000;
  const lines = [NATIVE_HEADER];
  const names = [
    '"http://127.0.0.1:41029/first?q=a,b"',
    "http://127.0.0.1:40000/fails",
    '"nobody, ""there"""',
  ];
  for (let index = 0; index < requests; index += 1) {
    const link = `vu=${index % 3}&iter=${index}`;
    lines.push(
      ...request(
        `,${["", 1001, 1002][index % 3]},${names[index % 3]},default,200`,
        1_795_507_087_100_000 + index,
        {
          durationMs: index + 0.75,
          sendingMs: index + 0.25,
          waitingMs: 0.5,
          metadata: link,
        },
      ),
    );
    if (index % 3 === 1)
      lines.push(`checks,${1_795_507_087_100_000 + index},1.000000,is fine,,,default,,,${link}`);
  }
  const samples = await file(lines, true);
  expect((await stat(samples.path)).size).toBeGreaterThan(2 * 16 * 1024 * 1024);
  const [row] = await query(
    `SELECT count(*)::INT AS n, count(*) FILTER (WHERE ok AND firstByteUs = durationUs)::INT AS whole FROM (${k6SamplesSql(samples, context)})`,
  );
  expect(row).toEqual({ n: requests, whole: requests });
});
