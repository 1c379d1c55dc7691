import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { setUp } from "../../../sample/storefront/setup";
import { VARIANTS, Variant } from "../../../sample/storefront/variants";
import { type PostgresServer, startPostgresServer } from "../../support/postgres-server";

jest.setTimeout(60_000);

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgresServer();
});
afterAll(() => server?.remove());

test("seeded rows are frozen and all visible, even when an older snapshot was open as they were written", async () => {
  // As a replica with hot_standby_feedback is, whose last word on what it reads is up to a second old.
  const reader = new Client({ connectionString: server.url });
  await reader.connect();
  await reader.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
  await reader.query("SELECT count(*) FROM pg_class");
  const released = sleep(3_000).then(() => reader.query("COMMIT"));
  const variant = Variant.Baseline;
  const config = {
    adminUrl: server.url,
    productCount: 2_000,
    seed: 1,
    variant: Variant.Baseline,
    switches: VARIANTS[variant],
  };
  const { seeded } = await setUp(config);
  await released;
  const { rows } = await reader.query(
    `SELECT relname, relpages::int AS pages, relallvisible::int AS visible FROM pg_class
     WHERE oid = ANY(ARRAY['categories', 'products', 'stock']::regclass[]) ORDER BY relname`,
  );
  await reader.end();
  expect(seeded).toBe(true);
  expect(rows.map(({ relname }) => relname)).toEqual(["categories", "products", "stock"]);
  for (const { pages, visible } of rows) {
    expect(pages).toBeGreaterThan(0);
    expect(visible).toBe(pages);
  }
});
