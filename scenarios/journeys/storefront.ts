// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${name} is a variable of the journey, not of this module
import type { Feeder, HttpRequest, HttpStep, Journey, ThinkTime } from "../model";
import { readingTime } from "./think";

/** What the storefront sample holds after its set-up. */
const PRODUCTS = 50_000;
/** Ids of the categories that products stand on: the 200 categories but the 10 departments and their 40 groups. */
const FIRST_SHELF = 51;
const LAST_SHELF = 200;

/**
 * Popularity of products. An exponent a little under 1 is what web shops and proxies report; over 50,000 products the 1,000 most
 * popular ones then get about half of the views, which is what caches live on.
 */
const PRODUCT_EXPONENT = 0.9;

const product: Feeder = {
  kind: "zipf",
  name: "productId",
  min: 1,
  max: PRODUCTS,
  exponent: PRODUCT_EXPONENT,
};
const secondProduct: Feeder = { ...product, name: "secondProductId" };
const category: Feeder = {
  kind: "zipf",
  name: "categoryId",
  min: FIRST_SHELF,
  max: LAST_SHELF,
  exponent: 0.7,
};

/** Words of the catalogue; the common ones are asked for more often. */
const SEARCHES: Feeder = {
  kind: "choice",
  name: "words",
  values: [
    "oak desk",
    "linen sofa",
    "steel lamp",
    "wool rug",
    "headphones",
    "running belt",
    "leather armchair",
    "ceramic bowl",
    "walnut bookcase",
    "bamboo chopping board",
    "tent",
    "classic kettle",
    "brass floor lamp",
    "foldable camp stove",
    "alder cotton duvet",
    "no such thing",
  ],
  weights: [16, 12, 10, 9, 8, 7, 6, 6, 5, 5, 4, 4, 3, 2, 2, 1],
};

const get = (path: string): HttpRequest => ({ method: "GET", path });
const post = (path: string, body: string, headers: Readonly<Record<string, string>> = {}): HttpRequest => ({
  method: "POST",
  path,
  headers: { "content-type": "application/json", ...headers },
  body,
});

const page = (name: string, path: string, thinkTime?: ThinkTime): HttpStep => ({
  name,
  request: get(path),
  ...(thinkTime === undefined ? {} : { thinkTime }),
});

/** Looks around: home page with its assets, a category, its second page. */
function browse(scale: number): Journey {
  return {
    name: "browse",
    weight: 45,
    feeders: [category, { kind: "random-int", name: "nextPage", min: 2, max: 4 }],
    steps: [
      page("home", "/"),
      page("style-sheet", "/static/storefront.css"),
      page("script", "/static/storefront.js", readingTime(1, scale)),
      page("categories", "/api/categories"),
      page("category", "/api/categories/${categoryId}/products?page=1", readingTime(1.5, scale)),
      page("category-next", "/api/categories/${categoryId}/products?page=${nextPage}"),
    ],
  };
}

/** Knows what it wants: search, sometimes the next page of results. */
function search(scale: number): Journey {
  return {
    name: "search",
    weight: 20,
    feeders: [SEARCHES, product],
    steps: [
      page("search", "/api/search?q=${words}&page=1", readingTime(1.5, scale)),
      page("search-next", "/api/search?q=${words}&page=2", readingTime(1, scale)),
      page("found-product", "/api/products/${productId}"),
    ],
  };
}

/** Compares products: page and recommendations. The body is looked at, because a cache may serve the wrong one. */
function productJourney(scale: number): Journey {
  return {
    name: "product",
    weight: 25,
    feeders: [product, secondProduct],
    steps: [
      {
        ...page("product-page", "/api/products/${productId}"),
        checks: [
          { kind: "status", statuses: [200] },
          { kind: "json", path: "id" },
        ],
      },
      page("recommendations", "/api/products/${productId}/recommendations", readingTime(2, scale)),
      page("second-product", "/api/products/${secondProductId}"),
    ],
  };
}

/** Buys two products. */
function checkout(scale: number): Journey {
  return {
    name: "checkout",
    weight: 10,
    feeders: [
      product,
      secondProduct,
      { kind: "random-int", name: "quantity", min: 1, max: 3 },
      { kind: "unique-id", name: "orderKey", prefix: "order-" },
    ],
    steps: [
      { ...page("cart-product", "/api/products/${productId}"), thinkTime: readingTime(1, scale) },
      {
        name: "create-cart",
        request: post("/api/carts", "{}"),
        extract: [{ kind: "json", name: "cartId", path: "cartId" }],
      },
      {
        name: "add-item",
        request: post("/api/carts/${cartId}/items", '{"productId":${productId},"quantity":${quantity}}'),
        thinkTime: readingTime(1, scale),
      },
      {
        name: "add-second-item",
        request: post("/api/carts/${cartId}/items", '{"productId":${secondProductId},"quantity":1}'),
      },
      { ...page("view-cart", "/api/carts/${cartId}"), thinkTime: readingTime(1, scale) },
      {
        name: "place-order",
        request: post("/api/carts/${cartId}/checkout", "{}", { "idempotency-key": "${orderKey}" }),
      },
    ],
  };
}

/**
 * Journeys of the storefront sample: browse 45 %, product 25 %, search 20 %, checkout 10 % of the arrivals.
 * `thinkTimeScale` multiplies every pause; 0 removes them.
 */
export function storefrontJourneys(thinkTimeScale: number): readonly Journey[] {
  return [
    browse(thinkTimeScale),
    search(thinkTimeScale),
    productJourney(thinkTimeScale),
    checkout(thinkTimeScale),
  ];
}
