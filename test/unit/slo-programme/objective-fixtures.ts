import type { RequestSlice, ServiceObjective } from "../../../analysis/slo-programme";

export const AVAILABILITY: ServiceObjective = {
  name: "checkout-availability",
  service: "storefront",
  description: "",
  journey: "checkout",
  indicator: { kind: "availability" },
  target: 0.999,
  periodMinutes: 30 * 1440,
  budgeting: { method: "occurrences" },
};

export const LATENCY: ServiceObjective = {
  ...AVAILABILITY,
  name: "checkout-latency",
  indicator: { kind: "latency", thresholdMs: 300 },
  target: 0.99,
};

/** Slices of equal length from the share of bad requests in each. */
export function slicesOf(badShares: readonly number[], sliceSeconds: number, total = 1000): RequestSlice[] {
  return badShares.map((bad, index) => ({
    atSeconds: index * sliceSeconds,
    good: Math.round(total * (1 - bad)),
    total,
  }));
}
