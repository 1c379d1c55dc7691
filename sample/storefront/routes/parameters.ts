/** JSON schemas of what requests carry, and their types. Anything else is answered with 400 before a handler runs. */

/** The largest id that fits the database's integer type. */
const MAX_ID = 2_147_483_647;
const UUID = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$";

export interface IdParams {
  id: number;
}
export const ID_PARAMS = {
  type: "object",
  required: ["id"],
  properties: { id: { type: "integer", minimum: 1, maximum: MAX_ID } },
};

export interface UuidParams {
  id: string;
}
export const UUID_PARAMS = {
  type: "object",
  required: ["id"],
  properties: { id: { type: "string", pattern: UUID } },
};

export interface PageQuery {
  page: number;
}
export const PAGE_QUERY = {
  type: "object",
  properties: { page: { type: "integer", minimum: 1, maximum: 200, default: 1 } },
};

export interface SearchQuery {
  q: string;
  page: number;
}
export const SEARCH_QUERY = {
  type: "object",
  required: ["q"],
  properties: {
    q: { type: "string", minLength: 1, maxLength: 100, pattern: "\\S" },
    page: { type: "integer", minimum: 1, maximum: 9, default: 1 },
  },
};

export interface ItemBody {
  productId: number;
  quantity: number;
}
export const ITEM_BODY = {
  type: "object",
  required: ["productId", "quantity"],
  additionalProperties: false,
  properties: {
    productId: { type: "integer", minimum: 1, maximum: MAX_ID },
    quantity: { type: "integer", minimum: 1, maximum: 99 },
  },
};

export interface CheckoutHeaders {
  "idempotency-key"?: string;
}
export const CHECKOUT_HEADERS = {
  type: "object",
  properties: {
    "idempotency-key": { type: "string", minLength: 1, maxLength: 128, pattern: "^[\\x21-\\x7e]+$" },
  },
};
