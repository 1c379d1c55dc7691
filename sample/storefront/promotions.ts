/**
 * The shop's prices: list price less the promotions that apply to this product, quantity and customer group. This is the
 * CPU work of the sample application: every price shown is worked out afresh, as shops do whose prices must not be stale.
 * The promotions are the same in every instance and at every hour, so that the work of a request does not depend on when a run happens.
 */

/** Promotions of a large shop. The CPU time of a request grows with it; see PROMOTION_COUNT in the README. */
export const DEFAULT_PROMOTION_COUNT = 6_000;
/** At most this many promotions add up on one product. */
const MAX_STACKED = 3;
/** No combination of promotions takes off more than this share. */
const MAX_DISCOUNT = 0.6;

export enum CustomerGroup {
  Guest = "guest",
  Member = "member",
  Business = "business",
}

/** What pricing needs to know about a product. */
export interface PricedProduct {
  readonly id: number;
  readonly categoryId: number;
  readonly brand: string;
  readonly name: string;
  readonly priceCents: number;
}

export interface PriceContext {
  readonly quantity: number;
  readonly group: CustomerGroup;
}

export interface Quote {
  readonly listCents: number;
  readonly unitCents: number;
  /** Names of the promotions applied, biggest first. */
  readonly promotions: readonly string[];
}

interface Promotion {
  readonly name: string;
  /** Share taken off, 0 to 1. */
  readonly share: number;
  readonly categoryIds: readonly number[];
  readonly brand: string | undefined;
  readonly keyword: string | undefined;
  readonly minQuantity: number;
  readonly minPriceCents: number;
  readonly group: CustomerGroup | undefined;
}

/** Small seeded generator (mulberry32): promotions are the same in every instance and every run. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface PromotionVocabulary {
  readonly categoryIds: readonly number[];
  readonly brands: readonly string[];
  readonly keywords: readonly string[];
}

function makePromotions(vocabulary: PromotionVocabulary, count: number): Promotion[] {
  const random = seededRandom(77);
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  const groups = Object.values(CustomerGroup);
  return Array.from({ length: count }, (_, index) => {
    const categories = new Set<number>();
    for (let n = 0; n < 3; n += 1) {
      const id = pick(vocabulary.categoryIds);
      if (id !== undefined) categories.add(id);
    }
    const byBrand = random() < 0.4;
    return {
      name: `promotion-${index + 1}`,
      share: 0.02 + Math.floor(random() * 14) / 100,
      categoryIds: byBrand ? [] : [...categories],
      brand: byBrand ? pick(vocabulary.brands) : undefined,
      keyword: random() < 0.3 ? pick(vocabulary.keywords) : undefined,
      minQuantity: random() < 0.5 ? 1 : 1 + Math.floor(random() * 10),
      minPriceCents: Math.floor(random() * 8_000),
      group: random() < 0.5 ? undefined : groups[Math.floor(random() * groups.length)],
    };
  });
}

function applies(
  promotion: Promotion,
  product: PricedProduct,
  context: PriceContext,
  lowerName: string,
): boolean {
  return (
    (promotion.categoryIds.length === 0 || promotion.categoryIds.includes(product.categoryId)) &&
    (promotion.brand === undefined || promotion.brand === product.brand) &&
    (promotion.group === undefined || promotion.group === context.group) &&
    context.quantity >= promotion.minQuantity &&
    product.priceCents >= promotion.minPriceCents &&
    (promotion.keyword === undefined || lowerName.includes(promotion.keyword))
  );
}

/** Quotes prices. `indexed` looks promotions up by category and brand; otherwise each one is tried. Same answers either way. */
export class PriceBook {
  private readonly all: readonly Promotion[];
  private readonly byCategory = new Map<number, Promotion[]>();
  private readonly byBrand = new Map<string, Promotion[]>();

  constructor(
    vocabulary: PromotionVocabulary,
    private readonly indexed: boolean,
    count = DEFAULT_PROMOTION_COUNT,
  ) {
    this.all = makePromotions(vocabulary, count);
    for (const promotion of this.all) {
      for (const id of promotion.categoryIds) append(this.byCategory, id, promotion);
      if (promotion.brand !== undefined) append(this.byBrand, promotion.brand, promotion);
    }
  }

  quote(product: PricedProduct, context: PriceContext): Quote {
    const lowerName = product.name.toLowerCase();
    const matching = this.candidates(product)
      .filter((promotion) => applies(promotion, product, context, lowerName))
      .sort((a, b) => b.share - a.share || (a.name < b.name ? -1 : 1))
      .slice(0, MAX_STACKED);
    let keep = 1;
    for (const promotion of matching) keep *= 1 - promotion.share;
    return {
      listCents: product.priceCents,
      unitCents: Math.max(1, Math.round(product.priceCents * Math.max(keep, 1 - MAX_DISCOUNT))),
      promotions: matching.map((promotion) => promotion.name),
    };
  }

  private candidates(product: PricedProduct): readonly Promotion[] {
    if (!this.indexed) return this.all;
    return [...(this.byCategory.get(product.categoryId) ?? []), ...(this.byBrand.get(product.brand) ?? [])];
  }
}

function append<K>(map: Map<K, Promotion[]>, key: K, promotion: Promotion): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [promotion]);
  else list.push(promotion);
}
