import fc from "fast-check";
import { CustomerGroup, PriceBook, seededRandom } from "../../../sample/storefront/promotions";
import { ADJECTIVES, BRANDS, shelfSeeds } from "../../../sample/storefront/vocabulary";

const vocabulary = {
  categoryIds: shelfSeeds().map((shelf) => shelf.id),
  brands: BRANDS,
  keywords: ADJECTIVES.map((word) => word.toLowerCase()),
};
const all = new PriceBook(vocabulary, false, 2_000);
const indexed = new PriceBook(vocabulary, true, 2_000);

const product = fc.record({
  id: fc.nat(),
  categoryId: fc.constantFrom(...vocabulary.categoryIds),
  brand: fc.constantFrom(...BRANDS),
  name: fc.constantFrom(...ADJECTIVES).map((word) => `${word} Oak Desk`),
  priceCents: fc.integer({ min: 1, max: 1_000_000 }),
});
const context = fc.record({
  quantity: fc.integer({ min: 1, max: 99 }),
  group: fc.constantFrom(...Object.values(CustomerGroup)),
});

test("looking promotions up gives exactly the prices of trying each one", () => {
  let discounted = 0;
  fc.assert(
    fc.property(product, context, (one, when) => {
      const quote = all.quote(one, when);
      expect(indexed.quote(one, when)).toEqual(quote);
      if (quote.promotions.length > 0) discounted += 1;
    }),
  );
  expect(discounted).toBeGreaterThan(10);
});

test("a price is at least a cent, at most the list price, never more than 60 % off, with 3 promotions at most", () => {
  fc.assert(
    fc.property(product, context, (one, when) => {
      const { unitCents, listCents, promotions } = all.quote(one, when);
      expect(listCents).toBe(one.priceCents);
      expect(unitCents).toBeGreaterThanOrEqual(Math.max(1, Math.floor(one.priceCents * 0.4)));
      expect(unitCents).toBeLessThanOrEqual(listCents);
      expect(promotions.length).toBeLessThanOrEqual(3);
    }),
  );
});

test("without promotions the list price holds", () => {
  const none = new PriceBook(vocabulary, false, 0);
  const one = { id: 1, categoryId: 51, brand: "Alder", name: "Oak Desk", priceCents: 999 };
  expect(none.quote(one, { quantity: 1, group: CustomerGroup.Guest })).toEqual({
    listCents: 999,
    unitCents: 999,
    promotions: [],
  });
});

test("the generator repeats itself from the same seed and fills [0, 1)", () => {
  const values = (seed: number) => Array.from({ length: 1_000 }, seededRandom(seed));
  expect(values(5)).toEqual(values(5));
  expect(values(5)).not.toEqual(values(6));
  expect(Math.min(...values(5))).toBeGreaterThanOrEqual(0);
  expect(Math.max(...values(5))).toBeLessThan(1);
  expect(values(5).reduce((sum, value) => sum + value, 0) / 1_000).toBeCloseTo(0.5, 1);
});
