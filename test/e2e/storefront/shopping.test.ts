import { type Answer, runSetup } from "./instance";
import { cartWith, type List, one, type Product, stockOf, tiers, two } from "./shop";

/** The compiled storefront against real servers: set-up, a customer's walk, what the edge may keep, bad input. */

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

  test.each(writes)("POST $path is answered with $status", async ({ status, path, body, headers }) => {
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
