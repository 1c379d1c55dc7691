import { Metrics } from "../../../sample/storefront/metrics";
import { LocalPricing, RemotePricing } from "../../../sample/storefront/pricing";
import { PricingService } from "../../../sample/storefront/pricing-service";
import { CustomerGroup, PriceBook } from "../../../sample/storefront/promotions";
import { RequestTimings } from "../../../sample/storefront/request-timings";
import { BRANDS, shelfSeeds } from "../../../sample/storefront/vocabulary";

const prices = new PriceBook(
  { categoryIds: shelfSeeds().map((shelf) => shelf.id), brands: BRANDS, keywords: ["oak"] },
  true,
  500,
);
const requests = [1, 5, 20].map((quantity) => ({
  product: { id: 7, categoryId: 60, brand: "Alder", name: "Oak Desk", priceCents: 25_000 },
  context: { quantity, group: CustomerGroup.Business },
}));
const local = () => new LocalPricing(prices).quote(new RequestTimings("local"), requests);

test("the pricing service answers over HTTP with the prices worked out in process", async () => {
  const metrics = new Metrics({ version: "test", variant: "slow-dependency" });
  const service = new PricingService(prices);
  await service.start();
  const remote = new RemotePricing(() => service.port(), prices, metrics);
  try {
    const timings = new RequestTimings("remote");
    const answers = await Promise.all(Array.from({ length: 9 }, () => remote.quote(timings, requests)));
    for (const quotes of answers) expect(quotes).toEqual(await local());
    expect(timings.pricingMs).toBeGreaterThan(0);
    expect((await metrics.pricingFallbacks.get()).values).toMatchObject([{ value: 0 }]);
  } finally {
    remote.close();
    service.stop();
  }
});

test("a pricing service that is gone costs a counted fallback, not the request", async () => {
  const metrics = new Metrics({ version: "test", variant: "slow-dependency" });
  const service = new PricingService(prices);
  await service.start();
  const port = service.port();
  service.stop();
  const remote = new RemotePricing(() => port, prices, metrics);
  expect(await remote.quote(new RequestTimings("remote"), requests)).toEqual(await local());
  expect((await metrics.pricingFallbacks.get()).values).toMatchObject([{ value: 1 }]);
  remote.close();
});
