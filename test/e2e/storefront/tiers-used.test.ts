import { eventually } from "./child";
import { parseMetrics } from "./instance";
import {
  cartWith,
  checkoutIsWaiting,
  lockStock,
  one,
  type Product,
  queriesOf,
  replicaCaughtUp,
  started,
  startInstance,
  tiers,
  two,
} from "./shop";

/** Which tier answers what: cache, replica and primary, by the instance's own metrics, and what happens without each of them. */

describe("cache", () => {
  test("the second read of a product is a hit on any instance and asks the database nothing", async () => {
    // The category tree is kept in each process; it must not count here.
    for (const instance of [one, two]) await instance.get("/api/categories");
    const first = await one.get("/api/products/7001");
    expect(queriesOf(first)).toBe(2);
    // The value is written behind the response, so the very next read may still be too early.
    const second = await eventually("a hit", async () => {
      const answer = await two.get("/api/products/7001");
      return queriesOf(answer) === 0 ? answer : undefined;
    });
    expect(second.text).toBe(first.text);
  });

  test("50 requests at once for a cold product on one instance load it once", async () => {
    const label = { query: "product" };
    const loads = async () => one.metric("storefront_db_query_duration_seconds_count", label);
    const before = await loads();
    const answers = await Promise.all(Array.from({ length: 50 }, () => one.get("/api/products/7002")));
    expect(answers.every((answer) => answer.status === 200)).toBe(true);
    expect((await loads()) - before).toBe(1);
  });

  test("a sale makes the next read of the product fresh", async () => {
    const before = (await one.get("/api/products/7003")).json<Product>();
    const cart = await cartWith(two, [[7003, 4]]);
    expect((await two.post(`/api/carts/${cart}/checkout`)).status).toBe(201);
    await replicaCaughtUp();
    expect((await one.get("/api/products/7003")).json<Product>().stock).toBe(before.stock - 4);
  });
});

describe("metrics", () => {
  test("are valid, complete and count requests exactly", async () => {
    const counts = {
      name: "storefront_request_duration_seconds_count",
      labels: { route: "/api/products/:id", status: "200" },
    };
    const before = await one.metric(counts.name, counts.labels);
    await Promise.all(Array.from({ length: 7 }, () => one.get("/api/products/8001")));
    expect((await one.metric(counts.name, counts.labels)) - before).toBe(7);
    const names = new Set(parseMetrics((await one.get("/metrics")).text).map((sample) => sample.name));
    for (const name of [
      "storefront_requests_in_flight",
      "storefront_db_query_duration_seconds_bucket",
      "storefront_db_pool_connections",
      "storefront_cache_requests_total",
      "nodejs_eventloop_lag_seconds",
      "process_cpu_seconds_total",
      "process_resident_memory_bytes",
    ]) {
      expect(names).toContain(name);
    }
  });

  test("reads are done by the replica, writes by the primary", async () => {
    const count = (role: string, query: string) =>
      one.metric("storefront_db_query_duration_seconds_count", { role, query });
    const before = await Promise.all([
      count("replica", "search"),
      count("writer", "search"),
      count("writer", "cart-create"),
    ]);
    await one.get("/api/search?q=lamp");
    await one.post("/api/carts");
    const after = await Promise.all([
      count("replica", "search"),
      count("writer", "search"),
      count("writer", "cart-create"),
    ]);
    expect(after.map((value, index) => value - (before[index] ?? 0))).toEqual([1, 0, 1]);
  });

  test("a request whose client goes away does not stay in flight", async () => {
    const locked = await lockStock(8_002);
    const cart = await cartWith(one, [[8_002, 1]]);
    const gone = new AbortController();
    const request = fetch(`${one.url}/api/carts/${cart}/checkout`, {
      method: "POST",
      signal: gone.signal,
    }).catch(() => "gone");
    await checkoutIsWaiting();
    gone.abort();
    expect(await request).toBe("gone");
    await eventually("499 counted", async () =>
      (await one.metric("storefront_request_duration_seconds_count", { status: "499" })) === 1
        ? true
        : undefined,
    );
    // The request for the metrics itself is in flight.
    expect(await one.metric("storefront_requests_in_flight")).toBe(1);
    await locked.release();
  });
});

describe("a tier is lost", () => {
  test("replica: reads go to the primary and are counted, the instance stays ready", async () => {
    const instance = await startInstance("without-replica");
    await tiers.children.get("reader-pool")?.stop("SIGINT");
    expect((await instance.get("/api/products/9101")).status).toBe(200);
    expect((await instance.get("/api/search?q=lamp")).status).toBe(200);
    expect(await instance.metric("storefront_db_replica_fallbacks_total")).toBeGreaterThanOrEqual(1);
    expect((await instance.get("/ready")).json()).toMatchObject({
      ready: true,
      checks: { writer: true, replica: false },
    });
  });

  test("cache: products come from the database, the instance stays ready and finds the cache again", async () => {
    await tiers.children.get("redis")?.stop();
    const answer = await eventually("degraded answer", async () => one.get("/api/products/9102"));
    expect(answer.status).toBe(200);
    expect(
      await one.metric("storefront_cache_requests_total", { kind: "product", result: "error" }),
    ).toBeGreaterThanOrEqual(1);
    expect((await one.get("/ready")).json()).toMatchObject({ ready: true, checks: { cache: false } });
    tiers.startRedis();
    await eventually("cache back", async () => {
      const { checks } = (await one.get("/ready")).json<{ checks: { cache: boolean } }>();
      return checks.cache ? true : undefined;
    });
  });

  test("primary: the instance is not ready, and what cannot be answered is a 503 without details", async () => {
    await tiers.children.get("writer-pool")?.stop("SIGINT");
    expect((await two.get("/ready")).status).toBe(503);
    const answer = await two.post("/api/carts");
    expect(answer.status).toBe(503);
    expect(answer.json()).toEqual({
      error: { code: "unavailable", message: "Please try again in a moment." },
    });
    expect((await two.get("/health")).status).toBe(200);
  });

  test("no log line holds a password", () => {
    const password = new URL(tiers.adminUrl()).password;
    const logs = started.map((instance) => instance.child.output).join("\n");
    expect(logs).toContain("tier in trouble");
    expect(logs).not.toContain(password);
  });
});
