import type { FastifyBaseLogger, FastifyInstance } from "fastify";
import { Cache } from "./cache";
import { Carts } from "./carts";
import { Catalogue } from "./catalogue";
import { Checkout } from "./checkout";
import type { StorefrontConfig } from "./config";
import { Database } from "./database";
import { Metrics } from "./metrics";
import { LocalPricing, type Pricing, RemotePricing } from "./pricing";
import { PricingService } from "./pricing-service";
import { PriceBook } from "./promotions";
import { Readiness } from "./readiness";
import type { Telemetry } from "./request-trace";
import { cartRoutes } from "./routes/carts";
import { catalogueRoutes } from "./routes/catalogue";
import { operationRoutes } from "./routes/operations";
import { pageRoutes } from "./routes/pages";
import { productRoutes } from "./routes/products";
import { createServer } from "./server";
import { Shop } from "./shop";
import { ADJECTIVES, BRANDS, MATERIALS, shelfSeeds } from "./vocabulary";

/** Trouble with a tier is logged this often at most: under load it comes with every request. */
const TROUBLE_LOG_INTERVAL_MS = 5_000;

/** One running instance. */
export interface Storefront {
  readonly app: FastifyInstance;
  readonly readiness: Readiness;
  start(): Promise<void>;
  /** Refuses new connections, finishes the requests in flight and closes everything. */
  stop(): Promise<void>;
}

function priceBook(indexed: boolean, promotionCount: number): PriceBook {
  return new PriceBook(
    {
      categoryIds: shelfSeeds().map((shelf) => shelf.id),
      brands: BRANDS,
      keywords: [...ADJECTIVES, ...MATERIALS].map((word) => word.toLowerCase()),
    },
    indexed,
    promotionCount,
  );
}

/** Logs the first trouble and then one line an interval, by source. */
function troubleLog(log: () => FastifyBaseLogger | undefined): (source: string, error: Error) => void {
  const lastMs = new Map<string, number>();
  return (source, error) => {
    const now = performance.now();
    if (now - (lastMs.get(source) ?? Number.NEGATIVE_INFINITY) < TROUBLE_LOG_INTERVAL_MS) return;
    lastMs.set(source, now);
    log()?.warn({ err: error, source }, "tier in trouble");
  };
}

/**
 * Puts an instance together; opens nothing before `start`, except that the cache begins to connect.
 * @param telemetry where traces and metrics go over OTLP; nowhere when absent
 */
export function createStorefront(config: StorefrontConfig, telemetry?: Telemetry): Storefront {
  const { switches } = config;
  const metrics = new Metrics({ version: config.appVersion, variant: config.variant });
  let log: FastifyBaseLogger | undefined;
  const trouble = troubleLog(() => log);
  const database = new Database({
    writerUrl: config.writerUrl,
    readerUrls: config.readerUrls,
    poolSize: config.poolSize,
    transactionPerRead: switches.transactionPerRead,
    metrics,
    onPoolError: trouble,
  });
  const cache = new Cache({
    url: config.redisUrl,
    metrics,
    keyPerRequest: switches.cacheKeyPerRequest,
    onError: (error) => trouble("cache", error),
  });
  const prices = priceBook(switches.indexedPromotions, config.promotionCount);
  const service = switches.remotePricing ? new PricingService(prices) : undefined;
  const pricing: Pricing =
    service === undefined
      ? new LocalPricing(prices)
      : new RemotePricing(() => service.port(), prices, metrics);
  const shop = new Shop({
    catalogue: new Catalogue(database, switches.queryPerProduct),
    cache,
    prices,
    pricing,
    productTtlSeconds: config.productTtlSeconds,
    cachedRecommendations: switches.cachedRecommendations,
    searchPriceGroups: switches.searchPriceGroups,
  });
  const carts = new Carts(database);
  const checkout = new Checkout(database, prices, () => metrics.replicaStaleReads.inc());
  const readiness = new Readiness(database, cache);
  const app = createServer({ config, metrics, readiness, telemetry });
  log = app.log;
  operationRoutes(app, readiness, metrics);
  pageRoutes(app, shop);
  catalogueRoutes(app, shop);
  productRoutes(app, shop);
  cartRoutes(app, { shop, carts, checkout, metrics });

  return {
    app,
    readiness,
    async start() {
      await service?.start();
      await app.listen({ host: config.host, port: config.port });
    },
    async stop() {
      await app.close();
      pricing.close();
      service?.stop();
      await database.close();
      cache.close();
      await telemetry?.stop();
    },
  };
}
