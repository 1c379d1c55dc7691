import type { VisitChain } from "../../analysis/traffic/chain";

/** One page of the shop that the synthetic log is about. */
export interface ShopPage {
  /** As `traffic learn` names its template. */
  readonly template: string;
  readonly method: "GET" | "POST";
  /** Mean of the pause after it, seconds, and standard deviation of its logarithm. */
  readonly pauseMeanSeconds: number;
  readonly pauseSigma: number;
}

const page = (
  method: ShopPage["method"],
  template: string,
  pauseMeanSeconds: number,
  pauseSigma = 0.8,
): ShopPage => ({ method, template, pauseMeanSeconds, pauseSigma });

export const SHOP_PAGES: readonly ShopPage[] = [
  page("GET", "/", 8),
  page("GET", "/api/categories/{categoryId}/products", 15, 1),
  page("GET", "/api/products/{productId}", 25, 1.1),
  page("GET", "/api/search", 10),
  page("POST", "/api/carts", 6, 0.6),
  page("GET", "/api/carts/{cartId}", 12),
  page("POST", "/api/carts/{cartId}/checkout", 5, 0.5),
  page("GET", "/blog/{blogSlug}", 60, 0.9),
];

const rows: readonly (readonly number[])[] = [
  // home  category product search cart  view  checkout blog
  [0.02, 0.4, 0.15, 0.2, 0, 0, 0, 0.05],
  [0.03, 0.25, 0.45, 0.07, 0, 0, 0, 0],
  [0.04, 0.15, 0.3, 0.08, 0.18, 0, 0, 0],
  [0.02, 0.05, 0.5, 0.2, 0, 0, 0, 0],
  [0, 0.05, 0.1, 0, 0, 0.8, 0, 0],
  [0.02, 0.05, 0.1, 0, 0, 0.03, 0.6, 0],
  [0.15, 0, 0.05, 0, 0, 0, 0, 0],
  [0.1, 0.02, 0.05, 0.03, 0, 0, 0, 0.3],
];

/** How visitors of the shop go from page to page: what learning must find again. */
export const SHOP_CHAIN: VisitChain = {
  entry: [0.45, 0.12, 0.25, 0.1, 0, 0, 0, 0.08],
  transitions: rows,
  exit: rows.map((row) => 1 - row.reduce((sum, probability) => sum + probability, 0)),
};

export const SHOP_PRODUCTS = 20_000;
export const SHOP_PRODUCT_EXPONENT = 0.9;
export const SHOP_CATEGORIES = 150;
export const SHOP_ARTICLES = 300;
