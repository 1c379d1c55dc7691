/** What the edge may keep. Browsers ask again every time; the edge answers most of them. */

/** The home page and the category tree. */
export const EDGE_30_SECONDS = "public, max-age=0, s-maxage=30";
/** Catalogue pages: prices and order may be this old. */
export const EDGE_10_SECONDS = "public, max-age=0, s-maxage=10";
/** Assets carry an ETag and change with a release only. */
export const STATIC_ONE_DAY = "public, max-age=86400";
/** Products show price and stock of the moment; search, carts and orders are one customer's. */
export const NEVER = "private, no-store";
