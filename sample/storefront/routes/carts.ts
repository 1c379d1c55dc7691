import type { FastifyInstance } from "fastify";
import type { Carts } from "../carts";
import type { Checkout } from "../checkout";
import { HttpError, notFound } from "../http-error";
import type { Metrics } from "../metrics";
import type { Shop } from "../shop";
import { NEVER } from "./caching";
import {
  CHECKOUT_HEADERS,
  type CheckoutHeaders,
  ITEM_BODY,
  type ItemBody,
  UUID_PARAMS,
  type UuidParams,
} from "./parameters";

export interface CartServices {
  readonly shop: Shop;
  readonly carts: Carts;
  readonly checkout: Checkout;
  readonly metrics: Metrics;
}

/** Carts, checkout and orders: everything that writes. */
export function cartRoutes(app: FastifyInstance, { shop, carts, checkout, metrics }: CartServices): void {
  app.post("/api/carts", async (request, reply) => {
    const cartId = await carts.create(request.timings);
    return reply.code(201).header("cache-control", NEVER).send({ cartId });
  });

  app.post<{ Params: UuidParams; Body: ItemBody }>(
    "/api/carts/:id/items",
    { schema: { params: UUID_PARAMS, body: ITEM_BODY } },
    async (request, reply) => {
      const { productId, quantity } = request.body;
      const total = await carts.addItem(request.timings, request.params.id, productId, quantity);
      return reply.code(201).header("cache-control", NEVER).send({ productId, quantity: total });
    },
  );

  app.get<{ Params: UuidParams }>(
    "/api/carts/:id",
    { schema: { params: UUID_PARAMS } },
    async (request, reply) => {
      const cart = await carts.find(request.timings, request.params.id);
      if (cart === undefined) throw notFound("cart");
      const priced = await shop.cartPrices(request.timings, cart);
      return reply.header("cache-control", NEVER).send({
        cartId: cart.id,
        status: cart.status,
        lines: priced.map(({ line, quote }) => ({
          productId: line.id,
          name: line.name,
          quantity: line.quantity,
          ...quote,
        })),
        totalCents: priced.reduce((sum, { line, quote }) => sum + line.quantity * quote.unitCents, 0),
      });
    },
  );

  app.post<{ Params: UuidParams; Headers: CheckoutHeaders }>(
    "/api/carts/:id/checkout",
    { schema: { params: UUID_PARAMS, headers: CHECKOUT_HEADERS } },
    async (request, reply) => {
      const key = request.headers["idempotency-key"];
      try {
        const { order, repeated } = await checkout.place(request.timings, request.params.id, key);
        metrics.checkouts.labels(repeated ? "repeated" : "ordered").inc();
        const productIds = order.lines.map((line) => line.productId);
        if (!repeated) await shop.forgetProducts(request.timings, productIds);
        return reply
          .code(repeated ? 200 : 201)
          .header("cache-control", NEVER)
          .send({ orderId: order.id, totalCents: order.totalCents, lines: order.lines });
      } catch (error) {
        if (error instanceof HttpError) {
          metrics.checkouts.labels(error.code === "out_of_stock" ? "out-of-stock" : "refused").inc();
        }
        throw error;
      }
    },
  );

  app.get<{ Params: UuidParams }>(
    "/api/orders/:id",
    { schema: { params: UUID_PARAMS } },
    async (request, reply) => {
      const order = await checkout.find(request.timings, request.params.id);
      if (order === undefined) throw notFound("order");
      const { id, ...rest } = order;
      return reply.header("cache-control", NEVER).send({ orderId: id, ...rest });
    },
  );
}
