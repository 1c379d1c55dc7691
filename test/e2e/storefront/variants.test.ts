import { z } from "zod";
import { SEARCH } from "../../../sample/storefront/catalogue";
import { VARIANTS, Variant } from "../../../sample/storefront/variants";
import { eventually } from "./child";
import { runSetup } from "./instance";
import { one, queriesOf, startInstance, tiers } from "./shop";

const hits = z.object({
  products: z.array(
    z.looseObject({ listCents: z.number(), groupCents: z.record(z.string(), z.number()).optional() }),
  ),
});

/** Each planted change is there, shown by plans and counts rather than by time. */

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
      expect(queriesOf(await instance.get("/api/products/1"))).toBeGreaterThanOrEqual(2);
    expect(await instance.metric("storefront_cache_requests_total", { kind: "product", result: "hit" })).toBe(
      0,
    );
    expect(
      await instance.metric("storefront_cache_requests_total", { kind: "product", result: "miss" }),
    ).toBe(5);
  });

  test("small-pool: requests queue for the one connection", async () => {
    const instance = await startInstance("small-pool", { APP_VARIANT: Variant.SmallPool });
    const waiting = await eventually("requests waiting for a connection", async () => {
      const burst = Promise.all(Array.from({ length: 30 }, () => instance.get("/api/search?q=lamp")));
      const seen = await instance.metric("storefront_db_pool_connections", {
        role: "replica",
        state: "waiting",
      });
      expect((await burst).map((answer) => answer.status)).toEqual(Array(30).fill(200));
      return seen > 10 ? seen : undefined;
    });
    expect(waiting).toBeLessThan(30);
    const size = { role: "replica", state: "size" };
    expect(await instance.metric("storefront_db_pool_connections", size)).toBe(1);
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

  test("member-prices: the first 16 search hits show a price more, everything else stays as it is", async () => {
    const instance = await startInstance("member-prices", { APP_VARIANT: Variant.MemberPrices });
    const [plain, priced] = [await one.get("/api/search?q=lamp"), await instance.get("/api/search?q=lamp")];
    const found = hits.parse(priced.json()).products;
    expect(found.length).toBeGreaterThan(16);
    expect(found.map(({ groupCents: _, ...hit }) => hit)).toEqual(hits.parse(plain.json()).products);
    for (const [place, { groupCents, listCents }] of found.entries()) {
      expect(Object.keys(groupCents ?? {})).toEqual(place < 16 ? ["member"] : []);
      if (groupCents !== undefined) {
        expect(groupCents.member).toBeGreaterThan(0);
        expect(groupCents.member).toBeLessThanOrEqual(listCents);
      }
    }
    const product = "/api/products/12";
    expect((await instance.get(product)).json()).toEqual((await one.get(product)).json());
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
