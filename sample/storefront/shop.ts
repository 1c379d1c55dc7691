import type { Cache, CacheRegion } from "./cache";
import type { Cart, CartLine } from "./carts";
import {
  type Catalogue,
  type CategoryRow,
  PAGE_SIZE,
  type ProductDetail,
  type ProductPage,
  type ProductSummary,
} from "./catalogue";
import { CategoryTree } from "./category-tree";
import { notFound } from "./http-error";
import type { Pricing } from "./pricing";
import { CustomerGroup, type PriceBook, type Quote } from "./promotions";
import { CANDIDATES, recommend } from "./recommendations";
import type { RequestTimings } from "./request-timings";
import type { Priced, QuantityPrice } from "./views";

/** The category tree hardly ever changes: each process keeps it this long. */
const TREE_TTL_MS = 30_000;
const CATEGORIES_TTL_SECONDS = 60;
const RECOMMENDATIONS_TTL_SECONDS = 60;
const FEATURED_COUNT = 24;
/** Quantities in the table of prices on a product page. */
const QUANTITIES = [1, 2, 3, 5, 10, 20];

/** A product with the prices it is offered at. */
export interface ProductOffer {
  readonly priced: Priced<ProductDetail>;
  readonly quantityPrices: Readonly<Record<CustomerGroup, readonly QuantityPrice[]>>;
}

export interface ShopOptions {
  readonly catalogue: Catalogue;
  readonly cache: Cache;
  readonly prices: PriceBook;
  readonly pricing: Pricing;
  readonly productTtlSeconds: number;
  readonly cachedRecommendations: boolean;
  /** See {@link Shop.groupPrices}. */
  readonly searchPriceGroups: readonly HitPrices[];
}

/** A customer group whose price the first hits of a search show beside the guest's. */
export interface HitPrices {
  readonly group: CustomerGroup;
  /** How many of a page's hits, from the top. */
  readonly hits: number;
}

/** What the shop knows how to do, free of HTTP: cached catalogue reads with prices on them. */
export class Shop {
  private readonly products: CacheRegion<ProductDetail>;
  private readonly categoryRows: CacheRegion<CategoryRow[]>;
  private readonly recommendations: CacheRegion<ProductSummary[]>;
  private tree: { readonly value: CategoryTree; readonly untilMs: number } | undefined;

  constructor(private readonly options: ShopOptions) {
    this.products = options.cache.region("product", options.productTtlSeconds);
    this.categoryRows = options.cache.region("categories", CATEGORIES_TTL_SECONDS);
    this.recommendations = options.cache.region("recommendations", RECOMMENDATIONS_TTL_SECONDS);
  }

  async categories(timings: RequestTimings): Promise<CategoryTree> {
    const now = performance.now();
    if (this.tree !== undefined && this.tree.untilMs > now) return this.tree.value;
    const rows = await this.categoryRows.getOrLoad(timings, "all", () =>
      this.options.catalogue.categories(timings),
    );
    const value = new CategoryTree(rows ?? []);
    this.tree = { value, untilMs: now + TREE_TTL_MS };
    return value;
  }

  /** @throws HttpError 404 for a product that does not exist. */
  async product(timings: RequestTimings, id: number): Promise<ProductDetail> {
    const found = await this.products.getOrLoad(timings, id, () =>
      this.options.catalogue.product(timings, id),
    );
    if (found === undefined) throw notFound("product");
    return found;
  }

  /** A product with its price and the table of prices by quantity for every customer group. */
  async offer(timings: RequestTimings, id: number): Promise<ProductOffer> {
    const product = await this.product(timings, id);
    const groups = Object.values(CustomerGroup);
    const requests = groups.flatMap((group) =>
      QUANTITIES.map((quantity) => ({ product, context: { quantity, group } })),
    );
    const quotes = await this.options.pricing.quote(timings, requests);
    const column = (group: CustomerGroup): QuantityPrice[] =>
      requests.flatMap((request, index) =>
        request.context.group === group
          ? [
              {
                quantity: request.context.quantity,
                unitCents: quotes[index]?.unitCents ?? product.priceCents,
              },
            ]
          : [],
      );
    const quote = quotes[0] ?? {
      listCents: product.priceCents,
      unitCents: product.priceCents,
      promotions: [],
    };
    return {
      priced: { product, quote },
      quantityPrices: {
        [CustomerGroup.Guest]: column(CustomerGroup.Guest),
        [CustomerGroup.Member]: column(CustomerGroup.Member),
        [CustomerGroup.Business]: column(CustomerGroup.Business),
      },
    };
  }

  /** @throws HttpError 404 for a category that does not exist. */
  async shelf(timings: RequestTimings, categoryId: number, page: number): Promise<ProductPage> {
    const tree = await this.categories(timings);
    if (tree.find(categoryId) === undefined) throw notFound("category");
    return this.options.catalogue.shelf(timings, tree, categoryId, page);
  }

  search(timings: RequestTimings, text: string, page: number): Promise<ProductPage> {
    return this.options.catalogue.search(timings, text, page);
  }

  async recommended(timings: RequestTimings, id: number): Promise<ProductSummary[]> {
    const load = async (): Promise<ProductSummary[]> => {
      const product = await this.product(timings, id);
      return recommend(
        product,
        await this.options.catalogue.neighbours(timings, product.categoryId, CANDIDATES),
      );
    };
    if (!this.options.cachedRecommendations) return load();
    return (await this.recommendations.getOrLoad(timings, id, load)) ?? [];
  }

  async featured(timings: RequestTimings): Promise<ProductSummary[]> {
    const tree = await this.categories(timings);
    const every = Math.max(1, Math.floor(tree.shelfIds.length / FEATURED_COUNT));
    const shelves = tree.shelfIds.filter((_, index) => index % every === 0).slice(0, FEATURED_COUNT);
    return this.options.catalogue.featured(timings, shelves);
  }

  /** Prices for one item each, for lists; always worked out in process. */
  withPrices<T extends ProductSummary>(products: readonly T[]): Priced<T>[] {
    const context = { quantity: 1, group: CustomerGroup.Guest };
    return products.map((product) => ({ product, quote: this.options.prices.quote(product, context) }));
  }

  /**
   * Prices for one item in the customer groups that a search hit shows beside the guest's; undefined where there are none.
   * @param place of the hit on its page, from 0
   */
  groupPrices(product: ProductSummary, place: number): Readonly<Record<string, number>> | undefined {
    const shown = this.options.searchPriceGroups.filter(({ hits }) => place < hits);
    if (shown.length === 0) return undefined;
    return Object.fromEntries(
      shown.map(({ group }) => [group, this.options.prices.quote(product, { quantity: 1, group }).unitCents]),
    );
  }

  async cartPrices(timings: RequestTimings, cart: Cart): Promise<{ line: CartLine; quote: Quote }[]> {
    if (cart.lines.length === 0) return [];
    const quotes = await this.options.pricing.quote(
      timings,
      cart.lines.map((line) => ({
        product: line,
        context: { quantity: line.quantity, group: CustomerGroup.Guest },
      })),
    );
    return cart.lines.flatMap((line, index) => {
      const quote = quotes[index];
      return quote === undefined ? [] : [{ line, quote }];
    });
  }

  /** Stock has changed: the next page view reads it afresh. */
  forgetProducts(timings: RequestTimings, ids: readonly number[]): Promise<void> {
    return this.products.forget(timings, ids);
  }

  pageCount(total: number): number {
    return Math.ceil(total / PAGE_SIZE);
  }
}
