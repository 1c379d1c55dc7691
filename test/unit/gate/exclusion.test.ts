import { sortRounds } from "../../../campaign/comparison/exclusion";
import type { Replicate } from "../../../campaign/comparison/replicate";
import { finding, replicate } from "./fixtures";

const order = [
  ["baseline", "candidate"],
  ["candidate", "baseline"],
] as const;

const pairs = (changes: Partial<Replicate> = {}): readonly Replicate[] => [
  replicate("baseline", 1),
  replicate("candidate", 1, changes),
  replicate("baseline", 2),
  replicate("candidate", 2),
];

const slow = (p95: number | null): Replicate["overall"] => ({
  ...replicate("candidate", 1).overall,
  quantiles: [{ probability: 0.95, valueMs: p95, exceedances: 50 }],
});

describe("which rounds count", () => {
  test("a round counts with all its sides or not at all", () => {
    const sorted = sortRounds(pairs({ validity: [finding("missed-arrivals")] }), order);
    expect([...sorted.used.keys()]).toEqual([2]);
    expect(sorted.excluded).toEqual([
      { round: 1, reasons: ["candidate: missed-arrivals happened"], interference: false },
    ]);
  });

  test("a round that was not run to its end is left out", () => {
    const sorted = sortRounds(pairs().slice(0, 3), order);
    expect(sorted.excluded).toEqual([
      { round: 2, reasons: ["it was not run to its end"], interference: false },
    ]);
  });

  test("warnings leave nothing out", () => {
    const sorted = sortRounds(pairs({ validity: [finding("missed-arrivals", "warning")] }), order);
    expect(sorted.used.size).toBe(2);
  });

  test("a round disturbed by the machine's host is left out even where a single run is only warned", () => {
    const sorted = sortRounds(pairs({ validity: [finding("cpu-steal", "warning")] }), order);
    expect(sorted.excluded).toEqual([
      { round: 1, reasons: ["candidate: cpu-steal happened"], interference: true },
    ]);
    const both = sortRounds(
      pairs({ validity: [finding("cpu-steal", "warning"), finding("missed-arrivals")] }),
      order,
    );
    expect(both.excluded).toMatchObject([{ round: 1, interference: false }]);
  });

  test.each(["instance-lost", "replica-disconnected", "generator-lost"])(
    "%s breaks the whole comparison",
    (code) => {
      const sorted = sortRounds(pairs({ validity: [finding(code)] }), order);
      expect(sorted.breaking).toMatchObject([{ code, severity: "invalid" }]);
    },
  );

  test("errors of one side only are its own doing and are judged", () => {
    const sorted = sortRounds(pairs({ validity: [finding("error-flood")] }), order);
    expect(sorted.used.size).toBe(2);
    expect(sorted.attributed).toEqual([{ side: "candidate", text: "pair 1: error-flood happened" }]);
  });

  test("errors of both sides of a round are nobody's", () => {
    const flood = { validity: [finding("error-flood")] };
    const sorted = sortRounds(
      [replicate("baseline", 1, flood), replicate("candidate", 1, flood)],
      [order[0]],
    );
    expect(sorted.used.size).toBe(0);
  });

  test("a side that answers in seconds and drops arrivals is judged", () => {
    const overloaded = {
      validity: [finding("missed-arrivals")],
      arrivals: { planned: 300, started: 200, dropped: 100, achievedRatio: 2 / 3 },
      overall: slow(4000),
    };
    expect(sortRounds(pairs(overloaded), order).used.size).toBe(2);
  });

  test.each([
    ["its CPU was used up", { validity: [finding("missed-arrivals"), finding("generator-cpu")] }],
    ["responses were fast", { overall: slow(20) }],
    [
      "arrivals are missing that were not dropped",
      { arrivals: { planned: 300, started: 200, dropped: 5, achievedRatio: 2 / 3 } },
    ],
  ])("a starved generator is never taken for a slow side: %s", (_, changes) => {
    const starved = {
      validity: [finding("missed-arrivals")],
      arrivals: { planned: 300, started: 200, dropped: 100, achievedRatio: 2 / 3 },
      overall: slow(4000),
      ...changes,
    };
    expect([...sortRounds(pairs(starved), order).used.keys()]).toEqual([2]);
  });
});
