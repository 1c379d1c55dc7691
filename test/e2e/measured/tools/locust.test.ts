import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { resolveWorkload } from "../../../../scenarios/resolve";
import { expectMixedRun, mixedWorkload, startToolFleet, type ToolFleet } from "../../../support/tool-fleet";
import { expectVariedRun, runVaried } from "../../../support/varied-run";

jest.setTimeout(120_000);

let fleet: ToolFleet;
beforeAll(async () => {
  fleet = await startToolFleet("locust");
});
afterAll(() => fleet.close());
beforeEach(() => {
  fleet.seen.length = 0;
});

test("two Locust processes start together, share the arrivals exactly, and every request becomes one row", async () => {
  const result = await fleet.run(mixedWorkload, "mixed");
  await expectMixedRun(fleet, result);
  const [timed] = await fleet.query(
    result,
    (samples) =>
      `SELECT count(*) FILTER (WHERE firstByteUs BETWEEN 1 AND durationUs)::INT AS first, count(scheduledAtUs)::INT AS scheduled,
       count(*) FILTER (WHERE bytes > 0)::INT AS bytes, count(*)::INT AS n FROM ${samples}`,
  );
  // The first request of each visit knows when it was due.
  expect(timed).toMatchObject({ first: timed?.n, bytes: timed?.n, scheduled: 180 });
  expect(result.generators.every(({ health }) => (health.startDelayP95Ms ?? -1) >= 0)).toBe(true);
});

test("virtual users of two Locust processes make their visits exactly: each its way through the chain, with what was drawn and found", async () => {
  await expectVariedRun(fleet, await runVaried(fleet), true);
});

test("a user's own locustfile runs as it is, its users split, its errors told", async () => {
  const file = join(fleet.home, "own.py");
  await writeFile(
    file,
    `from locust import HttpUser, constant, task

class Shopper(HttpUser):
    wait_time = constant(0.1)

    @task
    def browse(self):
        self.client.get("/list", name="list")
        self.client.get("/fails", name="fails")
`,
  );
  const own = await resolveWorkload({
    scenario: file,
    baseDir: fleet.home,
    parameters: {},
    set: ["users=3", "spawnRate=100", "warmupSeconds=1", "durationSeconds=3"],
    storefront: false,
  });
  const result = await fleet.run(own, "own");
  expect(result.aborted).toBeNull();
  expect(result.native).toBe(true);
  const steps = await fleet.query(
    result,
    (samples) =>
      `SELECT journey, step, count(*)::INT AS n, count(*) FILTER (WHERE ok)::INT AS fine, min(error) AS error FROM ${samples} GROUP BY ALL ORDER BY step`,
  );
  const got = (path: string): number => fleet.seen.filter((request) => request.path === path).length;
  expect(steps).toEqual([
    { journey: "Shopper", step: "fails", n: got("/fails"), fine: 0, error: "http-5xx" },
    { journey: "Shopper", step: "list", n: got("/list"), fine: got("/list"), error: null },
  ]);
  expect(result.arrivals.started).toBeGreaterThan(10);
  expect(await fleet.running()).toBe(0);
});
