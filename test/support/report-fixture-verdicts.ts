import type { ValidityFinding, Verdict, VerdictKind } from "../../analysis/model";

export const VERDICT_TEXTS: Readonly<Record<VerdictKind, Omit<Verdict, "kind">>> = {
  pass: {
    headline: "All 6 objectives are met, through a spike of five times the usual load.",
    reasons: [
      "P95 of browse is 18 ms (objective: at most 250 ms).",
      "P95 of search is 55 ms (objective: at most 250 ms).",
      "P95 of product is 24 ms (objective: at most 250 ms).",
      "P95 of checkout is 100 ms (objective: at most 400 ms).",
      "Error share of checkout is 0.09 % (objective: at most 1 %).",
    ],
    actions: [
      "Keep this run as the baseline of storefront 1.4.2.",
      "Look at the 11 s that the second instance took: the cooldown of 10 s is most of it.",
    ],
  },
  regression: {
    headline: "2 objectives are broken, of 6: checkout and search are too slow.",
    reasons: [
      "P95 of checkout is 509 ms (objective: at most 400 ms).",
      "P95 of search is 283 ms (objective: at most 250 ms).",
      "P95 of browse is 90.6 ms (objective: at most 250 ms).",
    ],
    actions: [
      "Start with step pay of checkout: database-replica-1 used 98 % of its CPU while it was slow.",
      "Run again with --sizing medium to see whether a larger replica is enough.",
    ],
  },
  inconclusive: {
    headline: "2 objectives of 6 cannot be judged: not enough requests.",
    reasons: ["P95 of checkout cannot be judged: not enough requests (objective: at most 400 ms)."],
    actions: ["Run longer or at a higher rate, or set the objective on a lower quantile."],
  },
  invalid: {
    headline: "The measurement is not to be believed, so nothing was judged.",
    reasons: [
      "Only 78.4 % of the planned arrivals were made (at least 99 % are needed).",
      "generator-2 used 97 % of its machine at the peak: the times it measured contain its own waiting.",
      "The fleet dropped 1 226 iterations.",
    ],
    actions: [
      "Lower the arrival rate, or give the fleet more generators or a larger machine.",
      "Spread the load over more generators, on machines of their own.",
    ],
  },
};

export const FINDINGS: readonly ValidityFinding[] = [
  {
    code: "missed-arrivals",
    severity: "invalid",
    text: "Only 78.4 % of the planned arrivals were made (at least 99 % are needed).",
    measured: 0.784,
    limit: 0.99,
  },
  {
    code: "generator-cpu",
    severity: "invalid",
    text: "generator-2 used 97 % of its machine at the peak: the times it measured contain its own waiting.",
    measured: 0.97,
    limit: 0.8,
  },
  {
    code: "machine-saturated",
    severity: "warning",
    text: "The machine had less than 5 % of its CPU free for 12 s.",
    measured: 0.031,
    limit: 0.05,
  },
];
