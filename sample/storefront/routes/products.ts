import type { FastifyInstance } from "fastify";
import type { Shop } from "../shop";
import { renderDescription } from "../templates";
import { NEVER } from "./caching";
import { summaryJson } from "./catalogue";
import { ID_PARAMS, type IdParams } from "./parameters";

/** Product details and recommendations, as JSON. */
export function productRoutes(app: FastifyInstance, shop: Shop): void {
  app.get<{ Params: IdParams }>(
    "/api/products/:id",
    { schema: { params: ID_PARAMS } },
    async (request, reply) => {
      const { priced, quantityPrices } = await shop.offer(request.timings, request.params.id);
      const tree = await shop.categories(request.timings);
      return reply.header("cache-control", NEVER).send({
        ...summaryJson(priced),
        description: priced.product.description,
        descriptionHtml: renderDescription(priced.product.description).text,
        categories: tree.path(priced.product.categoryId).map(({ id, name }) => ({ id, name })),
        standing: priced.product.standing,
        quantityPrices,
      });
    },
  );

  app.get<{ Params: IdParams }>(
    "/api/products/:id/recommendations",
    { schema: { params: ID_PARAMS } },
    async (request, reply) => {
      const products = await shop.recommended(request.timings, request.params.id);
      return reply
        .header("cache-control", NEVER)
        .send({ products: shop.withPrices(products).map(summaryJson) });
    },
  );
}
