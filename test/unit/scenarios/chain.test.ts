import fc from "fast-check";
import { endingSteps, expectedVisits, reachableSteps, surelyExtracted } from "../../../scenarios/chain";
import { EXIT, type Journey, type Step, type Workload } from "../../../scenarios/model";
import { requestsPerVisit, thinkSeconds } from "../../../scenarios/plan";
import { workloadProblems } from "../../../scenarios/validate";

const step = (name: string, more: Partial<Extract<Step, { kind?: "http" }>> = {}): Step => ({
  name,
  request: { method: "GET", path: `/${name}` },
  ...more,
});

const shop: Journey = {
  name: "shop",
  weight: 1,
  steps: [
    step("home", { thinkTime: { distribution: "constant", meanSeconds: 2 } }),
    step("item"),
    step("buy"),
  ],
  chain: {
    entry: { home: 0.75, item: 0.25 },
    transitions: [
      { from: "home", to: "item", probability: 0.6 },
      { from: "home", to: EXIT, probability: 0.4 },
      {
        from: "item",
        to: "item",
        probability: 0.5,
        thinkTime: { distribution: "uniform", minSeconds: 1, maxSeconds: 3 },
      },
      { from: "item", to: "buy", probability: 0.1 },
      { from: "item", to: EXIT, probability: 0.4 },
      { from: "buy", to: EXIT, probability: 1 },
    ],
  },
};

const workloadOf = (journey: Journey): Workload => ({
  scenario: "s",
  description: "d",
  seed: 1,
  warmup: { startRatePerSecond: 0, stages: [] },
  arrival: { startRatePerSecond: 1, stages: [{ durationSeconds: 10, ratePerSecond: 1, label: "hold" }] },
  journeys: [journey],
  slos: [],
  parameters: {},
});

test("the mean visits of each step are those of the fundamental matrix", () => {
  // item: (0.25 + 0.75 x 0.6) / (1 - 0.5), buy: a tenth of it.
  const visits = expectedVisits(shop) ?? [];
  expect(visits[0]).toBeCloseTo(0.75, 12);
  expect(visits[1]).toBeCloseTo(1.4, 12);
  expect(visits[2]).toBeCloseTo(0.14, 12);
  expect(requestsPerVisit(shop)).toBeCloseTo(2.29, 12);
  // Before the end of a visit there is no pause; from home to item 2 s, from item to item 2 s.
  expect(thinkSeconds(shop)).toBeCloseTo(0.75 * 0.6 * 2 + 1.4 * 0.5 * 2, 12);
});

test("the mean visits of random chains agree with going through them step by step", () => {
  const weights = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(fc.array(weights, { minLength: 3, maxLength: 3 }), weights, (rows, entry) => {
      const names = ["a", "b", "c"];
      const shares = (values: readonly number[]): readonly number[] => {
        const total = values.reduce((sum, value) => sum + value, 0);
        return values.map((value) => value / total);
      };
      const exits = rows.map((row) => shares([...row.slice(0, 3), (row[3] ?? 0) + 1]));
      const entries = shares(entry.slice(0, 3).map((value) => value + 1));
      const journey: Journey = {
        name: "j",
        weight: 1,
        steps: names.map((name) => step(name)),
        chain: {
          entry: Object.fromEntries(names.map((name, at) => [name, entries[at] ?? 0])),
          transitions: exits.flatMap((row, from) =>
            row.map((probability, to) => ({
              from: names[from] ?? "",
              to: names[to] ?? EXIT,
              probability,
            })),
          ),
        },
      };
      const sums = [0, 0, 0];
      let now: readonly number[] = entries;
      for (let round = 0; round < 2000; round += 1) {
        now.forEach((share, at) => {
          sums[at] = (sums[at] ?? 0) + share;
        });
        const before = now;
        now = names.map((_, to) =>
          before.reduce((sum, share, from) => sum + share * (exits[from]?.[to] ?? 0), 0),
        );
      }
      const visits = expectedVisits(journey) ?? [];
      for (const at of [0, 1, 2]) expect(visits[at]).toBeCloseTo(sums[at] ?? 0, 6);
    }),
    { numRuns: 100, seed: 11 },
  );
});

test("a chain that is sound has no problems", () => {
  expect(workloadProblems(workloadOf(shop))).toEqual([]);
  expect([...reachableSteps(shop)]).toEqual(["home", "item", "buy"]);
});

test("every mistake of a chain is told at once", () => {
  const problems = workloadProblems(
    workloadOf({
      ...shop,
      steps: [...shop.steps, step("trap")],
      chain: {
        entry: { home: 0.5, nowhere: 0.4 },
        transitions: [
          { from: "home", to: "item", probability: 0.6 },
          { from: "home", to: "item", probability: 0.1 },
          { from: "item", to: "trap", probability: 1 },
          { from: "trap", to: "trap", probability: 1 },
          { from: "buy", to: "elsewhere", probability: 2 },
        ],
        maxSteps: 0,
      },
    }),
  );
  expect(problems.map(({ field }) => field)).toEqual([
    "journeys[0].chain.entry",
    "journeys[0].chain.entry",
    "journeys[0].chain.transitions[1]",
    "journeys[0].chain.transitions[4].to",
    "journeys[0].chain.transitions[4].probability",
    "journeys[0].chain.maxSteps",
    "journeys[0].chain.transitions",
    "journeys[0].chain.transitions",
    "journeys[0].chain.transitions",
  ]);
  expect(problems.at(-1)?.hint).toBe("Its visits would never end.");
});

test("a variable is known to a step only if every way to it has extracted it", () => {
  const extract = [{ kind: "json" as const, name: "id", path: "id" }];
  const extractedBy = (one: Step): readonly string[] => (one.name === "item" ? ["id"] : []);
  const journey: Journey = { ...shop, steps: [step("home"), step("item", { extract }), step("buy")] };
  expect(surelyExtracted(journey, extractedBy).get("buy")).toEqual(new Set(["id"]));
  expect(surelyExtracted(journey, extractedBy).get("item")).toEqual(new Set());
  const shortcut: Journey = {
    ...journey,
    chain: {
      entry: { home: 1 },
      transitions: [
        ...(shop.chain?.transitions.filter(({ from }) => from !== "home") ?? []),
        { from: "home", to: "item", probability: 0.5 },
        { from: "home", to: "buy", probability: 0.5 },
      ],
    },
  };
  expect(surelyExtracted(shortcut, extractedBy).get("buy")).toEqual(new Set());
});

test("steps that lead to the end are told", () => {
  const chain = shop.chain ?? { entry: {}, transitions: [] };
  expect(endingSteps(chain)).toEqual(new Set(["home", "item", "buy"]));
});
