import type { FastifyInstance } from "fastify";
import { ASSETS } from "../assets";
import { notFound } from "../http-error";
import { CustomerGroup } from "../promotions";
import type { Shop } from "../shop";
import { homePage, productPage } from "../views";
import { EDGE_30_SECONDS, NEVER, STATIC_ONE_DAY } from "./caching";
import { ID_PARAMS, type IdParams } from "./parameters";

const HTML = "text/html; charset=utf-8";

/** Pages for people, and what they load. */
export function pageRoutes(app: FastifyInstance, shop: Shop): void {
  app.get("/", async (request, reply) => {
    const { timings } = request;
    const tree = await shop.categories(timings);
    const featured = shop.withPrices(await shop.featured(timings));
    return reply.header("cache-control", EDGE_30_SECONDS).type(HTML).send(homePage(tree, featured));
  });

  app.get<{ Params: IdParams }>(
    "/products/:id",
    { schema: { params: ID_PARAMS } },
    async (request, reply) => {
      const { timings } = request;
      const tree = await shop.categories(timings);
      const { priced, quantityPrices } = await shop.offer(timings, request.params.id);
      const recommended = shop.withPrices(await shop.recommended(timings, request.params.id));
      const page = productPage(tree, priced, quantityPrices[CustomerGroup.Guest], recommended);
      return reply.header("cache-control", NEVER).type(HTML).send(page);
    },
  );

  app.get<{ Params: { asset: string } }>("/static/:asset", async (request, reply) => {
    const asset = ASSETS.get(request.params.asset);
    if (asset === undefined) throw notFound("asset");
    reply.header("cache-control", STATIC_ONE_DAY).header("etag", asset.etag);
    if (request.headers["if-none-match"] === asset.etag) return reply.code(304).send();
    return reply.type(asset.contentType).send(asset.body);
  });
}
