import { CustomerGroup } from "./promotions";
import type { HitPrices } from "./shop";

/**
 * Planted performance changes, so that the judge can be judged: each variant is the same shop with one realistic mistake (or one
 * improvement) switched on. Nothing sleeps: every effect comes from the work that the switch adds or removes.
 */
export enum Variant {
  Baseline = "baseline",
  MissingIndex = "missing-index",
  NPlusOne = "n-plus-one",
  LostCache = "lost-cache",
  SmallPool = "small-pool",
  SlowDependency = "slow-dependency",
  MemberPrices = "member-prices",
  Improved = "improved",
}

export interface VariantSwitches {
  /** One sentence for people. */
  readonly summary: string;
  /** Tier in which the cause lies: app, database or cache. What an attribution should find; none for the baseline. */
  readonly tier: string;
  /** Whether set-up creates the full-text index. Without it every search reads the whole product table. */
  readonly searchIndex: boolean;
  /** Lists fetch ids first and then one row a product, as an ORM with lazy loading does. */
  readonly queryPerProduct: boolean;
  /** The request id slips into the cache keys: nothing written to the cache is ever read again. */
  readonly cacheKeyPerRequest: boolean;
  /** Database connections an instance may open for each role, whatever DATABASE_POOL_SIZE says. */
  readonly poolSizeCap: number;
  /** Page reads hold one connection from first to last query (a transaction a request). */
  readonly transactionPerRead: boolean;
  /** Prices on product pages and in carts come from another service over HTTP instead of from the code in process. */
  readonly remotePricing: boolean;
  /** Customer groups whose price search hits show beside the guest's. */
  readonly searchPriceGroups: readonly HitPrices[];
  /** Promotions are looked up by category and brand instead of being tried one after the other. */
  readonly indexedPromotions: boolean;
  /** Recommendations are kept in the cache. */
  readonly cachedRecommendations: boolean;
}

const baseline: VariantSwitches = {
  summary: "The shop as it should be.",
  tier: "none",
  searchIndex: true,
  queryPerProduct: false,
  cacheKeyPerRequest: false,
  poolSizeCap: Number.POSITIVE_INFINITY,
  transactionPerRead: false,
  remotePricing: false,
  searchPriceGroups: [],
  indexedPromotions: false,
  cachedRecommendations: false,
};

export const VARIANTS: Readonly<Record<Variant, VariantSwitches>> = {
  [Variant.Baseline]: baseline,
  [Variant.MissingIndex]: {
    ...baseline,
    summary: "The full-text index is missing: each search scans the product table.",
    tier: "database",
    searchIndex: false,
  },
  [Variant.NPlusOne]: {
    ...baseline,
    summary: "Lists run one query for the ids and one more for each product.",
    tier: "database",
    queryPerProduct: true,
  },
  [Variant.LostCache]: {
    ...baseline,
    summary: "Cache keys hold the request id: every product page misses and goes to the database.",
    tier: "cache",
    cacheKeyPerRequest: true,
  },
  [Variant.SmallPool]: {
    ...baseline,
    summary: "One database connection a role, held by a transaction for each read: requests queue for it.",
    tier: "app",
    poolSizeCap: 1,
    transactionPerRead: true,
  },
  [Variant.SlowDependency]: {
    ...baseline,
    summary: "Prices come from a pricing service over HTTP that has few workers and a queue.",
    tier: "app",
    remotePricing: true,
  },
  [Variant.MemberPrices]: {
    ...baseline,
    summary: "The first 16 hits of a search show the members' price too: 16 more prices beside 24.",
    tier: "app",
    searchPriceGroups: [{ group: CustomerGroup.Member, hits: 16 }],
  },
  [Variant.Improved]: {
    ...baseline,
    summary: "Promotions are indexed by category and brand, and recommendations are cached.",
    tier: "app",
    indexedPromotions: true,
    cachedRecommendations: true,
  },
};

export function isVariant(name: string): name is Variant {
  return Object.values<string>(Variant).includes(name);
}
