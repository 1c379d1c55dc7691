import { eventually } from "./child";
import { cartWith, checkoutIsWaiting, lockStock, one, startInstance, stockOf, tiers, two } from "./shop";

/** Never oversell, never order twice, never drop an order in flight. */

describe("checkout under competition", () => {
  test("60 customers at once for the last 10 of a product, over two instances: exactly 10 are sold", async () => {
    await tiers.query("UPDATE stock SET quantity = 10 WHERE product_id = 5001");
    const carts = await Promise.all(
      Array.from({ length: 60 }, (_, index) => cartWith(index % 2 === 0 ? one : two, [[5001, 1]])),
    );
    const answers = await Promise.all(
      carts.map((cart, index) => (index % 2 === 0 ? two : one).post(`/api/carts/${cart}/checkout`)),
    );
    const statuses = answers.map((answer) => answer.status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(10);
    expect(statuses.filter((status) => status === 409)).toHaveLength(50);
    expect(await stockOf([5001])).toEqual([0]);
    expect(
      await tiers.query("SELECT sum(quantity)::int AS sold FROM order_items WHERE product_id = 5001"),
    ).toEqual([{ sold: 10 }]);
  });

  test("carts with the same products in opposite order do not deadlock, and what is missing takes nothing else", async () => {
    await tiers.query("UPDATE stock SET quantity = 100 WHERE product_id IN (5002, 5003)");
    await tiers.query("UPDATE stock SET quantity = 15 WHERE product_id = 5004");
    const orders = [
      [
        [5002, 1],
        [5003, 2],
        [5004, 1],
      ],
      [
        [5004, 1],
        [5003, 2],
        [5002, 1],
      ],
    ] as const;
    const carts = await Promise.all(
      Array.from({ length: 40 }, (_, index) => cartWith(one, orders[index % 2] ?? [])),
    );
    const answers = await Promise.all(
      carts.map((cart, index) => (index % 3 === 0 ? one : two).post(`/api/carts/${cart}/checkout`)),
    );
    const sold = answers.filter((answer) => answer.status === 201).length;
    expect(sold).toBe(15);
    expect(answers.every((answer) => answer.status === 201 || answer.status === 409)).toBe(true);
    expect(await stockOf([5002, 5003, 5004])).toEqual([100 - sold, 100 - 2 * sold, 0]);
  });

  test("the same cart and key sent 10 times at once places one order and answers the same to all", async () => {
    await tiers.query("UPDATE stock SET quantity = 100 WHERE product_id = 5005");
    const cart = await cartWith(one, [[5005, 3]]);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        (index % 2 === 0 ? one : two).post(
          `/api/carts/${cart}/checkout`,
          {},
          { "idempotency-key": "ten-times" },
        ),
      ),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([...Array<number>(9).fill(200), 201]);
    expect(new Set(answers.map((answer) => answer.json<{ orderId: string }>().orderId)).size).toBe(1);
    expect(await stockOf([5005])).toEqual([97]);
  });

  test("a key that belongs to another cart's order is refused and sells nothing", async () => {
    await tiers.query("UPDATE stock SET quantity = 100 WHERE product_id = 5006");
    const [first, second] = [await cartWith(one, [[5006, 1]]), await cartWith(two, [[5006, 1]])];
    const key = { "idempotency-key": "one-key" };
    expect((await one.post(`/api/carts/${first}/checkout`, {}, key)).status).toBe(201);
    expect((await two.post(`/api/carts/${second}/checkout`, {}, key)).status).toBe(422);
    expect(await stockOf([5006])).toEqual([99]);
  });

  test("nothing can be added to a cart that has been ordered", async () => {
    const cart = await cartWith(one, [[5007, 1]]);
    expect((await one.post(`/api/carts/${cart}/checkout`)).status).toBe(201);
    expect((await two.post(`/api/carts/${cart}/items`, { productId: 5008, quantity: 1 })).status).toBe(409);
    expect((await two.post(`/api/carts/${cart}/checkout`, {}, { "idempotency-key": "other" })).status).toBe(
      409,
    );
  });
});

describe("drain", () => {
  test("SIGTERM: not ready at once, the checkout in flight is finished, exit code 0", async () => {
    const instance = await startInstance("drained", { DRAIN_NOTICE_MS: "1500" });
    const lock = await lockStock(9_001);
    const cart = await cartWith(instance, [[9_001, 1]]);
    const inFlight = instance.post(`/api/carts/${cart}/checkout`);
    await checkoutIsWaiting();
    instance.child.signal("SIGTERM");
    const ready = await eventually("not ready", async () => {
      const answer = await instance.get("/ready");
      return answer.status === 503 ? answer : undefined;
    });
    expect(ready.json()).toMatchObject({ ready: false, draining: true });
    expect(ready.headers.get("connection")).toBe("close");
    await eventually("listener closed", async () =>
      fetch(`${instance.url}/health`).then(
        () => undefined,
        () => true as const,
      ),
    );
    expect(instance.child.process.exitCode).toBeNull();
    await lock.release();
    expect((await inFlight).status).toBe(201);
    expect(await instance.child.exit()).toBe(0);
  });

  test("a request that never ends does not keep the process: it ends at its deadline with code 1", async () => {
    const instance = await startInstance("stuck", { DRAIN_NOTICE_MS: "0", DRAIN_DEADLINE_MS: "300" });
    const lock = await lockStock(9_002);
    const cart = await cartWith(instance, [[9_002, 1]]);
    const inFlight = instance.post(`/api/carts/${cart}/checkout`).catch(() => "cut off");
    await checkoutIsWaiting();
    instance.child.signal("SIGTERM");
    expect(await instance.child.exit()).toBe(1);
    expect(await inFlight).toBe("cut off");
    await lock.release();
  });
});
