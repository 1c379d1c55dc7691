import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { seededRandom } from "../../../analysis/statistics/seeded-random";
import type { Executor } from "../../../scenarios/executor";
import { executorCurve } from "../../../scenarios/executor-plan";
import { EXIT, type Journey, type Workload } from "../../../scenarios/model";
import { FleetWorld, getStep, iterationsOf, query, samplesOf, workloadOf } from "../../support/fleet-world";

jest.setTimeout(60_000);

const world = new FleetWorld();
beforeAll(() => world.open());
afterAll(() => world.close());
beforeEach(() => {
  world.answer = (_, response) => response.end("{}");
});

const mix: readonly Journey[] = [
  { name: "read", weight: 3, steps: [getStep("read", "/read")] },
  { name: "write", weight: 1, steps: [getStep("write", "/write")] },
];

const withExecutor = (
  executor: Executor,
  journeys: readonly Journey[] = mix,
  more: Partial<Workload> = {},
): Workload => workloadOf(journeys, { ...executorCurve(executor), executor, ...more });

const steadily = (ratePerSecond: number, durationSeconds: number): Pick<Workload, "arrival"> => ({
  arrival: {
    startRatePerSecond: ratePerSecond,
    stages: [{ durationSeconds, ratePerSecond, label: "hold" }],
  },
});

/** How often each of the values, by name. */
async function countsBy(
  relation: string,
  column: string,
  value = "count(*)",
): Promise<Record<string, number>> {
  const rows = await query(
    `SELECT ${column} AS name, CAST(${value} AS INTEGER) AS n FROM ${relation} GROUP BY 1`,
  );
  return Object.fromEntries(rows.map(({ name, n }) => [String(name), Number(n)]));
}

test("virtual users visit again and again, over two generators, in the journeys' mix", async () => {
  world.answer = (_, response) => setTimeout(() => response.end("{}"), 20);
  const result = await world.run(
    withExecutor({
      kind: "virtual-users",
      startUsers: 2,
      stages: [
        { durationSeconds: 1, users: 10, label: "ramp" },
        { durationSeconds: 3, users: 10, label: "hold" },
      ],
      pause: { distribution: "constant", meanSeconds: 0.03 },
      warmupSeconds: 1,
    }),
    2,
  );
  expect(result.aborted).toBeNull();
  expect(result.arrivals.planned).toBe(0);
  expect(result.generators.map(({ health }) => health.startDelayP95Ms)).toEqual([null, null]);
  // At most 10 users, 50 ms a visit: 200 a second, and never more.
  const measured = result.arrivals.started / 3;
  expect(measured).toBeGreaterThan(100);
  expect(measured).toBeLessThan(201);
  const counts = world.counts();
  const [read = 0, write = 0] = [counts.get("/read"), counts.get("/write")];
  expect(read / (read + write)).toBeGreaterThan(0.68);
  expect(read / (read + write)).toBeLessThan(0.82);
  // Rows and iterations carry the journey, not the k6 scenario that all share.
  expect(await countsBy(samplesOf(result), "journey")).toEqual({ read, write });
  expect(await countsBy(iterationsOf(result), "journey", "sum(started)")).toEqual({ read, write });
});

test("each virtual user makes its number of visits, and the run ends with the last", async () => {
  const result = await world.run(
    withExecutor({ kind: "iterations-per-user", users: 5, iterations: 8, maxSeconds: 50 }),
    2,
  );
  expect(result.aborted).toBeNull();
  expect(world.seen).toHaveLength(40);
  expect(result.arrivals.started).toBe(40);
  expect(result.window.measuredToUs - result.window.runStartedAtUs).toBeLessThan(20e6);
});

test("a rate that a file says is followed while the run goes on", async () => {
  const control = join(world.folder, "rate");
  await writeFile(control, "20\n");
  const running = world.run(
    withExecutor({
      kind: "external-rate",
      control,
      startRatePerSecond: 20,
      maxRatePerSecond: 100,
      durationSeconds: 9,
      pacingSeconds: 1,
    }),
    2,
  );
  const startOf = (): number => world.seen[0]?.atMs ?? Number.POSITIVE_INFINITY;
  while (!(performance.timeOrigin + performance.now() > startOf() + 3500)) {
    await new Promise((done) => setTimeout(done, 50));
  }
  await writeFile(control, "nonsense");
  await new Promise((done) => setTimeout(done, 1000));
  await writeFile(control, "80");
  const result = await running;
  expect(result.aborted).toBeNull();
  expect(result.rateChanges?.map(({ ratePerSecond }) => ratePerSecond)).toEqual([80]);
  const from = startOf();
  const within = (start: number, end: number): number =>
    world.seen.filter(({ atMs }) => atMs >= from + start * 1000 && atMs < from + end * 1000).length /
    (end - start);
  expect(within(1, 4)).toBeGreaterThan(17);
  expect(within(1, 4)).toBeLessThan(23);
  expect(within(7, 8.5)).toBeGreaterThan(68);
  expect(within(7, 8.5)).toBeLessThan(92);
});

test("a trace is replayed at its instants over two generators, by its own journeys", async () => {
  const random = seededRandom(3);
  const atSeconds = Array.from({ length: 400 }, () => random.next() ** 2 * 6).sort((a, b) => a - b);
  const journeys = atSeconds.map((_, index) => (index % 5 === 0 ? "write" : "read"));
  const result = await world.run(
    withExecutor({ kind: "arrival-trace", atSeconds, journeys, durationSeconds: 6 }),
    2,
  );
  expect(result.arrivals).toEqual({ planned: 400, started: 400, dropped: 0 });
  expect(world.counts()).toEqual(
    new Map([
      ["/read", 320],
      ["/write", 80],
    ]),
  );
  const starts = (
    await query(`SELECT CAST(startedAtUs AS DOUBLE) AS at FROM ${samplesOf(result)} ORDER BY 1`)
  ).map(({ at }) => (Number(at) - result.window.measuredFromUs) / 1e6);
  const late = starts.map((start, index) => start - (atSeconds[index] ?? 0)).sort((a, b) => a - b);
  expect(late[20]).toBeGreaterThan(-0.01);
  expect(late[380]).toBeLessThan(0.1);
  for (const { health } of result.generators) expect(health.startDelayP95Ms).toBeLessThan(100);
});

test("a Markov chain's visits go from step to step as often as it says", async () => {
  const shop: Journey = {
    name: "shop",
    weight: 1,
    feeders: [{ kind: "random-int", name: "id", min: 1, max: 1_000_000, per: "step" }],
    steps: [getStep("home", "/home"), getStep("item", "/item/${id}"), getStep("buy", "/buy")],
    chain: {
      entry: { home: 0.7, item: 0.3 },
      transitions: [
        { from: "home", to: "item", probability: 0.6 },
        { from: "home", to: EXIT, probability: 0.4 },
        {
          from: "item",
          to: "item",
          probability: 0.5,
          thinkTime: { distribution: "constant", meanSeconds: 0.002 },
        },
        { from: "item", to: "buy", probability: 0.2 },
        { from: "item", to: EXIT, probability: 0.3 },
        { from: "buy", to: "home", probability: 0.1 },
        { from: "buy", to: EXIT, probability: 0.9 },
      ],
    },
  };
  const result = await world.run(workloadOf([shop], steadily(200, 6)), 2);
  const { started } = result.arrivals;
  expect(started).toBeGreaterThan(1000);
  const counts = await countsBy(samplesOf(result), "step");
  const { home = 0, item = 0, buy = 0 } = counts;
  // Visits of each step: home = 0.7 + 0.1 buy, item = (0.3 + 0.6 home) / 0.5, buy = 0.2 item.
  const expectedHome = (0.7 + 0.1 * 0.4 * 0.3) / (1 - 0.1 * 0.4 * 0.6);
  const expectedItem = 2 * (0.3 + 0.6 * expectedHome);
  const near = (count: number, mean: number): void => {
    expect(Math.abs(count / started / mean - 1)).toBeLessThan(0.1);
  };
  near(home, expectedHome);
  near(item, expectedItem);
  near(buy, 0.2 * expectedItem);
  // Drawn anew for each step: hardly an item comes twice.
  const items = world.seen.filter(({ url }) => url.startsWith("/item/")).map(({ url }) => url);
  expect(items).toHaveLength(item);
  expect(new Set(items).size).toBeGreaterThan(0.98 * item);
});

test("a run is stopped once most of its requests fail, and says so", async () => {
  world.answer = (_, response) => {
    response.statusCode = 500;
    response.end();
  };
  const result = await world.run(workloadOf(mix, { ...steadily(50, 30), abortErrorRatio: 0.5 }), 1);
  expect(result.aborted).toMatchObject({ kind: "error-ratio" });
  expect(world.seen.length).toBeLessThan(700);
});
