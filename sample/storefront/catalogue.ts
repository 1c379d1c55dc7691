import type { CategoryTree } from "./category-tree";
import type { Database, Query } from "./database";
import type { PricedProduct } from "./promotions";
import type { RequestTimings } from "./request-timings";

export const PAGE_SIZE = 24;
/** Search looks at no more than this many products, the most popular ones; `total` never exceeds it. */
export const SEARCH_CAP = 200;

/** A product as a list shows it. */
export interface ProductSummary extends PricedProduct {
  readonly rating: number;
  readonly popularity: number;
  readonly stock: number;
}

/** A product as its page shows it. */
export interface ProductDetail extends ProductSummary {
  readonly description: string;
  readonly standing: ShelfStanding;
}

/** How a product compares with its shelf. Worked out from all products of the shelf, hence worth keeping in the cache. */
export interface ShelfStanding {
  /** 1 for the most popular product of the shelf. */
  readonly popularityRank: number;
  readonly averageCents: number;
  readonly averageRating: number;
}

export interface ProductPage {
  readonly products: readonly ProductSummary[];
  readonly total: number;
}

const SUMMARY_COLUMNS = `p.id, p.category_id AS "categoryId", p.brand, p.name, p.price_cents AS "priceCents",
  p.rating, p.popularity, s.quantity AS stock`;

const DETAIL: Query = {
  name: "product",
  sql: `SELECT ${SUMMARY_COLUMNS}, p.description FROM products p JOIN stock s ON s.product_id = p.id WHERE p.id = $1`,
};
const STANDING: Query = {
  name: "product-standing",
  sql: `SELECT (1 + count(*) FILTER (WHERE popularity > $2))::int AS "popularityRank",
               round(avg(price_cents))::int AS "averageCents", round(avg(rating)::numeric, 2)::float8 AS "averageRating"
        FROM products WHERE category_id = $1`,
};
const SUMMARY: Query = {
  name: "product-summary",
  sql: `SELECT ${SUMMARY_COLUMNS} FROM products p JOIN stock s ON s.product_id = p.id WHERE p.id = $1`,
};
const SUMMARIES: Query = {
  name: "product-summaries",
  sql: `SELECT ${SUMMARY_COLUMNS} FROM products p JOIN stock s ON s.product_id = p.id WHERE p.id = ANY ($1::int[])`,
};
const SHELF_PAGE: Query = {
  name: "shelf-page",
  sql: `SELECT id FROM products WHERE category_id = ANY ($1::int[])
        ORDER BY popularity DESC, id LIMIT $2::int OFFSET $3::int`,
};
/** The text search itself; exported so that a test can ask for its plan. */
export const SEARCH: Query = {
  name: "search",
  sql: `WITH hits AS (
          SELECT id, popularity, search, query
          FROM products, websearch_to_tsquery('english', $1) AS query
          WHERE search @@ query
          ORDER BY popularity DESC, id LIMIT ${SEARCH_CAP}
        )
        SELECT id, (count(*) OVER ())::int AS total FROM hits
        ORDER BY ts_rank(search, query) DESC, popularity DESC, id LIMIT $2::int OFFSET $3::int`,
};
const NEIGHBOURS: Query = {
  name: "neighbours",
  sql: `SELECT ${SUMMARY_COLUMNS} FROM products p JOIN stock s ON s.product_id = p.id
        WHERE p.category_id = $1 ORDER BY p.popularity DESC, p.id LIMIT $2::int`,
};
const CATEGORIES: Query = {
  name: "categories",
  sql: `SELECT id, parent_id AS "parentId", name, product_count AS "productCount" FROM categories ORDER BY id`,
};
const FEATURED: Query = {
  name: "featured",
  sql: `SELECT top.id FROM unnest($1::int[]) AS shelf (id) CROSS JOIN LATERAL (
          SELECT p.id FROM products p WHERE p.category_id = shelf.id ORDER BY p.popularity DESC, p.id LIMIT 1
        ) AS top`,
};

export interface CategoryRow {
  readonly id: number;
  readonly parentId: number | null;
  readonly name: string;
  readonly productCount: number;
}

/** Reads of the catalogue; all of them may come from a replica. */
export class Catalogue {
  constructor(
    private readonly database: Database,
    /** One query a product instead of one a list: the "n-plus-one" variant. */
    private readonly queryPerProduct: boolean,
  ) {}

  categories(timings: RequestTimings): Promise<CategoryRow[]> {
    return this.database.read<CategoryRow>(timings, CATEGORIES, []);
  }

  async product(timings: RequestTimings, id: number): Promise<ProductDetail | undefined> {
    const found = (await this.database.read<Omit<ProductDetail, "standing">>(timings, DETAIL, [id]))[0];
    if (found === undefined) return undefined;
    const standing = await this.database.read<ShelfStanding>(timings, STANDING, [
      found.categoryId,
      found.popularity,
    ]);
    return standing[0] === undefined ? undefined : { ...found, standing: standing[0] };
  }

  /** The products of a category and of all categories under it, most popular first. Pages count from 1. */
  async shelf(
    timings: RequestTimings,
    tree: CategoryTree,
    categoryId: number,
    page: number,
  ): Promise<ProductPage> {
    const ids = await this.database.read<{ id: number }>(timings, SHELF_PAGE, [
      tree.shelvesUnder(categoryId),
      PAGE_SIZE,
      (page - 1) * PAGE_SIZE,
    ]);
    return {
      products: await this.summaries(
        timings,
        ids.map((row) => row.id),
      ),
      total: tree.productCount(categoryId),
    };
  }

  async search(timings: RequestTimings, text: string, page: number): Promise<ProductPage> {
    const rows = await this.database.read<{ id: number; total: number }>(timings, SEARCH, [
      text,
      PAGE_SIZE,
      (page - 1) * PAGE_SIZE,
    ]);
    return {
      products: await this.summaries(
        timings,
        rows.map((row) => row.id),
      ),
      total: rows[0]?.total ?? 0,
    };
  }

  /** The most popular products of a category: candidates for a recommendation. */
  async neighbours(timings: RequestTimings, categoryId: number, limit: number): Promise<ProductSummary[]> {
    if (!this.queryPerProduct) {
      return this.database.read<ProductSummary>(timings, NEIGHBOURS, [categoryId, limit]);
    }
    const ids = await this.database.read<{ id: number }>(timings, SHELF_PAGE, [[categoryId], limit, 0]);
    return this.summaries(
      timings,
      ids.map((row) => row.id),
    );
  }

  /** One popular product for each of some shelves. */
  async featured(timings: RequestTimings, shelfIds: readonly number[]): Promise<ProductSummary[]> {
    const ids = await this.database.read<{ id: number }>(timings, FEATURED, [shelfIds]);
    return this.summaries(
      timings,
      ids.map((row) => row.id),
    );
  }

  /** Rows in the order of `ids`; an id that is gone is left out. */
  private async summaries(timings: RequestTimings, ids: readonly number[]): Promise<ProductSummary[]> {
    if (ids.length === 0) return [];
    const rows: ProductSummary[] = [];
    if (this.queryPerProduct) {
      for (const id of ids) rows.push(...(await this.database.read<ProductSummary>(timings, SUMMARY, [id])));
    } else {
      rows.push(...(await this.database.read<ProductSummary>(timings, SUMMARIES, [ids])));
    }
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  }
}
