import type { FastifyInstance } from "fastify";
import type { ProductPage, ProductSummary } from "../catalogue";
import type { Shop } from "../shop";
import { highlight } from "../templates";
import type { Priced } from "../views";
import { EDGE_10_SECONDS, EDGE_30_SECONDS, NEVER } from "./caching";
import {
  ID_PARAMS,
  type IdParams,
  PAGE_QUERY,
  type PageQuery,
  SEARCH_QUERY,
  type SearchQuery,
} from "./parameters";

/** A product in a list, as JSON. */
export function summaryJson({ product, quote }: Priced<ProductSummary>) {
  return {
    id: product.id,
    name: product.name,
    brand: product.brand,
    categoryId: product.categoryId,
    rating: product.rating,
    stock: product.stock,
    listCents: quote.listCents,
    unitCents: quote.unitCents,
    promotions: quote.promotions,
  };
}

/** Categories, catalogue pages and search. */
export function catalogueRoutes(app: FastifyInstance, shop: Shop): void {
  const listJson = (list: ProductPage, page: number) => ({
    page,
    pages: shop.pageCount(list.total),
    total: list.total,
    products: shop.withPrices(list.products).map(summaryJson),
  });

  app.get("/api/categories", async (request, reply) => {
    const tree = await shop.categories(request.timings);
    return reply.header("cache-control", EDGE_30_SECONDS).send({ categories: tree.roots });
  });

  app.get<{ Params: IdParams; Querystring: PageQuery }>(
    "/api/categories/:id/products",
    { schema: { params: ID_PARAMS, querystring: PAGE_QUERY } },
    async (request, reply) => {
      const { page } = request.query;
      const list = await shop.shelf(request.timings, request.params.id, page);
      return reply.header("cache-control", EDGE_10_SECONDS).send(listJson(list, page));
    },
  );

  app.get<{ Querystring: SearchQuery }>(
    "/api/search",
    { schema: { querystring: SEARCH_QUERY } },
    async (request, reply) => {
      const { q, page } = request.query;
      const list = await shop.search(request.timings, q, page);
      const words = q.split(/\s+/);
      const answer = listJson(list, page);
      return reply.header("cache-control", NEVER).send({
        ...answer,
        query: q,
        products: answer.products.map((product, index) => {
          const hit = list.products[index];
          const groupCents = hit === undefined ? undefined : shop.groupPrices(hit, index);
          return {
            ...product,
            ...(groupCents === undefined ? {} : { groupCents }),
            nameHtml: highlight(product.name, words).text,
          };
        }),
      });
    },
  );
}
