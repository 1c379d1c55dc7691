import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { Pool } from "pg";
import { HistoryLocation, type HistoryStore, openHistory } from "../../storage/history";
import { migrate } from "../../storage/history/postgres-schema";
import { cli, createWorld, type World } from "../support/cli";
import { allRows, historyContract, historyRun } from "../support/history-runs";
import { type MotoServer, startMoto } from "../support/moto-server";
import { type PostgresServer, startPostgresServer } from "../support/postgres-server";

jest.setTimeout(180_000);

const open = (address: string): Promise<HistoryStore> =>
  openHistory(HistoryLocation.parse(address, { field: "history", source: "setting", baseDir: "/" }));

async function withStore<T>(address: string, work: (store: HistoryStore) => Promise<T>): Promise<T> {
  const store = await open(address);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

describe("history in S3 (moto's emulation of S3, not AWS)", () => {
  let moto: MotoServer;
  let client: S3Client;
  const address = (path: string): string =>
    `s3://${path}?region=eu-west-1&endpoint=${encodeURIComponent(moto.url)}`;
  const saved = { id: process.env.AWS_ACCESS_KEY_ID, key: process.env.AWS_SECRET_ACCESS_KEY };

  beforeAll(async () => {
    process.env.AWS_ACCESS_KEY_ID = "testing";
    process.env.AWS_SECRET_ACCESS_KEY = "testing";
    moto = await startMoto();
    client = new S3Client({ region: "eu-west-1", endpoint: moto.url, forcePathStyle: true });
    await client.send(
      new CreateBucketCommand({
        Bucket: "results",
        CreateBucketConfiguration: { LocationConstraint: "eu-west-1" },
      }),
    );
  });
  afterAll(async () => {
    client?.destroy();
    await moto?.stop();
    if (saved.id === undefined) delete process.env.AWS_ACCESS_KEY_ID;
    else process.env.AWS_ACCESS_KEY_ID = saved.id;
    if (saved.key === undefined) delete process.env.AWS_SECRET_ACCESS_KEY;
    else process.env.AWS_SECRET_ACCESS_KEY = saved.key;
  });

  historyContract(() => open(address("results/team/shop")));

  test("keeps a Parquet file and a manifest a run under the prefix, and touches nothing else", async () => {
    await withStore(address("results/layout"), (store) => store.record(historyRun(1)));
    const { Contents } = await client.send(new ListObjectsV2Command({ Bucket: "results", Prefix: "layout" }));
    expect((Contents ?? []).map(({ Key }) => Key)).toEqual([
      "layout/manifests/c-0001/run-1.json",
      "layout/runs/c-0001/run-1.parquet",
    ]);
  });

  test("reads more runs than one page of a listing holds", async () => {
    await withStore(address("results/many"), async (store) => {
      await store.record(historyRun(1));
      const names = Array.from({ length: 1200 }, (_, index) => `many/runs/c-9/${index}.not-parquet`);
      while (names.length > 0) {
        await Promise.all(
          names
            .splice(0, 50)
            .map((Key) => client.send(new PutObjectCommand({ Bucket: "results", Key, Body: "x" }))),
        );
      }
      await store.record(historyRun(2, { campaign: "d-0002" }));
      expect((await store.runs()).map(({ campaign }) => campaign)).toEqual(["c-0001", "d-0002"]);
    });
  });

  test("says that there is no such bucket, with exit code 2, before anything is measured", async () => {
    await withStore(address("nowhere/x"), async (store) => {
      await expect(store.prepare()).rejects.toMatchObject({
        code: "PERFBED_HISTORY_UNREACHABLE",
        exitCode: 2,
        message: "The history s3://nowhere/x cannot be reached: there is no such bucket",
      });
      await expect(store.record(historyRun(1))).rejects.toMatchObject({ code: "PERFBED_HISTORY_WRITE" });
      await expect(store.runs()).rejects.toMatchObject({ code: "PERFBED_HISTORY_READ" });
    });
  });
});

describe("history in PostgreSQL (a real server)", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgresServer();
  });
  afterAll(() => server?.remove());

  historyContract(() => open(`${server.url}?schema=contract`));

  async function sql<T extends object>(text: string): Promise<T[]> {
    const pool = new Pool({ connectionString: server.url });
    try {
      return (await pool.query<T>(text)).rows;
    } finally {
      await pool.end();
    }
  }

  test("lives in a schema of its own, with a view for people who ask in SQL", async () => {
    await withStore(server.url, (store) => store.record(historyRun(1)));
    expect(
      await sql("SELECT version, value FROM perfbed.history WHERE journey = 'browse' AND metric = 'p95_ms'"),
    ).toEqual([{ version: "v1", value: 0.1 + 1 / 3 + 10 }]);
    expect(await sql("SELECT manifest->>'campaignId' AS id FROM perfbed.runs")).toEqual([{ id: "c-0001" }]);
  });

  test("is created once when ten writers come to an empty database together", async () => {
    const address = `${server.url}?schema=ten`;
    await Promise.all(
      Array.from({ length: 10 }, (_, day) => withStore(address, (store) => store.record(historyRun(day)))),
    );
    await withStore(address, async (store) => expect(await store.runs()).toHaveLength(10));
  });

  test("migrates a database of version 0 and keeps its results, in today's units", async () => {
    const pool = new Pool({ connectionString: server.url });
    try {
      const client = await pool.connect();
      await migrate(client, "old", 0);
      await client.query(
        `INSERT INTO old.results VALUES
           ('c-old', 'run-1', '2025-12-31T23:00:00.25Z', 'shop', 'v0', 'small', 'load', 'browse', 'p95_us', 12345, 700, 'invalid'),
           ('c-old', 'run-1', '2025-12-31T23:00:00.25Z', 'shop', 'v0', 'small', 'load', 'browse', 'error_percent', 0.5, 700, 'invalid')`,
      );
      client.release();
    } finally {
      await pool.end();
    }
    await withStore(`${server.url}?schema=old`, async (store) => {
      expect(await allRows(store.rows())).toMatchObject([
        { metric: "error_ratio", value: 0.005, valid: false, schemaVersion: 0 },
        {
          metric: "p95_ms",
          value: 12.345,
          requests: 700,
          atUs: Date.UTC(2025, 11, 31, 23, 0, 0, 250) * 1000,
          side: "single",
          parametersHash: "",
        },
      ]);
      expect(await store.record(historyRun(1))).toBe("recorded");
      expect(await store.runs()).toHaveLength(2);
    });
  });

  test("refuses a database of a newer perfbed and leaves it as it is", async () => {
    await withStore(`${server.url}?schema=newer`, (store) => store.prepare());
    await sql("UPDATE newer.schema_version SET version = 99");
    await withStore(`${server.url}?schema=newer`, (store) =>
      expect(store.record(historyRun(1))).rejects.toMatchObject({ code: "PERFBED_HISTORY_NEWER" }),
    );
    expect(await sql("SELECT * FROM newer.runs")).toEqual([]);
  });

  test("never prints the password: not in the location, not in an error", async () => {
    const wrong = server.url.replace(server.password, "wrong-secret");
    const location = HistoryLocation.parse(wrong, { field: "history", source: "setting", baseDir: "/" });
    expect(JSON.stringify({ location, text: `${location}` })).not.toContain("wrong-secret");
    await withStore(wrong, async (store) => {
      const error: unknown = await store.prepare().catch((cause: unknown) => cause);
      expect(error).toMatchObject({ code: "PERFBED_HISTORY_UNREACHABLE" });
      expect(String(error)).toMatch(/password authentication failed/);
      expect(String(error)).not.toContain("wrong-secret");
    });
  });
});

describe("perfbed history and perfbed init ci (the real command line)", () => {
  let world: World;
  beforeEach(() => {
    world = createWorld();
  });
  afterEach(() => world.remove());

  test("finds a planted step with its version, in table, JSON and page, through PERFBED_HISTORY", async () => {
    const address = join(world.work, "kept");
    await withStore(address, async (store) => {
      for (let day = 0; day < 20; day++) {
        const wobble = 1 + ((day * 7) % 5) / 100;
        const value = (day < 12 ? 80 : 110) * wobble;
        const figures = [{ journey: "checkout", metric: "p95_ms", value, requests: 500 }];
        await store.record(
          historyRun(day, { figures, valid: day !== 3, verdict: day === 3 ? "invalid" : "pass" }),
        );
      }
    });
    const env = { PERFBED_HISTORY: address };
    const table = await cli(world, ["history", "--html", "page.html"], env);
    expect(table).toMatchObject({ code: 0, stderr: "" });
    expect(table.stdout).toContain("20 runs, 1 invalid and left out, 1 series");
    expect(table.stdout).toMatch(/checkout +P95 .*\+3\d %.*v12 \(before: v11\)/);
    expect(readFileSync(join(world.work, "page.html"), "utf8")).toContain("version v12");
    const json = JSON.parse((await cli(world, ["history", "--json", "--metric", "p95"], env)).stdout);
    expect(json.series[0].changes).toMatchObject([{ version: "v12", index: 11, direction: "worse" }]);
    const other = await cli(world, ["history", "--journey", "nobody"], env);
    expect(other.stdout).toContain("No runs in");
  });

  test("refuses a password on the command line with exit code 2 and without printing it", async () => {
    for (const args of [["history"], ["campaign", "--dry-run"]]) {
      const result = await cli(world, [...args, "--history", "postgres://ci:s3cret@127.0.0.1/db"]);
      expect(result.code).toBe(2);
      expect(result.stderr).toContain("PGPASSWORD");
      expect(result.stdout + result.stderr).not.toContain("s3cret");
    }
  });

  test("stops a campaign before anything is started when its history cannot be written", async () => {
    writeFileSync(join(world.work, "file"), "");
    const result = await cli(world, ["campaign", "--history", "file/history"]);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain("cannot be written");
    expect(existsSync(join(world.home, "environments"))).toBe(false);
  });

  test("shows where a campaign would be recorded, without the password, in the plan", async () => {
    const env = { PERFBED_HISTORY: "postgres://ci:s3cret@127.0.0.1/db" };
    const result = await cli(world, ["campaign", "--dry-run", "--json"], env);
    expect(JSON.parse(result.stdout).plan.history).toBe("postgres://ci@127.0.0.1/db");
    expect(result.stdout).not.toContain("s3cret");
  });

  test("writes pipelines, and neither overwrites one without --force nor a policy ever", async () => {
    expect((await cli(world, ["init", "ci", "gitlab"])).code).toBe(0);
    const first = await cli(world, ["init", "ci", "github"]);
    expect(first).toMatchObject({ code: 0 });
    const file = join(world.work, ".github/workflows/performance.yml");
    const policy = join(world.work, "perfbed.policy.yaml");
    writeFileSync(file, "mine");
    writeFileSync(policy, "inconclusive: warn\n");
    const refused = await cli(world, ["init", "ci", "github"]);
    expect(refused.code).toBe(2);
    expect(readFileSync(file, "utf8")).toBe("mine");
    expect((await cli(world, ["init", "ci", "github", "--force"])).code).toBe(0);
    expect(readFileSync(file, "utf8")).toContain("npx perfbed gate");
    expect(readFileSync(policy, "utf8")).toBe("inconclusive: warn\n");
  });
});
