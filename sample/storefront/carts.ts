import { randomUUID } from "node:crypto";
import type { Database, Query } from "./database";
import { HttpError, notFound } from "./http-error";
import type { PricedProduct } from "./promotions";
import type { RequestTimings } from "./request-timings";

/** Carts live on the primary and are always read from it: a customer must see at once what they have just put in. */
export interface CartLine extends PricedProduct {
  readonly quantity: number;
}

export interface Cart {
  readonly id: string;
  readonly status: string;
  readonly lines: readonly CartLine[];
}

export const MAX_QUANTITY = 99;

const CREATE: Query = { name: "cart-create", sql: "INSERT INTO carts (id) VALUES ($1)" };
/** FOR SHARE waits for a checkout of the same cart, and then sees that the cart is no longer open. */
const ADD_ITEM: Query = {
  name: "cart-add-item",
  sql: `WITH target AS (SELECT id FROM carts WHERE id = $1 AND status = 'open' FOR SHARE)
        INSERT INTO cart_items (cart_id, product_id, quantity)
        SELECT target.id, p.id, $3::int FROM target, products p WHERE p.id = $2
        ON CONFLICT (cart_id, product_id) DO UPDATE SET quantity = cart_items.quantity + EXCLUDED.quantity
          WHERE cart_items.quantity + EXCLUDED.quantity <= ${MAX_QUANTITY}
        RETURNING quantity`,
};
const STATUS: Query = {
  name: "cart-status",
  sql: `SELECT status, EXISTS (SELECT 1 FROM products WHERE id = $2) AS "hasProduct" FROM carts WHERE id = $1`,
};
const CART: Query = {
  name: "cart",
  sql: `SELECT c.status, i.quantity, p.id, p.category_id AS "categoryId", p.brand, p.name, p.price_cents AS "priceCents"
        FROM carts c LEFT JOIN cart_items i ON i.cart_id = c.id LEFT JOIN products p ON p.id = i.product_id
        WHERE c.id = $1 ORDER BY i.product_id`,
};

type CartRow = { status: string } & { [K in keyof CartLine]: CartLine[K] | null };

function isLine(row: CartRow): row is CartRow & CartLine {
  return row.id !== null;
}

export class Carts {
  constructor(private readonly database: Database) {}

  async create(timings: RequestTimings): Promise<string> {
    const id = randomUUID();
    await this.database.write(timings, CREATE, [id]);
    return id;
  }

  /** Adds to what is in the cart already. Returns the new quantity of the product. */
  async addItem(
    timings: RequestTimings,
    cartId: string,
    productId: number,
    quantity: number,
  ): Promise<number> {
    const rows = await this.database.write<{ quantity: number }>(timings, ADD_ITEM, [
      cartId,
      productId,
      quantity,
    ]);
    const added = rows[0];
    if (added !== undefined) return added.quantity;
    throw await this.whyNotAdded(timings, cartId, productId);
  }

  async find(timings: RequestTimings, cartId: string): Promise<Cart | undefined> {
    const rows = await this.database.readPrimary<CartRow>(timings, CART, [cartId]);
    const first = rows[0];
    if (first === undefined) return undefined;
    return { id: cartId, status: first.status, lines: rows.filter(isLine) };
  }

  private async whyNotAdded(timings: RequestTimings, cartId: string, productId: number): Promise<HttpError> {
    const rows = await this.database.readPrimary<{ status: string; hasProduct: boolean }>(timings, STATUS, [
      cartId,
      productId,
    ]);
    const cart = rows[0];
    if (cart === undefined) return notFound("cart");
    if (cart.status !== "open") return new HttpError(409, "cart_closed", "This cart has been ordered.");
    if (!cart.hasProduct) return new HttpError(422, "unknown_product", "There is no such product.");
    return new HttpError(422, "quantity_limit", `At most ${MAX_QUANTITY} of one product fit in a cart.`);
  }
}
