import { readFileSync } from "node:fs";
import { join } from "node:path";
import Redis from "ioredis";
import { type EnvironmentAccess, TelemetryKind } from "../../components/contracts";
import { readLedger, takeInventory } from "../../components/local/supervisor";
import { emptyCache } from "../../components/local/varnish/empty-cache";
import { resolveTool, Tool } from "../../toolchain";
import { type LocalStack, openLocalStack, smallSizing, tinyApplication } from "./support/local-stack";
import { allArguments, eventually, filesHolding, isOpen, passwordOf, sql } from "./support/observe";

jest.setTimeout(120_000);

/** One environment for the whole file: the tests go through its life in order. */
describe("an environment on the local target, through the real engine", () => {
  let stack: LocalStack;
  let access: EnvironmentAccess;
  let databaseUrl: string;
  let replicaUrls: string[];
  let cacheUrl: string;
  let setupLog: string;
  const secretOfUser = "a-secret-of-the-user-4711";

  const application = (version = "1") =>
    tinyApplication({
      version,
      environment: { SETUP_LOG: setupLog, API_KEY: secretOfUser },
      setup: { command: [process.execPath, "setup.js"], timeoutSeconds: 20 },
    });

  const endpoint = (kind: TelemetryKind, name?: string): string => {
    const found = access.telemetry.find(
      (one) => one.kind === kind && (name === undefined || one.name === name),
    );
    if (found === undefined) throw new Error(`no telemetry source ${kind} ${name ?? ""}`);
    return found.endpoint;
  };

  async function up(changes: Parameters<LocalStack["up"]>[0]): Promise<object> {
    const result = await stack.up(changes);
    access = result.access;
    databaseUrl = String(result.outputs.databaseUrl?.value);
    const replicas: unknown = result.outputs.databaseReplicaUrls?.value;
    replicaUrls = Array.isArray(replicas) ? replicas.map(String) : [];
    cacheUrl = String(result.outputs.cacheUrl?.value);
    for (const name of ["telemetry", "databaseUrl", "databaseReplicaUrls", "cacheUrl"]) {
      expect(result.outputs[name]).toMatchObject({ secret: true });
    }
    return result.changes;
  }

  async function pidOf(name: string): Promise<number | undefined> {
    const { processes } = await takeInventory(stack.environmentId);
    return processes.find((one) => one.name === name && one.evidence !== "kinship")?.pid;
  }

  /** Names of the running instances; a name is never used twice in an environment. */
  async function instances(): Promise<string[]> {
    const { processes } = await takeInventory(stack.environmentId);
    const names = processes.flatMap(({ name }) =>
      name !== undefined && /^app-\d+$/.test(name) ? [name] : [],
    );
    return [...new Set(names)].sort();
  }

  beforeAll(async () => {
    stack = await openLocalStack();
    setupLog = join(stack.folder, "setup.log");
    await up({ sizing: smallSizing(), application: application() });
  });
  afterAll(async () => {
    await stack?.dispose();
  });

  test("the pool leads to the primary, and what is written there appears on the replica", async () => {
    await sql(databaseUrl, "CREATE TABLE notes AS SELECT 42 AS answer");
    expect(await sql(databaseUrl, "SELECT pg_is_in_recovery()")).toEqual([[false]]);
    expect(replicaUrls).toHaveLength(1);
    const replicaUrl = String(replicaUrls[0]);
    expect(await sql(replicaUrl, "SELECT pg_is_in_recovery()")).toEqual([[true]]);
    await eventually(() => sql(replicaUrl, "SELECT answer FROM notes"), [[42]]);
    await expect(sql(replicaUrl, "DELETE FROM notes")).rejects.toThrow(/read-only transaction/);
  });

  test("databases refuse wrong passwords and keep production's durability", async () => {
    const wrong = new URL(databaseUrl);
    wrong.password = "wrong";
    await expect(sql(wrong.href, "SELECT 1")).rejects.toThrow();
    const settings = await sql(
      endpoint(TelemetryKind.PostgresPrimary),
      "SELECT current_setting('fsync'), current_setting('synchronous_commit'), current_setting('full_page_writes')",
    );
    expect(settings).toEqual([["on", "on", "on"]]);
  });

  test("telemetry reads statistics of servers and pools, and nothing of the application's data", async () => {
    const primary = endpoint(TelemetryKind.PostgresPrimary);
    expect(await sql(primary, "SELECT state FROM pg_stat_replication")).toEqual([["streaming"]]);
    expect((await sql(primary, "SELECT count(*)::int > 0 FROM pg_stat_statements"))[0]).toEqual([true]);
    await expect(sql(primary, "SELECT * FROM notes")).rejects.toThrow(/permission denied/);
    const pools = await sql(endpoint(TelemetryKind.Pgbouncer, "database-pool-writer"), "SHOW POOLS");
    expect(pools.map(([database]) => database)).toContain("app");
  });

  test("the cache answers to its password only", async () => {
    const open = new Redis(cacheUrl, { lazyConnect: true, retryStrategy: () => null });
    await open.connect();
    expect(await open.ping()).toBe("PONG");
    expect(await open.config("GET", "maxmemory-policy")).toEqual(["maxmemory-policy", "allkeys-lru"]);
    open.disconnect();
    const { host } = new URL(cacheUrl);
    const closed = new Redis(`redis://${host}`, { lazyConnect: true, enableReadyCheck: false });
    await closed.connect();
    await expect(closed.ping()).rejects.toThrow(/NOAUTH/);
    closed.disconnect();
  });

  test("a request passes edge, balancer and app, and the app reaches every other tier", async () => {
    const response = await fetch(access.entryUrl);
    expect(response.headers.get("x-instance")).toBe("app-1");
    expect(await response.json()).toEqual({ version: "1", instance: "app-1" });
    expect(await (await fetch(`${access.entryUrl}/tiers`)).json()).toEqual([true, true, true]);
    expect((await fetch(access.appUrl)).headers.get("x-cache")).toBeNull();
  });

  test("the edge caches what the origin calls public, whatever cookies come along, and never what is private", async () => {
    const get = async (path: string, cookie: string) => {
      const response = await fetch(`${access.entryUrl}${path}`, { headers: { cookie } });
      return { cache: response.headers.get("x-cache"), body: await response.text() };
    };
    const first = await get("/cached", "session=a");
    const second = await get("/cached", "session=b");
    expect([first.cache, second.cache]).toEqual(["MISS", "HIT"]);
    expect(second.body).toBe(first.body);
    const mine = await get("/private", "session=a");
    const yours = await get("/private", "session=b");
    expect([mine.cache, yours.cache]).toEqual(["MISS", "MISS"]);
    expect(yours.body).toContain("session=b");
    // Without a lifetime nothing is kept.
    expect((await get("/plain", "")).cache).toBe("MISS");
    expect((await get("/plain", "")).cache).toBe("MISS");
  });

  test("an edge that was emptied asks the origin again, and keeps what it is given then", async () => {
    const get = async () => (await fetch(`${access.entryUrl}/cached`)).headers.get("x-cache");
    await get();
    expect(await get()).toBe("HIT");
    const varnish = await resolveTool(Tool.Varnish);
    await emptyCache(varnish?.executables.varnishadm ?? "", endpoint(TelemetryKind.Varnish));
    expect([await get(), await get()]).toEqual(["MISS", "HIT"]);
  });

  test("everything listens on loopback only", async () => {
    const { listening } = await takeInventory(stack.environmentId);
    expect(listening.length).toBeGreaterThanOrEqual(10);
    expect(new Set(listening.map(({ address }) => address))).toEqual(new Set(["127.0.0.1"]));
  });

  test("no password stands in process arguments, logs, the engine's output or its state, nor in a file others may read", () => {
    const passwords = [
      passwordOf(databaseUrl),
      passwordOf(cacheUrl),
      passwordOf(endpoint(TelemetryKind.PostgresPrimary)),
      secretOfUser,
    ];
    expect(new Set(passwords).size).toBe(4);
    expect(allArguments().filter((line) => passwords.some((one) => line.includes(one)))).toEqual([]);
    expect(filesHolding(stack.stateFolder, passwords)).toEqual([]);
    expect(filesHolding(join(stack.folder, "logs"), passwords)).toEqual([]);
    expect(stack.printed.filter((text) => passwords.some((one) => text.includes(one)))).toEqual([]);
    const holding = filesHolding(stack.folder, passwords);
    // The search does find what is there to be found: the pool's user list, the cache's configuration, the autoscaler's settings.
    expect(holding.length).toBeGreaterThanOrEqual(3);
    expect(holding.filter(isOpen)).toEqual([]);
  });

  test("set-up ran once, before the instances", async () => {
    expect(readFileSync(setupLog, "utf8")).toBe("1\n");
  });

  test("up again with nothing changed changes nothing", async () => {
    const before = passwordOf(databaseUrl);
    expect(Object.keys(await up({ sizing: smallSizing(), application: application() }))).toEqual(["same"]);
    expect(passwordOf(databaseUrl)).toBe(before);
  });

  test("another minimum of instances reaches the running autoscaler, and a second replica joins the running primary", async () => {
    const small = smallSizing();
    const [autoscaler, primary] = [await pidOf("autoscaler"), await pidOf("database-primary")];
    const changes = await up({
      sizing: {
        ...small,
        app: { ...small.app, minInstances: 2 },
        database: { ...small.database, replicas: 2 },
      },
      application: application(),
    });
    expect(changes).toMatchObject({ create: 2 });
    expect(await pidOf("database-primary")).toBe(primary);
    expect(replicaUrls).toHaveLength(2);
    await eventually(() => sql(String(replicaUrls[1]), "SELECT answer FROM notes"), [[42]]);
    // A further replica is a further address for the app: its instances are replaced, the data stays.
    expect(await pidOf("autoscaler")).not.toBe(autoscaler);
    expect(await instances()).toEqual(["app-2", "app-3"]);
  });

  test("a change of the scaling limits alone keeps daemon and instances", async () => {
    const small = smallSizing();
    const database = { ...small.database, replicas: 2 };
    const autoscaler = await pidOf("autoscaler");
    expect(autoscaler).toBeDefined();
    const changes = await up({
      sizing: { ...small, app: { ...small.app, minInstances: 3, maxInstances: 3 }, database },
      application: application(),
    });
    expect(changes).toMatchObject({ update: 1 });
    expect(changes).not.toHaveProperty("replace");
    expect(await pidOf("autoscaler")).toBe(autoscaler);
    expect(await instances()).toEqual(["app-2", "app-3", "app-4"]);
  });

  test("a new version runs set-up again and replaces the instances", async () => {
    const small = smallSizing();
    await up({
      sizing: { ...small, database: { ...small.database, replicas: 2 } },
      application: application("2"),
    });
    expect(readFileSync(setupLog, "utf8")).toBe("1\n2\n");
    expect(await (await fetch(access.entryUrl)).json()).toMatchObject({ version: "2" });
    expect(await sql(databaseUrl, "SELECT answer FROM notes")).toEqual([[42]]);
  });

  test("destroy leaves the folder and its watchdog to the caller, and the caller's sweep leaves nothing", async () => {
    const started = (await readLedger(stack.environmentId)).entries.length;
    expect(started).toBeGreaterThan(20);
    await stack.destroy();
    const left = await takeInventory(stack.environmentId);
    expect(left.processes.map(({ name }) => name)).toEqual(["watchdog"]);
    expect(left.listening).toEqual([]);
    expect(left.reservedPorts).toEqual([]);
    expect(left.unixSockets).toEqual([]);
    await stack.dispose();
    expect((await takeInventory(stack.environmentId)).empty).toBe(true);
  });
});
