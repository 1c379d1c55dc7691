import { randomUUID } from "node:crypto";
import type { CartLine } from "./carts";
import type { Database, Query, QueryRunner } from "./database";
import { HttpError, notFound } from "./http-error";
import { CustomerGroup, type PriceBook } from "./promotions";
import type { RequestTimings } from "./request-timings";

export interface OrderLine {
  readonly productId: number;
  readonly quantity: number;
  readonly unitCents: number;
}

export interface Order {
  readonly id: string;
  readonly cartId: string;
  readonly totalCents: number;
  readonly lines: readonly OrderLine[];
}

export interface CheckoutResult {
  readonly order: Order;
  /** The order had been placed before under the same key. */
  readonly repeated: boolean;
}

const LOCK_CART: Query = {
  name: "checkout-lock-cart",
  sql: "SELECT status FROM carts WHERE id = $1 FOR UPDATE",
};
const ORDER_OF_CART: Query = {
  name: "checkout-order-of-cart",
  sql: `SELECT id, idempotency_key AS "key" FROM orders WHERE cart_id = $1`,
};
const LINES: Query = {
  name: "checkout-lines",
  sql: `SELECT i.quantity, p.id, p.category_id AS "categoryId", p.brand, p.name, p.price_cents AS "priceCents"
        FROM cart_items i JOIN products p ON p.id = i.product_id WHERE i.cart_id = $1 ORDER BY p.id`,
};
/** Rows are locked in the order of their ids: two checkouts with the same products cannot wait for each other. */
const LOCK_STOCK: Query = {
  name: "checkout-lock-stock",
  sql: `SELECT product_id AS "productId", quantity FROM stock WHERE product_id = ANY ($1::int[]) ORDER BY product_id FOR UPDATE`,
};
/** Conditional as well: even without the lock no product could be sold that is not there. */
const TAKE_STOCK: Query = {
  name: "checkout-take-stock",
  sql: `UPDATE stock SET quantity = stock.quantity - line.quantity
        FROM unnest($1::int[], $2::int[]) AS line (product_id, quantity)
        WHERE stock.product_id = line.product_id AND stock.quantity >= line.quantity
        RETURNING stock.product_id`,
};
const INSERT_ORDER: Query = {
  name: "checkout-insert-order",
  sql: `INSERT INTO orders (id, cart_id, idempotency_key, total_cents) VALUES ($1, $2, $3, $4)
        ON CONFLICT (idempotency_key) DO NOTHING RETURNING id`,
};
const INSERT_LINES: Query = {
  name: "checkout-insert-lines",
  sql: `INSERT INTO order_items (order_id, product_id, quantity, unit_price_cents)
        SELECT $1::uuid, * FROM unnest($2::int[], $3::int[], $4::int[])`,
};
const CLOSE_CART: Query = {
  name: "checkout-close-cart",
  sql: "UPDATE carts SET status = 'ordered' WHERE id = $1",
};
const ORDER: Query = {
  name: "order",
  sql: `SELECT o.cart_id AS "cartId", o.total_cents::float8 AS "totalCents", l.product_id AS "productId", l.quantity,
               l.unit_price_cents AS "unitCents"
        FROM orders o JOIN order_items l ON l.order_id = o.id WHERE o.id = $1 ORDER BY l.product_id`,
};

type OrderRow = OrderLine & { cartId: string; totalCents: number };

/** Products that fall short, worked out from the locked stock. Pure, so that it can be tested by itself. */
export function shortages(
  lines: readonly { readonly id: number; readonly quantity: number }[],
  stock: ReadonlyMap<number, number>,
): { productId: number; wanted: number; available: number }[] {
  return lines.flatMap((line) => {
    const available = stock.get(line.id) ?? 0;
    return line.quantity > available ? [{ productId: line.id, wanted: line.quantity, available }] : [];
  });
}

/** Places orders on the primary; reads them back from a replica where it has them already. */
export class Checkout {
  constructor(
    private readonly database: Database,
    private readonly prices: PriceBook,
    private readonly onStaleRead: () => void,
  ) {}

  /**
   * One transaction: lock the cart, lock the stock rows in id order, take the stock, write the order. The same key returns the same
   * order however often it is sent; without a key the cart itself is the key.
   */
  place(
    timings: RequestTimings,
    cartId: string,
    idempotencyKey: string | undefined,
  ): Promise<CheckoutResult> {
    const key = idempotencyKey ?? `cart-${cartId}`;
    return this.database.transaction(timings, async (runner) => {
      const cart = (await runner.query<{ status: string }>(LOCK_CART, [cartId]))[0];
      if (cart === undefined) throw notFound("cart");
      if (cart.status !== "open") return this.repeat(runner, cartId, key);
      const lines = await runner.query<CartLine>(LINES, [cartId]);
      if (lines.length === 0) throw new HttpError(422, "empty_cart", "There is nothing in this cart.");
      await takeStock(runner, lines);
      return { order: await this.write(runner, cartId, key, lines), repeated: false };
    });
  }

  /** The replica may be a moment behind an order that the same customer has just placed: then the primary has it. */
  async find(timings: RequestTimings, orderId: string): Promise<Order | undefined> {
    const rows = await this.database.read<OrderRow>(timings, ORDER, [orderId]);
    if (rows.length > 0 || !this.database.hasReplicas()) return toOrder(orderId, rows);
    const fresh = await this.database.readPrimary<OrderRow>(timings, ORDER, [orderId]);
    if (fresh.length > 0) this.onStaleRead();
    return toOrder(orderId, fresh);
  }

  private async repeat(runner: QueryRunner, cartId: string, key: string): Promise<CheckoutResult> {
    const placed = (await runner.query<{ id: string; key: string }>(ORDER_OF_CART, [cartId]))[0];
    const order =
      placed?.key === key ? toOrder(placed.id, await runner.query<OrderRow>(ORDER, [placed.id])) : undefined;
    if (order === undefined) throw new HttpError(409, "cart_closed", "This cart has been ordered.");
    return { order, repeated: true };
  }

  private async write(
    runner: QueryRunner,
    cartId: string,
    key: string,
    lines: readonly CartLine[],
  ): Promise<Order> {
    const priced = lines.map((line) => ({
      productId: line.id,
      quantity: line.quantity,
      unitCents: this.prices.quote(line, {
        quantity: line.quantity,
        group: CustomerGroup.Guest,
      }).unitCents,
    }));
    const totalCents = priced.reduce((sum, line) => sum + line.quantity * line.unitCents, 0);
    const id = randomUUID();
    const inserted = await runner.query(INSERT_ORDER, [id, cartId, key, totalCents]);
    if (inserted.length === 0) {
      throw new HttpError(
        422,
        "idempotency_key_reused",
        "This idempotency key belongs to another cart's order.",
      );
    }
    await runner.query(INSERT_LINES, [
      id,
      priced.map((line) => line.productId),
      priced.map((line) => line.quantity),
      priced.map((line) => line.unitCents),
    ]);
    await runner.query(CLOSE_CART, [cartId]);
    return { id, cartId, totalCents, lines: priced };
  }
}

async function takeStock(runner: QueryRunner, lines: readonly CartLine[]): Promise<void> {
  const ids = lines.map((line) => line.id);
  const locked = await runner.query<{ productId: number; quantity: number }>(LOCK_STOCK, [ids]);
  const short = shortages(lines, new Map(locked.map((row) => [row.productId, row.quantity])));
  if (short.length > 0) throw outOfStock(short);
  const taken = await runner.query(TAKE_STOCK, [ids, lines.map((line) => line.quantity)]);
  if (taken.length !== lines.length) throw outOfStock([]);
}

function outOfStock(short: unknown): HttpError {
  return new HttpError(409, "out_of_stock", "Not enough of some products is left.", short);
}

function toOrder(id: string, rows: readonly OrderRow[]): Order | undefined {
  const first = rows[0];
  if (first === undefined) return undefined;
  return {
    id,
    cartId: first.cartId,
    totalCents: first.totalCents,
    lines: rows.map(({ productId, quantity, unitCents }) => ({ productId, quantity, unitCents })),
  };
}
