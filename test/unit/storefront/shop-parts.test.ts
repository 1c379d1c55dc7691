import { DatabaseError } from "pg";
import { jitteredTtl } from "../../../sample/storefront/cache";
import type { ProductSummary } from "../../../sample/storefront/catalogue";
import { CategoryTree } from "../../../sample/storefront/category-tree";
import { shortages } from "../../../sample/storefront/checkout";
import { isServerTrouble } from "../../../sample/storefront/database";
import { recommend, similarity } from "../../../sample/storefront/recommendations";
import { RequestTimings } from "../../../sample/storefront/request-timings";
import { categorySeeds, shelfSeeds } from "../../../sample/storefront/vocabulary";

test("stock: what is short is named with what is there; unknown products count as sold out", () => {
  const lines = [
    { id: 1, quantity: 2 },
    { id: 2, quantity: 3 },
    { id: 3, quantity: 1 },
  ];
  expect(
    shortages(
      lines,
      new Map([
        [1, 2],
        [2, 2],
      ]),
    ),
  ).toEqual([
    { productId: 2, wanted: 3, available: 2 },
    { productId: 3, wanted: 1, available: 0 },
  ]);
  expect(
    shortages(
      lines,
      new Map([
        [1, 2],
        [2, 3],
        [3, 1],
      ]),
    ),
  ).toEqual([]);
});

test("times to live are spread by a fifth either way and never zero", () => {
  expect([0, 0.5, 1].map((random) => jitteredTtl(30, random))).toEqual([24, 30, 36]);
  expect(jitteredTtl(1, 0)).toBe(1);
});

test("the catalogue has 10 departments, 40 groups and 150 shelves with ids 51 to 200", () => {
  const seeds = categorySeeds();
  expect(seeds.map((seed) => seed.id)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
  expect(seeds.filter((seed) => seed.parentId === null)).toHaveLength(10);
  expect(shelfSeeds(seeds).map((shelf) => shelf.id)).toEqual(
    Array.from({ length: 150 }, (_, index) => index + 51),
  );
});

describe("category tree", () => {
  const tree = new CategoryTree([
    { id: 1, parentId: null, name: "Garden", productCount: 0 },
    { id: 2, parentId: 1, name: "Tools", productCount: 0 },
    { id: 3, parentId: 2, name: "Spade", productCount: 5 },
    { id: 4, parentId: 2, name: "Rake", productCount: 7 },
    { id: 5, parentId: null, name: "Office", productCount: 2 },
  ]);

  test("counts add up to the top, and shelves are found below any category", () => {
    expect([1, 2, 3, 5, 99].map((id) => tree.productCount(id))).toEqual([12, 12, 5, 2, 0]);
    expect([1, 4, 5, 99].map((id) => tree.shelvesUnder(id))).toEqual([[3, 4], [4], [5], []]);
    expect(tree.shelfIds).toEqual([3, 4, 5]);
  });

  test("the path runs from the department down", () => {
    expect(tree.path(4).map((node) => node.name)).toEqual(["Garden", "Tools", "Rake"]);
    expect(tree.path(99)).toEqual([]);
  });
});

describe("recommendations", () => {
  const make = (id: number, more: Partial<ProductSummary> = {}): ProductSummary => ({
    id,
    categoryId: 51,
    brand: "Alder",
    name: "Modern Oak Desk",
    priceCents: 10_000,
    rating: 4,
    popularity: 1,
    stock: 5,
    ...more,
  });
  const product = make(1);

  test("more in common scores higher", () => {
    const twin = make(2);
    const otherName = make(3, { name: "Rustic Steel Lamp" });
    const otherPrice = make(4, { priceCents: 100_000 });
    const otherBrand = make(5, { brand: "Calder" });
    const scores = [twin, otherBrand, otherPrice, otherName].map((other) => similarity(product, other));
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(scores[0]).toBeCloseTo(0.98, 10);
  });

  test("neither the product itself nor what is sold out, eight at most, ties by id", () => {
    const candidates = [
      make(1),
      make(9, { stock: 0 }),
      ...Array.from({ length: 12 }, (_, index) => make(30 - index)),
    ];
    expect(recommend(product, candidates).map((other) => other.id)).toEqual([19, 20, 21, 22, 23, 24, 25, 26]);
  });
});

test("a wrong query is no reason to leave a replica, a dead or busy server is", () => {
  const withCode = (code: string): DatabaseError => {
    const error = new DatabaseError("refused", 0, "error");
    error.code = code;
    return error;
  };
  expect(["42601", "22P02", "23505"].map((code) => isServerTrouble(withCode(code)))).toEqual([
    false,
    false,
    false,
  ]);
  expect(["08006", "57P01", "40001", "53300"].map((code) => isServerTrouble(withCode(code)))).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect(isServerTrouble(new Error("Connection terminated"))).toBe(true);
});

test("Server-Timing names database, cache and pricing, the last one only when it was asked", () => {
  const timings = new RequestTimings("r-1");
  timings.databaseMs = 1.26;
  timings.databaseQueries = 2;
  timings.cacheCalls = 1;
  expect(timings.header()).toMatch(
    /^db;dur=1\.3;desc="2 queries", cache;dur=0\.0;desc="1 calls", total;dur=\d+\.\d$/,
  );
  timings.pricingMs = 4;
  expect(timings.header()).toContain(", pricing;dur=4.0, ");
});
