import type { Client } from "pg";
import type { SetupConfig } from "./config";
import { SEARCH_INDEX } from "./schema";
import { ADJECTIVES, BRANDS, COLOURS, categorySeeds, MATERIALS, SENTENCES, shelfSeeds } from "./vocabulary";

/** Raise it when the same seed makes other rows than before: databases with older rows are then seeded afresh. */
const SEED_VERSION = 1;

export function seedFingerprint(config: SetupConfig): string {
  return `v${SEED_VERSION} products=${config.productCount} seed=${config.seed}`;
}

/** True when the database holds exactly these rows already. */
export async function isSeeded(client: Client, config: SetupConfig): Promise<boolean> {
  const state = await client.query<{ fingerprint: string }>("SELECT fingerprint FROM seed_state");
  return state.rows[0]?.fingerprint === seedFingerprint(config);
}

/**
 * Two 32-bit hashes a row, made from the id and the seed with integer arithmetic, so that the same seed gives the same rows on every
 * version of PostgreSQL. All choices are bit slices of the two: hashing once per choice would take most of the time.
 */
const HASHED_IDS = `
  SELECT i,
         ((h1 # (h1 >> 15)) * 1597334677) & 4294967295 AS h1,
         ((h2 # (h2 >> 13)) * 1181783497) & 4294967295 AS h2
  FROM (
    SELECT i, (i * 2654435761 + $1::bigint) & 4294967295 AS h1, (i * 1540483477 + $1::bigint * 31 + 97) & 4294967295 AS h2
    FROM generate_series(1::bigint, $2::bigint) AS i OFFSET 0
  ) AS raw OFFSET 0`;

/** Parameters: 1 seed, 2 count, 3 shelf ids, 4 shelf names, 5 brands, 6 adjectives, 7 materials, 8 colours, 9 sentences, 10 names of the groups above the shelves. */
const INSERT_PRODUCTS = `
  INSERT INTO products (id, category_id, brand, name, description, keywords, price_cents, popularity, rating)
  SELECT i, category_id, brand, name,
         replace(($9::text[])[1 + (h2 & 7)::int], '%s', name) || E'\\n' || ($9::text[])[1 + ((h2 + 1 + (h2 >> 3) % 3) & 7)::int]
           || E'\\n- Material: ' || lower(material) || E'\\n- Colour: ' || lower(colour)
           || E'\\n- Weight: ' || (200 + ((h2 >> 6) & 8191)) || ' g' || E'\\n' || ($9::text[])[1 + ((h2 + 4 + ((h2 >> 9) & 3)) & 7)::int],
         keywords || ' ' || colour,
         99 + 100 * (1 + ((h1 >> 4) % 20 + 1) * (h2 % 97) / 4)::int,
         -- A long tail: few products are very popular, most are not.
         (1000000 / (1 + (h2 >> 5) % 9973))::int,
         2.5 + ((h1 >> 7) % 26) / 10.0
  FROM (
    SELECT i, h1, h2, category_id, keywords, brand, material, colour, adjective || ' ' || material || ' ' || shelf AS name
    FROM (
      SELECT i, h1, h2,
             ($3::int[])[1 + (h1 % array_length($3::int[], 1))::int] AS category_id,
             ($4::text[])[1 + (h1 % array_length($3::int[], 1))::int] AS shelf,
             ($10::text[])[1 + (h1 % array_length($3::int[], 1))::int] AS keywords,
             ($5::text[])[1 + ((h2 >> 8) % array_length($5::text[], 1))::int] AS brand,
             ($6::text[])[1 + ((h1 >> 12) % array_length($6::text[], 1))::int] AS adjective,
             ($7::text[])[1 + ((h2 >> 16) % array_length($7::text[], 1))::int] AS material,
             ($8::text[])[1 + ((h1 >> 20) % array_length($8::text[], 1))::int] AS colour
      FROM (${HASHED_IDS}) AS hashed OFFSET 0
    ) AS chosen OFFSET 0
  ) AS named`;

/** Enough for a day of load, so that checkouts do not begin to fail in a long run. The last few items of a product are a matter for tests, which set the stock themselves. */
const INSERT_STOCK =
  "INSERT INTO stock (product_id, quantity) SELECT id, 100000 + 20 * (popularity % 5000) FROM products";

const DROP_KEYS = `
  TRUNCATE order_items, orders, cart_items, carts, stock, products, categories, seed_state;
  ALTER TABLE products DROP CONSTRAINT IF EXISTS products_pkey;
  ALTER TABLE stock DROP CONSTRAINT IF EXISTS stock_pkey;
  DROP INDEX IF EXISTS products_shelf, ${SEARCH_INDEX};`;

/** Indexes are built after the load: several times faster than filling them row by row. */
const ADD_KEYS = `
  ALTER TABLE products ADD PRIMARY KEY (id);
  ALTER TABLE stock ADD PRIMARY KEY (product_id);
  CREATE INDEX products_shelf ON products (category_id, popularity DESC, id);`;

/** Replaces all rows. Call inside a transaction: readers and replicas see all of the new catalogue or none of it. */
export async function seed(client: Client, config: SetupConfig): Promise<void> {
  const categories = categorySeeds();
  const shelves = shelfSeeds(categories);
  const nameOf = new Map<number | null, string>(categories.map((row) => [row.id, row.name]));
  await client.query(DROP_KEYS);
  await client.query(
    "INSERT INTO categories (id, parent_id, name) SELECT * FROM unnest($1::int[], $2::int[], $3::text[])",
    [
      categories.map((row) => row.id),
      categories.map((row) => row.parentId),
      categories.map((row) => row.name),
    ],
  );
  await client.query(INSERT_PRODUCTS, [
    config.seed,
    config.productCount,
    shelves.map((shelf) => shelf.id),
    shelves.map((shelf) => shelf.name),
    BRANDS,
    ADJECTIVES,
    MATERIALS,
    COLOURS,
    SENTENCES,
    shelves.map((shelf) => nameOf.get(shelf.parentId) ?? ""),
  ]);
  await client.query(INSERT_STOCK);
  await client.query(
    "UPDATE categories SET product_count = n FROM (SELECT category_id, count(*) AS n FROM products GROUP BY 1) AS c WHERE c.category_id = id",
  );
  await client.query(ADD_KEYS);
  await client.query("INSERT INTO seed_state (fingerprint) VALUES ($1)", [seedFingerprint(config)]);
}

/** Makes the indexes what the variant wants; also on a database that another variant has set up. */
export async function alignIndexes(client: Client, config: SetupConfig): Promise<void> {
  await client.query(
    config.switches.searchIndex
      ? `CREATE INDEX IF NOT EXISTS ${SEARCH_INDEX} ON products USING gin (search)`
      : `DROP INDEX IF EXISTS ${SEARCH_INDEX}`,
  );
}
