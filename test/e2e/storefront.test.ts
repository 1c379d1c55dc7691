import { SEARCH } from "../../sample/storefront/catalogue";
import { VARIANTS, Variant } from "../../sample/storefront/variants";
import { type Answer, eventually, Instance, parseMetrics, runSetup, Tiers } from "./storefront-tiers";

/** The compiled storefront against real servers: primary, streaming replica, PgBouncer in transaction mode, Redis. */

jest.setTimeout(120_000);

let tiers: Tiers;
let one: Instance;
let two: Instance;
const started: Instance[] = [];

async function startInstance(name: string, more: Record<string, string> = {}): Promise<Instance> {
  const instance = await Instance.start({ ...tiers.environment(), INSTANCE_ID: name, ...more });
  started.push(instance);
  return instance;
}

/** The replica has replayed everything that the primary has written so far. */
async function replicaCaughtUp(): Promise<void> {
  const [primary] = await tiers.query<{ lsn: string }>("SELECT pg_current_wal_lsn()::text AS lsn");
  await eventually("replica caught up", async () => {
    const [row] = await tiers.queryReplica<{ done: boolean }>(
      "SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS done",
      [primary?.lsn],
    );
    return row?.done === true ? true : undefined;
  });
}

interface Product {
  id: number;
  name: string;
  stock: number;
  unitCents: number;
  listCents: number;
}
interface List {
  total: number;
  products: Product[];
}

async function cartWith(instance: Instance, items: readonly (readonly [number, number])[]): Promise<string> {
  const { cartId } = (await instance.post("/api/carts")).json<{ cartId: string }>();
  for (const [productId, quantity] of items) {
    const added = await instance.post(`/api/carts/${cartId}/items`, { productId, quantity });
    expect(added.status).toBe(201);
  }
  return cartId;
}

const queriesOf = (answer: Answer): number =>
  Number(/desc="(\d+) queries"/.exec(answer.headers.get("server-timing") ?? "")?.[1]);

const stockOf = async (ids: readonly number[]): Promise<number[]> =>
  (
    await tiers.query<{ quantity: number }>(
      "SELECT quantity FROM stock WHERE product_id = ANY ($1) ORDER BY product_id",
      [ids],
    )
  ).map((row) => row.quantity);

beforeAll(async () => {
  tiers = await Tiers.start();
  const setup = await runSetup({ DATABASE_ADMIN_URL: tiers.adminUrl() });
  expect(setup).toMatchObject({ code: 0, output: expect.stringContaining("seeded 50000 products") });
  await replicaCaughtUp();
  one = await startInstance("one");
  two = await startInstance("two");
});

afterAll(async () => {
  await Promise.all(started.map((instance) => instance.child.stop()));
  await tiers?.stop();
});

describe("set-up", () => {
  test("a second run finds the rows there and changes nothing", async () => {
    const again = await runSetup({ DATABASE_ADMIN_URL: tiers.adminUrl() });
    expect(again).toMatchObject({ code: 0, output: expect.stringContaining("rows were there already") });
    const [count] = await tiers.query<{ products: string; categories: string }>(
      "SELECT (SELECT count(*) FROM products) AS products, (SELECT count(*) FROM categories) AS categories",
    );
    expect(count).toEqual({ products: "50000", categories: "200" });
  });

  test("the same seed makes the same products in another database, another seed does not", async () => {
    const digest = async (database: string): Promise<string | undefined> =>
      (
        await tiers.query<{ digest: string }>(
          "SELECT md5(string_agg(p::text, '|' ORDER BY id)) AS digest FROM products p WHERE id <= 500",
          [],
          database,
        )
      )[0]?.digest;
    await tiers.query("CREATE DATABASE second", [], "postgres");
    const small = { DATABASE_ADMIN_URL: tiers.adminUrl("second"), PRODUCT_COUNT: "500" };
    expect((await runSetup(small)).code).toBe(0);
    const same = await digest("second");
    expect(same).toBe(await digest("shop"));
    expect((await runSetup({ ...small, SEED: "7" })).code).toBe(0);
    expect(await digest("second")).not.toBe(same);
  });

  test("two runs at once on an empty database both succeed and seed once", async () => {
    await tiers.query("CREATE DATABASE raced", [], "postgres");
    const environment = { DATABASE_ADMIN_URL: tiers.adminUrl("raced"), PRODUCT_COUNT: "500" };
    const runs = await Promise.all([runSetup(environment), runSetup(environment)]);
    expect(runs.map((run) => run.code)).toEqual([0, 0]);
    expect(runs.filter((run) => run.output.includes("seeded 500 products"))).toHaveLength(1);
    expect(await tiers.query("SELECT count(*)::int AS n FROM products", [], "raced")).toEqual([{ n: 500 }]);
  });

  test("a mistaken configuration is refused with every problem and without the password", async () => {
    const run = await runSetup({ DATABASE_ADMIN_URL: "mysql://root:geheim@db", PRODUCT_COUNT: "many" });
    expect(run.code).toBe(1);
    expect(run.output).toContain("DATABASE_ADMIN_URL");
    expect(run.output).toContain("PRODUCT_COUNT");
    expect(run.output).not.toContain("geheim");
  });
});

describe("a customer's walk over two instances", () => {
  test("browse, search, product, cart, checkout and order agree with each other", async () => {
    const home = await one.get("/");
    expect(home.headers.get("content-type")).toContain("text/html");
    expect(home.text).toContain("Popular today");

    const { categories } = (await two.get("/api/categories")).json<{
      categories: { id: number; productCount: number }[];
    }>();
    expect(categories).toHaveLength(10);
    expect(categories.reduce((sum, category) => sum + category.productCount, 0)).toBe(50_000);

    const shelf = (await one.get("/api/categories/60/products?page=2")).json<List>();
    expect(shelf.products).toHaveLength(24);

    const found = (await two.get("/api/search?q=oak%20desk")).json<List>();
    expect(found.total).toBeGreaterThan(0);
    for (const product of found.products) expect(product.name.toLowerCase()).toMatch(/oak|desk/);

    const id = found.products[0]?.id ?? 0;
    const product = (await one.get(`/api/products/${id}`)).json<Product>();
    expect(product).toMatchObject({ id, unitCents: found.products[0]?.unitCents });

    const recommended = (await two.get(`/api/products/${id}/recommendations`)).json<List>();
    expect(recommended.products).toHaveLength(8);
    expect(recommended.products.map((other) => other.id)).not.toContain(id);

    const [before] = await stockOf([id]);
    const cartId = await cartWith(one, [
      [id, 2],
      [id, 1],
    ]);
    // The other instance must see at once what this one has written.
    const cart = (await two.get(`/api/carts/${cartId}`)).json<{
      status: string;
      totalCents: number;
      lines: { productId: number; quantity: number }[];
    }>();
    expect(cart).toMatchObject({ status: "open", lines: [{ productId: id, quantity: 3 }] });

    const placed = await two.post(`/api/carts/${cartId}/checkout`);
    expect(placed.status).toBe(201);
    const order = placed.json<{ orderId: string; totalCents: number }>();
    expect(order.totalCents).toBe(cart.totalCents);
    expect((await one.get(`/api/orders/${order.orderId}`)).json()).toMatchObject({
      orderId: order.orderId,
      cartId,
      totalCents: order.totalCents,
      lines: [{ productId: id, quantity: 3 }],
    });
    expect(await stockOf([id])).toEqual([(before ?? 0) - 3]);
  });

  test("responses name version and instance, and say where the time went", async () => {
    const answer = await two.get("/api/products/1");
    expect(answer.headers.get("x-app-version")).toBe("test");
    expect(answer.headers.get("x-instance-id")).toBe("two");
    expect(answer.headers.get("server-timing")).toMatch(
      /^db;dur=[\d.]+;desc="\d+ queries", cache;dur=[\d.]+/,
    );
  });

  test("the product page escapes and links what the API tells", async () => {
    const page = await one.get("/products/1");
    const product = (await one.get("/api/products/1")).json<Product>();
    expect(page.text).toContain(`<h1>${product.name}</h1>`);
    expect(page.text).toContain("<strong>");
  });

  test("a product opened by its category is on the shelf of every category above", async () => {
    const product = (await one.get("/api/products/42")).json<{ categories: { id: number }[] }>();
    expect(product.categories).toHaveLength(3);
    const counts = await Promise.all(
      product.categories.map(
        async ({ id }) => (await one.get(`/api/categories/${id}/products`)).json<List>().total,
      ),
    );
    expect([...counts].sort((a, b) => b - a)).toEqual(counts);
  });
});

describe("what the edge may keep", () => {
  test.each([
    ["/", "public, max-age=0, s-maxage=30"],
    ["/api/categories", "public, max-age=0, s-maxage=30"],
    ["/api/categories/60/products", "public, max-age=0, s-maxage=10"],
    ["/static/storefront.css", "public, max-age=86400"],
    ["/api/products/1", "private, no-store"],
    ["/products/1", "private, no-store"],
    ["/api/products/1/recommendations", "private, no-store"],
    ["/api/search?q=desk", "private, no-store"],
    ["/api/categories/9999/products", "no-store"],
    ["/health", "no-store"],
  ])("%s is sent with %s", async (path, expected) => {
    expect((await one.get(path)).headers.get("cache-control")).toBe(expected);
  });

  test("an asset that has not changed is not sent again", async () => {
    const first = await one.get("/static/storefront.js");
    const second = await two.get("/static/storefront.js", {
      "if-none-match": first.headers.get("etag") ?? "",
    });
    expect([first.status, second.status, second.text]).toEqual([200, 304, ""]);
  });
});

describe("checkout under competition", () => {
  test("60 customers at once for the last 10 of a product, over two instances: exactly 10 are sold", async () => {
    await tiers.query("UPDATE stock SET quantity = 10 WHERE product_id = 5001");
    const carts = await Promise.all(
      Array.from({ length: 60 }, (_, index) => cartWith(index % 2 === 0 ? one : two, [[5001, 1]])),
    );
    const answers = await Promise.all(
      carts.map((cart, index) => (index % 2 === 0 ? two : one).post(`/api/carts/${cart}/checkout`)),
    );
    const statuses = answers.map((answer) => answer.status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(10);
    expect(statuses.filter((status) => status === 409)).toHaveLength(50);
    expect(await stockOf([5001])).toEqual([0]);
    expect(
      await tiers.query("SELECT sum(quantity)::int AS sold FROM order_items WHERE product_id = 5001"),
    ).toEqual([{ sold: 10 }]);
  });

  test("carts with the same products in opposite order do not deadlock, and what is missing takes nothing else", async () => {
    await tiers.query("UPDATE stock SET quantity = 100 WHERE product_id IN (5002, 5003)");
    await tiers.query("UPDATE stock SET quantity = 15 WHERE product_id = 5004");
    const orders = [
      [
        [5002, 1],
        [5003, 2],
        [5004, 1],
      ],
      [
        [5004, 1],
        [5003, 2],
        [5002, 1],
      ],
    ] as const;
    const carts = await Promise.all(
      Array.from({ length: 40 }, (_, index) => cartWith(one, orders[index % 2] ?? [])),
    );
    const answers = await Promise.all(
      carts.map((cart, index) => (index % 3 === 0 ? one : two).post(`/api/carts/${cart}/checkout`)),
    );
    const sold = answers.filter((answer) => answer.status === 201).length;
    expect(sold).toBe(15);
    expect(answers.every((answer) => answer.status === 201 || answer.status === 409)).toBe(true);
    expect(await stockOf([5002, 5003, 5004])).toEqual([100 - sold, 100 - 2 * sold, 0]);
  });

  test("the same cart and key sent 10 times at once places one order and answers the same to all", async () => {
    await tiers.query("UPDATE stock SET quantity = 100 WHERE product_id = 5005");
    const cart = await cartWith(one, [[5005, 3]]);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        (index % 2 === 0 ? one : two).post(
          `/api/carts/${cart}/checkout`,
          {},
          { "idempotency-key": "ten-times" },
        ),
      ),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([...Array<number>(9).fill(200), 201]);
    expect(new Set(answers.map((answer) => answer.json<{ orderId: string }>().orderId)).size).toBe(1);
    expect(await stockOf([5005])).toEqual([97]);
  });

  test("a key that belongs to another cart's order is refused and sells nothing", async () => {
    await tiers.query("UPDATE stock SET quantity = 100 WHERE product_id = 5006");
    const [first, second] = [await cartWith(one, [[5006, 1]]), await cartWith(two, [[5006, 1]])];
    const key = { "idempotency-key": "one-key" };
    expect((await one.post(`/api/carts/${first}/checkout`, {}, key)).status).toBe(201);
    expect((await two.post(`/api/carts/${second}/checkout`, {}, key)).status).toBe(422);
    expect(await stockOf([5006])).toEqual([99]);
  });

  test("nothing can be added to a cart that has been ordered", async () => {
    const cart = await cartWith(one, [[5007, 1]]);
    expect((await one.post(`/api/carts/${cart}/checkout`)).status).toBe(201);
    expect((await two.post(`/api/carts/${cart}/items`, { productId: 5008, quantity: 1 })).status).toBe(409);
    expect((await two.post(`/api/carts/${cart}/checkout`, {}, { "idempotency-key": "other" })).status).toBe(
      409,
    );
  });
});

describe("bad input", () => {
  const cart = "00000000-0000-4000-8000-000000000000";
  interface BadRequest {
    readonly status: number;
    readonly path: string;
    readonly body?: unknown;
    readonly headers?: Record<string, string>;
  }
  const bad = (status: number, path: string): BadRequest => ({ status, path });
  const reads = [
    bad(400, "/api/products/0"),
    bad(400, "/api/products/abc"),
    bad(400, "/api/products/99999999999"),
    bad(404, "/api/products/60000"),
    bad(404, "/api/products/60000/recommendations"),
    bad(404, "/products/60000"),
    bad(404, "/api/categories/201/products"),
    bad(400, "/api/categories/60/products?page=0"),
    bad(400, "/api/search"),
    bad(400, "/api/search?q=%20%20"),
    bad(400, `/api/search?q=${"x".repeat(101)}`),
    bad(404, "/static/nothing.css"),
    bad(404, "/no/such/page"),
    bad(400, "/api/carts/not-a-uuid"),
    bad(404, `/api/carts/${cart}`),
    bad(404, `/api/orders/${cart}`),
  ];
  const items = `/api/carts/${cart}/items`;
  const writes: BadRequest[] = [
    { status: 404, path: `/api/carts/${cart}/checkout` },
    { status: 404, path: items, body: { productId: 1, quantity: 1 } },
    { status: 400, path: items, body: { productId: 1 } },
    { status: 400, path: items, body: { productId: 1, quantity: 0 } },
    { status: 400, path: items, body: { productId: 1, quantity: 100 } },
    { status: 400, path: items, body: { productId: 1, quantity: 1, price: 0 } },
    { status: 413, path: items, body: { productId: 1, quantity: 1, note: "x".repeat(20_000) } },
    {
      status: 400,
      path: `/api/carts/${cart}/checkout`,
      body: {},
      headers: { "idempotency-key": "k".repeat(129) },
    },
  ];
  const refused = (answer: Answer, status: number) => {
    expect(answer.status).toBe(status);
    expect(answer.json<{ error: { code: string } }>().error.code).toMatch(/^[a-z_]+$/);
  };

  test.each(reads)("GET $path is answered with $status", async ({ status, path }) => {
    refused(await one.get(path), status);
  });

  test.each(writes)("POST $path is answered with $status (%#)", async ({ status, path, body, headers }) => {
    refused(await one.post(path, body, headers), status);
  });

  test("broken JSON is refused, no body where none is needed is not", async () => {
    const send = (body: string) =>
      fetch(`${one.url}/api/carts`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      });
    expect([(await send("{")).status, (await send("")).status]).toEqual([400, 201]);
  });

  test("an unknown product is refused, and so is more of one than fits", async () => {
    const id = await cartWith(one, [[1, 98]]);
    expect((await one.post(`/api/carts/${id}/items`, { productId: 60_000, quantity: 1 })).status).toBe(422);
    expect((await one.post(`/api/carts/${id}/items`, { productId: 1, quantity: 2 })).status).toBe(422);
    expect((await one.post(`/api/carts/${id}/checkout`)).status).toBe(201);
  });

  test("an empty cart cannot be checked out", async () => {
    expect((await one.post(`/api/carts/${await cartWith(one, [])}/checkout`)).status).toBe(422);
  });

  test("search syntax and SQL in a search are text, not errors", async () => {
    for (const text of ["' OR 1=1 --", '"unclosed', "& | !", "%", "\\", "-oak"]) {
      expect((await one.get(`/api/search?q=${encodeURIComponent(text)}`)).status).toBe(200);
    }
  });
});

describe("cache", () => {
  test("the second read of a product is a hit on any instance and asks the database nothing", async () => {
    const first = await one.get("/api/products/7001");
    const second = await two.get("/api/products/7001");
    expect([queriesOf(first), queriesOf(second)]).toEqual([1, 0]);
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

/** Locks a product's stock on the primary, as a checkout of another customer would. */
async function lockStock(productId: number): Promise<{ release(): Promise<void> }> {
  const { Client } = await import("pg");
  const client = new Client({ connectionString: tiers.adminUrl() });
  await client.connect();
  await client.query("BEGIN");
  await client.query("SELECT * FROM stock WHERE product_id = $1 FOR UPDATE", [productId]);
  return {
    async release() {
      await client.query("ROLLBACK");
      await client.end();
    },
  };
}

/** A checkout has got as far as waiting for a stock row. */
async function checkoutIsWaiting(): Promise<void> {
  await eventually("checkout waits for the lock", async () => {
    const rows = await tiers.query(
      "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%FROM stock%FOR UPDATE%'",
    );
    return rows.length > 0 ? true : undefined;
  });
}

describe("drain", () => {
  test("SIGTERM: not ready at once, the checkout in flight is finished, exit code 0", async () => {
    const instance = await startInstance("drained", { DRAIN_NOTICE_MS: "1500" });
    const lock = await lockStock(9_001);
    const cart = await cartWith(instance, [[9_001, 1]]);
    const inFlight = instance.post(`/api/carts/${cart}/checkout`);
    await checkoutIsWaiting();
    instance.child.signal("SIGTERM");
    const ready = await eventually("not ready", async () => {
      const answer = await instance.get("/ready");
      return answer.status === 503 ? answer : undefined;
    });
    expect(ready.json()).toMatchObject({ ready: false, draining: true });
    expect(ready.headers.get("connection")).toBe("close");
    await eventually("listener closed", async () =>
      fetch(`${instance.url}/health`).then(
        () => undefined,
        () => true as const,
      ),
    );
    expect(instance.child.process.exitCode).toBeNull();
    await lock.release();
    expect((await inFlight).status).toBe(201);
    expect(await instance.child.exit()).toBe(0);
  });

  test("a request that never ends does not keep the process: it ends at its deadline with code 1", async () => {
    const instance = await startInstance("stuck", { DRAIN_NOTICE_MS: "0", DRAIN_DEADLINE_MS: "300" });
    const lock = await lockStock(9_002);
    const cart = await cartWith(instance, [[9_002, 1]]);
    const inFlight = instance.post(`/api/carts/${cart}/checkout`).catch(() => "cut off");
    await checkoutIsWaiting();
    instance.child.signal("SIGTERM");
    expect(await instance.child.exit()).toBe(1);
    expect(await inFlight).toBe("cut off");
    await lock.release();
  });
});

describe("variants", () => {
  const planOfSearch = async (): Promise<string> =>
    (await tiers.query<{ "QUERY PLAN": string }>(`EXPLAIN ${SEARCH.sql}`, ["oak desk", 24, 0]))
      .map((row) => row["QUERY PLAN"])
      .join("\n");

  test("missing-index: the search scans the table, and setting up the baseline again heals it", async () => {
    expect(await planOfSearch()).toContain("Bitmap Index Scan on products_search");
    const run = await runSetup({ DATABASE_ADMIN_URL: tiers.adminUrl(), APP_VARIANT: Variant.MissingIndex });
    expect(run).toMatchObject({ code: 0, output: expect.stringContaining("rows were there already") });
    expect(await planOfSearch()).toContain("Seq Scan on products");
    expect((await runSetup({ DATABASE_ADMIN_URL: tiers.adminUrl() })).code).toBe(0);
    expect(await planOfSearch()).toContain("Bitmap Index Scan on products_search");
  });

  test("n-plus-one: the same list costs one query a product more", async () => {
    const instance = await startInstance("n-plus-one", { APP_VARIANT: Variant.NPlusOne });
    const [baseline, slow] = [await one.get("/api/search?q=lamp"), await instance.get("/api/search?q=lamp")];
    expect(slow.json()).toEqual(baseline.json());
    expect([queriesOf(baseline), queriesOf(slow)]).toEqual([2, 25]);
  });

  test("lost-cache: nothing is ever hit, and each view asks the database", async () => {
    const instance = await startInstance("lost-cache", { APP_VARIANT: Variant.LostCache });
    for (let view = 0; view < 5; view += 1)
      expect(queriesOf(await instance.get("/api/products/1"))).toBeGreaterThanOrEqual(1);
    expect(await instance.metric("storefront_cache_requests_total", { kind: "product", result: "hit" })).toBe(
      0,
    );
    expect(
      await instance.metric("storefront_cache_requests_total", { kind: "product", result: "miss" }),
    ).toBe(5);
  });

  test("small-pool: requests queue for the one connection", async () => {
    const instance = await startInstance("small-pool", { APP_VARIANT: Variant.SmallPool });
    const waiting = async (target: Instance) => {
      const burst = Promise.all(Array.from({ length: 30 }, () => target.get("/api/search?q=lamp")));
      const seen = target.metric("storefront_db_pool_connections", { role: "replica", state: "waiting" });
      expect((await burst).every((answer) => answer.status === 200)).toBe(true);
      return {
        waiting: await seen,
        size: await target.metric("storefront_db_pool_connections", { role: "replica", state: "size" }),
      };
    };
    const figures = await waiting(instance);
    expect(figures.size).toBe(1);
    expect(figures.waiting).toBeGreaterThan(10);
  });

  test("slow-dependency: the same prices, but asked of another service", async () => {
    const instance = await startInstance("slow-dependency", { APP_VARIANT: Variant.SlowDependency });
    const answers = await Promise.all(Array.from({ length: 12 }, () => instance.get("/api/products/11")));
    const local = await one.get("/api/products/11");
    for (const answer of answers) expect(answer.json()).toEqual(local.json());
    const pricingMs = answers.map((answer) =>
      Number(/pricing;dur=([\d.]+)/.exec(answer.headers.get("server-timing") ?? "")?.[1]),
    );
    // 12 quotes, 4 workers with 20 ms on average each: the mean cannot be that of a computation in process.
    expect(pricingMs.reduce((sum, ms) => sum + ms, 0) / 12).toBeGreaterThan(15);
    expect(await instance.metric("storefront_pricing_fallbacks_total")).toBe(0);
  });

  test("improved: the same prices and recommendations, which come from the cache the second time", async () => {
    const instance = await startInstance("improved", { APP_VARIANT: Variant.Improved });
    for (const path of ["/api/products/12", "/api/search?q=lamp", "/api/categories/60/products"]) {
      expect((await instance.get(path)).json()).toEqual((await one.get(path)).json());
    }
    const [first, second] = [
      await instance.get("/api/products/12/recommendations"),
      await instance.get("/api/products/12/recommendations"),
    ];
    expect([queriesOf(first), queriesOf(second)]).toEqual([1, 0]);
    expect(second.json()).toEqual((await one.get("/api/products/12/recommendations")).json());
  });

  test("every variant starts and says which it is", async () => {
    for (const variant of Object.values(Variant)) {
      const instance = await startInstance(`variant-${variant}`, { APP_VARIANT: variant });
      expect(await instance.metric("storefront_info", { variant })).toBe(1);
      expect(VARIANTS[variant].summary).not.toBe("");
      await instance.child.stop();
    }
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
    expect(started.map((instance) => instance.child.output).join("\n")).not.toContain(password);
  });
});
