import { seededRandom } from "../../../analysis/statistics/seeded-random";
import { attributeChange, type TracedRound } from "../../../analysis/traces/attribution";
import { NO_TIME, type TierTimes } from "../../../analysis/traces/model";
import type { TierBreakdown } from "../../../analysis/traces/summary";

const step = (name: string, traces: number, tiers: Partial<TierTimes>): TierBreakdown => {
  const all = { ...NO_TIME, ...tiers };
  return {
    journey: "browse",
    step: name,
    traces,
    tiers: all,
    meanMs: Object.values(all).reduce((sum, ms) => sum + ms, 0),
  };
};
const OPTIONS = { paired: true, confidence: 0.95 };

/** Rounds whose machine is faster or slower as a whole, with a candidate whose database takes so much longer. */
function rounds(count: number, slowerMs: number): TracedRound[] {
  const random = seededRandom(11);
  return Array.from({ length: count }, () => {
    const machine = 1 + 0.4 * random.next();
    const side = (databaseMs: number): TierBreakdown[] => [
      step("home", 20, { app: (5 + random.next()) * machine, edge: 2 * machine }),
      step("list", 20, {
        app: (8 + random.next()) * machine,
        database: (databaseMs + 0.5 * random.next()) * machine,
      }),
    ];
    return { baseline: side(6), candidate: side(6 + slowerMs) };
  });
}

test("a slower database is found in the database, and the tiers' changes add up to the visit's", () => {
  const [browse, ...others] = attributeChange(rounds(10, 4), OPTIONS);
  expect(others).toEqual([]);
  expect(browse).toMatchObject({
    journey: "browse",
    steps: ["home", "list"],
    baselineTraces: 400,
    candidateTraces: 400,
    slower: "database",
  });
  const database = browse?.tiers.find(({ tier }) => tier === "database");
  expect(database?.lowerMs).toBeGreaterThan(3.5);
  expect(database?.upperMs).toBeLessThan(6);
  const app = browse?.tiers.find(({ tier }) => tier === "app");
  expect(app?.lowerMs).toBeLessThan(0);
  expect(app?.upperMs).toBeGreaterThan(0);
  for (const figure of ["baselineMs", "candidateMs", "changeMs"] as const) {
    const sum = browse?.tiers.reduce((total, tier) => total + tier[figure], 0);
    expect(sum).toBeCloseTo(browse?.[figure] ?? Number.NaN, 9);
  }
});

test("a side against itself has no slower tier", () => {
  expect(attributeChange(rounds(10, 0), OPTIONS)[0]?.slower).toBeNull();
});

test("a side against itself names a tier in about one comparison of forty at most, whatever the number of tiers", () => {
  const random = seededRandom(5);
  const side = (): TierBreakdown[] => [
    step("home", 20, {
      edge: 2 + random.normal(),
      app: 9 + random.normal(),
      "pool-wait": 1 + random.normal(),
      database: 6 + random.normal(),
      cache: 1 + random.normal(),
      other: 3 + random.normal(),
    }),
  ];
  const named = Array.from({ length: 1_000 }, () =>
    attributeChange(
      Array.from({ length: 8 }, () => ({ baseline: side(), candidate: side() })),
      OPTIONS,
    ),
  ).filter(([browse]) => browse?.slower !== null);
  // 2.5 % by construction; three standard errors of a share of a thousand on top.
  expect(named.length).toBeLessThan(40);
  expect(named.length).toBeGreaterThan(10);
});

test("exact figures of two rounds: each step counts once a visit, however often it was traced", () => {
  const of = (app: number, traces: number): TierBreakdown[] => [
    step("home", traces, { app: 1 }),
    step("list", 10, { app }),
  ];
  const [browse] = attributeChange(
    [
      { baseline: of(2, 10), candidate: of(4, 500) },
      { baseline: of(3, 10), candidate: of(7, 30) },
    ],
    OPTIONS,
  );
  expect(browse).toMatchObject({ baselineMs: 3.5, candidateMs: 6.5, changeMs: 3 });
  // Differences 2 and 4: mean 3, standard error 1, t(1) at 97.5 % is 12.706.
  expect(browse?.lowerMs).toBeCloseTo(3 - 12.7062, 3);
  expect(browse?.upperMs).toBeCloseTo(3 + 12.7062, 3);
});

test("steps that a round lacks, thin steps and requests that nobody marked stay out", () => {
  const whole = step("home", 20, { app: 1 });
  const thin = step("rare", 2, { app: 1 });
  const unmarked = { ...step("GET /", 50, { app: 1 }), journey: "" };
  const round = { baseline: [whole, thin, unmarked], candidate: [whole, thin, unmarked] };
  const lacking = { baseline: [whole, step("pay", 20, { app: 1 })], candidate: [whole, thin] };
  expect(attributeChange([round, round, lacking], OPTIONS).map(({ steps }) => steps)).toEqual([["home"]]);
  expect(attributeChange([round, { baseline: [thin], candidate: [whole] }], OPTIONS)).toEqual([]);
  expect(attributeChange([round], OPTIONS)).toEqual([]);
});

test("sides that did not run as pairs are compared as two samples", () => {
  const [paired] = attributeChange(rounds(6, 4), OPTIONS);
  const [apart] = attributeChange(rounds(6, 4), { ...OPTIONS, paired: false });
  expect(apart?.changeMs).toBeCloseTo(paired?.changeMs ?? 0, 9);
  const width = (one: typeof apart): number => (one?.upperMs ?? 0) - (one?.lowerMs ?? 0);
  expect(width(apart)).toBeGreaterThan(width(paired));
});
