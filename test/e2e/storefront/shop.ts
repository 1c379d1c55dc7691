import { Client } from "pg";
import { eventually } from "./child";
import { type Answer, Instance, runSetup } from "./instance";
import { Tiers } from "./tiers";

/** A set-up shop with two instances for one test file, and what its tests do all the time. Import it for its effect: it brings its own hooks. */

jest.setTimeout(120_000);

export let tiers: Tiers;
/** Two instances of the baseline. */
export let one: Instance;
export let two: Instance;
/** Every instance started; ended after the tests. */
export const started: Instance[] = [];

beforeAll(async () => {
  tiers = await Tiers.start();
  const setup = await runSetup({ DATABASE_ADMIN_URL: tiers.adminUrl() });
  expect(setup).toMatchObject({ code: 0, output: expect.stringContaining("seeded 50000 products") });
  await replicaCaughtUp();
  one = await startInstance("one");
  two = await startInstance("two");
});

afterAll(async () => {
  await Promise.all(started.map((instance) => instance.child.stop()));
  await tiers?.stop();
});

export async function startInstance(name: string, more: Record<string, string> = {}): Promise<Instance> {
  const instance = await Instance.start({ ...tiers.environment(), INSTANCE_ID: name, ...more });
  started.push(instance);
  return instance;
}

/** The replica has replayed everything that the primary has written so far. */
export async function replicaCaughtUp(): Promise<void> {
  const [primary] = await tiers.query<{ lsn: string }>("SELECT pg_current_wal_lsn()::text AS lsn");
  await eventually("replica caught up", async () => {
    const [row] = await tiers.queryReplica<{ done: boolean }>(
      "SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS done",
      [primary?.lsn],
    );
    return row?.done === true ? true : undefined;
  });
}

export interface Product {
  id: number;
  name: string;
  stock: number;
  unitCents: number;
  listCents: number;
}
export interface List {
  total: number;
  products: Product[];
}

export async function cartWith(
  instance: Instance,
  items: readonly (readonly [number, number])[],
): Promise<string> {
  const { cartId } = (await instance.post("/api/carts")).json<{ cartId: string }>();
  for (const [productId, quantity] of items) {
    const added = await instance.post(`/api/carts/${cartId}/items`, { productId, quantity });
    expect(added.status).toBe(201);
  }
  return cartId;
}

export const queriesOf = (answer: Answer): number =>
  Number(/desc="(\d+) queries"/.exec(answer.headers.get("server-timing") ?? "")?.[1]);

export const stockOf = async (ids: readonly number[]): Promise<number[]> =>
  (
    await tiers.query<{ quantity: number }>(
      "SELECT quantity FROM stock WHERE product_id = ANY ($1) ORDER BY product_id",
      [ids],
    )
  ).map((row) => row.quantity);

/** Locks a product's stock on the primary, as a checkout of another customer would. */
export async function lockStock(productId: number): Promise<{ release(): Promise<void> }> {
  const client = new Client({ connectionString: tiers.adminUrl() });
  await client.connect();
  await client.query("BEGIN");
  await client.query("SELECT * FROM stock WHERE product_id = $1 FOR UPDATE", [productId]);
  return {
    async release() {
      await client.query("ROLLBACK");
      await client.end();
    },
  };
}

/** A checkout has got as far as waiting for a stock row. */
export async function checkoutIsWaiting(): Promise<void> {
  await eventually("checkout waits for the lock", async () => {
    const rows = await tiers.query(
      "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%FROM stock%FOR UPDATE%'",
    );
    return rows.length > 0 ? true : undefined;
  });
}
