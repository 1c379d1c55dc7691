import type { Client } from "pg";

/** One step of the schema, run once and in order. */
interface Migration {
  readonly id: number;
  readonly name: string;
  readonly sql: string;
}

/** Name of the full-text index, which the missing-index variant leaves out. */
export const SEARCH_INDEX = "products_search";

const MIGRATIONS: readonly Migration[] = [
  {
    id: 1,
    name: "catalogue",
    sql: `
      CREATE TABLE categories (
        id int PRIMARY KEY,
        parent_id int REFERENCES categories (id),
        name text NOT NULL,
        product_count int NOT NULL DEFAULT 0
      );
      CREATE TABLE products (
        id int NOT NULL,
        category_id int NOT NULL,
        brand text NOT NULL,
        name text NOT NULL,
        description text NOT NULL,
        keywords text NOT NULL,
        price_cents int NOT NULL CHECK (price_cents > 0),
        popularity int NOT NULL,
        rating real NOT NULL,
        search tsvector GENERATED ALWAYS AS (to_tsvector('english', name || ' ' || brand || ' ' || keywords)) STORED
      );
      CREATE TABLE stock (
        product_id int NOT NULL,
        quantity int NOT NULL CHECK (quantity >= 0)
      ) WITH (fillfactor = 60);
      CREATE TABLE seed_state (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        fingerprint text NOT NULL
      );`,
  },
  {
    id: 2,
    name: "carts and orders",
    sql: `
      CREATE TABLE carts (
        id uuid PRIMARY KEY,
        status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'ordered')),
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE TABLE cart_items (
        cart_id uuid NOT NULL REFERENCES carts (id) ON DELETE CASCADE,
        product_id int NOT NULL,
        quantity int NOT NULL CHECK (quantity BETWEEN 1 AND 99),
        PRIMARY KEY (cart_id, product_id)
      );
      CREATE TABLE orders (
        id uuid PRIMARY KEY,
        cart_id uuid NOT NULL UNIQUE REFERENCES carts (id),
        idempotency_key text NOT NULL UNIQUE,
        total_cents bigint NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE TABLE order_items (
        order_id uuid NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
        product_id int NOT NULL,
        quantity int NOT NULL CHECK (quantity > 0),
        unit_price_cents int NOT NULL,
        PRIMARY KEY (order_id, product_id)
      );`,
  },
];

/** Applies the migrations that this database has not had yet. Call inside a transaction that holds the set-up lock. */
export async function migrate(client: Client): Promise<string[]> {
  await client.query(
    "CREATE TABLE IF NOT EXISTS schema_migrations (id int PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())",
  );
  const done = await client.query<{ id: number }>("SELECT id FROM schema_migrations");
  const applied = new Set(done.rows.map((row) => row.id));
  const names: string[] = [];
  for (const migration of MIGRATIONS) {
    if (applied.has(migration.id)) continue;
    await client.query(migration.sql);
    await client.query("INSERT INTO schema_migrations (id, name) VALUES ($1, $2)", [
      migration.id,
      migration.name,
    ]);
    names.push(migration.name);
  }
  return names;
}
